"""What is in no history: values as they were seen at each look, with the instant at which each was seen first.

django-helpdesk records replies, statuses and holds that people make on its pages. A priority, a custom field, an owner
or a submitter that changes, and a status set through the API or the board, leave no trace that the API shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from adapters.django_helpdesk.customers import Value
from adapters.django_helpdesk.entries import Entry, entries_from_json, entries_to_json
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from core.ticket import Instant

RECORDED = ("status", "on_hold")  # have a history, which can be incomplete

Seen = list[tuple[Instant, Value]]
_SEEN: TypeAdapter[dict[str, Seen]] = TypeAdapter(dict[str, Seen])
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(slots=True)
class Sightings:
    """What is kept of a ticket between looks.

    Attributes:
        created_at: the ticket's beginning, as far as it was ever seen; a merge takes its follow-ups away.
        values: a field without a history to (instant, value); the first value holds since creation.
        corrections: a field with one to what its history does not explain.
        entries: the follow-ups as they were last seen on this ticket.
    """

    created_at: datetime | None = None
    values: dict[str, Seen] = field(default_factory=dict)
    corrections: dict[str, Seen] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any] | None) -> "Sightings":
        """Return what :meth:`to_mapping` gave; nothing for what another version of this program kept."""
        if not kept:
            return cls()
        try:
            return cls(
                created_at=_INSTANT.validate_python(kept["created_at"]),
                values=_SEEN.validate_python(kept["values"]),
                corrections=_SEEN.validate_python(kept["corrections"]),
                entries=entries_from_json(kept["entries"]),
            )
        except (ValueError, KeyError, TypeError):
            return cls()

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "values": _SEEN.dump_python(dict(sorted(self.values.items())), mode="json"),
            "corrections": _SEEN.dump_python(dict(sorted(self.corrections.items())), mode="json"),
            "entries": entries_to_json(self.entries),
        }

    def see(self, body: TicketBody, entries: Sequence[Entry], settings: DjangoHelpdeskSettings, now: datetime) -> None:
        """Note what differs from the last look and, of statuses and holds, from what the history says."""
        if body.merged_to is None or entries:
            self.entries = tuple(entries)
        beginnings = [at for at in (self.created_at, *(entry.at for entry in self.entries[:1])) if at]
        self.created_at = min(beginnings, default=now)
        for name in settings.observed:
            seen, value = self.values.setdefault(name, []), body.value(name)
            if not seen or seen[-1][1] != value:
                seen.append((now, value))
        if body.merged_to is None:  # a merge makes it a duplicate, which is no change of status of its own
            for name in RECORDED:
                if self.now(name, settings) != body.value(name):
                    self.corrections.setdefault(name, []).append((now, body.value(name)))

    def now(self, name: str, settings: DjangoHelpdeskSettings) -> Value:
        """Return what the history and its corrections say of a status or hold now."""
        told: Seen = [(entry.at, value) for entry in self.entries if (value := told_by(entry, name)) is not None]
        both = sorted([*told, *self.corrections.get(name, [])], key=lambda each: each[0])
        return both[-1][1] if both else initial(name, settings)


def told_by(entry: Entry, name: str) -> Value:
    """Return what a follow-up says of a status or hold from then on; None for nothing."""
    if name == "status":
        return entry.status
    return {"held": True, "released": False}.get(entry.what)


def initial(name: str, settings: DjangoHelpdeskSettings) -> Value:
    """Return what every ticket begins with."""
    return settings.first_status if name == "status" else False
