"""The history that Freshdesk does not keep: what each look saw, with the instant at which it held at the latest.

What was seen first holds since the ticket's creation. A change is dated by the ticket's ``updated_at``, since whatever
changed by then had changed; that is an upper bound, so the change is ``observed``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.freshdesk.entries import Entry, entries_from_json, entries_to_json

Raw = str | bool | int | float | tuple[str, ...] | None
FORM = 1  # of what is kept between looks; another version's is not read


@dataclass(frozen=True, slots=True)
class Seen:
    """A value, from an instant on.

    Attributes:
        at: when it came to hold; with ``observed``, at the latest.
        value: as Freshdesk gives it.
        observed: nobody knows the exact instant.
    """

    at: datetime
    value: Raw
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An instant at which one side answered, that no conversation explains (it was deleted, or lies elsewhere)."""

    at: datetime
    by_support: bool


@dataclass(slots=True)
class Kept:
    """What is kept of a ticket between looks.

    Attributes:
        page: the last page of conversations that was read.
        entries: every conversation ever seen, by id.
        values: what each field of the ticket, and each plan, was seen to hold, oldest first.
        responses: answers that only the ticket's statistics tell.
        seen_until: the ticket's ``updated_at`` at the last look; None before the first.
    """

    page: int = 1
    entries: dict[int, Entry] = field(default_factory=dict)
    values: dict[str, list[Seen]] = field(default_factory=dict)
    responses: set[Response] = field(default_factory=set)
    seen_until: datetime | None = None

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any] | None) -> "Kept":
        """Return what :meth:`to_mapping` gave; nothing at first sight, or if another version kept it."""
        if not kept or kept.get("form") != FORM:
            return cls()
        return cls(
            page=kept["page"],
            entries={entry.id: entry for entry in entries_from_json(kept["entries"])},
            values={
                name: [Seen(datetime.fromisoformat(at), raw_of(value), observed) for at, value, observed in seen]
                for name, seen in kept["values"].items()
            },
            responses={Response(datetime.fromisoformat(at), by_support) for at, by_support in kept["responses"]},
            seen_until=datetime.fromisoformat(kept["seen_until"]) if kept["seen_until"] else None,
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "form": FORM,
            "page": self.page,
            "entries": entries_to_json(sorted(self.entries.values(), key=lambda entry: (entry.at, entry.id))),
            "values": {
                name: [
                    [
                        each.at.isoformat(),
                        list(each.value) if isinstance(each.value, tuple) else each.value,
                        each.observed,
                    ]
                    for each in seen
                ]
                for name, seen in sorted(self.values.items())
            },
            "responses": sorted([each.at.isoformat(), each.by_support] for each in self.responses),
            "seen_until": self.seen_until.isoformat() if self.seen_until else None,
        }

    def changed_at(self, updated_at: datetime, now: datetime) -> datetime:
        """Return the latest instant at which something that is new at this look can have happened."""
        return updated_at if self.seen_until is None or updated_at > self.seen_until else max(now, updated_at)

    def see(self, name: str, raw: object, first: Seen, changed_at: datetime) -> None:
        """Note what a field holds now.

        Args:
            name: the field's, or any other name under which to keep it.
            raw: its value.
            first: what to take for its value at the beginning, if it was never seen before.
            changed_at: when it changed at the latest, if it did.
        """
        seen = self.values.setdefault(name, [])
        if not seen:
            seen.append(first)
        value = raw_of(raw)
        if not _same(seen[-1].value, value):
            seen.append(Seen(max(changed_at, seen[-1].at), value, observed=True))


def raw_of(raw: object) -> Raw:
    """Return a JSON value as one that compares: lists as tuples of text, objects as nothing."""
    if isinstance(raw, list | tuple):
        return tuple(str(item) for item in raw)
    return raw if isinstance(raw, str | bool | int | float) else None


def value_at(seen: Iterable[Seen], at: datetime) -> Raw:
    """Return what held at an instant; the first value seen holds for all time before."""
    history = list(seen)
    held = [each.value for each in history if each.at <= at] or [each.value for each in history[:1]]
    return held[-1] if held else None


def _same(one: Raw, other: Raw) -> bool:
    """True for equal values of one kind: 1 and True are two."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
