"""Instants and dates as Jira writes and reads them.

Source: fact sheet 4.1 and 12.5: milliseconds present, no colon in the offset, no ``Z``.
"""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{4}")


def stamp(at: datetime, zone: str = "UTC") -> str:
    """Return ``2026-11-21T10:00:00.000+0100``: an instant in a person's zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def read_datetime(given: str) -> datetime | None:
    """Return the instant that a date-time field was given, or None where Jira cannot read it."""
    if not WRITTEN.fullmatch(given):
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
    except ValueError:
        return None


def read_date(given: str) -> date | None:
    """Return the date that a date field was given, or None where Jira cannot read it."""
    try:
        return date.fromisoformat(given) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given) else None
    except ValueError:
        return None


def friendly(at: datetime, now: datetime, zone: str = "UTC") -> str:
    """Return ``Today 10:22 AM`` or ``20/Nov/26 10:22 AM``."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"Today {local:%-I:%M %p}" if local.date() == today else f"{local:%d/%b/%y %-I:%M %p}"


def moment(at: datetime, now: datetime, zone: str = "UTC") -> dict[str, Any]:
    """Return an instant in the service desk API's four forms."""
    local = at.astimezone(ZoneInfo(zone))
    return {
        "iso8601": f"{local:%Y-%m-%dT%H:%M:%S%z}",
        "jira": stamp(at, zone),
        "friendly": friendly(at, now, zone),
        "epochMillis": epoch_millis(at),
    }


def epoch_millis(at: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return round(at.timestamp() * 1000)
