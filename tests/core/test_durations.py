"""Durations: every written form, and what a policy should have written instead (SEMANTICS section 3)."""

import contextlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendars import Calendar
from core.durations import parse, parse_lead
from core.errors import DurationError

NOON_FRIDAY = Calendar.from_mapping(
    {
        "timezone": "Europe/London",
        "hours": {"mon-fri": "09:00-17:00"},
        "special": {"2026-03-13": "09:00-12:00"},
    }
)
ALWAYS = Calendar.from_mapping({"timezone": "America/New_York", "open": "24x7"})


@pytest.mark.parametrize(
    ("written", "start", "due"),
    [
        ("4 business hours", "2026-03-02T16:00+00:00", "2026-03-03T12:00+00:00"),
        ("30 business minutes", "2026-03-02T16:45+00:00", "2026-03-03T09:15+00:00"),
        ("1.5 business hours", "2026-03-02T09:00+00:00", "2026-03-02T10:30+00:00"),
        ("1 Business  Hour", "2026-03-02T09:00+00:00", "2026-03-02T10:00+00:00"),
        ("24 clock hours", "2026-03-06T16:00+00:00", "2026-03-07T16:00+00:00"),
        ("15 clock minutes", "2026-03-08T00:00+00:00", "2026-03-08T00:15+00:00"),
        ("1 business day", "2026-03-06T16:30+00:00", "2026-03-09T16:30+00:00"),
        ("1 business day", "2026-03-07T12:00+00:00", "2026-03-10T09:00+00:00"),
        ("1 business day", "2026-03-12T17:00+00:00", "2026-03-16T09:00+00:00"),
        ("1 business day", "2026-03-12T16:00+00:00", "2026-03-13T12:00+00:00"),
        ("2 business weeks", "2026-03-02T10:00+00:00", "2026-03-16T10:00+00:00"),
        ("1 day", "2026-03-06T10:00+00:00", "2026-03-09T09:00+00:00"),
        ("1 week", "2026-03-02T10:00+00:00", "2026-03-09T10:00+00:00"),
        ("1 month", "2026-01-31T10:00+00:00", "2026-03-02T09:00+00:00"),
        ("none", "2026-03-02T10:00+00:00", None),
        ("As needed", "2026-03-02T10:00+00:00", None),
    ],
)
def test_what_a_duration_means(written, start, due):
    """Each written form counts its own kind of time on its calendar."""
    got = parse(written).after(datetime.fromisoformat(start), NOON_FRIDAY)
    assert got == (None if due is None else datetime.fromisoformat(due))


def test_business_weeks_and_days_around_the_clock():
    """On 24x7 a business day is a calendar day and a business week has seven, also when the clocks change."""
    start = datetime.fromisoformat("2026-03-07T12:00-05:00")
    assert parse("1 business week").after(start, ALWAYS) == datetime.fromisoformat("2026-03-14T12:00-04:00")
    assert parse("1 business day").after(start, ALWAYS) == datetime.fromisoformat("2026-03-08T12:00-04:00")


def test_end_of_day():
    """With ``business_day: end_of_day`` the deadline is the closing instant of the N-th day."""
    start = datetime.fromisoformat("2026-03-12T10:00+00:00")
    assert parse("1 business day").after(start, NOON_FRIDAY, end_of_day=True) == datetime.fromisoformat(
        "2026-03-13T12:00+00:00"
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("4 hours", "`4 business hours` (while the calendar is open) or `4 clock hours` (elapsed time)"),
        ("1 hour", "`1 business hour` (while"),
        ("0 business hours", "no time at all"),
        ("4", "is not a duration; write for instance"),
        ("", "is not a duration"),
        ("4 fortnights", "is not a duration"),
        ("-4 business hours", "is not a duration"),
        ("1.5 business days", "write a whole number of days"),
        ("4 clock days", "is not a duration"),
        ("2 business months", "is not a duration"),
        ("1e5 business hours", "is not a duration"),
        ("9999999 business days", "is more than 20 years"),
        ("99999999999 clock hours", "is not a duration"),
        (4, "4 is not a duration"),
        (None, "None is not a duration"),
        ("٤ business hours", "is not a duration"),
    ],
)
def test_what_cannot_be_read(written, says):
    """A duration that names no basis, or cannot be read, is refused with what to write."""
    with pytest.raises(DurationError) as caught:
        parse(written)
    assert says in str(caught.value)


def test_a_lead_can_be_counted_back():
    """Only hours and minutes can be counted back from a deadline."""
    due = datetime.fromisoformat("2026-03-09T10:00+00:00")
    assert parse_lead("2 business hours").before(due, NOON_FRIDAY) == datetime.fromisoformat("2026-03-06T16:00+00:00")
    with pytest.raises(DurationError, match="cannot be counted back"):
        parse_lead("1 business day")


@given(
    st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none(), st.lists(st.text(max_size=3), max_size=2))
)
def test_nothing_else_is_raised(written):
    """Whatever is written, it is a duration or a DurationError."""
    with contextlib.suppress(DurationError):
        parse(written)
