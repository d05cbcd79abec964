"""Tickets and their history. Comments are not kept apart: they are events of the audits, as in Zendesk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.common.records import Record
from sandbox.zendesk.model import Via


@dataclass(slots=True)
class FieldEvent:
    """A field's value at creation (``Create``) or its change (``Change``), in the text form that audits use.

    ``raw`` and ``previous_raw`` are the values as the ticket keeps them, for webhook events.
    """

    id: int
    type: str
    field_name: str
    value: Any
    previous: Any = None
    via: Via | None = None
    raw: Any = None
    previous_raw: Any = None


@dataclass(slots=True)
class CommentEvent:
    """A comment; ``flags`` are Zendesk's warnings about its origin (4: automatic mail, 17: private by an end user)."""

    id: int
    author_id: int
    body: str
    html_body: str
    public: bool
    via: Via | None = None
    flags: tuple[int, ...] = ()


@dataclass(slots=True)
class OtherEvent:
    """Anything else that stands in an audit: Notification, External, CommentPrivacyChange."""

    id: int
    type: str
    data: dict[str, Any]
    via: Via | None = None


AuditEvent = FieldEvent | CommentEvent | OtherEvent


@dataclass(slots=True)
class Audit:
    """One update of one ticket: who, how, and all that it changed."""

    id: int
    ticket_id: int
    created_at: datetime
    author_id: int
    via: Via
    custom: dict[str, Any] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Ticket(Record):
    """One ticket.

    Attributes:
        custom: custom field values by field id; a field without a value is left out.
        generated_at: when anything at all changed; ``updated_at`` moves only with an audit.
        status_before: what it was before it was deleted, or None.
        archived: closed for long: readable by id and in exports, not in lists, and never written again.
    """

    subject: str
    description: str
    requester_id: int
    submitter_id: int
    status: str
    custom_status_id: int
    brand_id: int
    ticket_form_id: int
    via: Via
    generated_at: datetime
    priority: str | None = None
    type: str | None = None
    assignee_id: int | None = None
    organization_id: int | None = None
    group_id: int | None = None
    external_id: str | None = None
    problem_id: int | None = None
    due_at: datetime | None = None
    recipient: str | None = None
    tags: list[str] = field(default_factory=list)
    custom: dict[int, Any] = field(default_factory=dict)
    follower_ids: list[int] = field(default_factory=list)
    email_cc_ids: list[int] = field(default_factory=list)
    followup_ids: list[int] = field(default_factory=list)
    status_before: str | None = None
    archived: bool = False
    audits: list[Audit] = field(default_factory=list)

    @property
    def is_deleted(self) -> bool:
        """True while it can only be seen among the deleted tickets."""
        return self.status == "deleted"

    @property
    def is_public(self) -> bool:
        """False while it has private comments only."""
        return any(comment.public for _, comment in self.comments())

    def comments(self) -> Iterator[tuple[Audit, CommentEvent]]:
        """Yield the comments in order, each with the audit that it stands in."""
        for audit in self.audits:
            for event in audit.events:
                if isinstance(event, CommentEvent):
                    yield audit, event
