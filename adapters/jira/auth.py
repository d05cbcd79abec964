"""How we prove who calls: an API token with its account's e-mail (Cloud), or a personal access token (Data Center)."""

import base64
from collections.abc import Mapping

from adapters.http import Auth
from adapters.jira.settings import JiraSettings
from core.errors import ConfigError

API_TOKEN = "api_token"  # noqa: S105 (the name of a secret, not the secret)


class FixedHeader:
    """A credential that is one header and cannot renew itself."""

    def __init__(self, value: str) -> None:
        self._value = value

    def headers(self) -> Mapping[str, str]:
        """Return the header."""
        return {"Authorization": self._value}

    def renew(self) -> bool:
        """Return False: there is no other token."""
        return False


def credential(connection: str, settings: JiraSettings, secrets: Mapping[str, str]) -> Auth:
    """Return the connection's credential. Makes no call.

    Raises:
        ConfigError: the token is missing.
    """
    token = secrets.get(API_TOKEN)
    if not token:
        raise ConfigError(f"connection {connection}: the secret `{API_TOKEN}` is needed")
    if settings.deployment == "data_center":
        return FixedHeader(f"Bearer {token}")
    basic = base64.b64encode(f"{settings.email}:{token}".encode()).decode()
    return FixedHeader(f"Basic {basic}")
