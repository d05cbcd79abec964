from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendars import Calendar
from core.zones import zone
from tests.console.desk import ANSWERED, AT_RISK, BREACHED, LADDER, PAUSED
from tests.console.seed import NOW
from webhooks.console.axis import MOST_TICKS, Axis
from webhooks.console.happened import happenings
from webhooks.console.picture import LEFT, RIGHT, picture
from webhooks.console.playground import answer, question
from webhooks.policy_files import open_policy
from webhooks.store.results import Result

GLASSBEAM = open_policy("glassbeam")
CALENDARS = GLASSBEAM.calendars
LATE = ["run", "late"]


def axis(begin: str, end: str, timezone: str = "America/Los_Angeles") -> Axis:
    return Axis(datetime.fromisoformat(begin), datetime.fromisoformat(end), 0, 1000, timezone)


@pytest.mark.parametrize(
    ("begin", "end", "labels"),
    [
        pytest.param(
            "2026-11-24T06:30Z",
            "2026-11-24T10:30Z",
            ["23:00", "Tue 24 Nov", "01:00", "02:00"],
            id="hours, and the day where it begins",
        ),
        pytest.param(
            "2026-11-01T07:00Z",
            "2026-11-02T08:30Z",
            ["03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "Mon 2 Nov"],
            id="the wall clock's hours, on the day with 25 of them",
        ),
        pytest.param(
            "2026-11-23T17:00Z", "2026-11-26T17:00Z", ["Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov"], id="days over hours"
        ),
    ],
)
def test_ticks(begin, end, labels):
    """Ticks are whole hours or days of the zone's wall clock."""
    found = [tick.label for tick in axis(begin, end).ticks()]
    assert [each for each in found if each in labels] == labels


@given(
    begin=st.datetimes(timezones=st.just(UTC)).filter(lambda at: 2000 <= at.year < 2100),
    hours=st.floats(1, 24 * 365 * 3),
)
def test_ticks_are_few_and_in_order(begin, hours):
    """However long the span, there are a few ticks, in order, on the axis."""
    found = Axis(begin, begin + timedelta(hours=hours), 0, 1000, "Europe/London").ticks()
    assert len(found) <= MOST_TICKS + 1
    assert [tick.x for tick in found] == sorted(tick.x for tick in found)


@given(a=st.floats(-5, 15), b=st.floats(-5, 15))
def test_time_runs_to_the_right(a, b):
    """A later instant never lies to the left, and nothing lies outside."""
    line = axis("2026-11-24T00:00Z", "2026-11-24T10:00Z")
    first, second = (line.x(line.begin + timedelta(hours=each)) for each in sorted((a, b)))
    assert 0 <= first <= second <= 1000


def test_open_hours_and_a_named_holiday(world):
    """The ground is light from 9 to 18 on working days of the clock's calendar; Thanksgiving is named."""
    made = picture(world.look(BREACHED), CALENDARS, NOW)
    assert [day.name for day in made.holidays] == ["Thanksgiving Day"]
    lane = made.lanes[0]
    assert len(lane.ground) == 6, "Mon 23, Tue 24, Wed 25, Fri 27, Mon 30 Nov and Tue 1 Dec until the margin ends"
    day = made.holidays[0].width
    assert lane.ground[1].width == pytest.approx(day * 9 / 24, abs=0.2)


def test_always_open_is_light_throughout(world):
    """A calendar that never closes has one light ground."""
    made = picture(world.look(ANSWERED), CALENDARS, NOW)
    assert [(each.x, each.width) for each in made.lanes[0].ground] == [(LEFT, RIGHT - LEFT)]


@pytest.mark.parametrize(
    ("ticket", "lane", "name", "below", "kinds", "marks"),
    [
        pytest.param(BREACHED, 0, "First response", "due Tue 24 Nov 09:18", LATE, ["due", "step"], id="late"),
        pytest.param(BREACHED, 1, "Update", "due Mon 30 Nov 09:18", ["run", "left"], ["due"], id="time is left"),
        pytest.param(PAUSED, 2, "Update 2", "no due time while paused", ["run", "pause"], [], id="paused now"),
        pytest.param(ANSWERED, 3, "Resolution", "met Mon 23 Nov 14:00", ["run", "pause"], ["due", "met"], id="met"),
        pytest.param(LADDER, 0, "First response", "due Fri 20 Nov 10:00", LATE, ["due", *["step"] * 3], id="3"),
        pytest.param(AT_RISK, 0, "First response", "due Tue 24 Nov 10:12", ["run", "left"], ["due"], id="nearly due"),
    ],
)
def test_lanes(world, ticket, lane, name, below, kinds, marks):
    """A lane tells what its clock does: what ran, what is late or left, where it stood still, its marks."""
    made = picture(world.look(ticket), CALENDARS, NOW).lanes[lane]
    assert (made.name, made.below) == (name, below)
    assert [piece.kind for piece in made.pieces] == kinds
    past = [mark.kind for mark in made.marks if mark.kind != "coming"]
    assert past == ["reached" if each == "step" else each for each in marks]


def test_the_bar_adds_up(world):
    """Ran and left together reach from the start to the deadline; ran ends now."""
    made = picture(world.look(AT_RISK), CALENDARS, NOW)
    run, left = made.lanes[0].pieces
    due = made.lanes[0].marks[0].x
    assert run.x + run.width == pytest.approx(made.now, abs=0.2)
    assert left.x == pytest.approx(made.now, abs=0.2)
    assert left.x + left.width == pytest.approx(due, abs=0.2)
    assert run.width / (due - run.x) == pytest.approx(0.9, abs=0.01), "1.8 of 2 hours"


def test_steps_to_come():
    """Steps that lie ahead are drawn where they will be: one business day apart, not on Thanksgiving."""
    asked = question(GLASSBEAM, {"plan": "Standard", "priority": "P1", "at": "2026-11-24T16:00"}, NOW)
    result = Result.from_stored(answer(GLASSBEAM, asked).to_mapping())
    pacific = zone("America/Los_Angeles")
    ahead = [f"{each.at.astimezone(pacific):%a %d %H:%M} {each.says}" for each in result.upcoming]
    assert ahead == [
        "Wed 25 16:00 step 1: customer success manager",
        "Fri 27 16:00 step 2: solutions manager",
        "Mon 30 16:00 step 3: vp",
        "Tue 01 16:00 step 4: ceo",
    ]
    made = picture(result, CALENDARS, asked.created_at)
    assert [(mark.kind, mark.label) for mark in made.lanes[0].marks if mark.label] == [
        ("coming", str(n)) for n in range(1, 5)
    ]


def test_what_happened(world):
    """Every instant is listed once, with all that happened at it; what lies ahead is marked."""
    found = happenings(world.look(ANSWERED))
    assert [each.kind for each in found] == ["created", "met", "pause", "met", "met"]
    assert found[0].says == ("the ticket was created",)
    assert found[1].says[:2] == ("first response was met", "update was met")
    ahead = [says for each in happenings(world.look(BREACHED)) if each.is_ahead for says in each.says]
    assert [says for says in ahead if "step" not in says] == ["update is due", "resolution is due"]


def test_without_its_calendar_a_clock_is_still_drawn(world):
    """A clock whose calendar the policy no longer has is drawn without open hours."""
    made = picture(world.look(BREACHED), {}, NOW)
    assert (made.timezone, made.holidays, made.lanes[0].ground) == ("UTC", (), ())


def test_a_long_span_is_not_shaded(world):
    """Over more than 75 days open hours would be thinner than a line."""
    late = NOW + timedelta(days=90)
    made = picture(world.look(BREACHED, now=NOW), CALENDARS, late)
    assert (made.is_shaded, made.lanes[0].ground) == (False, ())


def test_without_clocks_there_is_no_picture(world):
    """A ticket that nothing is owed on has no picture."""
    assert picture(world.look({"id": "x", "created_at": NOW.isoformat()}), CALENDARS, NOW) is None


def test_two_calendars_name_a_holiday_once(world):
    """A holiday that two calendars share is one band."""
    written = {"timezone": "America/Los_Angeles", "hours": {"mon-fri": "08:00-12:00"}, "holidays": [{"country": "US"}]}
    other = Calendar.from_mapping(written, "other")
    result = world.look(BREACHED)
    changed = result.clocks[1].model_copy(update={"calendar": "other"})
    both = result.model_copy(update={"clocks": (result.clocks[0], changed)})
    made = picture(both, {**CALENDARS, "other": other}, NOW)
    assert [day.name for day in made.holidays] == ["Thanksgiving Day"]
    assert made.lanes[0].ground != made.lanes[1].ground
