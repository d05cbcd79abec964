"""Placeholders such as ``{{ticket.id}}`` in the URL and body of a rule's webhook.

They give display values: names for status and priority, a number for the source, instants as text of the helpdesk's
zone, HTML, and ``[]`` for no tags. Source: help centre, "Understanding dynamic content and placeholders"; deliveries.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.freshdesk.automation.happening import Performer
from sandbox.freshdesk.model import PRIORITIES, SOURCES, Company
from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+(?:\.[a-z_0-9]+)*)\s*\}\}")
HOST = "support.freshdesk.example"


@dataclass(frozen=True, slots=True)
class Context:
    """What placeholders speak of. ``performer`` None: the system, or a creation rule (both UNCONFIRMED)."""

    store: "Store"
    ticket: Ticket
    performer: Performer | None
    triggered_event: str


def rendered(text: str, context: Context, *, escape: bool = False) -> str:
    """Return ``text`` with its placeholders replaced; unknown ones become empty.

    ``escape`` makes values fit for the inside of a JSON string.
    """

    def value(match: re.Match[str]) -> str:
        found = _value(match[1], context)
        return json.dumps(found, ensure_ascii=False)[1:-1] if escape else found

    return _PLACEHOLDER.sub(value, text)


def _value(name: str, context: Context) -> str:
    root, _, rest = name.partition(".")
    match root:
        case "triggered_event":
            return context.triggered_event
        case "helpdesk_name":
            return context.store.name
        case "event_performer":
            return _text(getattr(context.performer, rest, None)) if rest in ("name", "email") else ""
        case "ticket":
            return _of_ticket(rest, context)
        case _:
            return ""


def _of_ticket(name: str, context: Context) -> str:
    store, ticket = context.store, context.ticket
    first, _, rest = name.partition(".")
    match first:
        case "requester":
            person = store.person(ticket.requester_id)
            if rest == "company_name":
                return _text(_company(store, ticket).name)
            return _text(getattr(person, rest, None)) if rest in ("id", "name", "email", "language") else ""
        case "agent":
            return _text(getattr(store.agents.get(ticket.responder_id or 0), rest, None))
        case "group":
            return _text(getattr(store.groups.get(ticket.group_id or 0), rest, None))
        case "company":
            company = _company(store, ticket)
            return ", ".join(company.domains) if rest == "domains" else _text(getattr(company, rest, None))
        case _ if first in ticket.custom_fields:
            return _text(ticket.custom_fields[first])
        case _:
            return _plain(first, context)


def _company(store: "Store", ticket: Ticket) -> Company:
    return store.companies.get(ticket.company_id or 0) or Company(
        id=0, created_at=ticket.created_at, updated_at=ticket.updated_at
    )


def _plain(name: str, context: Context) -> str:
    store, ticket = context.store, context.ticket
    status = store.statuses.get(ticket.status)
    public = [said.body for said in ticket.conversations if not said.private]
    private = [said.body for said in ticket.conversations if said.private]
    url = f"https://{store.switches.domain or HOST}"
    values = {
        "id": str(ticket.id),
        "subject": ticket.subject,
        "description": ticket.description,
        "description_text": to_text(ticket.description),
        "url": f"{url}/helpdesk/tickets/{ticket.id}",
        "portal_url": f"{url}/support/tickets/{ticket.id}",
        "status": status.label if status else str(ticket.status),
        "requester_status_name": status.customer_label if status else "",
        "status_changed_on": _moment(store, ticket.stats.status_updated_at),
        "priority": PRIORITIES[ticket.priority],
        "source": str(ticket.source),
        "source_name": next((label for label, number in SOURCES.items() if number == ticket.source), ""),
        "ticket_type": ticket.type or "",
        "tags": ", ".join(ticket.tags) or "[]",
        "created_on": _moment(store, ticket.created_at),
        "modified_on": _moment(store, ticket.updated_at),
        "due_by_time": _moment(store, ticket.due_by),
        "fr_due_by_time": _moment(store, ticket.fr_due_by),
        "group_id": _text(ticket.group_id),
        "latest_public_comment": public[-1] if public else "",
        "latest_private_comment": private[-1] if private else "",
    }
    return values.get(name, "")


def _moment(store: "Store", at: datetime | None) -> str:
    return f"{at.astimezone(store.zone):%B %-d %Y at %I:%M %p %Z}" if at else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
