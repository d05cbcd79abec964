"""What every part of ``connect`` shares: the client, the plan, the steps taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.common.setup import SetUpRun
from adapters.freshdesk.paging import PAGE_SIZE, has_next
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.tables import PLATFORM
from adapters.http import Answer
from core.errors import RefusedError

MOST_PAGES = 50


@dataclass(slots=True)
class Run(SetUpRun[FreshdeskSettings]):
    """One run of ``connect``; ``key`` is the secret that our rules' webhooks carry."""

    key: str

    def by_hand(self, text: str) -> None:
        """Tell the admin one thing to do in Freshdesk's admin screens."""
        self.note("skip", "by hand", text)

    def all(self, path: str, key: str = "") -> list[dict[str, Any]]:
        """Return every item of a list: a bare array, or under ``key`` of an object."""
        items: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self.client.get(path, {"per_page": PAGE_SIZE, "page": page})
            rows = answer.body if isinstance(answer.body, list) else answer.mapping(PLATFORM).get(key)
            fresh = [row for row in rows or [] if isinstance(row, dict) and row not in items]
            items += fresh
            if not fresh or not has_next(answer.headers):
                break
        return items

    def create(self, path: str, what: str, name: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Create one thing and return it as it became; None in a dry run."""
        return self.made(what, name, lambda: item(self.client.post(path, dict(body))))


def item(answer: Answer) -> dict[str, Any]:
    """Return the one thing in an answer."""
    body = answer.mapping(PLATFORM)
    if not isinstance(body.get("id"), int):
        raise RefusedError("freshdesk: the answer names no id; report this", platform=PLATFORM)
    return body
