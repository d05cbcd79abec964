"""What holds for every calendar, zone and instant; and the same answers as counting by brute force."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.calendars import Calendar
from tests.core import oracle

# A week with at least one change of offset lies around each of these instants.
CHANGES = {
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "America/Vancouver": ["2026-03-08", "2026-11-01"],
    "Europe/London": ["2026-03-29", "2026-10-25"],
    "Australia/Lord_Howe": ["2026-04-04", "2026-10-03"],
    "Pacific/Apia": ["2011-12-30", "2012-04-01"],
    "Africa/Casablanca": ["2026-02-15", "2026-03-22", "2026-09-20"],
    "Antarctica/Troll": ["2026-03-29", "2026-10-25"],
    "Asia/Kathmandu": ["2026-06-01"],
    "America/Caracas": ["2007-12-09", "2016-05-01"],
}
TIMES = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60, 15)]
shift = st.tuples(st.sampled_from(TIMES), st.sampled_from([*TIMES[1:], "24:00"])).filter(
    lambda pair: pair[0] != pair[1]
)
shift_list = st.lists(shift.map(list), max_size=3)


@st.composite
def cases(draw):
    """Draw a calendar mapping in the golden form and an instant near a change of its zone's offset."""
    key = draw(st.sampled_from(sorted(CHANGES)))
    around = datetime.fromisoformat(draw(st.sampled_from(CHANGES[key]))).replace(tzinfo=UTC)
    days = st.integers(-4, 8).map(lambda n: (around.date() + timedelta(days=n)).isoformat())
    weekdays = st.dictionaries(st.sampled_from(oracle.WEEKDAYS), shift_list)
    mapping = {
        "timezone": key,
        "hours": draw(weekdays),
        "holidays": draw(st.lists(days, max_size=3)),
        "special": draw(st.dictionaries(days, shift_list, max_size=3)),
    }
    start = around + timedelta(microseconds=draw(st.integers(-3 * 86_400_000_000, 3 * 86_400_000_000)))
    return mapping, draw(st.sampled_from([start, start.replace(microsecond=0), start.replace(minute=0, second=0)]))


amounts = st.one_of(
    st.integers(1, 4 * 86_400), st.integers(1, 4 * 96).map(lambda n: n * 900), st.floats(0.000001, 400_000)
).map(lambda seconds: round(seconds, 6))


@settings(deadline=None)  # the machine's pace is no property of a calendar
@given(case=cases(), seconds=st.integers(0, 6 * 86_400))
def test_between_counts_what_the_clock_shows(case, seconds):
    """Open time is exactly the time during which the wall clock reads a time within a shift."""
    mapping, start = case
    end = start + timedelta(seconds=seconds)
    expected = oracle.between(mapping, start, end).total_seconds()
    calendar = Calendar.from_mapping(mapping)
    assert calendar.between(start, end) == expected
    assert calendar.between(end, start) == -expected
    assert calendar.is_open(start) == oracle.is_open(mapping, start)


@settings(deadline=None)
@given(case=cases(), seconds=amounts)
def test_add_is_the_earliest_instant(case, seconds):
    """A deadline is the first instant at which a clock that stands still while closed has run for so long."""
    mapping, start = case
    expected = oracle.add(mapping, start, timedelta(seconds=seconds), start + timedelta(days=9))
    assume(expected is not None)
    assert Calendar.from_mapping(mapping).add(start, seconds) == expected


@settings(deadline=None)
@given(case=cases(), seconds=amounts)
def test_add_and_between_agree(case, seconds):
    """between(s, add(s, N)) == N, forth and back; the deadline is an open instant or a closing one."""
    mapping, start = case
    calendar = Calendar.from_mapping(mapping)
    assume(any(mapping["hours"].values()))
    due = calendar.add(start, seconds)
    assert calendar.between(start, due) == seconds
    just_before = due - timedelta(microseconds=1)
    assert calendar.is_open(just_before), "the last microsecond was counted"
    back = calendar.add(due, -seconds)
    assert calendar.between(back, due) == seconds
    assert back >= start
    assert calendar.is_open(back), "going back ends where counting would begin"


@settings(deadline=None)
@given(case=cases(), steps=st.lists(st.integers(-40 * 86_400, 40 * 86_400), min_size=2, max_size=2))
def test_between_is_additive(case, steps):
    """between(a, b) + between(b, c) == between(a, c), in whatever order they come."""
    mapping, a = case
    b, c = (a + timedelta(seconds=step) for step in steps)
    calendar = Calendar.from_mapping(mapping)
    assert round(calendar.between(a, b) + calendar.between(b, c), 6) == calendar.between(a, c)


@settings(deadline=None)
@given(case=cases(), parts=st.lists(st.integers(1, 4 * 86_400), min_size=2, max_size=4))
def test_adding_in_parts(case, parts):
    """Open time added piece by piece is due when the sum is."""
    mapping, start = case
    assume(any(mapping["hours"].values()))
    calendar = Calendar.from_mapping(mapping)
    due = start
    for part in parts:
        due = calendar.add(due, part)
    assert due == calendar.add(start, sum(parts))


@settings(deadline=None)
@given(case=cases(), seconds=amounts, days_ahead=st.integers(-2, 30))
def test_a_holiday_never_hastens(case, seconds, days_ahead):
    """Closing one more date never makes a deadline earlier."""
    mapping, start = case
    assume(any(mapping["hours"].values()))
    holiday = (start + timedelta(days=days_ahead)).date().isoformat()
    closed = Calendar.from_mapping({**mapping, "holidays": [*mapping["holidays"], holiday]})
    assert closed.add(start, seconds) >= Calendar.from_mapping(mapping).add(start, seconds)


@settings(deadline=None)
@given(case=cases(), later=st.integers(0, 20 * 86_400))
def test_windows_are_the_open_time(case, later):
    """The windows of a span are disjoint, in order, within it, and as long as its open time."""
    mapping, begin = case
    end = begin + timedelta(seconds=later)
    calendar = Calendar.from_mapping(mapping)
    windows = calendar.windows(begin, end)
    edges = [edge for window in windows for edge in window]
    assert edges == sorted(set(edges))
    assert all(begin <= edge <= end for edge in edges)
    total = sum((closes - opens for opens, closes in windows), timedelta(0))
    assert total.total_seconds() == calendar.between(begin, end)
    for opens, closes in windows:
        assert calendar.next_open(opens) == opens
        assert closes == end or calendar.next_close(opens) == closes


@settings(deadline=None)
@given(case=cases(), days=st.integers(1, 12))
def test_business_days_follow_the_text(case, days):
    """The N-th date with a shift after the moved start, at its wall time or where that date's shifts let it be."""
    mapping, start = case
    assume(any(mapping["hours"].values()))
    calendar = Calendar.from_mapping(mapping)
    expected = oracle.business_day(mapping, calendar.next_open(start), days)
    assume(expected is not None)  # a date that the zone skipped; it has a test of its own
    assert calendar.add_business_days(start, days) == expected
