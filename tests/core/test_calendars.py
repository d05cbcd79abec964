"""Open time and days, by tables worked out by hand. Instants are written with their offset, so none is a guess."""

from datetime import UTC, datetime

import pytest

from core.calendars import Calendar
from core.errors import CalendarError

HOUR = 3600


def at(text):
    return datetime.fromisoformat(text)


def calendar(timezone, hours, *, holidays=(), special=None):
    return Calendar.from_mapping(
        {"timezone": timezone, "hours": hours, "holidays": list(holidays), "special": special or {}}
    )


NEW_YORK = calendar(
    "America/New_York",
    {"mon-fri": "09:00-18:00"},
    holidays=["2026-11-26", "2026-12-24", "2026-12-25"],
    special={"2026-12-24": "09:00-12:00", "2026-07-01": []},
)
NEW_YORK_SUNDAYS = calendar("America/New_York", {"sun": ["00:30-01:30", "02:30-10:00"]})
LONDON_NIGHTS = calendar("Europe/London", {"mon-fri": "22:00-06:00"}, holidays=["2026-12-25"])
LORD_HOWE = calendar("Australia/Lord_Howe", {"sun": "01:00-03:00"})
APIA = calendar("Pacific/Apia", {"mon-fri": "09:00-17:00"})
VANCOUVER = calendar("America/Vancouver", {"mon-fri": "00:00-18:00"})
ALWAYS = Calendar.from_mapping({"timezone": "America/New_York", "open": "24x7"})


