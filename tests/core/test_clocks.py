"""Clocks: when they start, stop, pause and begin again, and what their verdict is (SEMANTICS section 4)."""

import pytest

from core.ticket import Metric
from tests.core.stories import at, judged, policy, short, shown

DESK = policy()


@pytest.mark.parametrize(
    ("now", "story", "expected"),
    [
        pytest.param("mon 10:00", ["mon 09:30"], ["running mon 11:30"], id="runs from creation"),
        pytest.param("mon 11:30", ["mon 09:30"], ["running mon 11:30"], id="not yet breached at the very instant"),
        pytest.param("mon 11:31", ["mon 09:30"], ["breached mon 11:30"], id="breached after it"),
        pytest.param("tue 09:00", ["mon 09:30", "mon 11:30 reply"], ["met mon 11:30"], id="a reply at due meets it"),
        pytest.param("tue 09:00", ["mon 09:30", "mon 11:31 reply"], ["missed mon 11:30"], id="late is missed"),
        pytest.param("tue 09:00", ["mon 09:30", "mon 10:00 note"], ["breached mon 11:30"], id="a note is no answer"),
        pytest.param("tue 09:00", ["mon 09:30", "mon 10:00 is solved"], ["met mon 11:30"], id="solving answers"),
        pytest.param("tue 09:00", ["mon 09:30", "mon 10:00 is pending"], ["breached mon 11:30"], id="never pauses"),
        pytest.param("sun 10:00", ["sat 12:00"], ["running mon2 11:00"], id="created while closed"),
        pytest.param("sat 09:00", ["fri 16:00"], ["running mon2 10:00"], id="over the weekend"),
        pytest.param("fri 09:00", ["mon 09:30", "fri 10:00 reply"], ["breached mon 11:30"], id="the future is ignored"),
        pytest.param("mon 08:59", ["mon 09:30"], ["running mon 11:30"], id="created by a clock ahead of ours"),
    ],
)
def test_first_response(now, story, expected):
    """The first response runs from creation to the first public reply or to solving, and never again."""
    assert shown(judged(DESK, now, *story), "first_response") == expected


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param(["mon 09:00", "mon 09:10 asks"], [], id="not before the first response has ended"),
        pytest.param(["mon 09:00", "mon 09:30 reply", "mon 10:00 asks"], ["breached mon 11:00"], id="starts"),
        pytest.param(
            ["mon 09:00", "mon 09:30 reply", "mon 10:00 asks", "mon 10:30 asks", "mon 10:50 reply"],
            ["met mon 11:00"],
            id="further replies change nothing",
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 reply", "mon 10:00 asks", "mon 10:30 reply", "mon 12:00 asks", "mon 14:00 reply"],
            ["met mon 11:00", "missed mon 13:00"],
            id="begins again",
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 reply", "mon 10:00 asks", "mon 10:30 is solved"], ["met mon 11:00"], id="solving"
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 is solved", "mon 10:00 asks"], [], id="a reply while solved begins nothing"
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 is solved", "mon 10:00 asks", "mon 10:00 is open"],
            ["breached mon 11:00"],
            id="one that reopens begins at that instant",
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 is solved", "mon 10:00 asks", "mon 10:05 is open"],
            ["breached mon 11:05"],
            id="the reopening that follows begins it",
        ),
        pytest.param(
            ["mon 09:00", "mon 09:30 reply", "mon 10:00 asks", "mon 10:00 is solved"],
            [],
            id="a reply that leaves it solved begins nothing",
        ),
    ],
)
def test_next_response(story, expected):
    """The next response runs from the first unanswered requester reply after the first response has ended."""
    assert shown(judged(DESK, "mon 16:00", *story), "next_response") == expected


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param(["mon 09:00"], ["breached mon 13:00"], id="also while nobody has replied"),
        pytest.param(["mon 09:00", "mon 12:00 reply"], ["met mon 13:00", "running mon 16:00"], id="each reply"),
        pytest.param(
            ["mon 09:00", "mon 13:00 reply"],
            ["met mon 13:00", "running mon 17:00"],
            id="at due is in time, and closing time is due",
        ),
        pytest.param(
            ["mon 09:00", "mon 12:00 reply", "mon 12:00 is solved"], ["met mon 13:00"], id="no cycle in a solved ticket"
        ),
        pytest.param(
            ["mon 09:00", "mon 12:00 is solved", "mon 13:00 reply"], ["met mon 13:00"], id="a reply while solved"
        ),
        pytest.param(
            ["mon 09:00", "mon 12:00 is solved", "mon 13:00 is open"],
            ["met mon 13:00", "running mon 17:00"],
            id="reopening begins one",
        ),
        pytest.param(
            ["mon 09:00", "mon 12:00 is solved", "mon 13:00 is closed"], ["met mon 13:00"], id="closing changes nothing"
        ),
        pytest.param(
            ["mon 09:00", "mon 10:00 is pending", "mon 11:00 is open"], ["breached mon 14:00"], id="pending pauses"
        ),
        pytest.param(
            ["mon 09:00", "mon 10:00 is on_hold", "mon 11:00 is open"], ["breached mon 13:00"], id="on hold does not"
        ),
    ],
)
def test_update(story, expected):
    """Updates are owed from creation, from each public reply and from each reopening."""
    assert shown(judged(DESK, "mon 15:00", *story), "update") == expected


