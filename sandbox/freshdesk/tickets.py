"""Tickets and what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sandbox.common.records import Record


class Said(IntEnum):
    """Where a conversation entry comes from, in the API's numbers."""

    REPLY, NOTE = 0, 2


@dataclass(slots=True)
class Conversation(Record):
    """One reply or note; ``user_id`` None is nobody's, as after a person was forgotten."""

    ticket_id: int = 0
    user_id: int | None = None
    body: str = ""
    body_text: str = ""
    incoming: bool = False
    private: bool = False
    source: int = Said.NOTE
    to_emails: list[str] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    automation_id: int | None = None
    last_edited_at: datetime | None = None
    last_edited_user_id: int | None = None


@dataclass(slots=True)
class Stats:
    """The instants that Freshdesk keeps: the last of each kind only, which is all the history it has."""

    agent_responded_at: datetime | None = None
    requester_responded_at: datetime | None = None
    first_responded_at: datetime | None = None
    status_updated_at: datetime | None = None
    reopened_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    pending_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What somebody changed, as the agent's page and the daily activities file show it.

    ``who`` is the performer's id; None is the system or a rule, which ``how`` then names.
    """

    at: datetime
    who: int | None
    how: str
    changes: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Timer:
    """The native engine's own notes on a ticket.

    Attributes:
        runs_at: when it next works the due dates out; None is never.
        by_hand: somebody set the dates, so the older engine leaves them alone.
        stopped_since: since when the status has kept the timer off.
        stopped: how long it was off before that.
        overdue: the ticket was marked as past its due date.
    """

    runs_at: datetime | None = None
    by_hand: bool = False
    stopped_since: datetime | None = None
    stopped: timedelta = timedelta(0)
    overdue: bool = False


@dataclass(slots=True)
class Ticket(Record):
    """One ticket. What the API never shows: ``timer``, ``activities``, ``merged_into``, ``outbound``."""

    subject: str = ""
    description: str = ""
    requester_id: int = 0
    status: int = 2
    priority: int = 1
    source: int = 2
    type: str | None = None
    responder_id: int | None = None
    group_id: int | None = None
    company_id: int | None = None
    product_id: int | None = None
    email_config_id: int | None = None
    internal_group_id: int | None = None
    internal_agent_id: int | None = None
    parent_id: int | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)
    cc_emails: list[str] = field(default_factory=list)
    due_by: datetime | None = None
    fr_due_by: datetime | None = None
    is_escalated: bool = False
    fr_escalated: bool = False
    spam: bool = False
    deleted: bool = False
    archived: bool = False
    outbound: bool = False
    merged_into: int | None = None
    watchers: list[int] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    conversations: list[Conversation] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    timer: Timer = field(default_factory=Timer)
