"""Credentials, ours towards django-helpdesk and its towards us."""

import base64
from collections.abc import Mapping

from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import PLATFORM, WEBHOOK_USER
from core.errors import ConfigError


class ApiCredential:
    """A fixed header: DRF's tokens and passwords do not end and cannot be renewed."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    def headers(self) -> Mapping[str, str]:
        """Return the header that proves who calls."""
        return {"Authorization": self._authorization}

    def renew(self) -> bool:
        """Return False: another attempt with the same credential is not worth it."""
        return False


def credential(settings: DjangoHelpdeskSettings, secrets: Mapping[str, str]) -> ApiCredential:
    """Return the connection's credential.

    Raises:
        ConfigError: the secret that ``auth`` asks for is missing.
    """
    name = "token" if settings.auth == "token" else "password"
    secret = secrets.get(name, "").strip()
    if not secret:
        raise ConfigError(f"{PLATFORM}: auth: {settings.auth} needs the secret `{name}`")
    return ApiCredential(f"Token {secret}" if name == "token" else basic(settings.user or "", secret))


def basic(user: str, password: str) -> str:
    """Return the value of a basic ``Authorization`` header, in UTF-8 (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def webhook_authorization(secret: str, _body: bytes) -> str:
    """Return what django-helpdesk sends for a secret in the webhook's address; the body plays no part in it."""
    return basic(WEBHOOK_USER, secret)