@pytest.mark.parametrize(
    ("now", "story", "expected"),
    [
        pytest.param("mon 10:00", [], "running mon 17:00", id="lands on closing time"),
        pytest.param("mon 12:00", ["mon 11:00 is pending"], "paused -", id="paused has no due instant"),
        pytest.param(
            "mon 16:00", ["mon 11:00 is pending", "mon 12:00 is open"], "running tue 10:00", id="moves by open time"
        ),
        pytest.param("wed 10:00", ["mon 16:00 is pending", "tue 10:00 is open"], "missed tue 11:00", id="met late"),
        pytest.param("wed 10:00", ["tue 09:00 is pending"], "breached mon 17:00", id="a pause after due hides nothing"),
        pytest.param("wed 10:00", ["mon 17:00 is pending"], "breached mon 17:00", id="a pause at due neither"),
        pytest.param("mon 12:00", ["mon 11:00 is solved"], "met mon 17:00", id="solving"),
        pytest.param("mon 12:00", ["mon 11:00 workaround"], "met mon 17:00", id="a workaround"),
        pytest.param(
            "tue 12:00", ["mon 11:00 workaround", "mon 12:00 withdrawn"], "breached tue 10:00", id="withdrawn"
        ),
        pytest.param("tue 09:30", ["mon 11:00 is solved", "mon 15:00 is open"], "running tue 13:00", id="reopened"),
        pytest.param(
            "wed 09:30", ["tue 09:30 is solved", "tue 15:00 is open"], "breached mon 17:00", id="reopened late"
        ),
        pytest.param(
            "tue 16:00",
            ["mon 11:00 is pending", "mon 12:00 is solved", "mon 14:00 is open"],
            "breached tue 12:00",
            id="pending and solved touch: one pause",
        ),
        pytest.param(
            "tue 16:00",
            ["mon 11:00 workaround", "mon 12:00 is solved", "mon 14:00 is open"],
            "breached tue 12:00",
            id="from the earliest meeting",
        ),
        pytest.param(
            "tue 16:00",
            ["mon 11:00 is solved", "mon 12:00 workaround", "mon 13:00 withdrawn"],
            "met mon 17:00",
            id="withdrawn while solved changes nothing",
        ),
        pytest.param(
            "sat 12:00", ["mon 11:00 is pending", "sat 10:00 is open"], "running mon2 15:00", id="a weekend's end"
        ),
    ],
)
def test_resolution(now, story, expected):
    """Resolution stops with solving or a workaround, and what it stood still is added in the calendar's open time."""
    if expected.startswith("missed"):
        story = [*story, "tue 12:00 is solved"]
    assert shown(judged(DESK, now, "mon 09:00", *story), "resolution") == [expected]


