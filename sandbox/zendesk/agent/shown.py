"""What the pages show of tickets: display texts only, nothing that a template still has to work out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.zendesk.model import CustomField, User
from sandbox.zendesk.state import PLAN_KEY, State
from sandbox.zendesk.tickets_model import Audit, CommentEvent, FieldEvent, OtherEvent, Ticket

SLA_PREFIX = "SLA "
SECOND_VALUE = re.compile(r" \(.+\)$")  # the same instant once more, in a form that sorts
EPOCHS = range(1_000_000_000, 10_000_000_000)  # an integer field in this range holds seconds since 1970
TONES = {
    "bad": ("breach", "overdue", "missed", "late"),
    "warn": ("risk", "warn", "soon"),
    "calm": ("paus", "hold", "wait", "none", "not_covered", "excluded"),
    "good": ("run", "met", "ok", "done", "on_track", "in_time"),
}
MOST_ROWS = 100  # the page renders them all once a second
STATUS_LABELS = {"hold": "On-hold"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value: ``tone`` is a colour class, ``detail`` a second, quieter text."""

    text: str
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A custom field with what stands in it."""

    key: str
    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: int
    subject: str
    requester: str
    organization: str
    plan: str
    status: str
    status_label: str
    priority: str
    updated: Value
    cells: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One comment. ``side`` is customer, agent or note."""

    id: int
    author: str
    initials: str
    side: str
    label: str
    paragraphs: tuple[str, ...]
    at: Value


@dataclass(frozen=True, slots=True)
class Happened:
    """One audit as the history shows it."""

    id: int
    who: str
    how: str
    at: Value
    changes: tuple[str, ...]


def is_written_by_service(field: CustomField) -> bool:
    """Return whether the service writes a field: "SLA state", not "SLA: affected", which agents fill in."""
    return field.title.startswith(SLA_PREFIX)


def sla_values(state: State, ticket: Ticket | None) -> Iterator[Labelled]:
    """Yield what the service shows, by name: "SLA next due (epoch s)" only adds how far "SLA next due" is away."""
    fields = {field.title: field for field in state.custom_ticket_fields() if is_written_by_service(field)}
    custom = ticket.custom if ticket else {}
    for title, field in fields.items():
        if SECOND_VALUE.sub("", title) != title and SECOND_VALUE.sub("", title) in fields:
            continue
        value = shown(field, custom.get(field.id), state)
        second = fields.get(f"{title} (epoch s)")
        if second and second.id in custom:
            value = replace(value, detail=shown(second, custom[second.id], state).detail)
        label = title.removeprefix(SLA_PREFIX)
        yield Labelled(str(field.id), label[:1].upper() + label[1:], value)


def rows(state: State) -> list[Row]:
    """Return the first hundred tickets: unsolved ones first, the last changed on top, no deleted or archived ones."""
    live = [ticket for ticket in state.tickets.values() if not ticket.is_deleted and not ticket.archived]
    live.sort(key=lambda ticket: (ticket.status in ("solved", "closed"), -ticket.updated_at.timestamp(), -ticket.id))
    return [_row(state, ticket) for ticket in live[:MOST_ROWS]]


def _row(state: State, ticket: Ticket) -> Row:
    organization = state.organizations.get(ticket.organization_id or 0)
    return Row(
        id=ticket.id,
        subject=ticket.subject,
        requester=name_of(state, ticket.requester_id),
        organization=organization.name if organization else "",
        plan=plan_of(state, ticket),
        status=ticket.status,
        status_label=status_label(ticket.status),
        priority=ticket.priority or "",
        updated=moment(ticket.updated_at, state.clock()),
        cells=tuple(sla_values(state, ticket)),
    )


def shown(field: CustomField, value: Any, state: State) -> Value:
    """Return a custom field's value in words: an option's name, a date, an instant for seconds since 1970."""
    if value in (None, "", []):
        return Value("–", "empty")
    match field.type:
        case "tagger" | "multiselect":
            chosen: list[str] = value if isinstance(value, list) else [value]
            names = {option["value"]: option["name"] for option in field.options}
            return Value(", ".join(str(names.get(item, item)) for item in chosen), _tone(str(value)))
        case "checkbox":
            return Value("yes" if value else "no")
        case "date":
            return Value(f"{date.fromisoformat(value):%-d %b %Y}")
        case "integer" if int(value) in EPOCHS:
            return moment(datetime.fromtimestamp(int(value), UTC), state.clock())
        case _:
            return Value(str(value))


