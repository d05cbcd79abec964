"""Zones come from the pinned package, whatever the operating system has."""

from datetime import UTC, datetime, timedelta

import pytest
import tzdata

from core.errors import CalendarError
from core.wall_time import clipped, first_instant, spans
from core.zones import TZDATA_VERSION, is_zone, zone, zone_keys


def test_the_version_is_the_packages():
    """Results name the version of the zone data that they were made with."""
    assert tzdata.__version__ == TZDATA_VERSION


@pytest.mark.parametrize(
    ("key", "instant", "hours"),
    [
        ("America/Vancouver", datetime(2027, 1, 15, tzinfo=UTC), -7),
        ("Africa/Casablanca", datetime(2026, 10, 15, tzinfo=UTC), 0),
        ("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC), 5.75),
        ("US/Eastern", datetime(2026, 7, 1, tzinfo=UTC), -4),
    ],
)
def test_zones_know_the_law_of_2026(key, instant, hours):
    """Vancouver and Casablanca changed their law in 2026; a system's older data does not know it."""
    assert instant.astimezone(zone(key)).utcoffset() == timedelta(hours=hours)


def test_a_zone_is_loaded_once():
    """One zone is one object, so that datetimes in it compare by their wall clock."""
    assert zone("Europe/Paris") is zone("Europe/Paris")
    assert zone("Europe/Paris").key == "Europe/Paris"


@pytest.mark.parametrize(
    "key", ["", "Europe", "europe/paris", "../zones", "/etc/localtime", "Europe/Paris\0", "tzdata.zi"]
)
def test_only_listed_keys_are_zones(key):
    """A key is one of the package's list, spelled exactly: never a path."""
    assert not is_zone(key)
    with pytest.raises(CalendarError, match="is not a time zone"):
        zone(key)


@pytest.mark.parametrize(
    ("key", "meant"),
    [("europe/paris", "Europe/Paris"), ("Paris", "Europe/Paris"), ("America/New York", "America/New_York")],
)
def test_near_misses_are_suggested(key, meant):
    """Whoever misspells a zone is told which may be meant."""
    with pytest.raises(CalendarError, match=f"did you mean {meant}"):
        zone(key)


def test_every_zone_loads():
    """Every listed zone can be loaded and has an offset."""
    for key in zone_keys():
        assert datetime(2026, 6, 1, tzinfo=zone(key)).utcoffset() is not None


@pytest.mark.parametrize(
    "key", ["Africa/Casablanca", "Australia/Lord_Howe", "America/Caracas", "Asia/Gaza", "Pacific/Apia"]
)
def test_every_change_of_offset_is_found(key):
    """Within a span the offset holds, and at its end it changes: seen by reading the clock every hour."""
    in_zone = zone(key)
    found = spans(key, 2007, 2018)
    begin = datetime(2007, 1, 1, tzinfo=UTC)
    for hour in range(11 * 365 * 24):
        at = begin + timedelta(hours=hour)
        seconds = int(at.timestamp())
        while seconds >= found[0].end:
            assert found[0].offset != found[1].offset
            found = found[1:]
        assert at.astimezone(in_zone).utcoffset() == timedelta(seconds=found[0].offset)


@pytest.mark.parametrize(
    ("key", "wall", "instant"),
    [
        pytest.param("America/New_York", "2026-06-01 09:00:00.000001", "2026-06-01 13:00:00.000001+00:00", id="plain"),
        pytest.param("America/New_York", "2026-03-08 02:30:00.5", "2026-03-08 07:00+00:00", id="in a gap"),
        pytest.param("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30+00:00", id="in a fold"),
        pytest.param("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00+00:00", id="at the end of a fold"),
        pytest.param("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00+00:00", id="on a skipped date"),
    ],
)
def test_first_instant(key, wall, instant):
    """A wall time is the first instant that reads so, or the instant at which a gap over it ends."""
    assert first_instant(key, datetime.fromisoformat(wall)) == datetime.fromisoformat(instant)


def test_clipped():
    """Wall time from 00:30 to 01:30 exists in two pieces on the night when 01:00 to 02:00 happens twice."""
    midnight = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    pieces = clipped(spans("America/New_York", 2026, 2027), midnight + 1800, midnight + 5400)
    assert [(begin - midnight, end - midnight) for begin, end in pieces] == [(16_200, 19_800), (21_600, 23_400)]
