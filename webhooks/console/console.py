"""What every page of the console works with, made once when it is mounted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app

from webhooks.console.provider import Provider
from webhooks.console.queries import Reading
from webhooks.console.sessions import Identity
from webhooks.console.settings import ConsoleSettings
from webhooks.console.shelf import Shelf
from webhooks.console.throttle import Throttle
from webhooks.service import Service

EXTENSION = "console"


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one application."""

    service: Service
    settings: ConsoleSettings
    reading: Reading
    shelf: Shelf
    throttle: Throttle
    provider: Provider | None = None

    @property
    def stamp(self) -> str:
        """What sessions depend on: a new password, or another list of who may come in, signs everybody out."""
        rules = self.settings.openid.rules if self.settings.openid else ""
        entry = f"{self.settings.operator_password}\n{self.settings.viewer_password}\n{rules}"
        return hashlib.sha256(entry.encode()).hexdigest()[:32]

    def now(self) -> datetime:
        """Return the time by which deadlines are judged; the demo moves it."""
        return self.service.store.clock.now()

    def actor(self, who: Identity) -> str:
        """Return somebody as the audit calls them."""
        return f"console:{who.name}"

    def note(self, connection: str, subject: str, who: Identity, action: str, detail: dict[str, Any]) -> None:
        """Add to the audit what somebody did here."""
        store = self.service.store
        with store.database.write() as transaction:
            store.runtime.note(transaction, connection, subject, self.actor(who), action, detail)


def console() -> Console:
    """Return the console of the application that answers this request."""
    return cast(Console, current_app.extensions[EXTENSION])