def _tone(value: str) -> str:
    return next((tone for tone, words in TONES.items() if any(word in value for word in words)), "plain")


def moment(at: datetime, now: datetime) -> Value:
    """Return an instant in UTC, with how far away it is."""
    return Value(f"{at:%a %-d %b %H:%M} UTC", detail=_distance(at - now))


def _distance(delta: timedelta) -> str:
    minutes = int(abs(delta).total_seconds() // 60)
    if minutes < 1:
        return "now"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        f"{days} d" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes and not days else "",
    ]
    text = " ".join(part for part in parts if part)
    return f"in {text}" if delta > timedelta(0) else f"{text} ago"


def conversation(state: State, ticket: Ticket) -> list[Said]:
    """Return the comments, oldest first."""
    return [_said(state, audit, comment) for audit, comment in ticket.comments()]


def _said(state: State, audit: Audit, comment: CommentEvent) -> Said:
    author = state.users.get(comment.author_id)
    name = author.name if author else "Somebody deleted"
    staff = bool(author and author.is_staff)
    side = "note" if not comment.public else ("agent" if staff else "customer")
    labels = {"note": "Internal note", "agent": "Public reply", "customer": "Customer"}
    return Said(
        id=comment.id,
        author=name,
        initials="".join(part[0] for part in name.split()[:2]).upper(),
        side=side,
        label=labels[side],
        paragraphs=tuple(part for part in comment.body.split("\n") if part.strip()),
        at=moment(audit.created_at, state.clock()),
    )


def history(state: State, ticket: Ticket) -> list[Happened]:
    """Return what changed, the newest first; audits that only carry a comment are left out."""
    found = []
    for audit in reversed(ticket.audits):
        changes = tuple(text for event in audit.events if (text := _change(state, event)))
        if changes:
            who, how = name_of(state, audit.author_id), audit.via.rel or audit.via.channel
            found.append(Happened(audit.id, who, how, moment(audit.created_at, state.clock()), changes))
    return found


def _change(state: State, event: CommentEvent | FieldEvent | OtherEvent) -> str:
    if isinstance(event, OtherEvent):
        return f"{event.type} by a trigger" if event.via else event.type
    if isinstance(event, CommentEvent) or event.type == "Create" or event.field_name == "custom_status_id":
        return ""
    if event.field_name.isdigit():
        field = state.ticket_fields.get(int(event.field_name))
        if field is None:
            return ""
        return f"{field.title}: {shown(field, event.previous_raw, state).text} → {shown(field, event.raw, state).text}"
    if isinstance(event.value, list) or isinstance(event.previous, list):
        before, after = set(event.previous or ()), set(event.value or ())
        return " ".join(
            [*(f"+{tag}" for tag in sorted(after - before)), *(f"−{tag}" for tag in sorted(before - after))]
        )
    label = event.field_name.removesuffix("_id").replace("_", " ")
    return f"{label.capitalize()}: {_named(state, event, event.previous)} → {_named(state, event, event.value)}"


def _named(state: State, event: FieldEvent, value: Any) -> str:
    if value in (None, ""):
        return "–"
    tables: dict[str, dict[int, Any]] = {
        "assignee_id": state.users,
        "requester_id": state.users,
        "group_id": state.groups,
        "organization_id": state.organizations,
    }
    record = tables[event.field_name].get(int(value)) if event.field_name in tables else None
    return str(record.name) if record else str(value)


def name_of(state: State, user_id: int | None) -> str:
    """Return a person's name."""
    user: User | None = state.users.get(user_id or 0)
    return user.name if user else "–"


def plan_of(state: State, ticket: Ticket) -> str:
    """Return the plan of a ticket's organization in words."""
    organization = state.organizations.get(ticket.organization_id or 0)
    value = organization.organization_fields.get(PLAN_KEY) if organization else None
    field = next((f for f in state.organization_fields.values() if f.key == PLAN_KEY), None)
    options = {option["value"]: option["name"] for option in field.options} if field else {}
    return str(options.get(value, "")) if value else ""


def status_label(status: str) -> str:
    """Return a status as Zendesk writes it."""
    return STATUS_LABELS.get(status, status.capitalize())
