"""A ticket in the one form that every adapter produces: its state at creation, then what happened.

Current values follow by replay. The same form is the JSON that the command line reads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import Fault, Faults, TicketError


class Status(StrEnum):
    """The categories that every platform's statuses are mapped onto."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def is_solved(self) -> bool:
        """True for the two categories in which nothing is left to do."""
        return self is Status.SOLVED or self is Status.CLOSED


class Metric(StrEnum):
    """What is timed."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    UPDATE = "update"
    RESOLUTION = "resolution"


class Role(StrEnum):
    """Who somebody is to the vendor; an end customer is a user of the customer's own."""

    CUSTOMER = "customer"
    END_CUSTOMER = "end_customer"
    AGENT = "agent"


class Kind(StrEnum):
    """What can happen to a ticket."""

    AGENT_REPLIED = "agent_replied"
    CUSTOMER_REPLIED = "customer_replied"
    NOTE_ADDED = "note_added"
    STATUS_CHANGED = "status_changed"
    PRIORITY_CHANGED = "priority_changed"
    FACT_CHANGED = "fact_changed"
    PLAN_CHANGED = "plan_changed"
    ORGANIZATION_CHANGED = "organization_changed"
    REQUESTER_CHANGED = "requester_changed"
    ASSIGNED = "assigned"
    WORKAROUND_PROVIDED = "workaround_provided"
    WORKAROUND_WITHDRAWN = "workaround_withdrawn"
    ESCALATION_REQUESTED = "escalation_requested"
    DEADLINE_SET = "deadline_set"
    DEADLINE_WITHDRAWN = "deadline_withdrawn"
    MERGED = "merged"
    DELETED = "deleted"
    RESTORED = "restored"


_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")
FIRST_YEAR, LAST_YEAR = 1972, 2199  # zone offsets are whole minutes since 1972; later law is unknown


def _instant(at: object) -> object:
    if isinstance(at, int | float) or (isinstance(at, str) and not _DATED.match(at)):
        raise ValueError("is not an instant; write 2026-11-20T15:00:00Z")
    return at


