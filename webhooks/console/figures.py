"""Compliance in numbers: how many clocks were in time, by week and by anything else. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.ticket import FIRST_YEAR, LAST_YEAR
from webhooks.console.queries import DayRow
from webhooks.store.summaries import MET

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some clocks were in time."""

    met: int = 0
    total: int = 0

    @property
    def missed(self) -> int:
        """How many were not, answered late or not yet."""
        return self.total - self.met

    @property
    def part(self) -> float | None:
        """From 0 to 1; None where nothing was owed."""
        return self.met / self.total if self.total else None

    @property
    def percent(self) -> str:
        """As people write it; never rounded up to 100%, which would hide a miss."""
        if self.part is None:
            return "–"
        if self.missed and self.part > 0.9994:
            return "99.9%"
        return f"{self.part:.1%}".replace(".0%", "%")

    def __add__(self, other: "Share") -> "Share":
        return Share(self.met + other.met, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a name, its share in each week, and over all weeks."""

    name: str
    weeks: tuple[Share, ...]

    @property
    def whole(self) -> Share:
        """Over all weeks."""
        return sum(self.weeks, Share())


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_until(day: date, count: int) -> tuple[date, ...]:
    """Return the Mondays of the last ``count`` weeks, that of ``day`` included, in order."""
    last = monday(day)
    return tuple(last - WEEK * back for back in reversed(range(count)))


def iso_week(day: date) -> str:
    """Return a day's week as ``2026-W48``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def read_week(text: str) -> date | None:
    """Return the Monday of a week written ``2026-W48``; None if it is not one."""
    year, _, week = text.partition("-W")
    try:
        found = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None
    return found if FIRST_YEAR < found.year < LAST_YEAR else None


def lines(rows: Iterable[DayRow], weeks: tuple[date, ...], name_of: Callable[[DayRow], str | None]) -> list[Line]:
    """Return one line for each name, in the order of names; what has none comes last as ``none``."""
    found: dict[str | None, list[Share]] = {}
    for row in rows:
        at = (monday(row.decided_on) - weeks[0]) // WEEK
        shares = found.setdefault(name_of(row), [Share()] * len(weeks))
        shares[at] += Share(row.count if row.verdict == MET else 0, row.count)
    ordered = sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))
    return [Line("none" if name is None else name, tuple(shares)) for name, shares in ordered]


def whole(rows: Iterable[DayRow], weeks: tuple[date, ...]) -> Line:
    """Return the line of everything."""
    found = lines(rows, weeks, lambda _: "all")
    return found[0] if found else Line("all", (Share(),) * len(weeks))


def counted(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Return the sums by name."""
    sums: Counter[str] = Counter()
    for name, count in pairs:
        sums[name] += count
    return sums
