"""``backfill``, ``reconcile`` and ``policy apply`` against the stand-in, with and without a service that runs."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from sandbox.zendesk.tickets_model import Ticket
from tests.simulation.month import PLANS
from tests.simulation.stage import BEGIN, NAME, Stage
from tests.simulation.truth import Truth
from webhooks.backfill.run import Backfill
from webhooks.cli.backfill import backfill
from webhooks.cli.lists import tickets
from webhooks.cli.policy_changes import apply
from webhooks.cli.reconcile import reconcile
from webhooks.engine.audit import DRIFT
from webhooks.policy_files import policy_text
from webhooks.store.looks import LookKey
from webhooks.store.tables import looks

LATER = timedelta(days=5)


def run(stage: Stage, command, *arguments: str) -> Result:
    done = CliRunner().invoke(command, [NAME, *arguments, "--settings", str(stage.path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def opened_long_ago(stage: Stage, count: int) -> list[Ticket]:
    """Open tickets of which no webhook tells, and let days pass: all are breached by then."""
    stage.state.courier.enabled = False
    for number in range(count):
        customer = stage.customers[PLANS[number % len(PLANS)]]
        stage.tickets[number] = stage.state.open_ticket(customer, f"Old {number}", priority="urgent")
    stage.move_to(BEGIN + LATER)
    return list(stage.tickets.values())


def set_state(stage: Stage, ticket: Ticket, word: str) -> None:
    """Let an agent set our field to another of its options, unseen by any webhook."""
    field = next(field for field in stage.state.custom_ticket_fields() if field.title == "SLA state")
    option = next(tag for tag in field.option_values if tag.endswith(word))
    stage.state.set_field(stage.state.tickets[ticket.id], field, option, stage.agent)


def notes(stage: Stage) -> int:
    return sum(len(Truth(stage)._done(str(ticket.id))) for ticket in stage.tickets.values())


def drifts(stage: Stage, ticket: Ticket) -> list[dict[str, dict[str, str]]]:
    rows = stage.store.listings.audit(NAME, str(ticket.id))
    return [row["detail"] for row in reversed(rows) if row["action"] == DRIFT]


def test_backfill_without_a_service(build, database):
    """Every open ticket gets its fields; what had been reached before is recorded as skipped and tells nobody."""
    stage = build(database)
    opened_long_ago(stage, 7)
    done = run(stage, backfill)
    assert "7 open tickets: 7 breached" in done.stdout
    truth = Truth(stage)
    assert truth.wrong() == []
    assert {row["state"] for row in truth.effects} == {"skipped"}
    assert len(truth.effects) >= 7
    assert notes(stage) == 0
    assert "skipped" in done.stdout


def test_backfill_beside_looks_of_nobody(build):
    """Looks of a connection that is no longer in the settings keep a backfill from nothing."""
    stage = build()
    opened = opened_long_ago(stage, 3)
    with stage.store.database.write() as connection:
        keys = [LookKey.ticket("renamed", str(number)) for number in range(100)]
        stage.store.looks.request(connection, keys, stage.store.clock.now_in(connection) - timedelta(days=1))
    done = run(stage, backfill)
    assert f"{len(opened)} open tickets: 3 breached" in done.stdout


def test_backfill_beside_a_service(build):
    """Where a service runs on SQLite, it does the looks and the command waits for them."""
    stage = build()
    opened = opened_long_ago(stage, 3)
    stage.start()
    done = run(stage, backfill)
    assert f"{len(opened)} open tickets" in done.stdout
    assert Truth(stage).wrong() == []


def test_tickets_without_a_target_are_listed_with_the_reason(build):
    """A priority that the connection does not map has no deadline; one command lists such tickets, and says why."""
    stage = build()
    ticket = stage.tickets[0] = stage.state.open_ticket(stage.customers["Gold"], "Whose priority?", priority="high")
    stage.tickets[1] = stage.state.open_ticket(stage.customers["Gold"], "It broke", priority="urgent")
    run(stage, backfill)
    asked = ["list", "--state", "no_target", "--format", "json", "--settings", str(stage.path)]
    done = CliRunner().invoke(tickets, asked, catch_exceptions=False)
    (listed,) = map(json.loads, done.output.splitlines())
    assert (listed["ticket_id"], listed["due_at"]) == (str(ticket.id), None)
    assert listed["problems"][0].startswith("the priority 'high' is not on the policy's scale")


def test_a_dry_run_leaves_no_trace(build):
    """A dry run says what would be written on each ticket, and neither the platform nor the store knows of it."""
    stage = build()
    opened = opened_long_ago(stage, 3)
    done = run(stage, backfill, "--dry-run")
    for ticket in opened:
        assert f'{ticket.id}: breached; would write {{"fields": {{"' in done.stdout
    assert "would change 3" in done.stdout
    assert stage.state.log.find("PUT", "/api/v2/tickets/") == []
    with stage.store.database.read() as connection:
        assert connection.execute(sa.select(looks)).all() == []
    assert stage.store.listings.tickets() == []


def test_a_backfill_that_was_cut_off_goes_on(build, monkeypatch):
    """The second run looks only at what the first one had not come to."""
    stage = build()
    opened = opened_long_ago(stage, 6)
    monkeypatch.setattr("webhooks.cli.backfill.LOOKS_AT_ONCE", 1)
    wait = Backfill._wait

    def cut_off(work, asked, room, on_progress):
        wait(work, asked, room, on_progress)
        if asked == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Backfill, "_wait", cut_off)
        assert CliRunner().invoke(backfill, [NAME, "--settings", str(stage.path)]).exit_code == 1
    looked_at = len(stage.store.listings.tickets(NAME))
    assert 0 < looked_at < len(opened)
    done = run(stage, backfill)
    assert f"going on: {looked_at} of 6 were looked at before" in done.stdout
    assert Truth(stage).wrong() == []
    again = run(stage, backfill)
    assert "going on" not in again.stdout, "a finished backfill begins anew"


def test_reconcile_finds_what_webhooks_lost_and_what_somebody_changed(build, database):
    """The audit, then the feed: what differs is reported and written again, what is set again is not."""
    stage = build(database, poll_minutes=0)  # or the service's own feed may come first
    stage.start()
    ticket = stage.state.open_ticket(stage.customers["Gold"], "It broke", priority="urgent")
    stage.tickets[0] = ticket
    stage.settle()
    stage.state.courier.enabled = False
    lost = stage.tickets[1] = stage.state.open_ticket(stage.customers["Gold"], "Nobody told", priority="urgent")
    set_state(stage, ticket, "_met")
    stage.move_to(BEGIN + timedelta(minutes=10))
    first = run(stage, reconcile)
    stage.settle()
    assert f"{ticket.id}: drifted, is written again: sla_state" in first.stdout
    assert Truth(stage).wrong() == []
    assert stage.shown()[1]["SLA state"], f"{lost.id} is known by the feed"
    set_state(stage, ticket, "_met")
    second = run(stage, reconcile, "--tickets", "2")
    stage.settle()
    assert f"{ticket.id}: drifted, left as somebody else set it: sla_state" in second.stdout
    assert stage.shown()[0]["SLA state"].endswith("_met")
    assert [list(each["repair"] or each["leave"]) for each in drifts(stage, ticket)] == [["sla_state"], ["sla_state"]]
    third = run(stage, reconcile, "--tickets", "2")
    assert "drifted" not in third.stdout
    assert stage.state.set_priority(ticket, "low", stage.agent) is None  # our own value changes: at risk of nothing
    stage.move_to(BEGIN + LATER)
    run(stage, reconcile)
    stage.settle()
    assert Truth(stage).wrong() == [], "a field that was left alone is written again when its value changes"


def test_the_service_audits_by_itself(build):
    """Without any command, an hour later what somebody set is found and written again."""
    stage = build()
    stage.start()
    ticket = stage.tickets[0] = stage.state.open_ticket(stage.customers["Gold"], "It broke", priority="low")
    stage.settle()
    stage.move_to(BEGIN + timedelta(minutes=35))
    stage.settle()  # the feed has told of our own write
    stage.state.courier.enabled = False
    field = next(field for field in stage.state.custom_ticket_fields() if field.title == "SLA state")
    stage.state.tickets[ticket.id].custom[field.id] = "sla_state_met"  # without an update that the feed would tell of
    stage.move_to(BEGIN + timedelta(minutes=61))
    stage.settle()
    assert drifts(stage, ticket) == [{"repair": {"sla_state": "running"}, "leave": {}}]
    assert Truth(stage).wrong() == []


def test_policy_apply(build, database, tmp_path):
    """A new version is shown ticket by ticket, then holds; what has ended keeps its verdict unless asked."""
    stage = build(database)
    serving = stage.start()
    for number in range(2):
        stage.tickets[number] = stage.state.open_ticket(stage.customers["Gold"], "It broke", priority="urgent")
    stage.settle()
    stage.move_to(BEGIN + timedelta(hours=1))
    stage.state.reply(stage.tickets[0], stage.agent, "On it.", status="open")
    stage.settle()
    answered, waiting = (str(ticket.id) for ticket in stage.tickets.values())
    stage.kill(serving)
    new = tmp_path / "strict.yaml"
    new.write_text(edited("30 business minutes"), "utf-8")
    shown = run(stage, apply, str(new), "--dry-run")
    assert "30 business minutes (always)" in shown.stdout
    assert f"{waiting}: first response, due: 2026-10-26T09:00:00Z → 2026-10-26T07:30:00Z" in shown.stdout
    assert f"{waiting}: first response, state: running → breached" in shown.stdout
    assert f"{answered}:" not in shown.stdout
    also = run(stage, apply, str(new), "--dry-run", "--also-finished")
    assert f"{answered}: first response, state: met → missed" in also.stdout
    assert "glassbeam" in stage.path.read_text("utf-8")

    run(stage, apply, str(new), "--yes")
    assert str(new) in stage.path.read_text("utf-8")
    serving = stage.start()
    stage.settle()
    results = {row["ticket_id"]: row["result"] for row in stage.store.listings.tickets(NAME)}
    assert {first_response(results[ticket]) for ticket in (answered, waiting)} == {"met", "breached"}
    assert len({result["policy_version"] for result in results.values()}) == 1
    assert notes(stage) == 1, "only the ticket that waits calls anybody"

    stage.kill(serving)
    assert "0 tickets were judged by another version" in run(stage, apply, "--dry-run").stdout
    asked = run(stage, apply, "--yes", "--also-finished")
    assert f"{answered}: first response, state: met → missed" in asked.stdout
    stage.start()
    stage.settle()
    row = stage.store.memories.read(NAME, answered)
    assert first_response(row["result"]) == "missed"


def edited(within: str) -> str:
    """Return Glassbeam's policy with another first response for P1 with Gold."""
    text, old = policy_text("glassbeam").text, "first_response, priority: P1, plan: Gold, within: 2 business hours"
    assert text.count(old) == 1
    return text.replace(old, old.replace("2 business hours", within))


