"""What a webhook request says. The rest of the program only needs to know which ticket to look at.

The body is whatever an admin typed into the rule: values are display texts, the event is no JSON, the whole body need
not be JSON. So only the ticket's id is taken from it, and whatever tells that the delivery is not for us.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from adapters.base import Delivery, WebhookRequest
from adapters.freshdesk.tables import KEY_HEADER, PLATFORM
from core.errors import PayloadError, SignatureError
from core.update import TicketRef

ID_PARAMETER = "ticket_id"
RULE_KIND = "rule"
TEMPLATE = {"v": 1, "ticket_id": "{{ticket.id}}", "by": "{{event_performer.email}}", "url": "{{ticket.url}}"}
_ID = re.compile(r"[1-9][0-9]{0,18}")
_TICKET_ID_SOMEWHERE = re.compile(rb'"ticket_id"\s*:\s*"?([1-9][0-9]{0,18})\b')
_KIND = re.compile(r"\{?\s*([A-Za-z_]{1,40})\s*:")
_PRODUCT_EVENTS = frozenset({"onTicketCreate", "onTicketUpdate", "onTicketDelete", "onConversationCreate"})
_WRAPPERS = ("freshdesk_webhook", "data", "ticket", "conversation", "payload", "body")
_HOST_KEYS = ("url", "ticket_url", "domain")


def require_key(keys: Iterable[str], request: WebhookRequest) -> None:
    """Raise SignatureError unless the request carries one of our keys; Freshdesk signs nothing itself.

    Two keys are valid while one is being replaced. All are compared, each in constant time.
    """
    given = request.header(KEY_HEADER).strip().encode()
    good = [hmac.compare_digest(key.encode(), given) for key in keys if key]
    if not good:
        raise SignatureError(f"{PLATFORM}: this connection has no webhook_key; run sla-sidecar connect")
    if not any(good):
        raise SignatureError(f"{PLATFORM}: the header {KEY_HEADER} is missing or wrong; run sla-sidecar connect again")


def rule_delivery(
    connection: str, request: WebhookRequest, now: datetime, *, domain: str | None, our_email: str | None
) -> Delivery | None:
    """Return what an automation rule, or an app that forwards product events, sent.

    Args:
        connection: the connection's name.
        request: as it came.
        now: when it came.
        domain: the account's, to know what a copy of the account (Freshdesk's own sandbox) sends.
        our_email: the agent that we write as, to know our own echo.

    Returns:
        None for our own echo, for another account's ticket, and for a kind that names no ticket by nature.

    Raises:
        PayloadError: neither the address nor the body names a ticket.
    """
    body = _parsed(request.body)
    if _is_elsewhere(body, domain) or _is_by(body, our_email):
        return None
    event = body.get("event")
    if isinstance(event, str) and event.startswith("on") and event not in _PRODUCT_EVENTS:
        return None
    ticket_id = _id(request.query.get(ID_PARAMETER)) or _id_in(body) or _id_somewhere(request.body, body)
    if ticket_id is None:
        raise PayloadError('ticket_id: the rule\'s body must hold "ticket_id": "{{ticket.id}}"')
    return Delivery(
        id=_digest(request, now),
        kind=_kind(body),
        refs=(TicketRef(connection, ticket_id),),
        at=_instant(body.get("timestamp")),
    )


def _parsed(raw: bytes) -> Mapping[str, Any]:
    """Return the body's object, {} for anything else: placeholders can break the JSON around them."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _layers(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the body and what its wrappers hold, the outermost first."""
    yield body
    for name in _WRAPPERS:
        inner = body.get(name)
        if isinstance(inner, dict):
            yield from _layers(inner)


def _id_in(body: Mapping[str, Any]) -> str | None:
    """Return the ticket's id from any layer: ``ticket_id``, or the ``id`` of a ``ticket`` object."""
    for layer in _layers(body):
        ticket = layer.get("ticket")
        found = _id(layer.get("ticket_id")) or (_id(ticket.get("id")) if isinstance(ticket, dict) else None)
        if found:
            return found
    return None


def _id_somewhere(raw: bytes, body: Mapping[str, Any]) -> str | None:
    """Return the id from a body that is no JSON; in JSON, only where an id is expected counts."""
    found = None if body else _TICKET_ID_SOMEWHERE.search(raw)
    return found[1].decode() if found else None


def _id(raw: object) -> str | None:
    """Return an id as text; null, "", "0" and anything else are none."""
    text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    return text if _ID.fullmatch(text) else None


def _is_by(body: Mapping[str, Any], our_email: str | None) -> bool:
    """True for what our own writing set off; nobody else uses that agent."""
    return bool(our_email) and any(
        str(layer.get("by") or "").strip().lower() == str(our_email).lower() for layer in _layers(body)
    )


def _is_elsewhere(body: Mapping[str, Any], domain: str | None) -> bool:
    """True for a ticket of another account, which a copied rule names, and for one of Freshservice.

    A portal may have a host name of its own: only Freshdesk's own names tell.
    """
    for layer in _layers(body):
        for key in _HOST_KEYS:
            host = _host(layer.get(key))
            if host.endswith(".freshservice.com"):
                return True
            if domain and host.endswith(".freshdesk.com") and host != f"{domain}.freshdesk.com":
                return True
    return False


def _host(raw: object) -> str:
    text = raw if isinstance(raw, str) else ""
    try:
        return (urlsplit(text if "://" in text else f"//{text}").hostname or "").lower()
    except ValueError:
        return ""


def _kind(body: Mapping[str, Any]) -> str:
    """Return the event's name, as far as the delivery says one."""
    for layer in _layers(body):
        event = layer.get("event") or layer.get("triggered_event")
        if isinstance(event, str) and event in _PRODUCT_EVENTS:
            return event
        found = _KIND.match(event) if isinstance(event, str) else None
        if found:
            return found[1]
    return RULE_KIND


def _digest(request: WebhookRequest, now: datetime) -> str:
    """Return an id for a delivery that comes without one: the same content in the same second is the same.

    The second counts because content repeats: two replies within a minute are told in the same words, and the second
    must not pass for a copy of the first. A second is less than the service waits before it looks, so what was told
    twice in it is seen by that look; a later copy costs a look, which finds nothing to do.
    """
    said = json.dumps(sorted(request.query.items())).encode() + b"\n" + request.body
    return hashlib.sha256(said + b"\n" + str(int(now.timestamp())).encode()).hexdigest()[:32]


def _instant(raw: object) -> datetime | None:
    """Return the instant of a product event, milliseconds since 1970; rules give human text, which nobody parses."""
    if not isinstance(raw, int) or isinstance(raw, bool):
        return None
    try:
        return datetime.fromtimestamp(raw / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
