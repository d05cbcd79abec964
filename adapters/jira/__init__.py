"""The Jira Service Management adapter, as ADAPTER: the one name that the registry loads."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.common.questions import Question
from adapters.jira.adapter import JiraAdapter
from adapters.jira.auth import API_TOKEN
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PLATFORM
from adapters.services import Services


class JiraFactory:
    """Makes Jira adapters."""

    name = PLATFORM
    settings = JiraSettings
    secrets: Mapping[str, str] = {
        API_TOKEN: "the API token of our own account (Data Center: a personal access token)",
        "webhook_secret": "the webhook's; connect makes it",
        "webhook_secret_previous": "the one before, while it is replaced",
    }

    def required_secrets(self, settings: Mapping[str, object]) -> tuple[str, ...]:
        """Return the secrets without which nothing can be called, whatever the settings say."""
        del settings
        return (API_TOKEN,)

    def questions(self, settings: Mapping[str, Any]) -> Mapping[str, Question]:
        """Return what `init` asks, by setting, given what is already known."""
        asked = {"site": Question("the address that people use", "https://acme.atlassian.net")}
        if settings.get("deployment") != "data_center":
            asked["email"] = Question("the account whom the API token acts as", "sla@example.com")
        return asked | {"projects": Question("keys of the projects, separated by commas", "SUP, OPS", several=True)}

    def no_replies(self, settings: Mapping[str, object]) -> str | None:
        """Return why not: without knowing our own account a reply of ours would pass for an agent's answer."""
        if settings.get("account_id"):
            return None
        return (
            "needs the setting `account_id`, which tells our replies from others'; `draft` until connect has written it"
        )

    def create(
        self, connection: str, settings: BaseModel, secrets: Mapping[str, str], services: Services
    ) -> JiraAdapter:
        """Return an adapter for one connection. Makes no call."""
        return JiraAdapter(connection, JiraSettings.model_validate(settings), secrets, services)


ADAPTER = JiraFactory()
