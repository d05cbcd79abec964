"""What holds whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.api.routing import EXTENSION
from sandbox.freshdesk.edits import snapshot
from sandbox.freshdesk.errors import ApiError
from sandbox.freshdesk.model import DONE
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client
from tests.sandbox.parties import MONDAY

ACTS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from([2, 3, 4, 5, 6, 7, 99]),
                "priority": st.sampled_from([1, 4, 9]),
                "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
                "due_by": st.sampled_from(["2026-12-01", "2026-12-02T10:00:00Z"]),
                "type": st.sampled_from(["Incident", None]),
            },
        ),
        st.sampled_from(["reply", "note", "customer", "wait"]),
    ),
    max_size=10,
)


def story(acts: list[Any], switches: Switches | None = None) -> tuple[State, Ticket]:
    """Let people do all that to one ticket; what is refused does not happen."""
    state = State(Clock(MONDAY, speed=0), switches=switches)
    state.courier.enabled = False
    carla, agent = state.add_contact("C"), state.owner()
    ticket = state.open_ticket(carla, "s")
    for act in acts:
        with suppress(ApiError):
            match act:
                case "wait":
                    state.clock.advance(timedelta(hours=1))
                    state.run_engine()
                case "reply" | "note":
                    state.reply(ticket, agent, "x", public=act == "reply")
                case "customer":
                    state.reply(ticket, carla, "x")
                case _:
                    state.change(ticket, agent, **act)
    return state, ticket


@settings(max_examples=80, deadline=None)
@given(acts=ACTS)
def test_the_activities_replay_to_the_ticket(acts: list[Any]) -> None:
    """What changed and what is agree, also after refusals and rules; only the native engine writes unseen."""
    _, ticket = story(acts)
    values: dict[str, Any] = {"status": 2, "priority": 1, "tags": [], "type": None}
    for activity in ticket.activities:
        for name, (old, new) in activity.changes.items():
            if name in values:
                assert old == values[name]
                values[name] = new
    assert values == {name: snapshot(ticket)[name] for name in values}


@settings(max_examples=80, deadline=None)
@given(acts=ACTS, newer=st.booleans())
def test_the_stats_fit_the_status(acts: list[Any], newer: bool) -> None:
    """Resolved, closed and pending have their instants exactly while they hold; none is in the future."""
    state, ticket = story(acts, Switches(newer_engine=newer))
    stats, now = ticket.stats, state.now()
    assert (stats.resolved_at is not None) is (ticket.status in DONE)
    assert (stats.closed_at is not None) is (ticket.status == 5)
    assert (stats.pending_since is not None) is (ticket.status == 3)
    instants = [getattr(stats, name) for name in stats.__slots__ if getattr(stats, name)]
    assert all(ticket.created_at <= at <= now for at in instants)
    assert ticket.updated_at <= now


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 40), size=st.integers(1, 15))
def test_paging_shows_each_record_once(count: int, size: int) -> None:
    """Following the Link header walks through all records in order."""
    app, seen, query = Flask(__name__), list[int](), f"per_page={size}"
    app.extensions[EXTENSION] = State(Clock(MONDAY, speed=0))
    while query:
        with app.test_request_context(f"/api/v2/things?{query}"):
            answer = page(range(count), lambda number: number)
        seen += answer.body
        query = answer.headers.get("Link", "").partition("?")[2].partition(">")[0]
    assert seen == list(range(count))


def test_many_writers_at_once(client: Client, ticket: Ticket) -> None:
    """Every update is whole: one note each, no id twice."""

    def write(number: int) -> int:
        return client("POST", "/tickets/1/notes", {"body": f"n{number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {201}
    assert len({said.id for said in ticket.conversations}) == 40
    assert {said.body for said in ticket.conversations} == {f"n{number}" for number in range(40)}
