"""A picture's time axis: where an instant lies, and which instants are written beside it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.wall_time import first_instant
from core.zones import zone

MOST_TICKS = 9
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 4, 7, 14, 28, 56, 112, 224, 448)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tick:
    """One instant written on the axis; ``is_day`` where a day begins."""

    x: float
    label: str
    is_day: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """Time from ``begin`` to ``end`` along the x axis, from ``left`` to ``right``; days are those of a zone."""

    begin: datetime
    end: datetime
    left: float
    right: float
    timezone: str

    def x(self, at: datetime) -> float:
        """Return where an instant lies; one outside lies on the border."""
        share = (at - self.begin) / (self.end - self.begin)
        return round(self.left + min(max(share, 0.0), 1.0) * (self.right - self.left), 1)

    def ticks(self) -> list[Tick]:
        """Return at most ``MOST_TICKS`` ticks, at whole hours or at the beginnings of days."""
        span = self.end - self.begin
        for hours in _HOURS:
            if span / timedelta(hours=hours) <= MOST_TICKS:
                return [self._tick(at) for at in self._walls(timedelta(hours=hours))]
        days = next((days for days in _DAYS if span / (days * _DAY) <= MOST_TICKS), _DAYS[-1])
        return [self._tick(at) for at in self._walls(days * _DAY)]

    def _tick(self, at: datetime) -> Tick:
        local = at.astimezone(zone(self.timezone))
        is_day = local.time() == time()
        return Tick(self.x(at), f"{local:%a %-d %b}" if is_day else f"{local:%H:%M}", is_day)

    def _walls(self, step: timedelta) -> Iterator[datetime]:
        """Yield the instants at which the zone's clocks show a multiple of ``step``; a change of clocks moves none."""
        begin = self.begin.astimezone(zone(self.timezone)).replace(tzinfo=None)
        wall = datetime.combine(begin.date(), time())
        while True:
            at = first_instant(self.timezone, wall)
            if at >= self.end:
                return
            if at > self.begin:
                yield at
            wall += step
