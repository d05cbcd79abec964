"""What a calendar refuses, and where it gives up: naive instants, no open time, horizons, years without law."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core.calendars import Calendar
from core.errors import CalendarError
from tests.core.test_calendars import ALWAYS, HOUR, NEW_YORK, at


def test_add_local_refuses_what_it_cannot_place():
    """A negative amount is a mistake; one beyond the horizon is said to be so."""
    start = at("2026-06-05 16:30-04:00")
    with pytest.raises(ValueError, match="at least zero"):
        ALWAYS.add_local(start, days=-1)
    for months in (12 * 61, 12 * 9000, 10**30):
        with pytest.raises(CalendarError, match="within 60 years"):
            ALWAYS.add_local(start, months=months)


def test_naive_datetimes_are_errors():
    """A naive datetime is an error everywhere, never a guess; the message says what to do."""
    naive, aware = at("2026-06-01 10:00"), datetime(2026, 6, 1, 12, tzinfo=UTC)
    calls = [
        lambda: NEW_YORK.add(naive, 3600),
        lambda: NEW_YORK.add(naive, 0),
        lambda: NEW_YORK.between(naive, aware),
        lambda: NEW_YORK.between(aware, naive),
        lambda: NEW_YORK.is_open(naive),
        lambda: NEW_YORK.next_open(naive),
        lambda: NEW_YORK.next_close(naive),
        lambda: NEW_YORK.windows(naive, aware),
        lambda: NEW_YORK.add_business_days(naive, 1),
        lambda: NEW_YORK.end_of_business_day(naive, 1),
        lambda: NEW_YORK.add_local(naive, days=1),
        lambda: NEW_YORK.local(naive),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="is naive: an instant needs its zone"):
            call()


@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-3.5)), UTC])
def test_an_instant_may_be_in_any_zone(zone):
    """The same instant gives the same answer, in whatever zone it is written."""
    start = at("2026-06-01 10:00-04:00").astimezone(zone)
    assert NEW_YORK.add(start, HOUR) == at("2026-06-01 11:00-04:00")
    assert NEW_YORK.between(start, start + timedelta(hours=1)) == HOUR
    assert NEW_YORK.add(start, 0).tzinfo is UTC


@pytest.mark.parametrize("hours", [{}, {"mon": []}], ids=["no hours", "empty hours"])
def test_a_calendar_that_never_opens(hours):
    """A calendar without any shift says so by name, at once, and has no open time."""
    never = Calendar.from_mapping({"timezone": "UTC", "hours": hours, "holidays": [], "special": {}}, "shut")
    start = at("2026-06-01 10:00+00:00")
    assert never.never_opens()
    assert never.between(start, start + timedelta(days=400)) == 0
    assert never.add(start, 0) == start
    assert never.next_close(start) == start
    assert not never.is_open(start)
    for call in (
        lambda: never.add(start, 1),
        lambda: never.add(start, -1),
        lambda: never.next_open(start),
        lambda: never.add_business_days(start, 1),
        lambda: never.add_local(start, days=1),
    ):
        with pytest.raises(CalendarError, match="'shut' never opens"):
            call()


def test_a_search_ends_at_the_horizon():
    """Where there is too little open time, the search ends after 60 years with an error that names the calendar."""
    once = Calendar.from_mapping({"timezone": "UTC", "hours": {}, "special": {"2026-06-01": "09:00-10:00"}}, "once")
    start = at("2026-05-01 00:00+00:00")
    assert not once.never_opens()
    assert once.add(start, HOUR) == at("2026-06-01 10:00+00:00")
    assert once.add(at("2080-01-01 00:00+00:00"), -HOUR) == at("2026-06-01 09:00+00:00")
    for call in (
        lambda: once.add(start, HOUR + 1),
        lambda: once.add(start, -1),
        lambda: once.add(start, float("inf")),
        lambda: once.add(at("2026-06-01 10:00+00:00"), 1),
        lambda: once.next_open(at("2026-06-01 10:00+00:00")),
        lambda: once.add_business_days(start, 1),
        lambda: once.between(start, at("2087-01-01 00:00+00:00")),
        lambda: once.windows(start, at("2087-01-01 00:00+00:00")),
    ):
        with pytest.raises(CalendarError, match="'once' has no answer within 60 years"):
            call()


@pytest.mark.parametrize("warm", [False, True])
def test_the_horizon_does_not_depend_on_what_was_asked_before(warm):
    """The same question has the same answer, whether or not the years concerned are compiled already."""
    always = Calendar.from_mapping({"timezone": "UTC", "open": "24x7"})
    start = at("2001-02-03 00:00+00:00")
    if warm:
        always.between(at("2005-01-01 00:00+00:00"), at("2064-01-01 00:00+00:00"))
    end = at("2061-12-31 23:59+00:00")
    assert always.add(start, (end - start).total_seconds()) == end
    with pytest.raises(CalendarError):
        always.add(start, (end - start).total_seconds() + 86_400)


def test_years_beyond_reason_are_errors():
    """An instant outside the years 1900 to 2299 has no zone's law to go by."""
    for start in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        for call in (
            lambda at=start: NEW_YORK.add(at, 1),
            lambda at=start: NEW_YORK.is_open(at),
            lambda at=start: NEW_YORK.between(at, at),
            lambda at=start: NEW_YORK.local(at),
            lambda at=start: NEW_YORK.add_local(at, days=1),
        ):
            with pytest.raises(CalendarError, match="1900 to 2299"):
                call()


def test_nan_is_no_amount():
    """nan seconds would compare false with everything, so it is refused."""
    with pytest.raises(ValueError, match="nan"):
        NEW_YORK.add(at("2026-06-01 10:00-04:00"), float("nan"))
