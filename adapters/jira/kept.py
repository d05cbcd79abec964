"""What is kept of an issue between two looks, as JSON in the ticket's observations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.jira.entries import Entry, from_json, to_json
from adapters.jira.sightings import Sightings


@dataclass(frozen=True, slots=True)
class Tail:
    """Pages that lie behind: what they came to, how many items they were, and the last one's id."""

    entries: tuple[Entry, ...] = ()
    count: int = 0
    last: str | None = None

    @classmethod
    def from_mapping(cls, kept: Any) -> "Tail":
        """Return what :meth:`to_mapping` gave.

        Raises:
            ValueError: it was kept by another version of this program.
        """
        if not isinstance(kept, dict) or not isinstance(kept.get("count"), int):
            raise ValueError("no count")
        return cls(from_json(kept.get("entries", [])), kept["count"], kept.get("last"))

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {"entries": to_json(self.entries), "count": self.count, "last": self.last}

    def plus(self, entries: Sequence[Entry], count: int, last: str | None) -> "Tail":
        """Return this with one more page behind it."""
        return Tail((*self.entries, *entries), self.count + count, last)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an issue between looks. ``form`` names what was kept; other settings read it all again."""

    form: str
    histories: Tail
    comments: Tail
    sightings: Sightings

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any] | None, form: str) -> "Kept":
        """Return what the last look kept, without the pages if they were kept for other settings."""
        sightings = Sightings.from_mapping(kept or {})
        try:
            if kept and kept.get("form") == form:
                return cls(form, Tail.from_mapping(kept["histories"]), Tail.from_mapping(kept["comments"]), sightings)
        except (ValueError, KeyError):  # kept by another version of this program
            pass
        return cls(form, Tail(), Tail(), sightings)

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        pages = {"histories": self.histories.to_mapping(), "comments": self.comments.to_mapping()}
        return {"form": self.form, **pages, **self.sightings.to_mapping()}
