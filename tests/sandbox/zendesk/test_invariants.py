"""What holds whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.zendesk import State
from sandbox.zendesk.errors import ApiError
from sandbox.zendesk.fieldvalues import audited
from sandbox.zendesk.paging import page
from sandbox.zendesk.tickets_model import FieldEvent, Ticket
from tests.sandbox.parties import MONDAY
from tests.sandbox.zendesk.conftest import Client, People

OPTIONS = {"opt_a": "A", "opt_b": "B"}
UPDATES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["open", "pending", "hold", "solved"]),
            "priority": st.sampled_from(["low", "urgent", None]),
            "subject": st.text("ab ", min_size=1, max_size=5),
            "tags": st.lists(st.sampled_from(["x", "y", "opt_a", "opt_b"]), max_size=3),
            "option": st.sampled_from([*OPTIONS, "unknown", None]),
            "number": st.sampled_from(["1", 2, None, "too long for it"]),
            "comment": st.sampled_from([{"body": "b"}, {"body": "b", "public": False}]),
        },
    ),
    max_size=8,
)


def replayed(ticket: Ticket) -> dict[str, Any]:
    """Return the values that the audits lead to."""
    values: dict[str, Any] = {}
    for audit in ticket.audits:
        for event in audit.events:
            if isinstance(event, FieldEvent):
                assert (event.previous or None) == (values.get(event.field_name) or None)
                values[event.field_name] = event.value
    return values


@settings(max_examples=60, deadline=None)
@given(updates=UPDATES)
def test_the_audits_replay_to_the_ticket(updates: list[dict[str, Any]]) -> None:
    """History and present never disagree, also when an update was refused half way."""
    state = State(Clock(MONDAY, speed=0))
    tagger = state.add_ticket_field("T", "tagger", OPTIONS)
    number = state.add_ticket_field("N", "integer")
    ticket = state.open_ticket(state.add_end_user("C"), "s")
    agent = state.owner()
    for update in updates:
        values = dict(update)
        fields = [
            {"id": field.id, "value": values.pop(name)}
            for name, field in (("option", tagger), ("number", number))
            if name in values
        ]
        with suppress(ApiError):  # refused, half way or at once
            state.change(ticket, agent, **values, custom_fields=fields)
    values = replayed(ticket)
    for name in ("status", "priority", "subject", "tags"):
        assert (values.get(name) or None) == (getattr(ticket, name) or None)
    for field in (tagger, number):
        assert values.get(str(field.id)) == audited(ticket.custom.get(field.id))
    option = ticket.custom.get(tagger.id)
    assert option is None or option in ticket.tags


@dataclass(frozen=True)
class Item:
    id: int


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ids=st.sets(st.integers(1, 10**12), max_size=25),
    size=st.integers(1, 10),
    descending=st.booleans(),
)
def test_paging_by_cursor_shows_each_record_once(ids: set[int], size: int, descending: bool) -> None:
    """Whatever the page size, following next walks through all records in order."""
    app, seen, after = Flask(__name__), list[int](), ""
    while True:
        with app.test_request_context("/api/v2/things", query_string={"page[size]": size} | after_of(after)):
            answer = page([Item(n) for n in ids], "things", lambda item: item.id, descending=descending)
        seen += answer["things"]
        if not answer["meta"]["has_more"]:
            break
        after = answer["meta"]["after_cursor"]
    assert seen == sorted(ids, reverse=descending)


def after_of(cursor: str) -> dict[str, str]:
    return {"page[after]": cursor} if cursor else {}


def test_many_writers_at_once(client: Client, state: State, people: People, ticket: Ticket) -> None:
    """Every update is whole: one audit each, no id twice."""

    def write(number: int) -> int:
        return client.put_ticket(1, comment={"body": f"n{number}", "public": False}, tags=[f"t{number}"]).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {200}
    ids = [event.id for audit in ticket.audits for event in audit.events] + [audit.id for audit in ticket.audits]
    assert (len(ticket.audits), len(ids)) == (41, len(set(ids)))
