"""Calendars: when a vendor works, and the arithmetic of open time. The rules are SEMANTICS, section 2.

Instants go in aware, in any zone, and come out in UTC. Amounts of open time are seconds, exact to the microsecond.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from core.calendar_content import FIRST_YEAR, LAST_YEAR, CalendarContent
from core.calendar_form import read_calendar
from core.errors import CalendarError
from core.holiday_dates import CUSTOMER
from core.open_time import HORIZON_YEARS, OpenTime, OutsideWindowError, Window, open_time
from core.wall_time import first_instant
from core.zones import is_zone, unknown_zone, zone

Found = TypeVar("Found")
_MOST_AMOUNTS = 4096
_MOST_SECONDS = 10_000_000_000  # longer than any search, and within what a timedelta holds
_amounts: dict[float, timedelta] = {}  # a timedelta costs more to make than a deadline to find


class Calendar:
    """Opening hours in a zone, less holidays: made by :meth:`from_mapping`, never changes, safe to share by threads.

    Attributes:
        name: what errors call it.
        timezone: IANA key of the zone whose days and hours count.
        content: what it says, as data.
    """

    def __init__(self, content: CalendarContent, name: str = "calendar") -> None:
        self.name, self.content, self.timezone = name, content, content.timezone
        self._open_time: OpenTime = open_time(content)

    @classmethod
    def from_mapping(cls, mapping: object, name: str = "calendar") -> "Calendar":
        """Return the calendar that a parsed YAML or JSON mapping describes.

        Raises:
            CalendarError: with every fault at once, each with its path and what to write instead.
        """
        return cls(read_calendar(mapping, name), name)

    def __reduce__(self) -> tuple[object, ...]:
        return Calendar, (self.content, self.name)  # zones loaded from a package cannot be pickled

    def __repr__(self) -> str:
        return f"<Calendar {self.name} in {self.timezone}>"

    # Open time

    def add(self, start: datetime, seconds: float) -> datetime:
        """Return the earliest instant with ``seconds`` of open time between ``start`` and it.

        Time that runs out exactly at closing ends there, not at the next opening. Negative seconds go back, to the
        latest such instant; none gives ``start``.

        Raises:
            ValueError: ``start`` is naive, or ``seconds`` is nan.
            CalendarError: the calendar is not open for so long within ``HORIZON_YEARS``.
        Source: SEMANTICS, section 2, "Adding open time".
        """
        if start.tzinfo is not UTC:
            start = _utc(start)
        try:
            opens, bases, totals = self._open_time.window.lists  # Window.add, without the cost of its call
            k = bisect_right(opens, start) - 1
            target = start - bases[k]
            if target > totals[k]:
                target = totals[k]
            target += _amounts[seconds]
            return bases[bisect_left(totals, target)] + target
        except (TypeError, KeyError):
            pass  # another question than a usual one: an amount not met before, or years not compiled yet
        amount = _amount(seconds)
        if not amount:
            return start
        if seconds > 0:
            return self._search(start, lambda window: window.add(start, amount))
        return self._search(start, lambda window: window.subtract(start, amount), back=True)

    def between(self, begin: datetime, end: datetime) -> float:
        """Return the seconds of open time from ``begin`` up to ``end``; negative if ``end`` comes first.

        Raises:
            ValueError: an instant is naive.
            CalendarError: the instants lie more than ``HORIZON_YEARS`` apart.
        Source: SEMANTICS, section 2, "Open time between".
        """
        if begin.tzinfo is not UTC:
            begin = _utc(begin)
        if end.tzinfo is not UTC:
            end = _utc(end)
        try:
            opens, bases, totals = self._open_time.window.lists  # Window.between, without the cost of its call
            k = bisect_right(opens, begin) - 1
            before_begin = begin - bases[k]
            if before_begin > totals[k]:
                before_begin = totals[k]
            k = bisect_right(opens, end) - 1
            before_end = end - bases[k]
            if before_end > totals[k]:
                before_end = totals[k]
            return (before_end - before_begin).total_seconds()
        except TypeError:
            return self._covering(begin, end).between(begin, end).total_seconds()

    def is_open(self, at: datetime) -> bool:
        """Return whether the calendar is open at an instant."""
        if at.tzinfo is not UTC:
            at = _utc(at)
        try:
            return self._open_time.window.is_open(at)
        except TypeError:
            return self._covering(at, at).is_open(at)

    def next_open(self, at: datetime) -> datetime:
        """Return the earliest open instant at or after ``at``.

        Raises:
            CalendarError: there is none within ``HORIZON_YEARS``.
        """
        if at.tzinfo is not UTC:
            at = _utc(at)
        try:
            return self._open_time.window.next_open(at)
        except TypeError:
            return self._search(at, lambda window: window.next_open(at))

    def next_close(self, at: datetime) -> datetime:
        """Return the earliest closed instant at or after ``at``.

        Raises:
            CalendarError: there is none within ``HORIZON_YEARS``.
        """
        at = _utc(at)
        if not self.is_open(at):
            return at
        if self.always_open:
            raise CalendarError(f"calendar {self.name!r} is always open: it has no closing time to find")
        return self._search(at, lambda window: window.closing(at))

    def windows(self, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the open intervals from ``begin`` up to ``end``, in order, cut off there.

        Raises:
            CalendarError: the instants lie more than ``HORIZON_YEARS`` apart.
        """
        begin, end = _utc(begin), _utc(end)
        return self._covering(begin, end).intervals(begin, end)

    # Days

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """Return the deadline ``days`` business days after ``start``: the same wall time on that workday.

        Where the calendar is closed at that time, it is the last closing instant of that day's shifts before it or,
        if there is none, their first opening.

        Raises:
            ValueError: ``start`` is naive, or ``days`` is not a whole number above zero.
            CalendarError: no such day within ``HORIZON_YEARS``, or the zone skipped the whole of it.
        Source: SEMANTICS, section 3, "Business days".
        """
        start, days = _utc(start), _whole(days)

        def find(window: Window) -> datetime:
            opened = self.local(window.next_open(start))
            workday = window.workday_after(opened.date(), days)
            candidate = first_instant(self.timezone, datetime.combine(workday, opened.time()))
            if window.is_open(candidate):
                return candidate
            pieces = self._pieces_of(workday)
            closed = [closing for _, closing in pieces if closing <= candidate]
            return max(closed) if closed else min(opening for opening, _ in pieces)

        return self._search(start, find)

    def end_of_business_day(self, start: datetime, days: int) -> datetime:
        """Return the closing instant of the workday ``days`` business days after ``start``, counted in the same way.

        Raises:
            ValueError, CalendarError: as :meth:`add_business_days`.
        Source: SEMANTICS, section 3, "Business days", ``end_of_day``.
        """
        start, days = _utc(start), _whole(days)

        def find(window: Window) -> datetime:
            opened = self.local(window.next_open(start))
            return max(closing for _, closing in self._pieces_of(window.workday_after(opened.date(), days)))

        return self._search(start, find)

    def add_local(self, start: datetime, *, days: int = 0, weeks: int = 0, months: int = 0) -> datetime:
        """Return the same wall time so many calendar days, weeks or months later, or the next opening after it.

        The end of a month clips (31 January and a month is the last of February); in a gap it is the instant the gap
        ends, in a fold the first of the two.

        Raises:
            ValueError: ``start`` is naive, or an amount is negative.
            CalendarError: that lies beyond ``HORIZON_YEARS``.
        Source: SEMANTICS, section 3.
        """
        if min(days, weeks, months) < 0:
            raise ValueError(f"need amounts of at least zero: {days} days, {weeks} weeks, {months} months")
        start = _utc(start)
        wall = self.local(start).replace(tzinfo=None)
        try:
            later = wall + relativedelta(days=days, weeks=weeks, months=months)
        except (OverflowError, ValueError):
            raise self._beyond(start) from None
        if later.year > min(wall.year + HORIZON_YEARS, LAST_YEAR):
            raise self._beyond(start)
        return self.next_open(first_instant(self.timezone, later))

    # What it says

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone, always from the pinned zone data."""
        return zone(self.timezone)

    def local(self, at: datetime) -> datetime:
        """Return an instant as the calendar's own clock shows it."""
        return _utc(at).astimezone(self.zone)

    @cached_property
    def always_open(self) -> bool:
        """True when nothing is ever closed: ``open: 24x7``, or weekly hours that come to the same."""
        return self.content.always_open

    def never_opens(self) -> bool:
        """Return whether there is no shift at all, in no week and on no special day: a proof, not a search."""
        return self.content.never_opens

    @property
    def open_weekdays(self) -> int:
        """On how many weekdays a shift starts: the business days of a business week."""
        return sum(1 for shifts in self.content.hours if shifts)

    @cached_property
    def overlaps(self) -> list[str]:
        """One sentence for each pair of overlapping shifts. They count once, but are hardly meant."""
        return list(self.content.overlaps())

    def holidays_between(self, first: date, last: date) -> list[tuple[date, str]]:
        """Return the holidays from ``first`` to ``last``, both included, with their names or ``holiday``."""
        named = self.content.holidays(max(first.year, FIRST_YEAR), min(last.year, LAST_YEAR) + 1)
        return sorted((day, name) for day, name in named.items() if first <= day <= last)

    @property
    def holidays_known_until(self) -> date | None:
        """The last of the explicit holidays; None where none are given or a country's law goes on giving them."""
        return None if self.content.sources else max(self.content.dates, default=None)

    # Customers

    @property
    def uses_customer_zone(self) -> bool:
        """True when the hours are those of the customer's zone, and :attr:`timezone` only stands in for it."""
        return self.content.follows_customer

    @cached_property
    def uses_customer_country(self) -> bool:
        """True when holidays are to be taken from the customer's country."""
        return any(source.country == CUSTOMER for source in self.content.sources)

    def in_zone(
        self, timezone: str | None = None, country: str | None = None, subdivision: str | None = None
    ) -> "Calendar":
        """Return this calendar for one customer: the same hours in its zone, the holidays of its country.

        Only what the calendar takes from the customer changes: one with a zone of its own keeps it. None is not
        known: then the default zone holds, and no country's holidays. A country or subdivision that the
        package does not know is as good as none.

        Raises:
            CalendarError: there is no such time zone; ask :func:`core.zones.is_zone` first.
        """
        if timezone is not None and not is_zone(timezone):
            raise CalendarError(unknown_zone(timezone))
        if not (self.uses_customer_zone or self.uses_customer_country):
            return self
        return _for_customer(self.content, self.name, timezone, country, subdivision)

    # How it is found

    def _covering(self, begin: datetime, end: datetime) -> Window:
        first, last = sorted((begin.year, end.year))
        try:
            return self._open_time.covering(first, last)
        except OutsideWindowError:
            raise self._beyond(begin) from None

    def _search(self, start: datetime, find: Callable[[Window], Found], *, back: bool = False) -> Found:
        if self.never_opens():
            raise CalendarError(f"calendar {self.name!r} never opens; give it hours or special days with hours")
        try:
            return self._open_time.search(start, find, back=back)
        except OutsideWindowError:
            raise self._beyond(start) from None

    def _beyond(self, start: datetime) -> CalendarError:
        reach = f"within {HORIZON_YEARS} years of {start.isoformat()} and the years {FIRST_YEAR} to {LAST_YEAR}"
        return CalendarError(f"calendar {self.name!r} has no answer {reach}; check its hours and the amount of time")

    def _pieces_of(self, workday: date) -> list[tuple[datetime, datetime]]:
        pieces = self._open_time.pieces_of(workday)
        if not pieces:
            skipped = f"{self.timezone} skipped the hours of calendar {self.name!r} on {workday}"
            raise CalendarError(f"{skipped}, so no business day can end there; close that date as a special day")
        return pieces


