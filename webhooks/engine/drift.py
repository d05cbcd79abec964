"""What somebody else changed of what we wrote: the stored result held against what the platform shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.ticket import Metric
from core.update import Field, FieldValue, Shown, TicketRef, TicketUpdate, Wanted, difference
from webhooks.engine.rewrites import is_left
from webhooks.engine.updates import summary
from webhooks.store.memory import LastWrite

FINISHED = frozenset({"met", "missed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Drift:
    """The fields of one ticket that no longer show what was written.

    Attributes:
        repair: what is to be written again, by field.
        leave: what is left as somebody else set it, until our own value changes.
    """

    repair: Mapping[str, str] = field(default_factory=dict)
    leave: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.repair or self.leave)


def expected(result: Mapping[str, Any]) -> dict[Field, FieldValue]:
    """Return the fields that the look which left this result (``core.result``) saw to.

    The same as ``webhooks.engine.wanted.fields`` of the evaluation that the result was made from.
    """
    current: dict[str, Mapping[str, Any]] = {each["metric"]: each for each in result.get("clocks", ())}
    owed = {metric: due for metric, clock in current.items() if (due := _due(clock)) is not None}
    first = min(owed, key=lambda metric: (owed[metric], metric), default=None)
    return {
        Field.STATE: result.get("state"),
        Field.TIER: result.get("tier"),
        Field.PLAN: result.get("plan"),
        Field.NEXT: first,
        Field.NEXT_DUE: owed[first] if first else None,
        Field.FIRST_RESPONSE_DUE: owed.get(Metric.FIRST_RESPONSE.value),
        Field.RESOLUTION_DUE: owed.get(Metric.RESOLUTION.value),
    }


def drift(ref: TicketRef, result: Mapping[str, Any], last: LastWrite, shown: Shown, *, respect: bool) -> Drift:
    """Return which fields no longer show what was written, and what becomes of each.

    Args:
        result: as the last look stored it.
        last: what the platform refused, and what is left alone already, is no news; what was repaired before is left.
        respect: the admin lets people change our fields.
    """
    update = difference(ref, Wanted(fields=expected(result)), shown)
    values: dict[str, str] = summary(TicketUpdate(ref, fields=update.fields)).get("fields", {})
    news = {name: value for name, value in values.items() if last.refused.get(name, (None, ""))[0] != value}
    leave = {name: value for name, value in news.items() if respect or is_left(name, value, last)}
    return Drift({name: value for name, value in news.items() if name not in leave}, leave)


def _due(clock: Mapping[str, Any]) -> datetime | None:
    if clock["state"] in FINISHED or not clock["due_at"]:
        return None
    return datetime.fromisoformat(clock["due_at"])