def test_remaining_and_elapsed_time():
    """A paused clock tells what is left; a breached one how far past it is; both in open time."""
    paused = judged(DESK, "mon 16:00", "mon 09:00", "mon 11:00 is pending").current[Metric.RESOLUTION]
    assert (paused.elapsed_seconds, paused.remaining_seconds) == (2 * 3600, 6 * 3600)
    late = judged(DESK, "tue 10:00", "mon 09:00", "mon 11:00 is on_hold").current[Metric.RESOLUTION]
    assert (late.elapsed_seconds, late.remaining_seconds) == (9 * 3600, -3600)
    again = judged(DESK, "mon 16:00", "mon 09:00", "mon 11:00 is pending", "mon 13:00 is open")
    clock = again.current[Metric.RESOLUTION]
    assert (clock.elapsed_seconds, clock.remaining_seconds) == (5 * 3600, 3 * 3600)


@pytest.mark.parametrize(
    ("now", "story", "expected", "breached_at"),
    [
        pytest.param("mon 12:00", ["mon 10:00 priority P2"], "running mon 13:00", "-", id="loosened from the start"),
        pytest.param("mon 12:00", ["mon 11:30 priority P2"], "running mon 13:00", "-", id="withdraws a breach"),
        pytest.param("mon 14:00", ["mon 11:30 priority P2"], "breached mon 13:00", "mon 13:00", id="breached later"),
        pytest.param(
            "mon 14:00",
            ["mon 09:10 priority P2", "mon 12:00 priority P1"],
            "breached mon 11:00",
            "mon 12:00",
            id="tightened past its deadline: breached by the change",
        ),
        pytest.param(
            "mon 14:00",
            ["mon 12:30 reply", "mon 13:00 priority P2"],
            "missed mon 11:00",
            "mon 11:00",
            id="ended is judged",
        ),
        pytest.param(
            "mon 14:00",
            ["mon 12:30 priority P2", "mon 12:30 reply"],
            "met mon 13:00",
            "-",
            id="the same instant counts",
        ),
    ],
)
def test_change_of_target(now, story, expected, breached_at):
    """A changed target counts as though it had always held; a clock that has ended keeps the target it ended under."""
    evaluation = judged(DESK, now, "mon 09:00", *story)
    assert shown(evaluation, "first_response") == [expected]
    assert short(evaluation.current[Metric.FIRST_RESPONSE].breached_at) == breached_at


def test_restart_on_change():
    """With ``on_change: restart`` the new target counts from the change, and earlier pauses do not."""
    restart = policy("on_change: restart\n")
    story = ["mon 09:00", "mon 10:00 is pending", "mon 11:00 is open", "mon 12:00 priority P2"]
    assert shown(judged(restart, "mon 13:00", *story), "resolution") == ["running wed 12:00"]
    assert shown(judged(DESK, "mon 13:00", *story), "resolution") == ["running wed 10:00"]


