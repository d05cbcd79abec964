"""Placeholders such as ``{{ticket.id}}``, in comments and in the bodies of triggers' webhooks.

They render display values, not API values, and put them in as they are: a quote in a subject breaks a JSON body.
Source: article "Zendesk Support placeholders reference".
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.zendesk.model import User
from sandbox.zendesk.tickets_model import Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

_PLACEHOLDER = re.compile(r"(?<!\\)\{\{\s*([a-z_]+(?:\.[a-z_0-9]+)*)\s*\}\}")
VIA = {"api": "Web service", "web": "Web form", "email": "Mail", "chat": "Chat"}


def rendered(text: str, store: "Store", ticket: Ticket, current_user: User) -> str:
    """Return ``text`` with its placeholders replaced; unknown ones become empty, ``\\{{`` stays as it is."""
    return _PLACEHOLDER.sub(lambda match: _value(match[1], store, ticket, current_user), text)


def _value(name: str, store: "Store", ticket: Ticket, current_user: User) -> str:
    root, _, rest = name.partition(".")
    if root == "current_user":
        return _of_user(current_user, rest or "name")
    if root != "ticket":
        return ""
    first, _, attribute = rest.partition(".")
    match first:
        case "requester":
            return _of_user(store.users.get(ticket.requester_id), attribute or "name")
        case "assignee":
            return _of_user(store.users.get(ticket.assignee_id or 0), attribute or "name")
        case "organization":
            organization = store.organizations.get(ticket.organization_id or 0)
            return str(getattr(organization, attribute or "name", None) or "")
        case "group":
            group = store.groups.get(ticket.group_id or 0)
            return group.name if group else ""
        case "latest_comment" | "latest_public_comment":
            return _of_comment(ticket, first == "latest_public_comment", attribute)
        case _:
            return _of_ticket(first, store, ticket)


def _of_user(user: User | None, attribute: str) -> str:
    if user is None or attribute not in ("id", "name", "email", "external_id", "phone", "details", "notes"):
        return ""
    return str(getattr(user, attribute) or "")


def _of_comment(ticket: Ticket, public_only: bool, attribute: str) -> str:
    comments = [comment for _, comment in ticket.comments() if comment.public or not public_only]
    if not comments:
        return ""
    return str(comments[-1].public).lower() if attribute == "is_public" else comments[-1].body


def _of_ticket(name: str, store: "Store", ticket: Ticket) -> str:
    if match := re.fullmatch(r"ticket_field_(option_title_)?(\d+)", name):
        value = ticket.custom.get(int(match[2]))
        field = store.ticket_fields.get(int(match[2]))
        if match[1] and field:
            return next((option["name"] for option in field.options if option["value"] == value), "")
        return "" if value is None else str(value)
    form = store.ticket_forms.get(ticket.ticket_form_id)
    values = {
        "id": str(ticket.id),
        "external_id": ticket.external_id or "",
        "title": ticket.subject,
        "description": ticket.description,
        "status": (ticket.status or "").capitalize(),
        "priority": (ticket.priority or "").capitalize(),
        "ticket_type": (ticket.type or "").capitalize(),
        "tags": " ".join(ticket.tags),
        "via": VIA.get(ticket.via.channel, ticket.via.channel),
        "ticket_form": form.name if form else "",
        "created_at": _long_date(ticket.created_at),
        "updated_at": _long_date(ticket.updated_at),
        "created_at_with_timestamp": ticket.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at_with_timestamp": ticket.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "due_date": _long_date(ticket.due_at) if ticket.due_at else "",
        "link": f"/agent/tickets/{ticket.id}",
        "url": f"/agent/tickets/{ticket.id}",
    }
    return values.get(name, "")


def _long_date(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year}"
