"""The peers, each called as its own documentation says, in the fastest way that gives a right answer.

Peers live in an environment of their own (``requirements.txt`` here); one that is not installed is left out.
"""

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from benchmarks.contestants import Contestant
from benchmarks.scene import CLOSES, OPENS, WORKDAYS, ZONE, Scene

Maker = Callable[[Scene], list[Contestant]]

WORKCLOCK = "workclock"
"""The strongest peer, in Rust; its bars are its own. The other peers are Python."""


def peers(scene: Scene) -> tuple[list[Contestant], list[str]]:
    """Return the contestants that are installed, and the names of the packages that are not."""
    found: list[Contestant] = []
    missing = []
    for package, make in MAKERS.items():
        try:
            found += make(scene)
        except ModuleNotFoundError:
            missing.append(package)
    return found, missing


def workclock(scene: Scene) -> list[Contestant]:
    """Return ``Schedule.add`` and ``Schedule.between``; UTC in is its fastest."""
    from workclock import Holidays, Schedule, WorkDay

    schedule = Schedule([WorkDay(OPENS, CLOSES), Holidays(scene.holidays)], time_zone=ZONE)
    return [Contestant(WORKCLOCK, schedule.add, schedule.between)]


def bizcal(scene: Scene) -> list[Contestant]:
    """Return ``add_business_time`` and ``business_time_between``, asked in UTC and in the calendar's own zone.

    It keeps the days of its own zone and not those of others, so the same instant written in another zone costs more.
    """
    from django_bizcal import WorkingCalendar

    calendar = WorkingCalendar.from_country(
        country="US",
        years=sorted({day.year for day in scene.holidays}),
        tz=ZONE,
        weekly_schedule={day: [(f"{OPENS:%H:%M}", f"{CLOSES:%H:%M}")] for day in WORKDAYS},
    )
    add, between = calendar.add_business_time, calendar.business_time_between
    return [
        Contestant("django-bizcal", add, between),
        Contestant("django-bizcal, asked in its own zone", add, between, instant=_in(ZoneInfo(ZONE))),
    ]


def businesstimedelta(scene: Scene) -> list[Contestant]:
    """Return ``start + BusinessTimeDelta`` and ``Rules.difference``; a set is the fastest collection of holidays."""
    import businesstimedelta as library
    import pytz

    zone = pytz.timezone(ZONE)
    workday = library.WorkDayRule(start_time=OPENS, end_time=CLOSES, working_days=list(WORKDAYS), tz=zone)
    rules = library.Rules([workday, library.HolidayRule(set(scene.holidays), tz=zone)])
    return [
        Contestant(
            name="businesstimedelta",
            add=operator.add,
            between=rules.difference,
            amount=lambda amount: library.BusinessTimeDelta(rules, timedelta=amount),
            seconds=lambda difference: float(difference.timedelta.total_seconds()),
        )
    ]


def pandas(scene: Scene) -> list[Contestant]:
    """Return ``start + CustomBusinessHour``, the offset built beforehand; it measures no open time."""
    import pandas as pd

    return [
        Contestant(
            name="pandas CustomBusinessHour",
            add=operator.add,
            between=None,
            instant=lambda at: pd.Timestamp(at).tz_convert(ZONE),
            amount=lambda amount: pd.offsets.CustomBusinessHour(
                n=int(amount.total_seconds()) // 3600,
                start=f"{OPENS:%H:%M}",
                end=f"{CLOSES:%H:%M}",
                holidays=scene.holidays,
            ),
        )
    ]


MAKERS: dict[str, Maker] = {
    "workclock": workclock,
    "django-bizcal": bizcal,
    "businesstimedelta": businesstimedelta,
    "pandas": pandas,
}


def _in(zone: ZoneInfo) -> Callable[[datetime], datetime]:
    return lambda at: at.astimezone(UTC).astimezone(zone)
