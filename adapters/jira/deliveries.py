"""What a webhook request says. The rest of the program only needs to know which issue to look at."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from adapters.base import Delivery, WebhookRequest
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import DELETED, LOOKED_AT, PLATFORM
from adapters.signing import hex_hmac, require_signature
from core.errors import PayloadError, SignatureError
from core.update import TicketRef

IDENTIFIER_HEADER = "X-Atlassian-Webhook-Identifier"
SIGNATURE_HEADER = "X-Hub-Signature"
_METHOD = "sha256"
_ID = re.compile(r"[1-9][0-9]{0,18}")
_ISSUE_OF_COMMENT = re.compile(r"/issue/([1-9][0-9]{0,18})/comment/")
_LATEST_MILLISECONDS = 7_226_582_400_000  # the end of 2198


class _Body(BaseModel):
    """The parts of a delivery that we read; each may be absent, and other ones come and go."""

    model_config = ConfigDict(extra="ignore")

    kind: str = Field(alias="webhookEvent")
    timestamp: Any = None
    issue: Any = None
    comment: Any = None
    user: Any = None


def require_jiras_signature(secrets: list[str], request: WebhookRequest) -> None:
    """Raise SignatureError unless one of our secrets signed these raw bytes.

    The header names its method, which may change some day: only one that we know is accepted.
    """
    given = request.header(SIGNATURE_HEADER)
    if given and not given.startswith(f"{_METHOD}="):
        raise SignatureError(f"{PLATFORM}: the delivery is signed in a way that is not known here; only {_METHOD} is")
    require_signature(PLATFORM, _signature, secrets, request.body, given)


def delivery_of(connection: str, request: WebhookRequest, settings: JiraSettings) -> Delivery | None:
    """Return what a delivery says, or None for a kind that moves no clock and for what we did ourselves.

    Raises:
        PayloadError: the body cannot be read, or it names no issue.
    """
    body = request.read(_Body)
    if body.kind not in LOOKED_AT:
        return None
    issue_id = _id(_inside(body.issue, "id")) or _id_in(_inside(body.comment, "self"))
    if issue_id is None:
        raise PayloadError("issue.id: names no issue, and comment.self does not either")
    actor = _actor(body)
    is_ours = settings.own_account and actor is not None and actor == settings.account_id
    if is_ours and body.kind != DELETED:  # we never delete an issue
        return None
    return Delivery(
        id=request.header(IDENTIFIER_HEADER) or _digest(request.body),
        kind=body.kind,
        refs=(TicketRef(connection, issue_id),),
        actor=actor,
        at=_instant(body.timestamp),
    )


def _signature(secret: str, message: bytes) -> str:
    return f"{_METHOD}={hex_hmac(secret, message)}"


def _actor(body: _Body) -> str | None:
    """Return who did it: comment events of Cloud name nobody but the comment's authors, and deletions nobody."""
    if body.user is not None:
        return _account(body.user)
    names = {"comment_created": "author", "comment_updated": "updateAuthor"}
    return _account(_inside(body.comment, names.get(body.kind, "")))


def _account(user: object) -> str | None:
    found = (_inside(user, name) for name in ("accountId", "key", "name"))
    return next((id_ for id_ in found if isinstance(id_, str) and id_), None)


def _inside(raw: object, name: str) -> object:
    return raw.get(name) if isinstance(raw, dict) else None


def _id(raw: object) -> str | None:
    text = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    return text if _ID.fullmatch(text) else None


def _id_in(address: object) -> str | None:
    found = _ISSUE_OF_COMMENT.search(address) if isinstance(address, str) else None
    return found[1] if found else None


def _digest(body: bytes) -> str:
    """Return an id for a delivery without one (Data Center): its body holds its milliseconds."""
    return hashlib.sha256(body).hexdigest()[:32]


def _instant(raw: object) -> datetime | None:
    """Return when it happened, from epoch milliseconds; no clock starts from it."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < _LATEST_MILLISECONDS:
        return None
    return datetime.fromtimestamp(raw / 1000, UTC)