def first_response(result) -> str:
    return next(each["state"] for each in result["clocks"] if each["metric"] == "first_response")


def test_a_policy_edited_in_place_is_taken_up_at_the_next_start(build):
    """A service that starts with another version looks at what the old one judged, whoever changed the file."""
    stage = build()
    policy = stage.folder / "own.yaml"
    policy.write_text(policy_text("glassbeam").text, "utf-8")
    stage.path.write_text(stage.path.read_text("utf-8").replace("policy: glassbeam", f"policy: {policy.name}"), "utf-8")
    serving = stage.start()
    ticket = stage.tickets[0] = stage.state.open_ticket(stage.customers["Gold"], "It broke", priority="urgent")
    stage.settle()
    due = stage.shown()[0]["SLA next due (epoch s)"]
    stage.kill(serving)
    policy.write_text(edited("3 business hours"), "utf-8")
    stage.start()
    stage.settle()
    assert int(stage.shown()[0]["SLA next due (epoch s)"]) - int(due) == 3600, ticket.id


@pytest.mark.parametrize("command", [backfill, reconcile, apply])
def test_an_unknown_connection_is_named(command, tmp_path):
    """A name that is none is answered with those that there are."""
    settings = Path(tmp_path / "sidecar.yaml")
    settings.write_text("connections: {}\n", "utf-8")
    done = CliRunner().invoke(command, ["nobody", "--settings", str(settings)])
    assert "there is no connection 'nobody'" in str(done.exception)
