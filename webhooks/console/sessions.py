"""Who is signed in: a signed cookie that says who, since when and with which token for forms.

Any way to identify a person ends in :func:`begin`; a password is one of them.
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import session

CSRF_FIELD = "csrf"
_CSRF, _NAME, _ROLE, _STAMP, _SINCE, _SEEN = "csrf", "name", "role", "stamp", "since", "seen"
_ASKED = "asked"
MOST_ASKED = 3  # tabs of one browser that sign in at the same time; a cookie holds no more than 4 KiB
ASKED_SECONDS = 600


class Role(StrEnum):
    """What somebody may do: a viewer reads, an operator also retries."""

    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who is signed in."""

    name: str
    role: Role

    @property
    def may_operate(self) -> bool:
        """True for an operator."""
        return self.role is Role.OPERATOR


def begin(identity: Identity, stamp: str) -> None:
    """Sign somebody in, with a new session.

    Args:
        identity: who it is.
        stamp: what the session depends on; when it changes, as passwords do, the session is over.
    """
    now = time.time()
    session.clear()
    session.update({_NAME: identity.name, _ROLE: identity.role.value, _STAMP: stamp, _SINCE: now, _SEEN: now})


def current(stamp: str, longest: timedelta, idle: timedelta) -> Identity | None:
    """Return who is signed in, and count this as a sign of life; None if nobody is, or not any more."""
    now = time.time()
    try:
        since, seen, found = float(session[_SINCE]), float(session[_SEEN]), str(session[_STAMP])
        identity = Identity(str(session[_NAME]), Role(session[_ROLE]))
    except (KeyError, TypeError, ValueError):
        return None
    if not hmac.compare_digest(found, stamp) or now - since > longest.total_seconds():
        return None
    if now - seen > idle.total_seconds():
        return None
    if now - seen > 1:  # not for every picture and script of one page
        session[_SEEN] = now
    return identity


def end() -> None:
    """Sign out."""
    session.clear()


def csrf_token() -> str:
    """Return the token that every form of this session carries."""
    if _CSRF not in session:
        session[_CSRF] = secrets.token_urlsafe(24)
    return str(session[_CSRF])


def is_ours(token: str) -> bool:
    """Return whether a form came from a page of this session."""
    known = session.get(_CSRF)
    return isinstance(known, str) and hmac.compare_digest(known.encode(), token.encode())


@dataclass(frozen=True, slots=True)
class Asked:
    """What this browser has to bring back from a provider, and where it wanted to go."""

    nonce: str
    verifier: str
    wanted: str


def remember_asked(state: str, asked: Asked) -> None:
    """Keep what belongs to a sign-in that goes by way of a provider."""
    known = sorted(session.get(_ASKED, {}).items(), key=lambda item: item[1][3])[1 - MOST_ASKED :]
    session[_ASKED] = dict([*known, (state, [asked.nonce, asked.verifier, asked.wanted, time.time()])])


def take_asked(state: str) -> Asked | None:
    """Return what was asked under a state, once; None if this browser did not ask, or too long ago."""
    known = dict(session.get(_ASKED, {}))
    found = known.pop(state, None)
    session[_ASKED] = known
    if found is None or time.time() - found[3] > ASKED_SECONDS:
        return None
    return Asked(*found[:3])
