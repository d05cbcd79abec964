"""The Zendesk Support adapter, as ADAPTER: the one name that the registry loads."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.common.questions import Question
from adapters.services import Services
from adapters.zendesk.adapter import ZendeskAdapter
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import PLATFORM


class ZendeskFactory:
    """Makes Zendesk adapters."""

    name = PLATFORM
    settings = ZendeskSettings
    secrets: Mapping[str, str] = {
        "client_secret": "the OAuth client's secret, shown once when the client is made",
        "api_token": "instead of it, with auth: api_token; Zendesk ends these on 2027-04-30",
        "signing_secret": "the webhook's; connect reads it",
        "signing_secret_previous": "the one before, while it is replaced",
    }

    def required_secrets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the secret of the credential that is chosen."""
        return ("api_token",) if settings.get("auth") == "api_token" else ("client_secret",)

    def questions(self, settings: Mapping[str, Any]) -> Mapping[str, Question]:
        """Return what `init` asks, by setting, given what is already known."""
        place = {"subdomain": Question("the account's name, the first word of https://….zendesk.com", "acme")}
        if settings.get("auth") == "api_token":
            who = {"email": Question("the agent whom the API token acts as", "sla@example.com")}
        else:
            who = {"client_id": Question("the OAuth client's unique identifier, the text", "sla_sidecar")}
        return who if "base_url" in settings else place | who

    def no_replies(self, settings: Mapping[str, Any]) -> None:
        """Return nothing: a reply is known by its metadata, which customers cannot set."""
        del settings

    def create(
        self, connection: str, settings: BaseModel, secrets: Mapping[str, str], services: Services
    ) -> ZendeskAdapter:
        """Return an adapter for one connection. Makes no call."""
        return ZendeskAdapter(connection, ZendeskSettings.model_validate(settings), secrets, services)


ADAPTER = ZendeskFactory()
