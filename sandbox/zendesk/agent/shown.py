"""What the pages show of tickets, in words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.common.desk.values import EMPTY, NOTHING, Happened, Labelled, Row, Said, Value, initials, moment, tone_of
from sandbox.zendesk.model import CustomField, User
from sandbox.zendesk.state import PLAN_KEY, State
from sandbox.zendesk.tickets_model import Audit, CommentEvent, FieldEvent, OtherEvent, Ticket

SLA_PREFIX = "SLA "
SECOND_VALUE = re.compile(r" \(.+\)$")  # the same instant once more, in a form that sorts
EPOCHS = range(1_000_000_000, 10_000_000_000)  # an integer field in this range holds seconds since 1970
MOST_ROWS = 100  # the page renders them all once a second
STATUS_LABELS = {"hold": "On-hold"}


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
        key=str(ticket.id),
        subject=ticket.subject,
        requester=name_of(state, ticket.requester_id),
        organization=organization.name if organization else "",
        plan=plan_of(state, ticket),
        status=status_label(ticket.status),
        status_class=ticket.status,
        priority=(ticket.priority or "").capitalize(),
        priority_class=ticket.priority or "",
        updated=moment(ticket.updated_at, state.clock()),
        cells=tuple(sla_values(state, ticket)),
    )


def shown(field: CustomField, value: Any, state: State) -> Value:
    """Return a custom field's value in words: an option's name, a date, an instant for seconds since 1970."""
    if value in (None, "", []):
        return NOTHING
    match field.type:
        case "tagger" | "multiselect":
            chosen: list[str] = value if isinstance(value, list) else [value]
            names = {option["value"]: option["name"] for option in field.options}
            return Value(", ".join(str(names.get(item, item)) for item in chosen), tone_of(str(value)))
        case "checkbox":
            return Value("yes" if value else "no")
        case "date":
            return Value(f"{date.fromisoformat(value):%-d %b %Y}")
        case "integer" if int(value) in EPOCHS:
            return moment(datetime.fromtimestamp(int(value), UTC), state.clock())
        case _:
            return Value(str(value))


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
        initials=initials(name),
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
        return EMPTY
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
    return user.name if user else EMPTY


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
