"""The Freshdesk adapter, as ADAPTER: the one name that the registry loads."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.common.questions import Question
from adapters.freshdesk.adapter import FreshdeskAdapter
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.tables import PLATFORM
from adapters.services import Services


class FreshdeskFactory:
    """Makes Freshdesk adapters."""

    name = PLATFORM
    settings = FreshdeskSettings
    secrets: Mapping[str, str] = {
        "api_key": "an agent's API key: profile picture, Profile settings, View API key",
        "webhook_key": "what our rules' webhooks send in the header X-Sidecar-Key; connect makes it",
        "webhook_key_previous": "the one before, while it is replaced",
    }

    def required_secrets(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """Return the secrets without which Freshdesk cannot be called."""
        del settings
        return frozenset({"api_key"})

    def questions(self, settings: Mapping[str, Any]) -> Mapping[str, Question]:
        """Return what `init` asks, by setting, given what is already known."""
        domain = Question("the account's name, the first word of https://….freshdesk.com", "acme")
        return {} if "base_url" in settings else {"domain": domain}

    def no_replies(self, settings: Mapping[str, Any]) -> str | None:
        """Return why not: without knowing our own agent a reply of ours would pass for another agent's answer."""
        if settings.get("agent_id"):
            return None
        return (
            "needs the setting `agent_id`, which tells our replies from others'; `draft` until connect has written it"
        )

    def create(
        self, connection: str, settings: BaseModel, secrets: Mapping[str, str], services: Services
    ) -> FreshdeskAdapter:
        """Return an adapter for one connection. Makes no call."""
        return FreshdeskAdapter(connection, FreshdeskSettings.model_validate(settings), secrets, services)


ADAPTER = FreshdeskFactory()