@pytest.mark.parametrize(
    ("now", "story", "expected", "derived"),
    [
        pytest.param("mon 12:00", ["mon 10:00 deadline wed 12:00"], "running wed 12:00", "mon 17:00", id="wins"),
        pytest.param(
            "mon 12:00", ["mon 10:00 deadline mon 11:00"], "breached mon 11:00", "mon 17:00", id="also earlier"
        ),
        pytest.param(
            "tue 12:00", ["mon 10:00 deadline wed 12:00 until tue 10:00"], "breached mon 17:00", "-", id="expires"
        ),
        pytest.param(
            "tue 12:00",
            ["mon 10:00 deadline wed 12:00", "tue 11:00 no-deadline"],
            "breached mon 17:00",
            "-",
            id="withdrawn",
        ),
        pytest.param(
            "tue 12:00",
            ["mon 10:00 deadline wed 12:00", "mon 11:00 deadline thu 12:00"],
            "running thu 12:00",
            "mon 17:00",
            id="the later one replaces it",
        ),
        pytest.param(
            "tue 12:00",
            ["mon 10:00 deadline wed 12:00", "tue 09:30 is solved"],
            "met wed 12:00",
            "mon 17:00",
            id="judges",
        ),
    ],
)
def test_manual_deadline(now, story, expected, derived):
    """A deadline set by hand is shown beside the derived one and wins until it expires or is withdrawn."""
    evaluation = judged(DESK, now, "mon 09:00", *story)
    assert shown(evaluation, "resolution") == [expected]
    assert short(evaluation.current[Metric.RESOLUTION].derived_due_at) == derived


def test_a_breach_by_expiry_begins_with_it():
    """The breach that an expired deadline uncovers dates from its end."""
    evaluation = judged(DESK, "tue 12:00", "mon 09:00", "mon 10:00 deadline wed 12:00 until tue 10:00")
    assert short(evaluation.current[Metric.RESOLUTION].breached_at) == "tue 10:00"


@pytest.mark.parametrize(
    ("now", "story", "expected"),
    [
        pytest.param("mon 15:00", ["mon 11:00 merged", "mon 11:00 is closed"], "cancelled mon 17:00", id="merged"),
        pytest.param(
            "mon 15:00", ["mon 10:00 is solved", "mon 11:00 merged"], "met mon 17:00", id="ended keeps its verdict"
        ),
        pytest.param("mon 15:00", ["mon 11:00 deleted"], "cancelled mon 17:00", id="deleted"),
        pytest.param(
            "tue 09:30", ["mon 11:00 deleted", "mon 13:00 restored"], "running tue 11:00", id="the gap is a pause"
        ),
    ],
)
def test_removal(now, story, expected):
    """A ticket that is merged or deleted cancels what was unfinished; restoring takes it up again."""
    assert shown(judged(DESK, now, "mon 09:00", *story), "resolution") == [expected]


def test_events_before_creation_count_at_creation():
    """What a platform dates before the ticket itself happened with it."""
    evaluation = judged(
        DESK, "mon 10:00", "mon 09:00", "mon 08:00 is pending", "mon 08:30 reply", "mon 07:00 priority P2"
    )
    assert shown(evaluation, "first_response") == ["met mon 13:00"]
    assert shown(evaluation, "resolution") == ["paused -"]
    assert evaluation.current[Metric.RESOLUTION].remaining_seconds == 16 * 3600


def test_solved_at_creation():
    """A ticket that is born solved has met its clocks at that instant."""
    evaluation = judged(DESK, "tue 09:00", "mon 10:00", status="closed")
    assert {clock.metric: clock.state.value for clock in evaluation.clocks} == {
        Metric.FIRST_RESPONSE: "met",
        Metric.UPDATE: "met",
        Metric.RESOLUTION: "met",
    }
    assert evaluation.state == "met"


@pytest.mark.parametrize(
    ("choice", "story", "expected"),
    [
        ("count", ["mon 09:00"], ["running mon 11:00"]),
        ("after_first_customer_reply", ["mon 09:00"], []),
        ("after_first_customer_reply", ["mon 09:00", "mon 09:30 reply", "mon 10:00 asks"], ["running mon 12:00"]),
        ("exclude", ["mon 09:00"], ["cancelled mon 11:00"]),
    ],
)
def test_opened_by_an_agent(choice, story, expected):
    """A ticket that an agent opened counts from creation, from the customer's first reply, or not at all."""
    desk = policy(f"agent_opened: {choice}\n")
    assert shown(judged(desk, "mon 10:30", *story, opened_by="agent"), "first_response") == expected


