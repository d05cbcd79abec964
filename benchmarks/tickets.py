"""Tickets of three lengths under Glassbeam's Gold plan: replies, waits for the customer, changes of priority."""

import pkgutil
import random
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from core.policy import Policy
from core.policy_load import load_policy
from core.ticket import Ticket

LENGTHS = (5, 50, 500)

_CREATED_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
_LONGEST_WAIT_MINUTES = 240
_CONVERSATION = (
    {"kind": "agent_replied", "by": "agent"},
    {"kind": "status_changed", "to": "pending"},
    {"kind": "customer_replied", "by": "customer"},
    {"kind": "status_changed", "to": "open"},
    {"kind": "note_added", "by": "agent"},
    {"kind": "agent_replied", "by": "agent"},
    {"kind": "assigned", "to": "agent"},
    {"kind": "customer_replied", "by": "customer"},
    {"kind": "agent_replied", "by": "agent"},
    {"kind": "priority_changed", "to": "P2"},
    {"kind": "status_changed", "to": "pending"},
    {"kind": "customer_replied", "by": "customer"},
    {"kind": "status_changed", "to": "open"},
    {"kind": "priority_changed", "to": "P1"},
)


def gold_policy() -> Policy:
    """Return the bundled policy that the tickets are judged by."""
    text = pkgutil.get_data("policies", "glassbeam.yaml")
    if text is None:
        raise FileNotFoundError("policies/glassbeam.yaml is not installed; run `make install`")
    return load_policy(text.decode(), "glassbeam.yaml")


def ticket_of(length: int) -> tuple[Ticket, datetime]:
    """Return an unsolved ticket with so many events, the same one each time, and an instant an hour after the last."""
    rng = random.Random(length)
    at = _CREATED_AT
    events: list[dict[str, Any]] = []
    for number, what in enumerate(islice(cycle(_CONVERSATION), length)):
        at += timedelta(minutes=rng.randint(1, _LONGEST_WAIT_MINUTES))
        events.append({"id": f"event-{number}", "at": at.isoformat(), **what})
    ticket = Ticket.from_mapping(
        {
            "id": str(length),
            "platform": "zendesk",
            "connection": "benchmark",
            "created_at": _CREATED_AT.isoformat(),
            "status": "new",
            "priority": "P1",
            "channel": "email",
            "requester": {"id": "customer"},
            "organization": {"id": "1", "plan": "Gold"},
            "events": events,
        }
    )
    return ticket, at + timedelta(hours=1)
