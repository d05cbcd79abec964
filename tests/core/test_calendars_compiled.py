"""The compiled tables: no file is opened, threads may widen them at once, they stay small and are shared."""

import subprocess
import sys
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from core.calendars import Calendar
from core.open_time import OpenTime
from tests.support import ROOT

NO_FILES = """
import builtins, io, os, socket
from datetime import UTC, date, datetime
from core.calendars import Calendar

def forbidden(*args, **kwargs):
    raise AssertionError(f"core opened {args}")

builtins.open = io.open = os.open = socket.socket = socket.create_connection = forbidden
calendar = Calendar.from_mapping({
    "timezone": "Pacific/Auckland",
    "hours": {"mon-fri": "09:00-17:00"},
    "holidays": [{"country": "NZ"}, {"country": "customer"}],
})
print(calendar.add(datetime(2026, 2, 5, 3, 0, tzinfo=UTC), 2 * 3600).isoformat())
print(calendar.in_zone(None, "DE").holidays_between(date(2026, 10, 3), date(2026, 10, 3))[0][1])
"""


def test_nothing_is_opened_at_first_use():
    """A zone and a country that were never used before are loaded with files and sockets forbidden."""
    run = subprocess.run([sys.executable, "-c", NO_FILES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    # Thursday 16:00 in Auckland (+13:00) and two hours, over Waitangi Day on Friday, is Monday 10:00.
    assert run.stdout.splitlines() == ["2026-02-08T21:00:00+00:00", "German Unity Day"]


def test_threads_may_widen_at_once():
    """Threads that ask about different years at once all get the right answer from the one shared table."""
    content = {"timezone": "Europe/Paris", "hours": {"mon-sun": "00:00-24:00"}, "special": {"1999-01-01": []}}
    calendar = Calendar.from_mapping(content)
    ready, wrong = threading.Barrier(8), []

    def ask(thread):
        ready.wait()
        for n in range(40):
            start = datetime(2000 + (thread * 7 + n * 3) % 90, 5, 1, thread, tzinfo=UTC)
            amount = timedelta(days=30 * (n + 1), seconds=thread)
            if calendar.add(start, amount.total_seconds()) != start + amount:
                wrong.append((start, amount))
            if calendar.between(start, start + amount) != amount.total_seconds():
                wrong.append((start, start + amount))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("zone", "hours", "country", "instant", "is_open"),
    [
        pytest.param("Pacific/Honolulu", "00:00-24:00", None, "2024-01-01T02:00+00:00", True, id="31 December, still"),
        pytest.param("Pacific/Honolulu", "15:00-14:30", None, "2024-01-01T00:15+00:00", True, id="a night's tail"),
        pytest.param("Pacific/Honolulu", "15:00-14:30", None, "2024-01-01T00:45+00:00", False, id="after that tail"),
        pytest.param(
            "Pacific/Kiritimati", "00:00-24:00", None, "2027-12-31T20:00+00:00", True, id="1 January, already"
        ),
        pytest.param("Pacific/Auckland", "00:00-24:00", "NZ", "2027-12-31T20:00+00:00", False, id="New Year, already"),
        pytest.param("Pacific/Honolulu", "00:00-24:00", "US", "2024-01-01T09:00+00:00", True, id="New Year, not yet"),
        pytest.param("Pacific/Honolulu", "00:00-24:00", "US", "2024-01-01T11:00+00:00", False, id="New Year"),
    ],
)
def test_the_ends_of_the_compiled_years(zone, hours, country, instant, is_open):
    """Where the compiled UTC years begin and end it is another date in the zone, whose shifts and holidays count."""
    holidays = [{"country": country}] if country else []
    calendar = Calendar.from_mapping({"timezone": zone, "hours": {"mon-sun": hours}, "holidays": holidays})
    compiled = OpenTime(calendar.content).covering(2025, 2025)
    assert compiled.years == range(2024, 2028)
    assert compiled.is_open(datetime.fromisoformat(instant).astimezone(UTC)) is is_open


def test_far_apart_years_do_not_grow_the_table():
    """Questions about years far apart exchange the compiled years instead of adding to them."""
    calendar = Calendar.from_mapping(
        {"timezone": "UTC", "hours": {"mon": "09:00-17:00"}, "special": {"1901-01-01": []}}
    )
    for year in (2026, 1950, 2200, 2026, 1901, 2298):
        start = datetime(year, 6, 1, tzinfo=UTC)
        due = calendar.add(start, 3600)
        assert (due.hour, due.weekday()) == (10, 0)
        assert start < due <= start + timedelta(days=8)
    assert len(calendar._open_time.window.years) <= 61


def test_ten_years_fit_into_two_megabytes():
    """A calendar of working days, compiled for ten years, takes less than 2 MB."""
    calendar = Calendar.from_mapping(
        {
            "timezone": "Europe/Berlin",
            "hours": {"mon-fri": ["09:00-12:00", "13:00-17:00"]},
            "holidays": [{"country": "DE"}],
        }
    )
    warm = OpenTime(calendar.content)
    warm.covering(2020, 2029)  # the zone and the holidays are everybody's
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        compiled = OpenTime(calendar.content)
        assert len(compiled.covering(2020, 2029).years) >= 10
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 2_000_000


def test_equal_calendars_share_one_table():
    """Calendars that say the same share what is compiled, whatever they are called and however they are written."""
    one = Calendar.from_mapping({"timezone": "UTC", "hours": {"mon-tue": "09:00-17:00"}}, "one")
    other = Calendar.from_mapping({"timezone": "UTC", "hours": {"tue": "09:00-17:00", "mon": ["09:00-17:00"]}}, "other")
    assert one._open_time is other._open_time


@pytest.mark.parametrize("seconds", [1, 28_800, 0.5])
def test_many_different_amounts_are_forgotten_again(seconds):
    """Amounts of time are remembered in a bounded table, so a long run does not grow."""
    from core import calendars

    calendar = Calendar.from_mapping({"timezone": "UTC", "open": "24x7"})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(5000):
        calendar.add(start, seconds + n)
    assert len(calendars._amounts) <= 4096
