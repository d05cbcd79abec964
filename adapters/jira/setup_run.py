"""What every part of ``connect`` shares: the client, the plan, the steps taken, and lists read to their end."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.common.setup import NAME, SetUpRun
from adapters.jira.payloads import objects_in
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PLATFORM

MARK = f"{NAME}: "  # begins the name of every field of ours: names are all that a list of fields tells
DESCRIPTION = f"Made by {NAME}"
PAGE_SIZE = 50
MOST_PAGES = 100


class Run(SetUpRun[JiraSettings]):
    """One run of ``connect``."""

    @property
    def api(self) -> str:
        """The platform API's path."""
        return self.settings.differences.api

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a list that has pages."""
        start = 0
        for _ in range(MOST_PAGES):
            query = {"startAt": start, "maxResults": PAGE_SIZE, **params}
            body = self.client.get(self.api + path, query).mapping(PLATFORM)
            values = [item for item in body.get("values") or [] if isinstance(item, dict)]
            yield from values
            start += len(values)
            if body.get("isLast", True) or not values:
                return

    def list(self, path: str) -> list[dict[str, Any]]:
        """Return a list that has no pages."""
        return objects_in(self.client.get(path))

    def create(self, path: str, what: str, name: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Create one thing and return it as it became; None in a dry run."""
        return self.made(what, name, lambda: self.client.post(path, dict(body)).mapping(PLATFORM))
