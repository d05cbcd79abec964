"""What a provider says about somebody, and what that lets them do here. Pure."""

from collections.abc import Mapping
from typing import Any

from core.errors import SidecarError
from webhooks.console.openid_settings import EMAIL, OpenIdSettings
from webhooks.console.sessions import Identity, Role

Claims = Mapping[str, Any]
LONGEST_NAME = 100


class SignInError(SidecarError):
    """This sign-in came to nothing.

    Args:
        message: for the person: what happened and what to do.
        reason: for the log: a few words of ours, nothing of the person's or the provider's.
        status: of the page that says so.
    """

    def __init__(self, message: str, reason: str, status: int = 400) -> None:
        super().__init__(message)
        self.reason, self.status = reason, status


def identity_of(claims: Claims, settings: OpenIdSettings) -> Identity:
    """Return who somebody is here.

    Raises:
        SignInError: they have no role, or rely on an address that the provider has not verified (403).
    """
    who = name_of(claims)
    if settings.claim == EMAIL and claims.get("email_verified") is not True:
        raise SignInError(
            f"{settings.name} has not verified your e-mail address, so it opens nothing here. Verify it there, or let "
            "an administrator of this service choose another `claim`.",
            "the address is not verified",
            403,
        )
    values = values_of(claims, settings.claim)
    for role, wanted in ((Role.OPERATOR, settings.operators), (Role.VIEWER, settings.viewers)):
        if values & _compared(wanted, settings.claim):
            return Identity(who, role)
    raise SignInError(
        f"{settings.name} knows you as {who}, but you may not come in here. Ask an administrator of this service to "
        "let you in, or sign out there and come back with another account.",
        "neither an operator nor a viewer",
        403,
    )


def values_of(claims: Claims, name: str) -> frozenset[str]:
    """Return the values of a claim, for comparing; empty where it is absent."""
    found = find(claims, name)
    values = found if isinstance(found, list) else [found]
    return _compared((each for each in values if isinstance(each, str)), name)


def find(claims: Claims, name: str) -> Any:
    """Return a claim by its whole name, which may hold dots, or else by its path; None where it is absent."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def name_of(claims: Claims) -> str:
    """Return what somebody is called in the pages and the audit: an address only if it is verified."""
    address = claims.get("email") if claims.get("email_verified") is True else None
    name = str(address or claims.get("preferred_username") or claims["sub"])
    return "".join(each for each in name if each.isprintable())[:LONGEST_NAME]


def _compared(values: Any, name: str) -> frozenset[str]:
    """Return values as they are compared: addresses without regard to case."""
    return frozenset(each.casefold() if name == EMAIL else each for each in values)
