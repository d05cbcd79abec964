"""What every part of ``connect`` shares: the client, the plan, the steps taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.base import SetUpPlan, Step
from adapters.freshdesk.paging import PAGE_SIZE, has_next
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.tables import PLATFORM
from adapters.http import Answer, ApiClient
from core.errors import RefusedError

NAME = "SLA Sidecar"
MOST_PAGES = 50


@dataclass(slots=True)
class Run:
    """One run of ``connect``.

    Attributes:
        key: the secret that our rules' webhooks carry.
        steps: what was done so far, or would be.
        written: settings to write into the connection.
        secrets: secrets to keep.
    """

    client: ApiClient
    settings: FreshdeskSettings
    plan: SetUpPlan
    key: str
    steps: list[Step] = field(default_factory=list)
    written: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def note(self, action: str, what: str, name: str, id_: object = None) -> None:
        """Remember one step."""
        self.steps.append(Step(action, what, name, None if id_ is None else str(id_)))

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
        if self.plan.dry_run:
            self.note("create", what, name)
            return None
        made = item(self.client.post(path, dict(body)))
        self.note("create", what, name, made["id"])
        return made

    def change(self, path: str, what: str, name: str, body: Mapping[str, Any]) -> None:
        """Change one thing that is there."""
        self.note("change", what, name, path.rsplit("/", 1)[1])
        if not self.plan.dry_run:
            self.client.put(path, dict(body))

    def remove(self, path: str, what: str, name: str) -> None:
        """Remove one thing of ours."""
        self.note("remove", what, name, path.rsplit("/", 1)[1])
        if not self.plan.dry_run:
            self.client.delete(path)


def item(answer: Answer) -> dict[str, Any]:
    """Return the one thing in an answer."""
    body = answer.mapping(PLATFORM)
    if not isinstance(body.get("id"), int):
        raise RefusedError("freshdesk: the answer names no id; report this", platform=PLATFORM)
    return body
