"""The canonical form: what is accepted, and what each fault says."""

import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import TicketError
from core.ticket import Ticket
from tests.core.test_purity import TICKET


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"created_at": "2026-11-20T15:00:00"}, "created_at: has no zone; write an instant such as"),
        ({"created_at": 5}, "created_at: is not an instant"),
        ({"created_at": "1794000000"}, "created_at: is not an instant"),
        ({"created_at": "2026-11-20"}, "created_at: is not an instant"),
        ({"created_at": "1066-10-14T09:00:00Z"}, "created_at: lies outside the years"),
        ({"created_at": "yesterday"}, "created_at: "),
        ({"status": "waiting"}, "status: Input should be 'new', 'open'"),
        ({"colour": "red"}, "colour: is not a key of the canonical form"),
        ({"id": None}, "id: "),
        ({"events": [{"kind": "agent_replied"}]}, "events[0].at: is required"),
        ({"events": [{"at": "2026-11-20T15:00:00Z"}]}, "events[0].kind: is required"),
        ({"events": [{"at": "2026-11-20T15:00:00Z", "kind": "status_changed"}]}, "events[0].to: None is not a status"),
        (
            {"events": [{"at": "2026-11-20T15:00:00Z", "kind": "status_changed", "to": "x"}]},
            "events[0].to: 'x' is not a",
        ),
        (
            {"events": [{"at": "2026-11-20T15:00:00Z", "kind": "fact_changed", "to": 1}]},
            "events[0].name: fact_changed needs",
        ),
        ({"events": [{"at": "2026-11-20T15:00:00Z", "kind": "deadline_set", "to": "soon"}]}, "deadline_set needs `to`"),
        (
            {"events": [{"at": "2026-11-20T15:00:00Z", "kind": "deadline_set", "to": "2026-11-21T15:00:00"}]},
            "deadline_set",
        ),
        ({"organization": {"colour": 1}}, "organization.colour: is not a key of the canonical form"),
        ({"requester": {"role": "boss"}}, "requester.role: Input should be 'customer'"),
    ],
)
def test_faults(change, says):
    """Each fault names its path and what to write."""
    with pytest.raises(TicketError) as caught:
        Ticket.from_mapping(TICKET | change)
    assert any(says in str(fault) for fault in caught.value.faults), caught.value


def test_every_fault_at_once():
    """All faults of a ticket come together."""
    with pytest.raises(TicketError) as caught:
        Ticket.from_mapping(TICKET | {"status": "x", "colour": 1, "created_at": "x"})
    assert {fault.path for fault in caught.value.faults} == {"status", "colour", "created_at"}


@pytest.mark.parametrize("value", [None, [], "x", 5, {}])
def test_what_is_no_ticket(value):
    """Anything but a ticket is a TicketError."""
    with pytest.raises(TicketError):
        Ticket.from_mapping(value)


def test_instants_are_kept_in_utc():
    """An instant in any zone is the same instant in UTC."""
    ticket = Ticket.from_mapping(TICKET | {"created_at": "2026-11-20T16:00:00+01:00"})
    assert ticket.created_at.isoformat() == "2026-11-20T15:00:00+00:00"


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "pending", "P1"]),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.none(), max_size=2),
)


def _places(value, path=()):
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(item, (*path, key))


@settings(max_examples=300)
@given(st.data())
def test_mutated_tickets_raise_nothing_else(data):
    """A ticket with values replaced is read, or refused with a TicketError."""
    changed = copy.deepcopy(TICKET)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([place for place in _places(changed) if place]))
        target = changed
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = data.draw(ODD)
    with contextlib.suppress(TicketError):
        Ticket.from_mapping(changed)
