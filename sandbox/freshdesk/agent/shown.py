"""What the pages show of tickets, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.common.desk.values import (
    EMPTY,
    NOTHING,
    Happened,
    Labelled,
    Row,
    Said,
    Value,
    initials,
    moment,
    tone_of,
)
from sandbox.freshdesk.model import DONE, PRIORITIES, Agent, TicketField
from sandbox.freshdesk.state import State
from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Activity, Conversation, Ticket

SLA_PREFIX = "SLA "
SECOND_VALUE = re.compile(r" \(.+\)$")  # the same instant once more, in a form that sorts
EPOCHS = range(1_000_000_000, 10_000_000_000)  # a number in this range holds seconds since 1970
MOST_ROWS = 100  # the page renders them all once a second
LABELS = {"responder_id": "Agent", "group_id": "Group", "requester_id": "Contact", "company_id": "Company"}
QUIET = {"merged_into", "archived", "outbound"}


@dataclass(frozen=True, slots=True)
class Native:
    """What Freshdesk's own policy says, in words."""

    first: str
    resolution: str
    overdue: bool


def is_written_by_service(field: TicketField) -> bool:
    """Return whether the service writes a field: "SLA state", not "SLA: affected", which agents fill in."""
    return field.label.startswith(SLA_PREFIX)


def sla_values(state: State, ticket: Ticket | None) -> Iterator[Labelled]:
    """Yield what the service shows, by label: "SLA next due (epoch s)" only adds how far "SLA next due" is away."""
    fields = {field.label: field for field in state.custom_fields() if is_written_by_service(field)}
    custom = ticket.custom_fields if ticket else {}
    for label, field in fields.items():
        if SECOND_VALUE.sub("", label) != label and SECOND_VALUE.sub("", label) in fields:
            continue
        value = shown(field, custom.get(field.name), state)
        second = fields.get(f"{label} (epoch s)")
        if second and custom.get(second.name):
            value = replace(value, detail=shown(second, custom[second.name], state).detail)
        short = label.removeprefix(SLA_PREFIX)
        yield Labelled(field.name, short[:1].upper() + short[1:], value)


def rows(state: State) -> list[Row]:
    """Return the first hundred tickets: open ones first, the last changed on top; no deleted, spam or archived ones."""
    live = [t for t in state.tickets.values() if not (t.deleted or t.spam or t.archived)]
    live.sort(key=lambda ticket: (ticket.status in DONE, -ticket.updated_at.timestamp(), -ticket.id))
    return [_row(state, ticket) for ticket in live[:MOST_ROWS]]


def _row(state: State, ticket: Ticket) -> Row:
    company = state.companies.get(ticket.company_id or 0)
    return Row(
        key=str(ticket.id),
        subject=ticket.subject,
        requester=name_of(state, ticket.requester_id),
        organization=company.name if company else "",
        plan=(company.account_tier or "") if company else "",
        status=status_label(state, ticket.status),
        status_class=f"s{ticket.status}",
        priority=PRIORITIES[ticket.priority],
        priority_class=f"p{ticket.priority}",
        updated=moment(ticket.updated_at, state.clock()),
        cells=tuple(sla_values(state, ticket)),
    )


def shown(field: TicketField, value: Any, state: State) -> Value:
    """Return a custom field's value in words: a date, an instant for seconds since 1970."""
    if value in (None, "", []):
        return NOTHING
    match field.type:
        case "custom_dropdown":
            return Value(str(value), tone_of(str(value)))
        case "custom_checkbox":
            return Value("yes" if value else "no")
        case "custom_date":
            return Value(f"{date.fromisoformat(value):%-d %b %Y}")
        case "custom_number" if int(value) in EPOCHS:
            return moment(datetime.fromtimestamp(int(value), UTC), state.clock())
        case _:
            return Value(str(value))


def native(state: State, ticket: Ticket) -> Native:
    """Return the native due dates."""
    first, resolution = (
        moment(at, state.clock()).text if at else "not worked out yet" for at in (ticket.fr_due_by, ticket.due_by)
    )
    return Native(first, resolution, ticket.is_escalated)


def conversation(state: State, ticket: Ticket) -> list[Said]:
    """Return the description and what was said after it, oldest first."""
    opener = Conversation(
        id=ticket.id,
        created_at=ticket.created_at,
        updated_at=ticket.created_at,
        user_id=ticket.requester_id,
        body_text=to_text(ticket.description),
        incoming=True,
        source=0,
    )
    return [_said(state, entry) for entry in (opener, *ticket.conversations)]


def _said(state: State, said: Conversation) -> Said:
    author = state.person(said.user_id)
    name = author.name if author else ("An automation rule" if said.automation_id else "Somebody forgotten")
    side = "note" if said.private else ("agent" if isinstance(author, Agent) and not said.incoming else "customer")
    public_note = side == "agent" and said.source != 0
    labels = {"note": "Private note", "agent": "Public note" if public_note else "Reply", "customer": "Customer"}
    return Said(
        id=said.id,
        author=name,
        initials=initials(name),
        side=side,
        label=labels[side],
        paragraphs=tuple(said.body_text.split("\n")),
        at=moment(said.created_at, state.clock()),
    )


def history(state: State, ticket: Ticket) -> list[Happened]:
    """Return what changed, the newest first."""
    found = []
    for number, activity in reversed(list(enumerate(ticket.activities))):
        who = name_of(state, activity.who) if activity.who else "System"
        changes = tuple(_change(state, name, activity) for name in activity.changes if name not in QUIET)
        found.append(Happened(number, who, activity.how, moment(activity.at, state.clock()), changes))
    return found


def _change(state: State, name: str, activity: Activity) -> str:
    old, new = activity.changes[name]
    field = state.field_named(name)
    if field and not field.default:
        return f"{field.label}: {shown(field, old, state).text} → {shown(field, new, state).text}"
    if isinstance(old, list) or isinstance(new, list):
        before, after = set(old or ()), set(new or ())
        return " ".join(
            [*(f"+{tag}" for tag in sorted(after - before)), *(f"−{tag}" for tag in sorted(before - after))]
        )
    label = LABELS.get(name, name.replace("_", " ").capitalize())
    return f"{label}: {_named(state, name, old)} → {_named(state, name, new)}"


def _named(state: State, name: str, value: Any) -> str:
    if value in (None, ""):
        return EMPTY
    if isinstance(value, datetime):
        return f"{value:%a %-d %b %H:%M} UTC"
    match name:
        case "status":
            return status_label(state, value)
        case "priority":
            return PRIORITIES[value]
        case "responder_id" | "requester_id":
            return name_of(state, value)
        case "group_id" if value in state.groups:
            return state.groups[value].name
        case "company_id" if value in state.companies:
            return state.companies[value].name
        case _:
            return str(value)


def name_of(state: State, person_id: int | None) -> str:
    """Return a person's name."""
    person = state.person(person_id)
    return person.name if person else EMPTY


def status_label(state: State, status: int) -> str:
    """Return a status as agents see it."""
    choice = state.statuses.get(status)
    return choice.label if choice else str(status)
