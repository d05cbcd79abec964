"""Open time, compiled: sorted instants with running totals, so that every question is one or two binary searches.

Over the disjoint, sorted open intervals k of some whole years lie three parallel lists: ``opens[k]``, the instant at
which it opens; ``totals[k]``, all open time up to its end; ``bases[k]``, its opening less all open time before it. Then

    F(t)   = min(t - bases[k], totals[k])   with the last k that has opens[k] <= t
    F'(x)  = bases[k] + x                   with the first k that has totals[k] >= x

are the open time before an instant and the earliest instant with that much open time before it. No zone, no holiday
and no loop is met on the way.

Instants and durations are ``datetime`` and ``timedelta``: comparing two datetimes of one tzinfo object compares their
bytes, and turning seconds into them costs more than the search. The instants asked about must therefore be in
``datetime.UTC`` itself; the caller sees to it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import TypeVar, cast

from core.calendar_content import FIRST_YEAR, LAST_YEAR, CalendarContent, Shifts
from core.wall_time import DAY_SECONDS, EPOCH, clipped, instant_of, spans

HORIZON_YEARS = 60  # a search ends with the 60th calendar year after its start's
_MAX_YEARS = HORIZON_YEARS + 1  # a window never answers more than a search may: warm and cold answers are the same
_ZERO = timedelta(0)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_EPOCH_ORDINAL = EPOCH.toordinal()

Found = TypeVar("Found")


class OutsideWindowError(TypeError):
    """The answer lies outside the window's years.

    A TypeError, since that is what computing with the ends of the lists raises: they hold None, so no bound is checked.
    """


class Window:
    """The open time of some whole UTC years. Never changes, so that any thread may read it.

    Args:
        years: which.
        intervals: the open intervals, disjoint and in order, as seconds since the epoch.
        workdays: the ordinals of the local dates with a shift, in order, a few days beyond both ends included.
    """

    __slots__ = ("_bases", "_opens", "_totals", "_workdays", "lists", "years")

    def __init__(self, years: range, intervals: list[tuple[int, int]], workdays: list[int]) -> None:
        self.years, self._workdays = years, workdays
        begin, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (years.start, years.stop))
        opens = [_EARLIEST, begin]
        bases: list[datetime | None] = [None, begin]
        totals = [_ZERO, _ZERO]
        total = 0
        for opening, closing in intervals:
            opens.append(EPOCH + timedelta(0, opening))
            bases.append(EPOCH + timedelta(0, opening - total))
            total += closing - opening
            totals.append(timedelta(0, total))
        self._opens = [*opens, end]
        self._bases = cast(list[datetime], [*bases, None])  # None at both ends; see OutsideWindowError
        self._totals = [*totals, timedelta.max]
        self.lists = self._opens, self._bases, self._totals

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """Return the earliest instant with ``open_time``, more than zero, between ``start`` and it."""
        bases, totals = self._bases, self._totals
        k = bisect_right(self._opens, start) - 1
        target = start - bases[k]
        if target > totals[k]:
            target = totals[k]
        target += open_time
        return bases[bisect_left(totals, target)] + target

    def subtract(self, start: datetime, open_time: timedelta) -> datetime:
        """Return the latest instant with ``open_time``, more than zero, between it and ``start``."""
        target = self._before(start) - open_time
        return self._bases[bisect_right(self._totals, target)] + target

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Return the open time from ``begin`` up to ``end``, negative if that comes first."""
        opens, bases, totals = self._opens, self._bases, self._totals
        k = bisect_right(opens, begin) - 1
        before_begin = begin - bases[k]
        if before_begin > totals[k]:
            before_begin = totals[k]
        k = bisect_right(opens, end) - 1
        before_end = end - bases[k]
        if before_end > totals[k]:
            before_end = totals[k]
        return before_end - before_begin

    def is_open(self, at: datetime) -> bool:
        """Return whether the calendar is open at an instant."""
        k = bisect_right(self._opens, at) - 1
        return at - self._bases[k] < self._totals[k]

    def next_open(self, at: datetime) -> datetime:
        """Return the earliest open instant at or after ``at``."""
        k = bisect_right(self._opens, at) - 1
        if at - self._bases[k] < self._totals[k]:
            return at
        return self._bases[k + 1] + self._totals[k]

    def closing(self, at: datetime) -> datetime:
        """Return the instant at which the calendar, open at ``at``, closes."""
        k = bisect_right(self._opens, at) - 1
        closing = self._bases[k] + self._totals[k]
        if closing == self._opens[-1]:
            raise OutsideWindowError  # only the window ends there
        return closing

    def intervals(self, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the open intervals from ``begin`` up to ``end``, cut off there."""
        first = bisect_right(self._opens, begin) - 1
        if self._bases[first] is None or end > self._opens[-1]:
            raise OutsideWindowError
        found = []
        for k in range(first, bisect_left(self._opens, end)):
            opening, closing = max(begin, self._opens[k]), min(end, self._bases[k] + self._totals[k])
            if opening < closing:
                found.append((opening, closing))
        return found

    def workday_after(self, day: date, count: int) -> date:
        """Return the ``count``-th local date with a shift after ``day``, a date of one of the window's instants."""
        k = bisect_right(self._workdays, day.toordinal()) + count - 1
        if k >= len(self._workdays):
            raise OutsideWindowError
        return date.fromordinal(self._workdays[k])

    def _before(self, at: datetime) -> timedelta:
        k = bisect_right(self._opens, at) - 1
        return min(at - self._bases[k], self._totals[k])


class OpenTime:
    """The open time of one content: the window computed so far, exchanged for a wider one on demand.

    Exchanging is one assignment of a finished window; whoever still holds the old one goes on with it, so threads
    need no lock. Two that widen at once do the work twice.
    """

    __slots__ = ("_special", "content", "window")

    def __init__(self, content: CalendarContent) -> None:
        self.content = content
        self.window = Window(range(1, 1), [], [])  # holds no year, so that the first question compiles one
        self._special = dict(content.special)

    def covering(self, first_year: int, last_year: int) -> Window:
        """Return a window with these years in it.

        Raises:
            OutsideWindowError: they lie further apart than ``HORIZON_YEARS``, or outside the known years.
        """
        window = self.window
        if not (first_year in window.years and last_year in window.years):
            if last_year - first_year > HORIZON_YEARS or first_year < FIRST_YEAR or last_year > LAST_YEAR:
                raise OutsideWindowError
            self.window = window = _compiled(self.content, _wider(window.years, first_year, last_year))
        return window

    def search(self, start: datetime, find: Callable[[Window], Found], *, back: bool = False) -> Found:
        """Return what ``find`` finds, in ever wider windows around ``start``.

        Raises:
            OutsideWindowError: nothing up to the horizon.
        """
        edge = start.year
        while True:
            window = self.covering(min(edge, start.year), max(edge, start.year))
            try:
                return find(window)
            except TypeError:  # OutsideWindowError, also as computing with the window's ends raises it
                edge = window.years[0] - 1 if back else window.years[-1] + 1

    def pieces_of(self, workday: date) -> list[tuple[datetime, datetime]]:
        """Return the open instants of the shifts that start on a local date which is no holiday."""
        midnight = (workday.toordinal() - _EPOCH_ORDINAL) * DAY_SECONDS
        around = spans(self.content.timezone, workday.year - 1, workday.year + 2)
        return [
            (instant_of(opening), instant_of(closing))
            for opens, closes in self._special.get(workday, self.content.hours[workday.weekday()])
            for opening, closing in clipped(around, midnight + opens * 60, midnight + closes * 60)
        ]


@lru_cache(maxsize=256)
def open_time(content: CalendarContent) -> OpenTime:
    """Return the open time of this content; calendars that say the same share it."""
    return OpenTime(content)


def _wider(years: range, first: int, last: int) -> range:
    """Return the years to compile: those had and those wanted, at least doubled, or just the wanted if far away."""
    start, stop = min(years.start, first), max(years.stop, last + 1)
    if not years or stop - start > _MAX_YEARS:
        start, stop = first - 1, max(last + 1, first + 3)
    elif last >= years.stop:
        stop = min(max(stop, years.stop + len(years)), start + _MAX_YEARS)
    else:
        start = max(min(start, years.start - len(years)), stop - _MAX_YEARS)
    return range(max(start, stop - _MAX_YEARS, FIRST_YEAR), min(stop, LAST_YEAR + 1))


def _compiled(content: CalendarContent, years: range) -> Window:
    begin, end = (date(year, 1, 1).toordinal() for year in (years.start, years.stop))
    days = _days_with_shifts(content, begin - 2, end + 2)
    return Window(years, _intervals(content.timezone, years, days), [day for day, _ in days])


def _days_with_shifts(content: CalendarContent, first: int, last: int) -> list[tuple[int, Shifts]]:
    """Return the ordinals of the dates with shifts, and those shifts.

    Source: SEMANTICS, section 2: special day before holiday before week.
    """
    first_year, last_year = date.fromordinal(first).year, date.fromordinal(last).year
    holidays = {day.toordinal() for day in content.holidays(first_year, last_year + 1)}
    special = {day.toordinal(): shifts for day, shifts in content.special}
    found = []
    for day in range(first, last + 1):
        if day in special:
            shifts = special[day]
        elif day in holidays:
            continue
        else:
            shifts = content.hours[(day - 1) % 7]  # ordinal 1 is a Monday
        if shifts:
            found.append((day, shifts))
    return found


def _intervals(zone_key: str, years: range, days: list[tuple[int, Shifts]]) -> list[tuple[int, int]]:
    """Return the open intervals of these dates' shifts, cut off at the years' ends, disjoint and in order."""
    pieces = []
    for begin, end, offset in spans(zone_key, years.start, years.stop):
        # An overnight shift can reach into the span from the date before.
        first = bisect_left(days, ((begin + offset) // DAY_SECONDS + _EPOCH_ORDINAL - 1,))
        last = bisect_left(days, ((end + offset) // DAY_SECONDS + _EPOCH_ORDINAL + 1,))
        for day, shifts in islice(days, first, last):
            midnight = (day - _EPOCH_ORDINAL) * DAY_SECONDS - offset
            for opens, closes in shifts:
                opening, closing = max(midnight + opens * 60, begin), min(midnight + closes * 60, end)
                if opening < closing:
                    pieces.append((opening, closing))
    pieces.sort()
    merged: list[tuple[int, int]] = []
    for opening, closing in pieces:
        if merged and opening <= merged[-1][1]:
            opening, closing = merged[-1][0], max(merged.pop()[1], closing)
        merged.append((opening, closing))
    return merged
