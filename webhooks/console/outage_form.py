"""The form in which an operator enters an outage, or corrects one: from fields to an outage and back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.outages import PRODUCTION, Outage
from core.policy_file import AvailabilityForm
from core.wall_time import first_instant
from webhooks.console.wall import read_wall, wall_at, written_wall

INSTANTS = ("begin", "end", "announced_at")
FIELDS = ("id", "kind", *INSTANTS, "cause", "service", "source")


@dataclass(frozen=True, slots=True)
class OutageForm:
    """The form as it is shown.

    Attributes:
        fields: what stands in each, instants as wall time in the promise's zone.
        replaces: the id of the outage that it corrects; "" for a new one.
        faults: what is wrong, by field.
    """

    fields: Mapping[str, str]
    replaces: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "OutageForm":
        """Return the form for a new outage."""
        return cls(dict.fromkeys(FIELDS, "") | {"kind": "unplanned", "service": PRODUCTION})

    @classmethod
    def of(cls, outage: Outage, promise: AvailabilityForm) -> "OutageForm":
        """Return the form that corrects an outage."""
        given = {name: getattr(outage, name) for name in FIELDS}
        return cls({name: _shown(value, promise.timezone) for name, value in given.items()}, outage.id)

    @classmethod
    def sent(cls, fields: Mapping[str, str]) -> "OutageForm":
        """Return the form as somebody filled it in."""
        return cls({name: fields.get(name, "").strip() for name in FIELDS}, fields.get("replaces", ""))

    def values(self, promise: AvailabilityForm, before: Outage | None) -> dict[str, Any]:
        """Return what the form says of an outage, for :func:`webhooks.availability.reading.outage_from`.

        Args:
            promise: its zone is the form's.
            before: the outage that is corrected; an instant that was not touched stays what it is, to the second and
                in the hour that comes twice.
        """
        given: dict[str, Any] = {name: text for name, text in self.fields.items() if text}
        for name in INSTANTS:
            old = getattr(before, name) if before else None
            if old is not None and self.fields[name] == _shown(old, promise.timezone):
                given[name] = old
            elif wall := read_wall(self.fields[name]):
                given[name] = first_instant(promise.timezone, wall)
        return given


def _shown(value: object, timezone: str) -> str:
    if isinstance(value, datetime):
        return written_wall(wall_at(value, timezone))
    return "" if value is None else str(value)
