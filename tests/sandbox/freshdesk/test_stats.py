"""The instants that Freshdesk keeps: the last of each kind, which is all its history."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.model import Status
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People

Act = Callable[[State, Ticket, People], object]


def private_note(state: State, ticket: Ticket, people: People) -> None:
    state.reply(ticket, people.ada, "between us", public=False)


def public_note(state: State, ticket: Ticket, people: People) -> None:
    state.public_note(ticket, people.ada, "for all")


def agent_reply(state: State, ticket: Ticket, people: People) -> None:
    state.reply(ticket, people.ada, "hello")


def customer_reply(state: State, ticket: Ticket, people: People) -> None:
    state.reply(ticket, people.carla, "hello?")


@pytest.mark.parametrize(
    ("act", "moved"),
    [
        pytest.param(private_note, set(), id="a private note is no response"),
        pytest.param(public_note, {"agent_responded_at", "first_responded_at"}, id="a public note is one"),
        pytest.param(agent_reply, {"agent_responded_at", "first_responded_at"}, id="a reply is one"),
        pytest.param(customer_reply, {"requester_responded_at"}, id="a customer's answer"),
    ],
)
def test_answers(
    client: Client, state: State, ticket: Ticket, people: People, clock: Clock, act: Act, moved: set[str]
) -> None:
    """Which instants an answer moves."""
    before = client.get("/tickets/1?include=stats")["stats"]
    clock.advance(timedelta(hours=1))
    act(state, ticket, people)
    after = client.get("/tickets/1?include=stats")["stats"]
    assert {name for name in after if after[name] != before[name]} == moved
    assert {after[name] for name in moved} <= {"2026-11-23T10:00:00Z"}


def test_only_the_first_response_is_kept_as_such(state: State, ticket: Ticket, people: People, clock: Clock) -> None:
    """The second one moves only the last response."""
    agent_reply(state, ticket, people)
    clock.advance(timedelta(hours=1))
    agent_reply(state, ticket, people)
    assert (ticket.stats.first_responded_at, ticket.stats.agent_responded_at) == (
        clock() - timedelta(hours=1),
        clock(),
    )


def test_an_outbound_tickets_clock_waits_for_the_customer(state: State, people: People, clock: Clock) -> None:
    """What the agent says before the customer's first answer is no first response."""
    ticket = state.open_ticket(people.carla, "Your contract", by=people.ada, outbound=True)
    agent_reply(state, ticket, people)
    assert ticket.stats.first_responded_at is None
    customer_reply(state, ticket, people)
    clock.advance(timedelta(hours=1))
    agent_reply(state, ticket, people)
    assert ticket.stats.first_responded_at == clock()


def test_a_status_leaves_its_instant_and_the_next_overwrites_it(
    state: State, ticket: Ticket, clock: Clock, people: People
) -> None:
    """Of two pauses only the second can be seen; reopening forgets when it was resolved."""
    for status in (Status.PENDING, Status.OPEN, Status.PENDING):
        clock.advance(timedelta(hours=1))
        state.set_status(ticket, status)
    assert (ticket.stats.pending_since, ticket.stats.status_updated_at) == (clock(), clock())
    state.set_status(ticket, Status.RESOLVED)
    resolved_at = ticket.stats.resolved_at
    clock.advance(timedelta(hours=1))
    state.set_status(ticket, Status.CLOSED)
    assert (ticket.stats.resolved_at, ticket.stats.closed_at) == (resolved_at, clock())
    customer_reply(state, ticket, people)
    stats = ticket.stats
    assert (ticket.status, stats.reopened_at, stats.resolved_at, stats.closed_at) == (Status.OPEN, clock(), None, None)


@pytest.mark.parametrize("switches", [Switches(conversations_move_updated_at=False)])
def test_answers_may_leave_updated_at_alone(state: State, ticket: Ticket, people: People, clock: Clock) -> None:
    """Then a list by updated_since misses them."""
    before = ticket.updated_at
    clock.advance(timedelta(hours=1))
    agent_reply(state, ticket, people)
    assert ticket.updated_at == before


def test_resolved_tickets_close_by_time(state: State, ticket: Ticket, clock: Clock) -> None:
    """As an hourly rule does; the activity names no person."""
    state.set_status(ticket, Status.RESOLVED)
    clock.advance(timedelta(hours=47))
    assert state.close_resolved() == []
    clock.advance(timedelta(hours=1))
    assert state.close_resolved() == [ticket]
    assert (ticket.status, ticket.activities[-1].who) == (Status.CLOSED, None)
