"""What a calendar says, as data: zone, weekly shifts, holidays, special days. Equal content is an equal value."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from core.holiday_dates import HolidaySource, holidays_in

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 1900, 2299  # of the dates and instants that a calendar can be asked about
DAY_MINUTES = 24 * 60


class Shift(NamedTuple):
    """An open interval in wall minutes since the midnight of the date it starts on; past 24:00 it is overnight.

    Half open, ``0 <= opens < DAY_MINUTES`` and ``opens < closes <= opens + DAY_MINUTES``.
    """

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{_hhmm(self.opens)}-{_hhmm(self.closes)}"


Shifts = tuple[Shift, ...]
ALL_DAY: Shifts = (Shift(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class CalendarContent:
    """A calendar without its name.

    Attributes:
        timezone: IANA key of the zone whose wall clock the shifts are read on.
        hours: the shifts of each weekday, Monday first.
        dates: explicit holidays.
        sources: where further holidays come from.
        special: dates with shifts of their own, in order of date.
        follows_customer: ``timezone`` only stands in for the customer's own.
    """

    timezone: str
    hours: tuple[Shifts, ...]
    dates: frozenset[date] = frozenset()
    sources: tuple[HolidaySource, ...] = ()
    special: tuple[tuple[date, Shifts], ...] = ()
    follows_customer: bool = False

    @property
    def always_open(self) -> bool:
        """True when every minute of every week is open and no date takes any away."""
        if self.dates or self.sources or self.special:
            return False
        shifts = ((day * DAY_MINUTES, shift) for day in range(-1, 7) for shift in self.hours[day])
        reached = 0
        for opens, closes in sorted((midnight + shift.opens, midnight + shift.closes) for midnight, shift in shifts):
            if opens > reached:
                return False
            reached = max(reached, closes)
        return reached >= 7 * DAY_MINUTES

    @property
    def never_opens(self) -> bool:
        """True when there is no shift at all, in no week and on no special day."""
        return not any(self.hours) and not any(shifts for _, shifts in self.special)

    def for_customer(self, timezone: str | None, country: str | None, subdivision: str | None) -> "CalendarContent":
        """Return what the calendar says for one customer; what it does not take from the customer stays."""
        sources = (source.for_customer(country, subdivision) for source in self.sources)
        return replace(
            self,
            timezone=timezone if timezone and self.follows_customer else self.timezone,
            sources=tuple(source for source in sources if source),
            follows_customer=False,
        )

    def holidays(self, first_year: int, end_year: int) -> dict[date, str]:
        """Return the holidays of the years up to ``end_year`` exclusive, by date, with their names."""
        names = {day: "holiday" for day in self.dates if first_year <= day.year < end_year}
        for source in reversed(self.sources):  # the first source names a day that several have
            for year in range(first_year, end_year):
                names.update(holidays_in(source, year))
        return names

    def overlaps(self) -> Iterator[str]:
        """Yield one sentence for each pair of shifts that overlap; counted once, but hardly meant."""
        for weekday, shifts in enumerate(self.hours):
            following = (weekday + 1) % 7
            yield from _overlaps_within(WEEKDAYS[weekday], shifts)
            yield from _overlaps_into(WEEKDAYS[weekday], shifts, WEEKDAYS[following], self.hours[following])
        special = dict(self.special)
        for day, shifts in self.special:
            before, after = day - timedelta(days=1), day + timedelta(days=1)
            yield from _overlaps_within(f"{day}", shifts)
            yield from _overlaps_into(f"{day}", shifts, f"{after}", special.get(after, self.hours[after.weekday()]))
            if before not in special:
                yield from _overlaps_into(f"{before}", self.hours[before.weekday()], f"{day}", shifts)


def _overlaps_within(day: str, shifts: Shifts) -> Iterator[str]:
    for one, other in combinations(sorted(shifts), 2):
        if other.opens < one.closes:
            yield f"{day} {one} overlaps {day} {other}"


def _overlaps_into(day: str, shifts: Shifts, next_day: str, next_shifts: Shifts) -> Iterator[str]:
    for one in shifts:
        for other in next_shifts:
            if other.opens < one.closes - DAY_MINUTES:
                yield f"{day} {one} runs into {next_day} {other}"


def _hhmm(minutes: int) -> str:
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"
