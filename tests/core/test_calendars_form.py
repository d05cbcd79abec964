"""Reading calendars: both written forms, and everything that can be wrong with them."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendars import Calendar
from core.errors import CalendarError

NINE_TO_FIVE = [["09:00", "17:00"]]


def content(**fields):
    return Calendar.from_mapping({"timezone": "Europe/Berlin", **fields}).content


def faults(mapping):
    with pytest.raises(CalendarError) as caught:
        Calendar.from_mapping(mapping, "support")
    return [(fault.path, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "as_golden"),
    [
        ({"mon-fri": "09:00-17:00"}, dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], NINE_TO_FIVE)),
        ({"sat,sun": "09:00-17:00"}, {"sat": NINE_TO_FIVE, "sun": NINE_TO_FIVE}),
        ({"sat-mon": "09:00-17:00"}, {"sat": NINE_TO_FIVE, "sun": NINE_TO_FIVE, "mon": NINE_TO_FIVE}),
        ({"mon, wed-thu": "09:00-17:00"}, {"mon": NINE_TO_FIVE, "wed": NINE_TO_FIVE, "thu": NINE_TO_FIVE}),
        ({"mon": ["09:00-12:00", "13:00-17:00"]}, {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}),
        ({"mon": [["09:00", "12:00"], "13:00-17:00"]}, {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}),
        ({"mon": "9:00 – 17:00"}, {"mon": NINE_TO_FIVE}),
        ({"mon": "22:00-00:00"}, {"mon": [["22:00", "24:00"]]}),
        ({"mon": []}, {}),
    ],
)
def test_both_forms_of_hours_say_the_same(written, as_golden):
    """Ranges and lists of weekdays, texts and pairs are ways to write the same week."""
    assert content(hours=written) == content(hours=as_golden)


def test_both_forms_of_dates_say_the_same():
    """A date may be text or, as YAML reads it, a date."""
    text = content(holidays=["2026-12-25"], special={"2026-12-24": "09:00-12:00"})
    assert content(holidays=[date(2026, 12, 25)], special={date(2026, 12, 24): [["09:00", "12:00"]]}) == text


def test_always_open():
    """24x7 is every minute of every day; hours that come to the same are the same."""
    always = Calendar.from_mapping({"timezone": "Europe/Berlin", "open": "24x7"})
    assert always.always_open
    assert always.open_weekdays == 7
    assert not always.never_opens()
    assert Calendar.from_mapping({"timezone": "Europe/Berlin", "hours": {"mon-sun": "12:00-12:00"}}).always_open
    assert not Calendar.from_mapping({"timezone": "Europe/Berlin", "hours": {"mon-sat": "00:00-24:00"}}).always_open
    assert not Calendar.from_mapping({"timezone": "Europe/Berlin", "hours": {"mon-sun": "00:00-23:59"}}).always_open
    assert not Calendar.from_mapping(
        {"timezone": "Europe/Berlin", "hours": {"mon-sun": "00:00-24:00"}, "holidays": ["2026-12-25"]}
    ).always_open


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({"timezone": "Europe/Berlni"}, "timezone", "did you mean Europe/Berlin"),
        ({"timezone": "berlin"}, "timezone", "did you mean Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "timezone", "is not a time zone"),
        ({"timezone": 5}, "timezone", "a value of type int is not a time zone"),
        ({"timezone": "customer"}, "default_timezone", "is required"),
        ({"timezone": "customer", "default_timezone": "Mars"}, "default_timezone", "is not a time zone"),
        ({"default_timezone": "UTC"}, "default_timezone", "goes with `timezone: customer` alone"),
        ({"hour": {}}, "", "'hour' is not a key here; did you mean hours?"),
        ({"hours": []}, "hours", "is not a mapping"),
        ({"hours": None}, "hours", "nothing is not a mapping"),
        ({"hours": {"monday": "09:00-17:00"}}, "hours.monday", "'monday' names no weekday; write one of mon, tue"),
        ({"hours": {"mon-fri-sat": []}}, "hours.mon-fri-sat", "names no weekday"),
        ({"hours": {1: "09:00-17:00"}}, "hours", "names no weekday"),
        ({"hours": {"mon-fri": [], "fri": []}}, "hours.fri", "fri is named by 'mon-fri' too; name it once"),
        ({"hours": {"mon,mon": []}}, "hours.mon,mon", "mon is named by 'mon,mon' too"),
        ({"hours": {"mon": None}}, "hours.mon", 'nothing is not a shift; write "09:00-17:00"'),
        ({"hours": {"mon": 540}}, "hours.mon", "a value of type int is not a shift"),
        ({"hours": {"mon": ["09:00"]}}, "hours.mon[0]", "'09:00' is not a shift"),
        ({"hours": {"mon": [["09:00"]]}}, "hours.mon[0]", "is not a shift"),
        ({"hours": {"mon": [[540, 1020]]}}, "hours.mon[0]", 'HH:MM, at most 23:59 as a beginning, in quotes: "09:00"'),
        ({"hours": {"mon": "09:00-17:60"}}, "hours.mon", "'17:60' is not a time of day"),
        ({"hours": {"mon": "24:00-25:00"}}, "hours.mon", "is not a time of day"),
        ({"hours": {"mon": "09:00-24:01"}}, "hours.mon", "at most 24:00 as an end"),
        ({"open": "always"}, "open", "write 24x7"),
        ({"open": "24x7", "hours": {}}, "hours", "a calendar that is always open has no hours"),
        ({"open": "24x7", "holidays": []}, "holidays", "a calendar that is always open has no holidays"),
        ({"open": "24x7", "special": {}}, "special", "a calendar that is always open has no special"),
        ({"holidays": {"country": "US"}}, "holidays", "is not a list"),
        ({"holidays": ["25.12.2026"]}, "holidays[0]", "'25.12.2026' is not a date; write it as 2026-12-24"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]", "is not a date"),
        ({"holidays": [datetime(2026, 12, 25)]}, "holidays[0]", "is not a date"),  # noqa: DTZ001 - as YAML reads it
        ({"holidays": ["0001-01-01"]}, "holidays[0]", "lies outside the years 1900 to 2299"),
        ({"special": ["2026-12-24"]}, "special", "is not a mapping"),
        ({"special": {"2026-12-24": "noon"}}, "special.2026-12-24", "'noon' is not a shift"),
        ({"special": {"2026-12-24": [], date(2026, 12, 24): []}}, "special.2026-12-24", "is there twice"),
        ({"special": {"christmas": []}}, "special.christmas", "is not a date"),
        ({"holidays": [{}]}, "holidays[0].country", "nothing is not a country"),
        ({"holidays": [{"country": False}]}, "holidays[0].country", "YAML reads NO as false"),
        ({"holidays": [{"country": "UX"}]}, "holidays[0].country", "no holidays are known for 'UX'"),
        ({"holidays": [{"country": "us"}]}, "holidays[0].country", "did you mean US"),
        ({"holidays": [{"country": "CA", "subdivision": "XX"}]}, "holidays[0].subdivision", "it has AB, BC"),
        ({"holidays": [{"country": "CA", "subdivision": 5}]}, "holidays[0].subdivision", "write its code in quotes"),
        ({"holidays": [{"country": "CA", "categories": ["bnak"]}]}, "holidays[0].categories", "it has government"),
        ({"holidays": [{"country": "CA", "categories": "public"}]}, "holidays[0].categories", "write [public]"),
        ({"holidays": [{"country": "CA", "observed": "yes"}]}, "holidays[0].observed", "neither true nor false"),
        ({"holidays": [{"country": "CA", "region": "BC"}]}, "holidays[0]", "'region' is not a key here"),
        ({"holidays": [{"country": "customer", "subdivision": "BC"}]}, "holidays[0].subdivision", "remove it"),
    ],
)
def test_a_fault_names_its_path_and_a_remedy(fields, path, message):
    """Whatever is wrong is said with its place and what to write instead."""
    found = faults({"timezone": "Europe/Berlin", **fields})
    assert {place for place, _ in found} == {path}
    assert any(message in said for _, said in found)


@pytest.mark.parametrize("mapping", [None, [], "24x7", 5, b"x"])
def test_only_a_mapping_is_a_calendar(mapping):
    """What is no mapping at all is said to be none."""
    place, said = faults(mapping)[0]
    assert place == ""
    assert "is not a mapping; write the keys timezone" in said


def test_every_fault_at_once():
    """An admin sees all that is wrong in one go, with the calendar's name before each."""
    mapping = {
        "timezone": "Mars",
        "hours": {"mon": "9-5", "funday": []},
        "holidays": ["tomorrow", {"country": "ZZ"}],
        "special": {"2026-12-24": "noon"},
        "closed": True,
    }
    with pytest.raises(CalendarError) as caught:
        Calendar.from_mapping(mapping, "support")
    paths = [fault.path for fault in caught.value.faults]
    assert paths == [
        "",
        "timezone",
        "hours.mon",
        "hours.funday",
        "holidays[0]",
        "holidays[1].country",
        "special.2026-12-24",
    ]
    assert str(caught.value).count("support: ") == len(paths)


