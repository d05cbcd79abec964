"""Durations as policies write them. Each names its basis: whose hours, which days.

Source: SEMANTICS section 3; repeated for readers of the product in docs/policies.md.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.calendars import Calendar
from core.errors import DurationError


class Unit(StrEnum):
    """What one of a duration's units is, and so how it is counted."""

    OPEN = "business"
    CLOCK = "clock"
    BUSINESS_DAYS = "business days"
    BUSINESS_WEEKS = "business weeks"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    NONE = "none"


_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_WRITTEN = re.compile(r"(?P<amount>[0-9]{1,7}(?:\.[0-9]{1,4})?)\s+(?:(?P<basis>[a-z-]+)\s+)?(?P<unit>[a-z]+?)s?")
_LIMIT_DAYS = {Unit.BUSINESS_DAYS: 1, Unit.BUSINESS_WEEKS: 7, Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 31}
_MOST_DAYS = 20 * 365
_NO_DEADLINE = ("none", "as needed")
_EXAMPLES = "`4 business hours`, `24 clock hours`, `2 business days`, `1 week`, `none`"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time with its basis.

    Attributes:
        text: as the policy wrote it, in lower case.
        unit: the basis.
        amount: seconds for OPEN and CLOCK, else a whole number of units; 0 for NONE.
    """

    text: str
    unit: Unit
    amount: float

    def __str__(self) -> str:
        return self.text

    @property
    def is_clock(self) -> bool:
        """True if pauses and shares of it are elapsed time; False if they are open time."""
        return self.unit is Unit.CLOCK

    def after(self, start: datetime, calendar: Calendar, *, end_of_day: bool = False) -> datetime | None:
        """Return the instant at which this duration, counted from ``start``, is used up; None for no deadline.

        Args:
            start: aware.
            calendar: whose open time, days and zone count.
            end_of_day: the policy's ``business_day: end_of_day``; matters to business days and weeks only.

        Raises:
            CalendarError: the calendar does not open for long enough.
        """
        match self.unit:
            case Unit.OPEN:
                return calendar.add(start, self.amount)
            case Unit.CLOCK:
                return start + timedelta(seconds=self.amount)
            case Unit.BUSINESS_DAYS | Unit.BUSINESS_WEEKS:
                days = int(self.amount) * (calendar.open_weekdays if self.unit is Unit.BUSINESS_WEEKS else 1)
                return (calendar.end_of_business_day if end_of_day else calendar.add_business_days)(start, days)
            case Unit.DAYS:
                return calendar.add_local(start, days=int(self.amount))
            case Unit.WEEKS:
                return calendar.add_local(start, weeks=int(self.amount))
            case Unit.MONTHS:
                return calendar.add_local(start, months=int(self.amount))
            case Unit.NONE:
                return None

    def before(self, due: datetime, calendar: Calendar) -> datetime:
        """Return the instant this long before ``due``; for hours and minutes only (see :func:`parse_lead`)."""
        return calendar.add(due, -self.amount) if self.unit is Unit.OPEN else due - timedelta(seconds=self.amount)

    def run(self, a: datetime, b: datetime, calendar: Calendar) -> float:
        """Return the seconds in ``[a, b)`` that count for a clock with this target; negative when b < a."""
        return (b - a).total_seconds() if self.is_clock else calendar.between(a, b)

    def move(self, at: datetime, seconds: float, calendar: Calendar) -> datetime:
        """Return ``at`` moved on by seconds of the kind that :meth:`run` counts."""
        return at + timedelta(seconds=seconds) if self.is_clock else calendar.add(at, seconds)


NO_DEADLINE = Duration("none", Unit.NONE, 0)


def parse(written: object) -> Duration:
    """Return the duration that a policy writes.

    Raises:
        DurationError: it cannot be read or does not say whose time it is; the message says what to write.
    """
    if not isinstance(written, str):
        raise DurationError(f"{written!r} is not a duration; write for instance {_EXAMPLES}")
    text = " ".join(written.lower().split())
    if text in _NO_DEADLINE:
        return Duration(text, Unit.NONE, 0)
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise DurationError(f"`{written}` is not a duration; write for instance {_EXAMPLES}")
    amount, basis, unit = float(match["amount"]), match["basis"], match["unit"]
    if amount <= 0:
        raise DurationError(f"`{written}` is no time at all; write a number above zero, or `none`")
    if unit in _SECONDS:
        if basis not in ("business", "clock"):
            raise DurationError(_whose(written, match["amount"], unit))
        seconds = round(amount * _SECONDS[unit], 6)
        return _bounded(written, Duration(text, Unit(basis), int(seconds) if seconds.is_integer() else seconds))
    whole = {
        ("business", "day"): Unit.BUSINESS_DAYS,
        ("business", "week"): Unit.BUSINESS_WEEKS,
        (None, "day"): Unit.DAYS,
        (None, "week"): Unit.WEEKS,
        (None, "month"): Unit.MONTHS,
    }.get((basis, unit))
    if whole is None:
        raise DurationError(f"`{written}` is not a duration; write for instance {_EXAMPLES}")
    if not amount.is_integer():
        raise DurationError(f"`{written}`: only hours and minutes can be fractions; write a whole number of {unit}s")
    return _bounded(written, Duration(text, whole, int(amount)))


def parse_lead(written: object) -> Duration:
    """Return a duration that can also be counted backwards: hours or minutes, business or clock."""
    duration = parse(written)
    if duration.unit not in (Unit.OPEN, Unit.CLOCK):
        raise DurationError(f"`{duration.text}` cannot be counted back from a deadline; write business or clock hours")
    return duration


def _bounded(written: str, duration: Duration) -> Duration:
    """Refuse what no calendar can hold, before it is searched for."""
    days = duration.amount * _LIMIT_DAYS.get(duration.unit, 1 / 86400)
    if days > _MOST_DAYS:
        raise DurationError(f"`{written}` is more than {_MOST_DAYS // 365} years; write a shorter one, or `none`")
    return duration


def _whose(written: str, amount: str, unit: str) -> str:
    plural = unit if amount == "1" else f"{unit}s"
    return (
        f"`{written}` does not say whose {unit}s; write `{amount} business {plural}` (while the calendar is open) "
        f"or `{amount} clock {plural}` (elapsed time)"
    )
