"""The django-helpdesk adapter, as ADAPTER: the one name that the registry loads."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from adapters.common.questions import Question
from adapters.django_helpdesk.adapter import DjangoHelpdeskAdapter
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import PLATFORM
from adapters.services import Services


class DjangoHelpdeskFactory:
    """Makes django-helpdesk adapters."""

    name = PLATFORM
    settings = DjangoHelpdeskSettings
    secrets: Mapping[str, str] = {
        "token": "the API token of our user, made in Django's admin",
        "password": "instead of it, with auth: basic",
        "webhook_secret": "the password in the webhook's address; connect makes it",
        "webhook_secret_previous": "the one before, while it is replaced",
    }

    def required_secrets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the secrets without which the site cannot be called."""
        return ("password",) if settings.get("auth") == "basic" else ("token",)

    def questions(self, settings: Mapping[str, Any]) -> Mapping[str, Question]:
        """Return what `init` asks, by setting, given what is already known."""
        asked = {"base_url": Question("the address under which /api/ lies", "https://help.example.com")}
        if settings.get("auth") == "basic":
            asked["user"] = Question("whom the password acts as", "sidecar")
        return asked

    def no_replies(self, settings: Mapping[str, Any]) -> str | None:
        """Return why not: without knowing our own user a reply of ours would pass for an agent's answer."""
        if settings.get("user_id"):
            return None
        return "needs the setting `user_id`, our user's number in Django's admin, which tells our replies from others'"

    def create(
        self, connection: str, settings: BaseModel, secrets: Mapping[str, str], services: Services
    ) -> DjangoHelpdeskAdapter:
        """Return an adapter for one connection. Makes no call."""
        return DjangoHelpdeskAdapter(connection, DjangoHelpdeskSettings.model_validate(settings), secrets, services)


ADAPTER = DjangoHelpdeskFactory()