@pytest.mark.parametrize(
    ("fields", "overlaps"),
    [
        ({"hours": {"mon": ["09:00-12:00", "12:00-17:00"]}}, []),
        ({"hours": {"mon-sun": "00:00-24:00"}}, []),
        ({"hours": {"mon": ["09:00-17:00", "16:00-20:00"]}}, ["mon 09:00-17:00 overlaps mon 16:00-20:00"]),
        ({"hours": {"sun": "22:00-06:00", "mon": "05:00-12:00"}}, ["sun 22:00-06:00 runs into mon 05:00-12:00"]),
        ({"hours": {"sun": "22:00-06:00", "mon": "06:00-12:00"}}, []),
        (
            {"special": {"2026-12-24": ["09:00-12:00", "11:00-13:00"]}},
            ["2026-12-24 09:00-12:00 overlaps 2026-12-24 11:00-13:00"],
        ),
        (
            {"hours": {"mon-sun": "20:00-02:00"}, "special": {"2026-12-24": "01:00-05:00"}},
            ["2026-12-23 20:00-02:00 runs into 2026-12-24 01:00-05:00"],
        ),
        (
            {"special": {"2026-12-23": "20:00-02:00", "2026-12-24": "01:00-05:00"}},
            ["2026-12-23 20:00-02:00 runs into 2026-12-24 01:00-05:00"],
        ),
    ],
)
def test_overlaps_are_reported_not_refused(fields, overlaps):
    """Overlapping shifts count once, so they are no error; whoever checks a policy can say them."""
    assert Calendar.from_mapping({"timezone": "UTC", **fields}).overlaps == overlaps


