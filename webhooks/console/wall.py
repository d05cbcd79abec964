"""Wall time as a form's field for date and time has it: to the minute, without a zone."""

from datetime import datetime, timedelta

from core.zones import zone

FIRST, LAST = datetime(1973, 1, 1), datetime(2190, 1, 1)  # noqa: DTZ001 - wall time


def read_wall(text: str) -> datetime | None:
    """Return the wall time that a field holds; None if it cannot be read or is not one of our years."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None and FIRST < wall < LAST else None


def wall_at(at: datetime, timezone: str) -> datetime:
    """Return what a zone's clock reads at an instant, seconds left out."""
    local = at.astimezone(zone(timezone)).replace(tzinfo=None)
    return local - timedelta(seconds=local.second, microseconds=local.microsecond)


def written_wall(wall: datetime) -> str:
    """Return wall time as a field holds it: ``2026-11-20T14:30``."""
    return f"{wall:%Y-%m-%dT%H:%M}"
