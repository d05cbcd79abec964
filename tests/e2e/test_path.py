"""The main path: webhook in, fields out, with few calls, and nothing sent twice."""

import json
import subprocess
import sys

import pytest
import requests

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.webhooks.faults import DeliveryFault
from tests.adapters.zendesk.test_recorded import WAIVED
from tests.e2e.world import World, wait_for
from tests.support import shared


def test_a_ticket_gets_its_deadlines(either):
    """A new ticket shows state, plan, next obligation and due instants; an answer moves them."""
    either.start()
    ticket = either.state.open_ticket(either.customer, "It broke", priority="urgent")
    either.settle()
    shown = either.shown(ticket)
    assert (shown["SLA state"], shown["SLA plan"], shown["SLA next"]) == (
        "sla_state_running",
        "sla_plan_gold",
        "sla_next_first_response",
    )
    created = ticket.created_at.timestamp()
    assert int(shown["SLA next due (epoch s)"]) == int(created) + 2 * 3600
    either.state.reply(ticket, either.agent, "We are on it", status="pending")
    either.settle()
    shown = either.shown(ticket)
    assert shown["SLA state"] == "sla_state_paused"
    assert "SLA first response due" not in shown


def test_a_burst_costs_two_reads_and_one_write(either):
    """A burst of deliveries about one ticket is one look: 2 reads and 1 write; our echo costs no write."""
    either.start()
    ticket = either.state.open_ticket(either.customer, "It broke", priority="urgent")
    either.settle()
    either.state.log.clear()
    for text in ("One", "Two", "Three"):
        either.state.reply(ticket, either.agent, text)
    either.state.set_priority(ticket, "normal", either.agent)
    either.settle()
    looks = either.reads() / 2
    assert looks == 2, "one look for the burst and one for the echo of its write"
    assert either.writes() == 1


def test_nothing_is_written_when_nothing_differs(world):
    """A delivery that changes nothing costs two reads and no write."""
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent")
    world.settle()
    world.state.log.clear()
    world.state.reply(ticket, world.agent, "For us only", public=False)
    world.settle()
    assert (world.reads(), world.writes()) == (2, 0)


def test_other_peoples_tags_and_fields_stay(world):
    """Tags that are not ours survive, also those that come while we write."""
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent", tags=["vip", "eu"])
    world.settle()
    world.state.set_priority(ticket, "low", world.agent)
    world.settle()
    assert {"vip", "eu"} <= set(world.state.tickets[ticket.id].tags)


def test_deliveries_late_twice_shuffled(world):
    """Late, doubled and reordered deliveries end in the same fields."""
    faults = world.state.courier.faults
    faults.add(DeliveryFault.TWICE, times=4)
    faults.add(DeliveryFault.SHUFFLED, times=4)
    faults.add(DeliveryFault.LATE, times=2, seconds=1)
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent")
    world.state.reply(ticket, world.agent, "On it", status="pending")
    world.settle()
    assert world.shown(ticket)["SLA state"] == "sla_state_paused"


def test_shadow_mode_and_pause(world):
    """While a connection is paused nothing is written and the looks report; resuming writes what was held back."""
    assert world.command("pause", "zendesk").returncode == 0
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent")
    world.settle()
    assert world.writes() == 0
    assert world.command("resume", "zendesk").returncode == 0
    wait_for(lambda: world.shown(ticket).get("SLA state") == "sla_state_running", "the fields after resuming")


def test_a_closed_ticket_is_left_alone(world):
    """A ticket that takes no more writes is frozen, not parked."""
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent")
    world.settle()
    world.state.set_status(ticket, "closed", world.agent)
    world.settle()
    assert world.parked() == []


def test_platform_faults_pass(world):
    """Errors of every kind end in the right fields, or in a parked look; none in a lost delivery or a hot loop."""
    for fault in (
        ApiFault(FaultKind.ANSWER, "GET", "/api/v2/tickets/", status=500, body="<html>oops</html>"),
        ApiFault(
            FaultKind.ANSWER, "PUT", "/api/v2/tickets/", status=429, headers={"Retry-After": "1"}, body="slow down"
        ),
        ApiFault(FaultKind.ANSWER, "PUT", "/api/v2/tickets/", status=409, body={"error": "DatabaseConflict"}),
        ApiFault(FaultKind.DROP, "GET", "/api/v2/tickets/"),
        ApiFault(FaultKind.EXPIRED_TOKEN, "", "/api/v2/"),
        ApiFault(FaultKind.DROP, "PUT", "/api/v2/tickets/", after=True),
    ):
        world.state.faults.add(fault)
        ticket = world.state.open_ticket(world.customer, f"Fault {fault.kind} {fault.status}", priority="urgent")
        wait_for(lambda t=ticket: world.shown(t).get("SLA state") == "sla_state_running", f"the fields after {fault}")
    world.settle()
    assert world.parked() == []
    assert len(world.state.log.find()) < 120, "no hot loop"


