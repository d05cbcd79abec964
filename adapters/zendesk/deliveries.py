"""What a webhook request says. The rest of the program only needs to know which tickets to look at."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.base import Delivery, WebhookRequest
from adapters.zendesk.tables import EVENT_PREFIX, ORGANIZATION_EVENTS, TICKET_EVENTS
from core.errors import PayloadError
from core.update import TicketRef

INVOCATION_HEADER = "X-Zendesk-Webhook-Invocation-Id"
SIGNATURE_HEADER = "X-Zendesk-Webhook-Signature"
TIMESTAMP_HEADER = "X-Zendesk-Webhook-Signature-Timestamp"
TRIGGER_KIND = "trigger"
_ID = re.compile(r"[1-9][0-9]{0,18}")
_TICKET_ID_SOMEWHERE = re.compile(rb'"ticket_id"\s*:\s*"?([1-9][0-9]{0,18})\b')
_SUBJECT = re.compile(r"zen:(?:ticket|organization):([1-9][0-9]{0,18})")
_LOOKED_AT = {f"{EVENT_PREFIX}ticket.{name}" for name in TICKET_EVENTS}
_OF_ORGANIZATIONS = {f"{EVENT_PREFIX}organization.{name}" for name in ORGANIZATION_EVENTS}


class _Envelope(BaseModel):
    """The fixed form of an event; ``detail`` differs by kind and is read with care."""

    model_config = ConfigDict(extra="ignore")

    type: str
    id: str | None = None
    time: Any = None
    subject: Any = None
    detail: Any = None
    event: Any = None


def event_delivery(connection: str, request: WebhookRequest) -> Delivery | None:
    """Return what an event-subscription delivery says, or None for a kind that moves no clock.

    Raises:
        PayloadError: the envelope cannot be read, or it names no ticket.
    """
    body = request.read(_Envelope)
    if body.type not in _LOOKED_AT | _OF_ORGANIZATIONS:
        return None
    detail = body.detail if isinstance(body.detail, dict) else {}
    event = body.event if isinstance(body.event, dict) else {}
    about = _id(detail.get("id")) or _id_in(body.subject)
    if about is None:
        raise PayloadError("detail.id: names no ticket or organization")
    of_organization = body.type in _OF_ORGANIZATIONS
    tickets = [] if of_organization else [about, _id(event.get("target_ticket_id"))]  # a merge moves both tickets
    return Delivery(
        id=request.header(INVOCATION_HEADER) or body.id or _digest(request),
        kind=body.type.removeprefix(EVENT_PREFIX),
        refs=tuple(TicketRef(connection, ticket) for ticket in tickets if ticket),
        event_id=body.id,
        organization_id=about if of_organization else None,
        actor=_id(detail.get("actor_id")),
        at=_instant(body.time),
    )


def trigger_delivery(connection: str, request: WebhookRequest) -> Delivery | None:
    """Return what an admin's trigger sent.

    Placeholders are put into the body without any escaping, so it need not be JSON; and they are display texts, so
    only the ticket's id is taken from it.

    Raises:
        PayloadError: the body names no ticket.
    """
    found = _TICKET_ID_SOMEWHERE.search(request.body)
    if not found:
        raise PayloadError('ticket_id: the trigger\'s body must hold "ticket_id": "{{ticket.id}}"')
    return Delivery(
        id=request.header(INVOCATION_HEADER) or _digest(request),
        kind=TRIGGER_KIND,
        refs=(TicketRef(connection, found[1].decode()),),
    )


def _id(raw: object) -> str | None:
    """Return an id as text; null, "", "0" and anything else are none."""
    text = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    return text if _ID.fullmatch(text) else None


def _id_in(subject: object) -> str | None:
    found = _SUBJECT.fullmatch(subject) if isinstance(subject, str) else None
    return found[1] if found else None


def _digest(request: WebhookRequest) -> str:
    """Return an id for a delivery that came without one: the same bytes signed at the same time are the same."""
    return hashlib.sha256(request.header(TIMESTAMP_HEADER).encode() + request.body).hexdigest()[:32]


def _instant(raw: object) -> datetime | None:
    """Return an instant with 0 to 9 fraction digits; None for anything else, since no clock starts from it."""
    try:
        at = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
