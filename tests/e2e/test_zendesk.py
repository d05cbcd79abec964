"""What only Zendesk's stand-in can be made to do: deliveries that go wrong, closed tickets, validation."""

import json
import subprocess
import sys

import pytest
import requests

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.webhooks.faults import DeliveryFault
from tests.adapters.zendesk.test_recorded import WAIVED
from tests.e2e.sides import Zendesk
from tests.e2e.world import World, wait_for
from tests.support import shared


def test_fields_in_detail(either):
    """State, plan, next obligation and due instants, on both databases."""
    either.start()
    ticket = either.side.open()
    either.settle()
    values = either.side.values(ticket)
    assert (values["SLA state"], values["SLA plan"], values["SLA next"]) == (
        "sla_state_running",
        "sla_plan_gold",
        "sla_next_first_response",
    )
    created = either.side.ticket(ticket).created_at.timestamp()
    assert int(values["SLA next due (epoch s)"]) == int(created) + 2 * 3600
    either.side.reply(ticket)
    either.settle()
    assert "SLA first response due" not in either.side.values(ticket)


def test_nothing_is_written_when_nothing_differs(world):
    """A delivery that changes nothing costs two reads and no write."""
    ticket = world.side.open()
    world.settle()
    world.state.log.clear()
    world.state.reply(world.side.ticket(ticket), world.side.agent, "For us only", public=False)
    world.settle()
    assert (world.side.reads(), world.side.writes()) == (2, 0)


def test_other_peoples_tags_stay(world):
    """Tags that are not ours survive our writes."""
    ticket = world.state.open_ticket(world.side.customer, "It broke", priority="urgent", tags=["vip", "eu"])
    world.settle()
    world.state.set_priority(ticket, "low", world.side.agent)
    world.settle()
    assert {"vip", "eu"} <= set(world.state.tickets[ticket.id].tags)


def test_deliveries_late_twice_shuffled(world):
    """Late, doubled and reordered deliveries end in the same fields."""
    faults = world.state.courier.faults
    faults.add(DeliveryFault.TWICE, times=4)
    faults.add(DeliveryFault.SHUFFLED, times=4)
    faults.add(DeliveryFault.LATE, times=2, seconds=1)
    ticket = world.side.open()
    world.side.reply(ticket)
    world.side.set_status(ticket, "pending")
    wait_for(lambda: world.side.shown(ticket) == "paused", "the pause")


def test_lost_deliveries_are_found_by_the_feed(tmp_path):
    """What no webhook told is found by the platform's own change feed."""
    world = World(tmp_path, Zendesk())
    try:
        world.state.courier.faults.add(DeliveryFault.LOST, times=1000)
        ticket = world.side.open()
        world.path.write_text(world.path.read_text().replace("poll_minutes: 0", "poll_minutes: 0.02"))
        world.start()
        wait_for(lambda: world.side.shown(ticket) == "running", "the feed to find the ticket")
    finally:
        world.close()


def test_expired_tokens_and_collisions(world):
    """An expired token is renewed once, and a collision in the database is tried again."""
    for fault in (
        ApiFault(FaultKind.EXPIRED_TOKEN, "", "/api/v2/"),
        ApiFault(FaultKind.ANSWER, "PUT", "/api/v2/tickets/", status=409, body={"error": "DatabaseConflict"}),
    ):
        world.state.faults.add(fault)
        ticket = world.side.open()
        wait_for(lambda t=ticket: world.side.shown(t) == "running", f"the fields after {fault}")
    assert world.parked() == []


def test_a_closed_ticket_is_left_alone(world):
    """A ticket that takes no more writes is frozen, not parked."""
    ticket = world.side.open()
    world.settle()
    world.side.set_status(ticket, "closed")
    world.settle()
    assert world.parked() == []


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
    ticket = world.side.open()
    world.settle()
    done = world.command("explain", "zendesk", ticket)
    assert done.returncode == 0, done.stderr
    assert "Table 2, P1, Gold, Response Time" in done.stdout
    assert "The ticket shows all of it already." in done.stdout
    gone = world.command("explain", "zendesk", "999")
    assert (gone.returncode, gone.stderr.count("\n")) == (2, 1)


@pytest.mark.shared
def test_every_request_is_as_the_official_description_says(world, tmp_path):
    """What the service sends in a life of a ticket passes the validator against the official description."""
    spec, tool = shared("specs", "zendesk-oas.yaml"), shared("tools", "validate_requests.py")
    waived = json.loads(shared("tools", "waivers", "zendesk.json").read_text()) + WAIVED
    waivers = tmp_path / "waivers.json"
    waivers.write_text(json.dumps(waived))
    ticket = world.side.open()
    world.settle()
    world.side.reply(ticket)
    world.side.set_status(ticket, "pending")
    world.settle()
    world.side.set_status(ticket, "solved")
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