def test_what_cannot_be_mended_is_parked_with_its_reason(world):
    """A refusal that stays is parked after its attempts; retrying by command takes it up again."""
    world.state.faults.add(
        ApiFault(FaultKind.ANSWER, "PUT", "/api/v2/tickets/", times=3, status=403, body={"error": "Forbidden"})
    )
    ticket = world.state.open_ticket(world.customer, "Forbidden", priority="urgent")
    wait_for(lambda: world.parked(), "the look to be parked")
    assert "403" in world.parked()[0]
    listed = world.command("looks", "list", "--state", "parked", "--format", "json")
    assert f'"subject": "{ticket.id}"' in listed.stdout
    assert world.command("looks", "retry", "zendesk", str(ticket.id)).returncode == 0
    wait_for(lambda: world.shown(ticket).get("SLA state") == "sla_state_running", "the fields after the retry")


def test_lost_deliveries_are_found_by_the_feed(tmp_path):
    """What no webhook told is found by the platform's own change feed."""
    world = World(tmp_path)
    try:
        world.state.courier.faults.add(DeliveryFault.LOST, times=1000)
        ticket = world.state.open_ticket(world.customer, "Nobody told", priority="urgent")
        text = world.path.read_text().replace("poll_minutes: 0", "poll_minutes: 0.02")
        world.path.write_text(text)
        world.start()
        wait_for(lambda: world.shown(ticket).get("SLA state") == "sla_state_running", "the feed to find the ticket")
    finally:
        world.close()


def test_wrong_deliveries_are_turned_away(world):
    """A wrong signature, token, connection or method gets its 4xx, and nothing is stored."""
    token = (world.folder / "secrets/zendesk/token").read_text().strip()
    base = f"http://127.0.0.1:{world.port}/webhooks"
    for path, status in ((f"zendesk/{token}", 401), ("zendesk/wrong", 404), (f"nobody/{token}", 404)):
        assert requests.post(f"{base}/{path}", json={}, timeout=5).status_code == status
    assert requests.get(f"{base}/zendesk/{token}", timeout=5).status_code == 405
    assert world.store.listings.deliveries() == []


def test_explain_reads_afresh_and_changes_nothing(world):
    """The command answers from the helpdesk as it is, and says what would be written."""
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent")
    world.settle()
    done = world.command("explain", "zendesk", str(ticket.id))
    assert done.returncode == 0, done.stderr
    assert "Table 2, P1, Gold, Response Time" in done.stdout
    assert "The ticket shows all of it already." in done.stdout
    gone = world.command("explain", "zendesk", "999")
    assert (gone.returncode, gone.stderr.count("\n")) == (2, 1)


def test_doctor_finds_nothing_wrong(world):
    """A connection that works has no fault."""
    done = world.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "FAULT" not in done.stdout


@pytest.mark.shared
def test_every_request_is_as_the_official_description_says(world, tmp_path):
    """What the service sends in a life of a ticket passes the validator against the official description."""
    spec, tool = shared("specs", "zendesk-oas.yaml"), shared("tools", "validate_requests.py")
    waived = json.loads(shared("tools", "waivers", "zendesk.json").read_text()) + WAIVED
    waivers = tmp_path / "waivers.json"
    waivers.write_text(json.dumps(waived))
    ticket = world.state.open_ticket(world.customer, "It broke", priority="urgent", tags=["vip"])
    world.settle()
    world.state.reply(ticket, world.agent, "On it", status="pending")
    world.settle()
    world.state.set_status(ticket, "solved", world.agent)
    world.settle()
    lines = [line for line in world.state.log.to_json_lines().splitlines() if '"/oauth/tokens"' not in line]
    log = tmp_path / "requests.jsonl"
    log.write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, tool, "--spec", spec, "--log", log, "--waive", waivers],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
