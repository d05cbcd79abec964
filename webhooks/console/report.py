"""The weekly report: one week's figures beside those of the week before. The page and the mail show the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.wall_time import first_instant
from webhooks.console.figures import WEEK, Line, Share, iso_week, lines, monday, whole
from webhooks.console.queries import DayRow, Reading, Row

BREAKDOWNS = ("metric", "plan", "priority", "connection")
MISSES = 10


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one week, as of ``now``.

    Attributes:
        week: its Monday.
        everything: two weeks: the one before, and this one; so has each line of the breakdowns.
        breakdowns: by what, and a line for each value; one that tells nothing is left out.
        misses: the worst, the latest first.
        escalations: how many steps were reached.
    """

    week: date
    now: datetime
    zone: ZoneInfo
    everything: Line
    breakdowns: Sequence[tuple[str, Sequence[Line]]]
    misses: Sequence[Row]
    escalations: int

    @property
    def name(self) -> str:
        """The week as ``2026-W48``."""
        return iso_week(self.week)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.week + timedelta(days=6)

    @property
    def this(self) -> Share:
        """Everything in this week."""
        return self.everything.weeks[1]

    @property
    def before(self) -> Share:
        """Everything in the week before."""
        return self.everything.weeks[0]

    @property
    def is_over(self) -> bool:
        """Whether the week is over."""
        return self.week < monday(self.now.astimezone(self.zone).date())


def report_of(reading: Reading, zone: ZoneInfo, week: date, now: datetime) -> Report:
    """Return the report of the week that begins on a Monday."""
    rows = reading.days(week - WEEK, week + WEEK)
    both = (week - WEEK, week)
    begin, end = (first_instant(zone.key, datetime.combine(day, time())) for day in (week, week + WEEK))
    breakdowns = [(each, lines(rows, both, name_of(each))) for each in BREAKDOWNS]
    return Report(
        week=week,
        now=now,
        zone=zone,
        everything=whole(rows, both),
        breakdowns=[(name, found) for name, found in breakdowns if name != "connection" or len(found) > 1],
        misses=reading.misses(week, week + WEEK, now, limit=MISSES),
        escalations=reading.escalations_between(begin, end),
    )


def name_of(breakdown: str) -> Callable[[DayRow], str | None]:
    """Return what tells a row's name in a breakdown."""

    def name(row: DayRow) -> str | None:
        value: str | None = getattr(row, breakdown)
        return value.replace("_", " ") if value is not None and breakdown == "metric" else value

    return name