def _utc(at: datetime) -> datetime:
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError(f"lies outside the years {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_utc)]
Setter = Literal["requester", "customer", "end_customer", "agent"]
FactValue = str | bool | int | float | None
_STRICT = ConfigDict(extra="forbid", use_enum_values=False)


@dataclass(frozen=True, slots=True)
class Organization:
    """The customer. ``timezone`` is an IANA name, ``country`` an ISO 3166 code; None is unknown."""

    __pydantic_config__ = _STRICT

    id: str | None = None
    name: str | None = None
    plan: str | None = None
    timezone: str | None = None
    country: str | None = None
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked."""

    __pydantic_config__ = _STRICT

    id: str | None = None
    email: str | None = None
    name: str | None = None
    role: Role = Role.CUSTOMER


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        at: when; UTC.
        kind: what.
        id: the platform's id, if it has one; the same id is the same event.
        by: the id of the person who did it.
        by_role: who that person is to the vendor; None counts as an agent.
        from_: the earlier value, where something changed (written ``from``).
        to: the new value: a status, priority, plan, fact value, a person, an organization or,
            for ``deadline_set``, the deadline.
        name: which fact, for ``fact_changed``.
        metric: which clock, for ``deadline_set`` and ``deadline_withdrawn`` (default: resolution).
        reason: why a deadline was set by hand.
        expires_at: when a deadline set by hand stops counting.
        observed: the platform gave no instant; ``at`` is when it was seen, an upper bound.
    """

    __pydantic_config__ = _STRICT

    at: Instant
    kind: Kind
    id: str | None = None
    by: str | None = None
    by_role: Setter | None = None
    from_: Annotated[FactValue, Field(alias="from")] = None
    to: FactValue | Organization | Requester = None
    name: str | None = None
    metric: Metric | None = None
    reason: str | None = None
    expires_at: Instant | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket: its state at creation, then its events in any order.

    Attributes:
        priority_by: who set the priority at creation; None counts as an agent.
        opened_by: "agent" when somebody on the support side opened it for the requester.
        facts: what the policy's rules may ask about, by name.
        events: in the platform's order; late, repeated and unordered ones are harmless.
    """

    __pydantic_config__ = _STRICT

    id: str
    platform: str
    connection: str
    created_at: Instant
    status: Status
    schema: Literal[1] = 1
    url: str | None = None
    subject: str | None = None
    priority: str | None = None
    priority_by: Setter | None = None
    channel: str | None = None
    opened_by: Setter | None = None
    tags: tuple[str, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    requester: Requester | None = None
    organization: Organization | None = None
    events: tuple[Event, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: object) -> "Ticket":
        """Return the ticket that a parsed JSON object describes.

        Raises:
            TicketError: with every fault at once, each naming its path and what to write.
        """
        try:
            ticket = _TICKET.validate_python(mapping)
        except ValidationError as err:
            raise TicketError(_faults(err)) from None
        faults = [fault for n, event in enumerate(ticket.events) for fault in _event_faults(event, f"events[{n}]")]
        if faults:
            raise TicketError(tuple(faults))
        return ticket

    def to_mapping(self) -> dict[str, Any]:
        """Return the JSON object that :meth:`from_mapping` reads back as this ticket."""
        mapping: dict[str, Any] = _TICKET.dump_python(self, mode="json", by_alias=True, exclude_none=True)
        return mapping


_TICKET: TypeAdapter[Ticket] = TypeAdapter(Ticket)

_NEEDS_TO = {
    Kind.STATUS_CHANGED: "the new status category",
    Kind.PLAN_CHANGED: "the new plan, or null",
    Kind.PRIORITY_CHANGED: "the new priority, or null",
    Kind.FACT_CHANGED: "the fact's new value, or null",
    Kind.DEADLINE_SET: "the deadline, an instant with its zone",
}


def _event_faults(event: Event, path: str) -> list[Fault]:
    """Return what a well-typed event still lacks for its kind."""
    faults = []
    if event.kind is Kind.STATUS_CHANGED and event.to not in set(Status):
        choice = ", ".join(Status)
        faults.append(Fault(f"{event.to!r} is not a status category; write one of {choice}", f"{path}.to"))
    if event.kind is Kind.FACT_CHANGED and not event.name:
        faults.append(Fault("fact_changed needs `name`, the fact that changed", f"{path}.name"))
    if event.kind is Kind.DEADLINE_SET and deadline_of(event) is None:
        faults.append(Fault(f"deadline_set needs `to`: {_NEEDS_TO[event.kind]}", f"{path}.to"))
    if event.kind in (Kind.PRIORITY_CHANGED, Kind.PLAN_CHANGED) and not isinstance(event.to, str | None):
        faults.append(Fault(f"`to` is {_NEEDS_TO[event.kind]}", f"{path}.to"))
    return faults


def deadline_of(event: Event) -> datetime | None:
    """Return the instant that a ``deadline_set`` event sets, or None if it cannot be read."""
    try:
        at = datetime.fromisoformat(str(event.to))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo and FIRST_YEAR < at.year < LAST_YEAR else None


def _faults(err: ValidationError) -> Faults:
    """Return pydantic's errors in our words: one fault a path, however many types a union tried there."""
    found: dict[str, str] = {}
    for error in err.errors(include_url=False):
        path = _path(error["loc"])
        kind = error["type"]
        said = str(error["ctx"]["error"]) if kind == "value_error" else _REMEDY.get(kind, error["msg"])
        found[path] = _NO_KIND if path in found and found[path] != said else said
    return tuple(Fault(message, path or "ticket") for path, message in found.items())


def _path(parts: tuple[int | str, ...]) -> str:
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in ("Organization", "Requester", "str", "bool", "int", "float"):
            path += f".{part}" if path else part
    return path


_NO_KIND = "is of no kind that fits here; write text, a number, true, false or null"
_REMEDY = {
    "missing": "is required",
    "timezone_aware": "has no zone; write an instant such as 2026-11-20T15:00:00Z",
    "unexpected_keyword_argument": "is not a key of the canonical form; remove it or correct its spelling",
    "dataclass_type": "must be a JSON object",
}
