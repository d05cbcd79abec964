"""Open time by brute force, for comparison: read the wall clock at every quarter of an hour and look it up.

Shares nothing with the code under test, not even the zones: these come from the system's reader pointed at the
``tzdata`` package. Works for calendars whose edges are quarters of an hour, which every zone's offset is since 1995.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def zone(key):
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=key)


def shifts(mapping, day):
    """The shift list of a local date: special before holiday before week."""
    if day.isoformat() in mapping["special"]:
        return mapping["special"][day.isoformat()]
    if day.isoformat() in mapping["holidays"]:
        return []
    return mapping["hours"].get(WEEKDAYS[day.weekday()], [])


def is_open(mapping, instant):
    """Rule 4: the wall clock reads a time in a shift of its date, or in the tail of the date before."""
    wall = instant.astimezone(zone(mapping["timezone"]))
    time, today = wall.strftime("%H:%M"), date(wall.year, wall.month, wall.day)
    for begin, end in shifts(mapping, today):
        if begin <= time and (time < end or end <= begin):
            return True
    return any(end <= begin and time < end for begin, end in shifts(mapping, today - timedelta(days=1)))


def quarters(mapping, begin, end):
    """The open pieces of ``[begin, end)``, none longer than a quarter of an hour."""
    at = begin.astimezone(UTC)
    at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    while at < end:
        if is_open(mapping, at):
            yield max(at, begin), min(at + QUARTER, end)
        at += QUARTER


def between(mapping, begin, end):
    """Open time in ``[begin, end)``, for ``begin <= end``."""
    return sum((closes - opens for opens, closes in quarters(mapping, begin, end)), timedelta(0))


def add(mapping, start, amount, limit):
    """The earliest instant with so much open time since ``start``, or None if that is after ``limit``."""
    for opens, closes in quarters(mapping, start, limit):
        if closes - opens >= amount:
            return opens + amount
        amount -= closes - opens
    return None


def at(*parts):
    return datetime(*parts, tzinfo=UTC)