@lru_cache(maxsize=256)
def _for_customer(
    content: CalendarContent, name: str, timezone: str | None, country: str | None, subdivision: str | None
) -> Calendar:
    return Calendar(content.for_customer(timezone, country, subdivision), name)


def _utc(at: datetime) -> datetime:
    """Return an aware instant in ``datetime.UTC`` itself, which is what compiled open time is compared with."""
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} is naive: an instant needs its zone, as datetime(..., tzinfo=UTC)")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise CalendarError(f"{at.isoformat()} lies outside the years {FIRST_YEAR} to {LAST_YEAR}; correct the instant")
    return at.astimezone(UTC)


def _amount(seconds: float) -> timedelta:
    """Return how much open time is meant, without its sign; remembered, unless it is none."""
    if seconds != seconds:  # true of nan alone
        raise ValueError("nan is not a number of seconds")
    amount = timedelta(seconds=min(abs(seconds), _MOST_SECONDS))
    if amount and seconds > 0:  # `add` looks for these alone; less than a microsecond is none
        if len(_amounts) >= _MOST_AMOUNTS:
            _amounts.clear()
        _amounts[seconds] = amount
    return amount


def _whole(days: int) -> int:
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise ValueError(f"need a whole number of business days above zero, not {days!r}")
    return days
