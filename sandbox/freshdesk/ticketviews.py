"""Tickets and conversations as the API shows them. Source: API reference, "View a ticket"; recorded answers."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk.texts import to_text
from sandbox.freshdesk.tickets import Conversation, Stats, Ticket
from sandbox.freshdesk.views import iso

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

MOST_EMBEDDED = 10


def ticket(record: Ticket, store: "Store", *, described: bool = True) -> dict[str, Any]:
    """Return a ticket; a list leaves out its description unless asked for."""
    emails = list(record.cc_emails)
    shown: dict[str, Any] = {
        "cc_emails": emails,
        "fwd_emails": [],
        "reply_cc_emails": emails,
        "ticket_cc_emails": emails,
        "fr_escalated": record.fr_escalated,
        "spam": record.spam,
        "email_config_id": record.email_config_id,
        "group_id": record.group_id,
        "priority": record.priority,
        "requester_id": record.requester_id,
        "responder_id": record.responder_id,
        "source": record.source,
        "company_id": record.company_id,
        "status": record.status,
        "subject": record.subject,
        "association_type": 2 if record.parent_id else None,
        "support_email": None,
        "to_emails": None,
        "product_id": record.product_id,
        "id": record.id,
        "type": record.type,
        "due_by": iso(record.due_by),
        "fr_due_by": iso(record.fr_due_by),
        "is_escalated": record.is_escalated,
        "custom_fields": dict(record.custom_fields),
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "tags": list(record.tags),
        "internal_agent_id": record.internal_agent_id,
        "internal_group_id": record.internal_group_id,
        "form_id": store.form_id,
        "nr_due_by": None,
        "nr_escalated": False,
    }
    if described:
        shown |= {"description": record.description, "description_text": to_text(record.description)}
        shown |= {"attachments": [], "source_additional_info": None}
    if record.deleted:
        shown["deleted"] = True
    return shown | ({"archived": True} if record.archived else {})


def embedded(record: Ticket, store: "Store", names: list[str]) -> dict[str, Any]:
    """Return what ``?include=`` adds to a ticket."""
    makers: dict[str, Any] = {
        "stats": lambda: stats(record.stats),
        "requester": lambda: _requester(record, store),
        "company": lambda: _company(record, store),
        "conversations": lambda: [conversation(said) for said in record.conversations[:MOST_EMBEDDED]],
    }
    return {name: makers[name]() for name in names if name in makers}


def stats(record: Stats) -> dict[str, str | None]:
    """Return the eight instants."""
    return {name: iso(at) for name, at in asdict(record).items()}


def _requester(record: Ticket, store: "Store") -> dict[str, Any]:
    person = store.person(record.requester_id)
    if person is None:
        return {}
    phone, mobile = getattr(person, "phone", None), getattr(person, "mobile", None)
    return {"id": person.id, "name": person.name, "email": person.email, "mobile": mobile, "phone": phone}


def _company(record: Ticket, store: "Store") -> dict[str, Any]:
    company = store.companies.get(record.company_id or 0)
    return {"id": company.id, "name": company.name} if company else {}


def conversation(record: Conversation) -> dict[str, Any]:
    """Return a reply or note."""
    return {
        "body": record.body,
        "body_text": record.body_text,
        "id": record.id,
        "incoming": record.incoming,
        "private": record.private,
        "user_id": record.user_id,
        "support_email": None,
        "source": record.source,
        "category": 3 if record.source == 0 else 2,
        "to_emails": list(record.to_emails),
        "from_email": None,
        "cc_emails": [],
        "bcc_emails": [],
        "email_failure_count": None,
        "outgoing_failures": None,
        "thread_id": None,
        "thread_message_id": None,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "last_edited_at": iso(record.last_edited_at),
        "last_edited_user_id": record.last_edited_user_id,
        "attachments": [],
        "automation_id": record.automation_id,
        "automation_type_id": None,
        "auto_response": False,
        "ticket_id": record.ticket_id,
        "source_additional_info": None,
    }


def written_note(record: Conversation) -> dict[str, Any]:
    """Return a note as its creation answers it."""
    keys = ("body", "body_text", "id", "incoming", "private", "user_id", "support_email", "ticket_id")
    shown = conversation(record)
    more = {"notified_to": list(record.notified), "attachments": []}
    return {key: shown[key] for key in (*keys, "created_at", "updated_at")} | more


def written_reply(record: Conversation) -> dict[str, Any]:
    """Return a reply as its creation answers it."""
    keys = ("body", "body_text", "id", "user_id", "from_email", "cc_emails", "bcc_emails", "ticket_id")
    shown = conversation(record)
    return {key: shown[key] for key in (*keys, "created_at", "updated_at")} | {
        "replied_to": list(record.to_emails),
        "attachments": [],
    }
