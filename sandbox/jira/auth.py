"""Who is calling: API tokens, personal access tokens, OAuth and scopes.

Source: fact sheet 1. Wrong credentials are not always refused: where anonymous calls are taken, the caller is nobody.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.jira.errors import out_of_scope, unauthenticated
from sandbox.jira.model import Token, User

if TYPE_CHECKING:
    from sandbox.jira.store import Store

FAILED = "AUTHENTICATED_FAILED"
READ, WRITE = "read:jira-work", "write:jira-work"
# Path fragments and the scopes that read and write there, the first that fits; classic names.
SCOPES = (
    ("/servicedeskapi/organization", "manage:servicedesk-customer", "manage:servicedesk-customer"),
    ("/servicedeskapi/servicedesk", "read:servicedesk-request", "manage:servicedesk-customer"),
    ("/sla", READ, READ),
    ("/servicedeskapi", "read:servicedesk-request", "write:servicedesk-request"),
    ("/screens", "manage:jira-project", "manage:jira-project"),
    ("/screenscheme", "manage:jira-project", "manage:jira-project"),
    ("/issuetypescreenscheme", "manage:jira-project", "manage:jira-project"),
    ("/webhooks/", "manage:jira-webhook", "manage:jira-webhook"),
    ("/webhook", READ, "manage:jira-webhook"),
    ("/context", "manage:jira-configuration", "manage:jira-configuration"),
    ("/field", READ, "manage:jira-configuration"),
    ("/myself", "read:jira-user", "read:jira-user"),
    ("/user", "read:jira-user", "read:jira-user"),
    ("", READ, WRITE),
)
READING_POSTS = ("/search/", "/bulkfetch", "/comment/list", "/permissions/check", "/jql/")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``person`` None is nobody; ``failed`` says that credentials were given, and wrong."""

    person: User | None
    token: Token | None = None
    failed: bool = False


def caller(store: "Store", authorization: str, *, gateway: bool) -> Caller:
    """Return who an Authorization header speaks for.

    Args:
        store: the site.
        authorization: the header, empty for none.
        gateway: the call came under ``/ex/jira/{cloudId}``.
    """
    scheme, _, credentials = authorization.partition(" ")
    match scheme.lower():
        case "":
            return Caller(None)
        case "basic":
            token = _basic(store, credentials)
        case "bearer":
            token = store.tokens.get(credentials.strip())
            if token and not token.app and not store.switches.data_center:
                token = None
        case _:
            token = None
    if token is None or (token.expires_at and token.expires_at <= store.now()):
        return Caller(None, failed=True)
    if (token.scopes is not None) != gateway:
        return Caller(None, failed=True)  # scoped tokens only by the gateway, classic ones only on the site
    person = store.users[token.account_id]
    return Caller(person, token) if person.active else Caller(None, failed=True)


def check_scope(who: Caller, method: str, path: str) -> None:
    """Refuse what a scoped token was not made for.

    Raises:
        ApiError: 401, as the gateway words it.
    """
    if who.token is None or who.token.scopes is None:
        return
    reads = method == "GET" or any(part in path for part in READING_POSTS)
    read, write = next((read, write) for part, read, write in SCOPES if part in path)
    if (read if reads else write) not in who.token.scopes:
        raise out_of_scope()


def check_known(who: Caller) -> User:
    """Return the caller, who must be somebody.

    Raises:
        ApiError: 401.
    """
    if who.person is None:
        raise unauthenticated()
    return who.person


def _basic(store: "Store", credentials: str) -> Token | None:
    """Return the token of ``email:token``. Passwords are not taken."""
    try:
        email, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    token = store.tokens.get(secret)
    if token is None or token.app:
        return None
    person = store.users[token.account_id]
    names = (
        {person.email.casefold(), person.key.casefold()} if store.switches.data_center else {person.email.casefold()}
    )
    return token if email.casefold() in names else None
