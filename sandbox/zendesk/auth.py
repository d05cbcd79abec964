"""Who is calling, and whether they may: API tokens, access tokens, scopes and roles.

Source: reference pages "Security and authentication", "OAuth tokens", "Ticket audits" (global read).
"""

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.zendesk.errors import ApiError, forbidden, invalid_token, missing_scope, unauthenticated
from sandbox.zendesk.model import User

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

EVERYTHING = ("read", "write", "impersonate")
RESOURCES = {
    "tickets": "tickets",
    "deleted_tickets": "tickets",
    "incremental": "tickets",
    "users": "users",
    "organizations": "organizations",
    "triggers": "triggers",
    "trigger_categories": "triggers",
    "automations": "automations",
    "webhooks": "webhooks",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with valid credentials."""

    user: User
    scopes: tuple[str, ...] = EVERYTHING


def caller(store: "Store", authorization: str) -> Caller:
    """Return who an Authorization header speaks for.

    Raises:
        ApiError: 401.
    """
    scheme, _, credentials = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            token = store.tokens.get(credentials.strip())
            user = store.users.get(token.user_id) if token else None
            if token is None or user is None or (token.expires_at and token.expires_at <= store.now()):
                raise invalid_token()
            return Caller(user, token.scopes)
        case "basic":
            return _basic(store, credentials)
        case _:
            raise unauthenticated()


def check_scope(who: Caller, method: str, path: str) -> None:
    """Refuse what the access token was not made for; audits need the global ``read``."""
    verb = "read" if method in ("GET", "HEAD") else "write"
    if verb in who.scopes:
        return
    resource = RESOURCES.get(path.removeprefix("/api/v2/").split("/")[0])
    if resource and f"{resource}:{verb}" in who.scopes and not path.endswith("/audits"):
        return
    raise missing_scope(verb)


def check_role(who: Caller, *, admin: bool) -> None:
    """Refuse end users everywhere, and agents where an admin is needed."""
    if not who.user.is_staff or (admin and who.user.role != "admin"):
        raise forbidden()


def _basic(store: "Store", credentials: str) -> Caller:
    """Return who ``email/token:api_token`` speaks for; passwords are no longer taken."""
    try:
        name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated() from None
    email, slash, kind = name.rpartition("/")
    user = store.user_by_email(email) if slash and kind == "token" else None
    if user is None or secret not in store.api_tokens or not user.is_staff or user.suspended:
        raise unauthenticated()
    return Caller(user)


def optional_caller(store: "Store", authorization: str) -> Caller | None:
    """Return who is calling, or None for nobody known: users/me answers 200 either way."""
    try:
        return caller(store, authorization)
    except ApiError:
        return None
