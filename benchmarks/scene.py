"""What every contestant is asked: one calendar, random starts in 2026, four amounts of open time."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import holidays

from core.calendars import Calendar

ZONE = "America/New_York"
OPENS, CLOSES = time(9), time(18)
WORKDAYS = range(5)
HORIZONS = {"8 hours": 8, "5 days": 45, "90 days": 558, "2 years": 4500}
"""Hours of open time, by what they come to on a calendar that opens nine hours a workday."""

MAPPING = {"timezone": ZONE, "hours": {"mon-fri": "09:00-18:00"}, "holidays": [{"country": "US"}]}
_YEAR = 2026
_SECONDS_A_YEAR = 365 * 86400


@dataclass(frozen=True)
class Scene:
    """The questions.

    Attributes:
        starts: random instants of one year, in UTC; the same ones in every run.
    """

    starts: tuple[datetime, ...]

    @classmethod
    def of(cls, count: int) -> "Scene":
        """Return a scene with so many starts."""
        rng = random.Random(_YEAR)
        new_year = datetime(_YEAR, 1, 1, tzinfo=UTC)
        return cls(tuple(new_year + timedelta(seconds=rng.randrange(_SECONDS_A_YEAR)) for _ in range(count)))

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar as the core makes it, warm: it has been asked two years ahead."""
        calendar = Calendar.from_mapping(MAPPING, "benchmark")
        calendar.add(datetime(_YEAR + 1, 1, 1, tzinfo=UTC), max(HORIZONS.values()) * 3600)
        return calendar

    @cached_property
    def holidays(self) -> list[date]:
        """The holidays, for those that take dates: far more years than are asked about."""
        return sorted(holidays.country_holidays("US", years=range(_YEAR - 1, _YEAR + 10)))

    def ends(self, hours: int) -> list[datetime]:
        """Return for each start the instant after so many open hours, as the core counts."""
        return [self.calendar.add(start, hours * 3600) for start in self.starts]