VALID = [
    {
        "timezone": "America/New_York",
        "hours": {"mon": [["09:00", "17:00"]], "sat": []},
        "holidays": ["2026-01-01"],
        "special": {"2026-12-24": [["09:00", "12:00"]]},
    },
    {
        "timezone": "customer",
        "default_timezone": "America/Los_Angeles",
        "hours": {"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat,sun": []},
        "holidays": [{"country": "US", "subdivision": "CA", "categories": ["public"], "observed": True}],
    },
    {"timezone": "UTC", "open": "24x7"},
]
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.builds(lambda: 10**5000),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.datetimes(),
        st.binary(max_size=4),
        st.sampled_from(
            ["customer", "24x7", "mon-fri", "09:00-17:00", "24:00", "2026-12-24", "US", "\ud800", "-", ","]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=6), st.integers(), st.dates(), st.none()), inner, max_size=3),
    ),
    max_leaves=5,
)


@st.composite
def mutated(draw, value):
    """Draw ``value`` with some of its parts exchanged, dropped, doubled or renamed."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JUNK)
    if isinstance(value, dict):
        items = {key: draw(mutated(part)) for key, part in value.items() if draw(st.integers(0, 9))}
        return {**items, draw(st.text(max_size=4)): draw(JUNK)} if draw(st.integers(0, 9)) == 0 else items
    if isinstance(value, list):
        parts = [draw(mutated(part)) for part in value]
        return [*parts, draw(JUNK)] if draw(st.integers(0, 9)) == 0 else parts
    return value


@settings(deadline=None)
@given(mapping=st.one_of(JUNK, st.sampled_from(VALID).flatmap(mutated)))
def test_bad_input_never_raises_anything_else(mapping):
    """Whatever YAML or JSON can hold is a calendar, or a CalendarError that says what is wrong."""
    try:
        calendar = Calendar.from_mapping(mapping)
    except CalendarError:
        assert all(message for _, message in faults(mapping))
        return
    start = datetime.fromisoformat("2026-06-05T10:00:00+00:00")
    calendar.overlaps  # noqa: B018 - whatever was read can be used
    try:
        due = calendar.add(start, 3600)
    except CalendarError:
        assert calendar.never_opens() or not any(calendar.content.hours)
    else:
        assert calendar.between(start, due) == 3600


@pytest.mark.parametrize("mapping", VALID)
def test_the_fuzzed_calendars_are_valid(mapping):
    """The mappings that the fuzzing starts from can be read."""
    Calendar.from_mapping(mapping)
