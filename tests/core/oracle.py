"""Open time by brute force, for comparison: read the wall clock at every quarter of an hour and look it up.

Shares nothing with the code under test; even the zones are read by other means. Works for calendars whose edges are
quarters of an hour, as every zone's offset is since 1995.
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


@cache
def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


def is_open(mapping, instant):
    """Rule 4: the wall clock reads a time in a shift of its date, or in the tail of the date before."""
    wall = instant.astimezone(zone(mapping["timezone"]))
    time, today = wall.hour * 60 + wall.minute, date(wall.year, wall.month, wall.day)
    for begin, end in shifts(mapping, today):
        if minutes(begin) <= time and (time < minutes(end) or minutes(end) <= minutes(begin)):
            return True
    tails = shifts(mapping, today - timedelta(days=1))
    return any(minutes(end) <= minutes(begin) and time < minutes(end) for begin, end in tails)


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


def business_day(mapping, start, days):
    """The deadline of so many business days from an open instant, by the text; None on a date that never was."""
    opened = start.astimezone(zone(mapping["timezone"])).replace(tzinfo=None)
    day = opened.date()
    for _ in range(days):
        day += timedelta(days=1)
        while not shifts(mapping, day):
            day += timedelta(days=1)
    candidate = first_reading(mapping["timezone"], datetime.combine(day, opened.time()))
    if is_open(mapping, candidate):
        return candidate
    alone = {**mapping, "hours": {}, "holidays": [], "special": {day.isoformat(): shifts(mapping, day)}}
    around = datetime.combine(day, opened.time(), tzinfo=UTC)
    pieces = list(quarters(alone, around - timedelta(days=3), around + timedelta(days=4)))
    closed = [closes for _, closes in pieces if closes <= candidate]
    return closed[-1] if closed else pieces[0][0] if pieces else None


def first_reading(key, wall):
    """The first instant at which the clock reads ``wall``, or has jumped over it."""
    at = wall.replace(minute=0, second=0, microsecond=0, tzinfo=UTC) - timedelta(days=1)
    while (shown := at.astimezone(zone(key)).replace(tzinfo=None)) + QUARTER <= wall:
        at += QUARTER
    return at + max(wall - shown, timedelta(0))
