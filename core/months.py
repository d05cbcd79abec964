"""A calendar month on a zone's calendar."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from core.errors import ConfigError
from core.ticket import FIRST_YEAR, LAST_YEAR
from core.wall_time import first_instant
from core.zones import zone


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; where it begins and ends depends on the zone, so one has 719 to 745 hours."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month that ``2026-11`` names.

        Raises:
            ConfigError: it cannot be read, or lies outside the years that zones are known for.
        """
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if match is None or not FIRST_YEAR < int(match[1]) < LAST_YEAR:
            known = f"{FIRST_YEAR + 1}-01 to {LAST_YEAR - 1}-12"
            raise ConfigError(f"{text[:60]!r} is not a month; write year and month such as 2026-11, from {known}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, at: datetime, timezone: str) -> "Month":
        """Return the month in which an instant lies on the zone's calendar."""
        local = at.astimezone(zone(timezone))
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def following(self) -> "Month":
        """The month after this one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def preceding(self) -> "Month":
        """The month before this one."""
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def first_on(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    def begin(self, timezone: str) -> datetime:
        """Return the instant, in UTC, at which it begins on the zone's calendar."""
        return first_instant(timezone, datetime.combine(self.first_on, time.min))