@pytest.mark.parametrize(
    ("opening", "start", "seconds", "due"),
    [
        pytest.param(NEW_YORK, "2026-06-01 10:00-04:00", 2 * HOUR, "2026-06-01 12:00-04:00", id="within a day"),
        pytest.param(NEW_YORK, "2026-11-25 17:00-05:00", HOUR, "2026-11-25 18:00-05:00", id="exactly at closing"),
        pytest.param(NEW_YORK, "2026-11-25 17:00-05:00", HOUR + 1, "2026-11-27 09:00:01-05:00", id="over a holiday"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", HOUR, "2026-06-08 10:00-04:00", id="from a Saturday"),
        pytest.param(NEW_YORK, "2026-03-06 17:00-05:00", 2 * HOUR, "2026-03-09 10:00-04:00", id="clocks go forward"),
        pytest.param(NEW_YORK, "2026-10-30 17:00-04:00", 2 * HOUR, "2026-11-02 10:00-05:00", id="clocks go back"),
        pytest.param(NEW_YORK, "2026-12-24 11:00-05:00", 2 * HOUR, "2026-12-28 10:00-05:00", id="special on a holiday"),
        pytest.param(NEW_YORK, "2026-06-30 17:30-04:00", HOUR, "2026-07-02 09:30-04:00", id="a special day closed"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", 0, "2026-06-06 12:00-04:00", id="none, while closed"),
        pytest.param(NEW_YORK, "2026-06-01 17:59:59.5-04:00", 1, "2026-06-02 09:00:00.5-04:00", id="microseconds"),
        pytest.param(NEW_YORK, "2026-06-01 10:00-04:00", 0.000001, "2026-06-01 10:00:00.000001-04:00", id="one µs"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", 1e-9, "2026-06-06 12:00-04:00", id="less than any µs"),
        pytest.param(NEW_YORK, "2026-06-08 10:00-04:00", -2 * HOUR, "2026-06-05 17:00-04:00", id="back over a weekend"),
        pytest.param(NEW_YORK, "2026-06-08 10:00-04:00", -HOUR, "2026-06-08 09:00-04:00", id="back to an opening"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", -HOUR, "2026-06-05 17:00-04:00", id="back from a Saturday"),
        pytest.param(
            NEW_YORK_SUNDAYS, "2026-03-08 00:30-05:00", 2 * HOUR, "2026-03-08 04:00-04:00", id="edge in a gap"
        ),
        pytest.param(NEW_YORK_SUNDAYS, "2026-11-01 00:00-04:00", 4500, "2026-11-01 01:15-05:00", id="edge in a fold"),
        pytest.param(LORD_HOWE, "2026-10-04 00:00+10:30", 4500, "2026-10-04 02:45+11:00", id="half-hour gap"),
        pytest.param(LORD_HOWE, "2026-04-05 00:00+11:00", 2 * HOUR, "2026-04-05 02:30+10:30", id="half-hour fold"),
        pytest.param(APIA, "2011-12-29 16:00-10:00", 2 * HOUR, "2012-01-02 10:00+14:00", id="a date that never was"),
        pytest.param(VANCOUVER, "2026-11-02 17:00-07:00", HOUR, "2026-11-03 01:00+00:00", id="law changed in 2026"),
        pytest.param(
            LONDON_NIGHTS, "2026-12-24 23:00+00:00", 7 * HOUR, "2026-12-25 06:00+00:00", id="tail on a holiday"
        ),
        pytest.param(LONDON_NIGHTS, "2026-12-24 23:00+00:00", 8 * HOUR, "2026-12-28 23:00+00:00", id="holiday's night"),
        pytest.param(ALWAYS, "2026-10-31 12:00-04:00", 24 * HOUR, "2026-11-01 11:00-05:00", id="24x7 is elapsed time"),
    ],
)
def test_add(opening, start, seconds, due):
    """A deadline is the earliest instant with so much open time before it; back, the latest."""
    got = opening.add(at(start), seconds)
    assert got == at(due)
    assert got.tzinfo is UTC
    assert opening.add(at(start).astimezone(UTC), seconds) == got, "asked again, from the compiled tables"


@pytest.mark.parametrize(
    ("opening", "begin", "end", "hours"),
    [
        pytest.param(NEW_YORK, "2026-06-01 08:00-04:00", "2026-06-03 10:00-04:00", 19, id="two days and an hour"),
        pytest.param(NEW_YORK, "2026-06-03 10:00-04:00", "2026-06-01 08:00-04:00", -19, id="backwards"),
        pytest.param(NEW_YORK, "2026-06-06 00:00-04:00", "2026-06-07 00:00-04:00", 0, id="a Saturday"),
        pytest.param(NEW_YORK, "2026-11-25 17:00-05:00", "2026-11-27 10:00-05:00", 2, id="a holiday between"),
        pytest.param(ALWAYS, "2026-03-08 00:00-05:00", "2026-03-09 00:00-04:00", 23, id="the day of the gap"),
        pytest.param(ALWAYS, "2026-11-01 00:00-04:00", "2026-11-02 00:00-05:00", 25, id="the day of the fold"),
        pytest.param(LORD_HOWE, "2026-10-04 00:00+10:30", "2026-10-05 00:00+11:00", 1.5, id="half-hour gap"),
        pytest.param(LORD_HOWE, "2026-04-05 00:00+11:00", "2026-04-06 00:00+10:30", 2.5, id="half-hour fold"),
        pytest.param(
            APIA, "2011-12-29 00:00-10:00", "2012-01-03 00:00+14:00", 16, id="the skipped Friday counts nothing"
        ),
        pytest.param(
            calendar("Pacific/Apia", {"fri": "22:00-06:00"}),
            "2011-12-29 00:00-10:00",
            "2012-01-01 00:00+14:00",
            6,
            id="but the tail of its night does",
        ),
        pytest.param(
            calendar("UTC", {"mon": ["09:00-12:00", "11:00-13:00", "13:00-14:00", "09:30-10:00"]}),
            "2026-06-01 00:00+00:00",
            "2026-06-02 00:00+00:00",
            5,
            id="overlapping and touching shifts count once",
        ),
        pytest.param(
            calendar("UTC", {"mon": "00:00-00:00", "tue": "22:00-00:00", "wed": "22:00-24:00"}),
            "2026-06-01 00:00+00:00",
            "2026-06-05 00:00+00:00",
            28,
            id="an end at or before the start is on the next day",
        ),
    ],
)
def test_between(opening, begin, end, hours):
    """Open time is real elapsed time while the wall clock reads a time within a shift."""
    assert opening.between(at(begin), at(end)) == hours * HOUR
    assert opening.between(at(begin).astimezone(UTC), at(end).astimezone(UTC)) == hours * HOUR


@pytest.mark.parametrize(
    ("opening", "instant", "next_open", "next_close"),
    [
        pytest.param(NEW_YORK, "2026-06-01 09:00-04:00", None, "2026-06-01 18:00-04:00", id="at the opening"),
        pytest.param(NEW_YORK, "2026-06-01 18:00-04:00", "2026-06-02 09:00-04:00", None, id="at the closing"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", "2026-06-08 09:00-04:00", None, id="on a Saturday"),
        pytest.param(NEW_YORK, "2026-12-24 10:00-05:00", None, "2026-12-24 12:00-05:00", id="on a half day"),
        pytest.param(
            NEW_YORK_SUNDAYS, "2026-03-08 01:45-05:00", "2026-03-08 03:00-04:00", None, id="an opening in a gap"
        ),
        pytest.param(LONDON_NIGHTS, "2026-12-25 02:00+00:00", None, "2026-12-25 06:00+00:00", id="in a night's tail"),
        pytest.param(
            LONDON_NIGHTS, "2026-12-25 22:00+00:00", "2026-12-28 22:00+00:00", None, id="on a holiday's night"
        ),
        pytest.param(
            APIA, "2011-12-31 10:00+14:00", "2012-01-02 09:00+14:00", None, id="Saturday after the skipped Friday"
        ),
        pytest.param(
            calendar("Africa/Casablanca", {"mon": "09:00-17:00"}),
            "2026-09-21 08:00+00:00",
            "2026-09-21 09:00+00:00",
            None,
            id="Casablanca left summer time for good on 2026-09-20",
        ),
        pytest.param(
            calendar("UTC", {"mon-sun": "00:00-24:00"}, special={"2027-01-02": []}),
            "2024-06-01 00:00+00:00",
            None,
            "2027-01-02 00:00+00:00",
            id="a closing years ahead, at no end of what is compiled",
        ),
    ],
)
def test_open_and_closed(opening, instant, next_open, next_close):
    """The calendar is open or closed now, and the other is found next; what already is, is at once."""
    start = at(instant)
    assert opening.is_open(start) is (next_open is None)
    assert opening.next_open(start) == (start if next_open is None else at(next_open))
    assert opening.next_close(start) == (start if next_close is None else at(next_close))


def test_windows():
    """Windows are the open intervals in order, cut off at both ends; none while closed."""
    got = NEW_YORK.windows(at("2026-11-25 17:00-05:00"), at("2026-11-27 09:30-05:00"))
    assert got == [
        (at("2026-11-25 17:00-05:00"), at("2026-11-25 18:00-05:00")),
        (at("2026-11-27 09:00-05:00"), at("2026-11-27 09:30-05:00")),
    ]
    assert NEW_YORK.windows(at("2026-11-26 09:00-05:00"), at("2026-11-26 17:00-05:00")) == []
    assert NEW_YORK.windows(at("2026-11-27 09:00-05:00"), at("2026-11-27 09:00-05:00")) == []


BUSINESS_DAYS = [
    pytest.param(
        NEW_YORK, "2026-06-05 16:30-04:00", 1, "2026-06-08 16:30-04:00", id="Friday 16:30 is due Monday 16:30"
    ),
    pytest.param(
        NEW_YORK, "2026-06-06 12:00-04:00", 1, "2026-06-09 09:00-04:00", id="Saturday is due Tuesday's opening"
    ),
    pytest.param(
        NEW_YORK, "2026-06-01 19:00-04:00", 1, "2026-06-03 09:00-04:00", id="evening starts at the next opening"
    ),
    pytest.param(
        calendar("America/New_York", {"mon-thu": "09:00-18:00", "fri": "09:00-12:00"}),
        "2026-06-04 17:00-04:00",
        1,
        "2026-06-05 12:00-04:00",
        id="into a Friday that closes at noon",
    ),
    pytest.param(NEW_YORK, "2026-11-25 10:00-05:00", 1, "2026-11-27 10:00-05:00", id="a holiday is no business day"),
    pytest.param(
        NEW_YORK, "2026-12-23 17:00-05:00", 1, "2026-12-24 12:00-05:00", id="a special day is one, on a holiday"
    ),
    pytest.param(NEW_YORK, "2026-03-06 10:00-05:00", 5, "2026-03-13 10:00-04:00", id="same wall time after the change"),
    pytest.param(
        calendar("UTC", {"mon-fri": "09:00-18:00"}, special={"2026-06-02": "12:00-15:00"}),
        "2026-06-01 10:00+00:00",
        1,
        "2026-06-02 12:00+00:00",
        id="before the day's first opening",
    ),
    pytest.param(
        calendar("UTC", {"mon": "09:00-18:00", "tue": ["09:00-12:00", "13:00-18:00"]}),
        "2026-06-01 12:30+00:00",
        1,
        "2026-06-02 12:00+00:00",
        id="in the lunch break",
    ),
    pytest.param(
        calendar("UTC", {"mon": "09:00-20:00", "tue": ["09:00-12:00", "13:00-18:00"]}),
        "2026-06-01 19:00+00:00",
        1,
        "2026-06-02 18:00+00:00",
        id="after the day's last closing",
    ),
    pytest.param(
        calendar("UTC", {"mon": "09:00-18:00", "tue": "09:00-12:00"}),
        "2026-06-01 12:00+00:00",
        1,
        "2026-06-02 12:00+00:00",
        id="exactly at the day's closing",
    ),
    pytest.param(
        LONDON_NIGHTS, "2026-06-06 02:00+01:00", 1, "2026-06-08 22:00+01:00", id="from a tail: its local date"
    ),
    pytest.param(
        LONDON_NIGHTS, "2026-06-02 02:00+01:00", 1, "2026-06-03 02:00+01:00", id="into the tail of the night before"
    ),
    pytest.param(ALWAYS, "2026-06-05 16:30-04:00", 3, "2026-06-08 16:30-04:00", id="24x7: a calendar day"),
    pytest.param(ALWAYS, "2026-03-07 02:30-05:00", 1, "2026-03-08 03:00-04:00", id="in a gap: the instant it ends"),
    pytest.param(ALWAYS, "2026-10-31 01:30-04:00", 1, "2026-11-01 01:30-04:00", id="in a fold: the first of the two"),
    pytest.param(NEW_YORK, "2026-06-05 16:30:00.25-04:00", 1, "2026-06-08 16:30:00.25-04:00", id="microseconds"),
]


@pytest.mark.parametrize(("opening", "start", "days", "due"), BUSINESS_DAYS)
def test_add_business_days(opening, start, days, due):
    """N business days are the same wall time on the N-th day with a shift, or where that day's shifts let it be."""
    got = opening.add_business_days(at(start), days)
    assert (got, got.tzinfo) == (at(due), UTC)


@pytest.mark.parametrize(
    ("opening", "start", "days", "due"),
    [
        pytest.param(NEW_YORK, "2026-06-05 16:30-04:00", 1, "2026-06-08 18:00-04:00", id="Monday's closing"),
        pytest.param(NEW_YORK, "2026-06-06 12:00-04:00", 1, "2026-06-09 18:00-04:00", id="from a Saturday"),
        pytest.param(NEW_YORK, "2026-12-23 17:00-05:00", 1, "2026-12-24 12:00-05:00", id="a half day"),
        pytest.param(
            LONDON_NIGHTS, "2026-06-01 23:00+01:00", 1, "2026-06-03 06:00+01:00", id="a night ends next morning"
        ),
        pytest.param(ALWAYS, "2026-06-05 16:30-04:00", 1, "2026-06-07 00:00-04:00", id="24x7: midnight"),
    ],
)
def test_end_of_business_day(opening, start, days, due):
    """A policy may let a business day run to the closing instant of that day's last shift."""
    assert opening.end_of_business_day(at(start), days) == at(due)


@pytest.mark.parametrize("method", ["add_business_days", "end_of_business_day"])
def test_business_day_on_a_date_that_never_was(method):
    """No deadline can be placed on a date that the zone skipped: that is said, not guessed."""
    with pytest.raises(CalendarError, match=r"Pacific/Apia skipped .* on 2011-12-30.*special day"):
        getattr(APIA, method)(at("2011-12-29 10:00-10:00"), 1)
    assert APIA.add_business_days(at("2011-12-29 10:00-10:00"), 2) == at("2012-01-02 10:00+14:00")


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "1"])
def test_business_days_are_whole(days):
    """Business days are counted in whole numbers above zero."""
    with pytest.raises(ValueError, match="whole number of business days above zero"):
        NEW_YORK.add_business_days(at("2026-06-05 16:30-04:00"), days)


@pytest.mark.parametrize(
    ("opening", "start", "amount", "due"),
    [
        pytest.param(ALWAYS, "2026-03-07 12:00-05:00", {"days": 1}, "2026-03-08 12:00-04:00", id="same wall time"),
        pytest.param(
            ALWAYS, "2026-01-31 12:00-05:00", {"months": 1}, "2026-02-28 12:00-05:00", id="the month's end clips"
        ),
        pytest.param(ALWAYS, "2026-03-07 02:30-05:00", {"days": 1}, "2026-03-08 03:00-04:00", id="in a gap"),
        pytest.param(ALWAYS, "2026-10-25 01:30-04:00", {"weeks": 1}, "2026-11-01 01:30-04:00", id="in a fold"),
        pytest.param(
            NEW_YORK, "2026-06-05 16:30-04:00", {"days": 1}, "2026-06-08 09:00-04:00", id="closed: next opening"
        ),
        pytest.param(NEW_YORK, "2026-06-05 16:30-04:00", {"weeks": 2}, "2026-06-19 16:30-04:00", id="weeks"),
        pytest.param(
            calendar("Pacific/Apia", {"mon-sun": "00:00-24:00"}),
            "2011-12-29 12:00-10:00",
            {"days": 1},
            "2011-12-31 00:00+14:00",
            id="on a date that never was",
        ),
    ],
)
def test_add_local(opening, start, amount, due):
    """Days, weeks and months keep the wall time; if it is closed then, the next opening."""
    got = opening.add_local(at(start), **amount)
    assert (got, got.tzinfo) == (at(due), UTC)
