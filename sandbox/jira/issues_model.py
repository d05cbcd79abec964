"""Issues with their comments and history, as they are kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One changed field of a history; ``before`` and ``after`` are pairs of raw value and text."""

    field_id: str
    name: str
    custom: bool
    before: tuple[str | None, str | None]
    after: tuple[str | None, str | None]
    people: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What one person changed at one moment. ``metadata`` is what the client sent as historyMetadata."""

    id: str
    author: str
    created_at: datetime
    items: tuple[Item, ...]
    metadata: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment. ``public`` is what customers see; ``visibility`` restricts to a role or group besides."""

    id: str
    author: str
    update_author: str
    body: str
    created_at: datetime
    updated_at: datetime
    public: bool = True
    visibility: dict[str, Any] | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Link:
    """A link from one issue to another, kept on both."""

    id: str
    type_id: str
    outward: str
    inward: str


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue. ``values`` holds every field by its id, in the form that its kind keeps."""

    id: str
    key: str
    project_id: str
    creator: str
    created_at: datetime
    updated_at: datetime
    category_changed_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    watchers: set[str] = field(default_factory=set)
    old_keys: list[str] = field(default_factory=list)
    resolved_at: datetime | None = None
    request_type: str | None = None
    channel: str = "jira"

    @property
    def status(self) -> str:
        """The id of its status."""
        return str(self.values["status"])

    @property
    def reporter(self) -> str | None:
        """Who asks."""
        return self.values.get("reporter")

    def changes_of(self, field_id: str) -> Iterator[tuple[History, Item]]:
        """Yield the changes of one field, oldest first."""
        for history in self.histories:
            for item in history.items:
                if item.field_id == field_id:
                    yield history, item
