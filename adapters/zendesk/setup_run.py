"""What every part of ``connect`` shares: the client, the plan, the steps taken, and lists read to their end."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.common.setup import NAME, SetUpRun
from adapters.http import Answer
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import PLATFORM
from core.errors import RefusedError

MARK = f"Made by {NAME}"  # begins the description of all that we create: nothing else is ever changed or removed
PAGE_SIZE = 100
MOST_PAGES = 100


class Run(SetUpRun[ZendeskSettings]):
    """One run of ``connect``."""

    def all(self, path: str, key: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a list."""
        query: dict[str, Any] = {"page[size]": PAGE_SIZE, **params}
        for _ in range(MOST_PAGES):
            body = self.client.get(path, query).mapping(PLATFORM)
            yield from (item for item in body.get(key) or [] if isinstance(item, dict))
            meta = body.get("meta") or {}
            if not meta.get("has_more") or not meta.get("after_cursor"):
                return
            query["page[after]"] = meta["after_cursor"]

    def create(self, path: str, key: str, what: str, name: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Create one thing and return it as it became; None in a dry run."""
        return self.made(what, name, lambda: self.item(self.client.post(path, {key: dict(body)}), key))

    def item(self, answer: Answer, key: str) -> dict[str, Any]:
        """Return the one thing in an answer."""
        item = answer.mapping(PLATFORM).get(key)
        if not isinstance(item, dict) or "id" not in item:
            raise RefusedError(f"zendesk: the answer holds no {key}; report this", platform=PLATFORM)
        return item


def is_ours(item: Mapping[str, Any], key: str = "description") -> bool:
    """True for what an earlier run created."""
    return str(item.get(key) or "").startswith(MARK)


def slug(value: str) -> str:
    """Return a value as the end of a tag: lower case, without spaces."""
    return re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_") or "none"
