"""Zendesk's own figures about a ticket, from its audits. The calendar and business values are the same here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.zendesk.jsonviews import iso
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import FieldEvent, Ticket


def metric_set(state: State, ticket: Ticket, base: str) -> dict[str, Any]:
    """Return a ticket's metric set."""
    replies = [
        audit.created_at
        for position, (audit, comment) in enumerate(ticket.comments())
        if position and comment.public and _is_staff(state, comment.author_id)
    ]
    solved = [at for at, before, after in _statuses(ticket) if after == "solved"]
    reopens = sum(
        1 for _, before, after in _statuses(ticket) if before == "solved" and after not in ("closed", "solved")
    )
    first, last = (solved[0], solved[-1]) if solved else (None, None)
    return {
        "url": f"{base}/api/v2/ticket_metrics/{ticket.id}.json",
        "id": ticket.id,
        "ticket_id": ticket.id,
        "created_at": iso(ticket.created_at),
        "updated_at": iso(ticket.updated_at),
        "group_stations": 1 if ticket.group_id else 0,
        "assignee_stations": 1 if ticket.assignee_id else 0,
        "reopens": reopens,
        "replies": len(replies),
        "solved_at": iso(last),
        **dates(ticket),
        "reply_time_in_minutes": _minutes(ticket.created_at, replies[0] if replies else None),
        "first_resolution_time_in_minutes": _minutes(ticket.created_at, first),
        "full_resolution_time_in_minutes": _minutes(ticket.created_at, last),
        "agent_wait_time_in_minutes": _minutes(ticket.created_at, None),
        "requester_wait_time_in_minutes": _minutes(ticket.created_at, None),
        "on_hold_time_in_minutes": {"calendar": 0, "business": 0},
    }


def dates(ticket: Ticket) -> dict[str, Any]:
    """Return when who last touched a ticket."""
    by_requester = [a.created_at for a in ticket.audits if a.author_id == ticket.requester_id]
    by_assignee = [a.created_at for a in ticket.audits if a.author_id == ticket.assignee_id]
    changes = [at for at, _, _ in _statuses(ticket)]
    comments = [audit.created_at for audit, _ in ticket.comments()]
    return {
        "assignee_updated_at": iso(by_assignee[-1] if by_assignee else None),
        "requester_updated_at": iso(by_requester[-1] if by_requester else ticket.created_at),
        "status_updated_at": iso(changes[-1] if changes else ticket.created_at),
        "initially_assigned_at": iso(_assigned(ticket)),
        "assigned_at": iso(_assigned(ticket)),
        "latest_comment_added_at": iso(comments[-1] if comments else None),
    }


def _statuses(ticket: Ticket) -> Iterator[tuple[datetime, Any, Any]]:
    for audit in ticket.audits:
        for event in audit.events:
            if isinstance(event, FieldEvent) and event.field_name == "status":
                yield audit.created_at, event.previous, event.value


def _assigned(ticket: Ticket) -> datetime | None:
    for audit in ticket.audits:
        for event in audit.events:
            if isinstance(event, FieldEvent) and event.field_name == "assignee_id" and event.value:
                return audit.created_at
    return None


def _is_staff(state: State, user_id: int) -> bool:
    user = state.users.get(user_id)
    return bool(user and user.is_staff)


def _minutes(start: datetime, end: datetime | None) -> dict[str, int | None]:
    minutes = int((end - start).total_seconds() // 60) if end else None
    return {"calendar": minutes, "business": minutes}
