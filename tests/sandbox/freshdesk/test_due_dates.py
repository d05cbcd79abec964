"""The native engine: dates a few seconds late, and what becomes of those that were set by hand."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.model import Status
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People

OURS = {"fr_due_by": "2026-11-24T09:00:00Z", "due_by": "2026-11-25T11:00:00+02:00"}
NEWER, NEWER_BUT_STANDING = Switches(newer_engine=True), Switches(newer_engine=True, dates_stand=True)


def dates(shown: dict[str, Any]) -> tuple[Any, Any]:
    return shown["fr_due_by"], shown["due_by"]


def test_dates_appear_after_some_seconds(client: Client, ticket: Ticket, clock: Clock) -> None:
    """Null at first; the default policy's targets for High after three seconds: 4 and 24 hours."""
    assert dates(client.get("/tickets/1")) == (None, None)
    clock.advance(timedelta(seconds=3))
    assert dates(client.get("/tickets/1")) == ("2026-11-23T13:00:00Z", "2026-11-24T09:00:00Z")


def test_the_older_engine_leaves_dates_that_were_set_by_hand(client: Client, ticket: Ticket, clock: Clock) -> None:
    """They come back in UTC at once, and no later change of priority moves them."""
    assert dates(client.put("/tickets/1", **OURS)) == ("2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z")
    client.put("/tickets/1", priority=4)
    clock.advance(timedelta(minutes=1))
    assert dates(client.get("/tickets/1")) == ("2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z")


@pytest.mark.parametrize("switches", [NEWER])
def test_the_newer_engine_fights_back(client: Client, ticket: Ticket, clock: Clock) -> None:
    """The PUT answers the old dates, a read right after shows ours, and seconds later they are its own again."""
    clock.advance(timedelta(seconds=3))
    own = dates(client.get("/tickets/1"))
    assert dates(client.put("/tickets/1", **OURS)) == own
    assert dates(client.get("/tickets/1")) == ("2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z")
    clock.advance(timedelta(seconds=3))
    assert dates(client.get("/tickets/1")) == own


@pytest.mark.parametrize("switches", [NEWER])
def test_any_update_wakes_the_newer_engine(client: Client, ticket: Ticket, clock: Clock) -> None:
    """Even one of tags: a date that stood is gone then."""
    clock.advance(timedelta(seconds=3))
    client.get("/tickets/1")
    ticket.timer.runs_at = None
    client.put("/tickets/1", **OURS)
    ticket.timer.runs_at = None
    client.put("/tickets/1", tags=["vip"])
    clock.advance(timedelta(seconds=3))
    assert dates(client.get("/tickets/1")) == ("2026-11-23T13:00:00Z", "2026-11-24T09:00:00Z")


@pytest.mark.parametrize("switches", [NEWER_BUT_STANDING])
def test_a_newer_engine_may_let_dates_stand(client: Client, ticket: Ticket, clock: Clock) -> None:
    """Nobody knows; an adapter has to find out by reading back."""
    client.put("/tickets/1", **OURS)
    clock.advance(timedelta(minutes=5))
    client.put("/tickets/1", priority=4)
    clock.advance(timedelta(minutes=5))
    assert dates(client.get("/tickets/1")) == ("2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z")


def test_changing_the_priority_runs_the_policy_again(client: Client, ticket: Ticket, clock: Clock) -> None:
    """Unless the dates were set by hand: 1 and 8 hours from the ticket's creation for Urgent."""
    clock.advance(timedelta(minutes=10))
    client.put("/tickets/1", priority=4)
    clock.advance(timedelta(seconds=3))
    assert dates(client.get("/tickets/1")) == ("2026-11-23T10:00:00Z", "2026-11-23T17:00:00Z")


def test_a_pause_moves_the_dates(client: Client, state: State, ticket: Ticket, clock: Clock) -> None:
    """Two hours of Pending come on top."""
    clock.advance(timedelta(seconds=3))
    state.run_engine()
    state.set_status(ticket, Status.PENDING)
    clock.advance(timedelta(hours=2))
    state.set_status(ticket, Status.OPEN)
    clock.advance(timedelta(seconds=3))
    assert client.get("/tickets/1")["due_by"] == "2026-11-24T11:00:00Z"


@pytest.mark.parametrize(
    ("given", "status", "faults"),
    [
        pytest.param(
            {"due_by": "2026-11-24", "fr_due_by": "2026-11-25"}, 2, {("due_by", "invalid_value")}, id="the wrong order"
        ),
        pytest.param(
            {"due_by": "2026-11-26", "fr_due_by": "2026-11-25"},
            4,
            {("due_by", "incompatible_field"), ("fr_due_by", "incompatible_field")},
            id="the timer is off",
        ),
        pytest.param({"nr_due_by": "2026-11-25"}, 2, {("nr_due_by", "invalid_field")}, id="the next response"),
    ],
)
def test_dates_that_are_refused(
    client: Client, state: State, ticket: Ticket, given: dict[str, str], status: int, faults: set[Any]
) -> None:
    """400 that names the date, so that the rest can be sent again without it."""
    state.set_status(ticket, status)
    assert client.faults("PUT", "/tickets/1", given) == (400, faults)


def test_overdue(client: Client, state: State, ticket: Ticket, clock: Clock, people: People) -> None:
    """Past the first response due both flags are up; an answered ticket is flagged for its resolution only."""
    clock.advance(timedelta(seconds=3))
    client.get("/tickets/1")
    other = state.open_ticket(people.carla, "second", priority=3)
    state.reply(other, people.ada, "hello")
    clock.advance(timedelta(seconds=3))
    client.get(f"/tickets/{other.id}")
    clock.advance(timedelta(hours=5))
    flags = [client.get(f"/tickets/{n}") for n in (1, other.id)]
    assert [(shown["fr_escalated"], shown["is_escalated"]) for shown in flags] == [(True, True), (False, False)]
    clock.advance(timedelta(hours=20))
    assert client.get(f"/tickets/{other.id}")["is_escalated"] is True