def test_a_requester_who_is_an_agent_does_not_answer_himself():
    """The support side is an agent other than the ticket's requester."""
    events = [{"at": at("mon 10:00").isoformat(), "kind": "agent_replied", "by": "7"}]
    evaluation = judged(DESK, "mon 10:30", "mon 09:00", requester={"id": "7", "role": "agent"}, events=events)
    assert shown(evaluation, "first_response") == ["running mon 11:00"]


@pytest.mark.parametrize(
    ("now", "story", "state"),
    [
        pytest.param("mon 09:30", [], "running", id="running"),
        pytest.param("mon 10:36", [], "at_risk", id="80% of two hours are used"),
        pytest.param("mon 11:01", [], "breached", id="breached"),
        pytest.param("mon 12:00", ["mon 09:10 reply", "mon 09:20 is pending"], "paused", id="everything pauses"),
        pytest.param("mon 12:00", ["mon 11:30 is solved"], "missed", id="missed"),
        pytest.param("mon 12:00", ["mon 09:10 is solved"], "met", id="met"),
        pytest.param(
            "mon 16:00",
            ["mon 09:10 reply", "mon 14:00 reply", "mon 14:10 is solved"],
            "missed",
            id="once solved an earlier missed update counts",
        ),
        pytest.param("mon 15:00", ["mon 09:10 reply", "mon 14:00 reply"], "running", id="while open it does not"),
        pytest.param("mon 10:00", ["mon 09:10 merged"], "cancelled", id="cancelled"),
    ],
)
def test_state_of_the_ticket(now, story, state):
    """The ticket's state is the worst of its current cycles."""
    assert judged(DESK, now, "mon 09:00", *story).state == state


def test_no_target():
    """Without a known priority there is no clock, and the reason is given."""
    evaluation = judged(DESK, "mon 10:00", "mon 09:00", priority="P9")
    assert (evaluation.state, evaluation.clocks) == ("no_target", ())
    assert evaluation.problems[0] == "the priority 'P9' is not on the policy's scale P1, P2; map it in the connection"
    assert "first_response: the policy has no target for any ticket" in evaluation.problems


def test_observed_instants_are_flagged():
    """What was only observed is an upper bound, and the clock that rests on it says so."""
    seen = {"at": at("mon 10:00").isoformat(), "kind": "status_changed", "to": "pending", "observed": True}
    evaluation = judged(DESK, "mon 10:30", "mon 09:00", events=[seen])
    assert evaluation.current[Metric.RESOLUTION].observed
    assert not evaluation.current[Metric.FIRST_RESPONSE].observed


@pytest.mark.parametrize(
    ("now", "story", "wake"),
    [
        pytest.param("mon 09:00", [], "mon 10:36", id="at risk first"),
        pytest.param("mon 10:40", [], "mon 11:00", id="then due"),
        pytest.param("mon 11:30", [], "mon 12:12", id="then the next clock"),
        pytest.param("mon 16:00", ["mon 09:10 is solved"], "-", id="nothing more"),
        pytest.param("mon 10:40", ["mon 09:30 reply", "mon 10:00 is pending"], "-", id="paused for good"),
        pytest.param(
            "mon 10:00", ["mon 09:10 reply", "mon 10:00 deadline fri 12:00 until mon 10:30"], "mon 10:30", id="expiry"
        ),
    ],
)
def test_next_wake(now, story, wake):
    """The next look is due when anything changes with no new event."""
    assert short(judged(DESK, now, "mon 09:00", *story).next_wake_at) == wake


def test_the_breach_shows_right_after_due():
    """At the very instant of a deadline nothing has changed yet; the next look comes after it."""
    evaluation = judged(DESK, "mon 11:00", "mon 09:00")
    assert evaluation.next_wake_at is not None
    assert (evaluation.next_wake_at - at("mon 11:00")).total_seconds() == pytest.approx(1e-6)
