from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.console.chart import BASE, TOP, chart
from webhooks.console.figures import Share, iso_week, lines, monday, read_week, weeks_until, whole
from webhooks.console.queries import DayRow

WEEKS = (date(2026, 11, 16), date(2026, 11, 23))
NAMES = st.sampled_from(["Gold", "Silver", None])
ROWS = st.lists(
    st.builds(
        DayRow,
        decided_on=st.dates(WEEKS[0], WEEKS[1] + timedelta(days=6)),
        connection=st.just("acme"),
        metric=st.sampled_from(["first_response", "update"]),
        plan=NAMES,
        priority=NAMES,
        verdict=st.sampled_from(["met", "missed", "breached"]),
        count=st.integers(1, 50),
    )
)


@pytest.mark.parametrize(
    ("share", "percent", "missed"),
    [
        (Share(0, 0), "–", 0),
        (Share(1, 1), "100%", 0),
        (Share(0, 3), "0%", 3),
        (Share(2, 3), "66.7%", 1),
        (Share(99_999, 100_000), "99.9%", 1),
        (Share(9_995, 10_000), "99.9%", 5),
    ],
)
def test_percent(share, percent, missed):
    """A share is rounded, but never up to 100%: that would hide a miss."""
    assert (share.percent, share.missed) == (percent, missed)


@given(met=st.integers(0, 10**6), missed=st.integers(1, 10**6))
def test_a_miss_is_never_hidden(met, missed):
    """However many were in time, one that was not shows."""
    assert Share(met, met + missed).percent != "100%"


@pytest.mark.parametrize(
    ("day", "week", "starts"),
    [
        (date(2026, 11, 24), "2026-W48", date(2026, 11, 23)),
        (date(2026, 11, 29), "2026-W48", date(2026, 11, 23)),
        (date(2027, 1, 1), "2026-W53", date(2026, 12, 28)),
        (date(2025, 12, 29), "2026-W01", date(2025, 12, 29)),
    ],
)
def test_weeks(day, week, starts):
    """Weeks begin on Monday and are numbered as ISO 8601 does, also around New Year."""
    assert (iso_week(day), monday(day), read_week(week)) == (week, starts, starts)


@pytest.mark.parametrize("text", ["", "2026", "2026-W54", "2026-W00", "x-W1", "2026-W1x", "-W1", "99999-W01"])
def test_no_week(text):
    """What is no week is none."""
    assert read_week(text) is None


def test_last_weeks():
    """The last weeks end with this one."""
    assert weeks_until(date(2026, 11, 24), 2) == WEEKS


def test_lines_by_hand():
    """One line a name, one share a week; what has no name comes last."""
    rows = [
        DayRow(date(2026, 11, 17), "acme", "update", "Silver", "P1", "met", 3),
        DayRow(date(2026, 11, 22), "acme", "update", "Silver", "P1", "breached", 1),
        DayRow(date(2026, 11, 23), "acme", "update", None, "P1", "missed", 2),
        DayRow(date(2026, 11, 29), "acme", "update", "Gold", "P1", "met", 5),
    ]
    found = [(line.name, line.weeks, line.whole) for line in lines(rows, WEEKS, lambda row: row.plan)]
    assert found == [
        ("Gold", (Share(), Share(5, 5)), Share(5, 5)),
        ("Silver", (Share(3, 4), Share()), Share(3, 4)),
        ("none", (Share(), Share(0, 2)), Share(0, 2)),
    ]


@given(rows=ROWS)
def test_every_breakdown_sums_to_the_whole(rows):
    """However the clocks are broken down, none is lost and none counted twice."""
    everything = whole(rows, WEEKS)
    assert everything.whole.total == sum(row.count for row in rows)
    for name_of in (lambda row: row.plan, lambda row: row.metric, lambda row: row.priority):
        broken = lines(rows, WEEKS, name_of)
        for n in range(2):
            assert sum((line.weeks[n] for line in broken), Share()) == everything.weeks[n]


def test_chart():
    """A column is as high as its share; a week in which nothing was owed has none."""
    good, none, half = chart(["2026-W46", "2026-W47", "2026-W48"], [Share(4, 4), Share(), Share(1, 2)])
    assert (good.y, good.height, good.look, good.label) == (TOP, BASE - TOP, "good", "W46")
    assert (none.height, none.look, none.says) == (0, "none", "2026-W47: nothing was owed")
    assert (half.height, half.look, half.says) == ((BASE - TOP) / 2, "poor", "2026-W48: 1 of 2 in time")
