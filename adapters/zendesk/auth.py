"""How we prove who calls: OAuth client credentials, or the API token that Zendesk ends on 2027-04-30."""

import base64
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from adapters.http import Answer, ApiClient, Auth, Call, Manners
from adapters.services import Services
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import PLATFORM
from core.errors import ConfigError, PlatformError, RefusedError

RENEW_AT_SHARE = 0.8  # of a token's life: a call never starts with a token that is about to end
LONGEST_LIFE_SECONDS = 172_800  # the most that Zendesk gives; also taken where it names no end
API_TOKENS_END_AT = datetime(2027, 4, 30, tzinfo=UTC)


class _TokenBody(BaseModel):
    access_token: str
    expires_in: float | None = None


class _TokenManners(Manners):
    """A token request that is refused is never the fault of a ticket."""

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        if call.method != "POST" or answer.status not in (400, 401, 403):
            return None
        said = answer.body.get("error") if isinstance(answer.body, dict) else None
        code = said if isinstance(said, str) and said.isascii() and said.replace("_", "").isalnum() else "refused"
        return RefusedError(
            f"zendesk: the OAuth client was not accepted ({code[:40]}): check client_id (the unique identifier, "
            "not the number), client_secret and the client's allowed scopes",
            platform=PLATFORM,
            status=answer.status,
        )


class ClientCredentials:
    """An OAuth access token of our own client, asked for again before it ends. Thread-safe; kept in memory only."""

    def __init__(self, connection: str, settings: ZendeskSettings, secret: str, services: Services) -> None:
        self._client = ApiClient(PLATFORM, connection, settings.url, services, manners=_TokenManners())
        self._settings, self._secret, self._services = settings, secret, services
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at: datetime | None = None
        self.life: timedelta | None = None

    def headers(self) -> Mapping[str, str]:
        """Return the bearer header, after asking for a token if there is none or it has used 80 % of its life."""
        with self._lock:
            if self._token is None or self._renew_at is None or self._services.now() >= self._renew_at:
                self._ask()
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forget the token that was refused; the next call asks for another."""
        with self._lock:
            self._token = None
        return True

    def _ask(self) -> None:
        answer = self._client.post(
            "/oauth/tokens",
            {
                "grant_type": "client_credentials",
                "client_id": self._settings.client_id,
                "client_secret": self._secret,
                "scope": self._settings.scope,
            },
        )
        body = answer.read(_TokenBody, PLATFORM)
        seconds = min(body.expires_in or LONGEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS)
        self._token, self.life = body.access_token, timedelta(seconds=seconds)
        self._renew_at = self._services.now() + self.life * RENEW_AT_SHARE


class ApiToken:
    """The legacy credential: it acts as the agent whose e-mail stands before ``/token``."""

    def __init__(self, email: str, token: str) -> None:
        self._value = base64.b64encode(f"{email}/token:{token}".encode()).decode()

    def headers(self) -> Mapping[str, str]:
        """Return the basic-authentication header."""
        return {"Authorization": f"Basic {self._value}"}

    def renew(self) -> bool:
        """Return False: there is no other token."""
        return False


def credential(connection: str, settings: ZendeskSettings, secrets: Mapping[str, str], services: Services) -> Auth:
    """Return the connection's credential. Makes no call.

    Raises:
        ConfigError: the secret that ``auth`` needs is missing.
    """
    needed = "client_secret" if settings.auth == "oauth" else "api_token"
    if not secrets.get(needed):
        raise ConfigError(f"connection {connection}: auth: {settings.auth} needs the secret `{needed}`")
    if settings.auth == "oauth":
        return ClientCredentials(connection, settings, secrets[needed], services)
    return ApiToken(settings.email or "", secrets[needed])
