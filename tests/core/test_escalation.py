"""Escalation: levels reached once, at their own instants, and what they raise (SEMANTICS section 6)."""

import pytest

from core.policy_load import load_policy
from tests.core.stories import judged, policy, short

LADDERS = policy("""
escalations:
  - metric: first_response
    clause: "3.1"
    levels:
      - {key: half, at: 50%, role: lead}
      - {key: soon, at: 30 business minutes before due, role: lead}
      - {key: breach, at: breach, role: manager}
      - {key: hour_later, at: 1 business hour after breach, role: director}
      - {key: day_later, at: 1 business day after previous, role: ceo}
  - metric: resolution
    clause: "3.2"
    levels:
      - {key: work, at: 4 business hours after start, role: lead}
      - {key: first_request, at: request, role: lead, wait: 1 business hour}
      - {key: second_request, at: request, role: manager, wait: 1 business hour}
  - metric: update
    clause: "3.3"
    levels:
      - {key: quiet, at: breach, role: lead}
""")


def reached(evaluation, metric):
    """Return a metric's levels reached, as ``cycle/key instant``."""
    found = [(each.key.split("/", 1), each.reached_at) for each in evaluation.escalations]
    return [f"{rest} {short(instant)}" for (name, rest), instant in found if name == metric]


@pytest.mark.parametrize(
    ("now", "story", "expected"),
    [
        pytest.param("mon 09:59", [], [], id="nothing yet"),
        pytest.param("mon 10:00", [], ["1/half mon 10:00"], id="a share is reached at its instant"),
        pytest.param("mon 11:00", [], ["1/half mon 10:00", "1/soon mon 10:30"], id="a breach only after due"),
        pytest.param(
            "mon 12:00",
            [],
            ["1/half mon 10:00", "1/soon mon 10:30", "1/breach mon 11:00", "1/hour_later mon 12:00"],
            id="after the breach",
        ),
        pytest.param(
            "fri 12:00",
            [],
            [
                "1/half mon 10:00",
                "1/soon mon 10:30",
                "1/breach mon 11:00",
                "1/hour_later mon 12:00",
                "1/day_later tue 12:00",
            ],
            id="each level once",
        ),
        pytest.param("fri 12:00", ["mon 10:10 reply"], ["1/half mon 10:00"], id="meeting cancels what was not reached"),
        pytest.param("fri 12:00", ["mon 10:00 reply"], [], id="meeting at the very instant comes first"),
        pytest.param(
            "fri 12:00", ["mon 11:00 reply"], ["1/half mon 10:00", "1/soon mon 10:30"], id="a reply at due: no breach"
        ),
        pytest.param(
            "mon 12:30",
            ["mon 11:30 priority P2"],
            ["1/half mon 10:00", "1/soon mon 10:30", "1/breach mon 11:00"],
            id="a loosened target takes nothing back",
        ),
        pytest.param(
            "mon 12:30",
            ["mon 09:05 priority P2", "mon 12:00 priority P1"],
            ["1/half mon 11:00", "1/breach mon 12:00", "1/soon mon 12:00"],
            id="a tightened target reaches at the change",
        ),
    ],
)
def test_levels_of_the_first_response(now, story, expected):
    """Shares, leads, the breach and what follows it, each at its own instant."""
    assert reached(judged(LADDERS, now, "mon 09:00", *story), "first_response") == expected


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param([], ["1/work mon 13:00"], id="since the clock started"),
        pytest.param(["mon 10:00 is pending", "mon 12:00 is open"], ["1/work mon 15:00"], id="a pause delays"),
        pytest.param(["mon 10:00 is pending"], [], id="while paused"),
        pytest.param(
            ["mon 09:30 escalate", "mon 10:15 escalate", "mon 10:30 escalate"],
            ["1/first_request mon 09:30", "1/second_request mon 10:30", "1/work mon 13:00"],
            id="a repeat within the wait counts once",
        ),
        pytest.param(["mon 10:00 is solved", "mon 11:00 escalate"], [], id="not while solved"),
        pytest.param(
            ["mon 10:00 is solved", "mon 11:00 escalate", "mon 12:00 is open", "mon 13:00 escalate"],
            ["1/first_request mon 13:00", "1/work mon 15:00"],
            id="again after reopening",
        ),
    ],
)
def test_levels_of_the_resolution(story, expected):
    """An amount since the start needs no breach, and the k-th request reaches the k-th request level."""
    assert reached(judged(LADDERS, "mon 16:00", "mon 09:00", *story), "resolution") == expected


def test_each_cycle_has_its_own_levels():
    """A metric that begins again climbs its ladder anew."""
    evaluation = judged(LADDERS, "tue 12:00", "mon 09:00", "mon 14:00 reply")
    assert reached(evaluation, "update") == ["1/quiet mon 13:00", "2/quiet tue 10:00"]


def test_a_ladder_without_a_target():
    """Amounts since the start and requests need no deadline; shares and breaches have none to come from."""
    desk = load_policy(
        """
policy: vague
title: Vague
source: the tests
calendars: {office: {timezone: Europe/London, hours: {mon-fri: "09:00-17:00"}}}
default_calendar: office
targets: [{metric: resolution, within: none, clause: "1"}]
escalations:
  - metric: resolution
    clause: "2"
    levels: [{key: half, at: 50%}, {key: breach, at: breach}, {key: two, at: 2 business hours after start}]
"""
    )
    assert reached(judged(desk, "fri 12:00", "mon 09:00"), "resolution") == ["1/two mon 11:00"]


TIERED = policy(
    base="""
policy: tiered
title: Tiered
source: the tests
calendars: {office: {timezone: Europe/London, hours: {mon-fri: "09:00-17:00"}}}
default_calendar: office
facts: {hard: boolean}
tiers: [{tier: 2, when: {hard: true}, clause: "1"}]
default_tier: 1
targets:
  - {metric: resolution, tier: 1, within: 4 business hours, clause: "1.1"}
  - {metric: resolution, tier: 2, within: 8 business hours, clause: "1.2"}
  - {metric: resolution, tier: 3, within: 40 business hours, clause: "1.3"}
escalations:
  - {metric: resolution, tier: 1, clause: "2", levels: [{key: up, at: breach, raise_tier: 2}]}
  - {metric: resolution, tier: 2, clause: "2", levels: [{key: top, at: breach, raise_tier: 3}]}
"""
)


@pytest.mark.parametrize(
    ("now", "story", "tier", "keys"),
    [
        pytest.param("mon 13:00", [], 1, [], id="at due not yet"),
        pytest.param("mon 13:01", [], 2, ["resolution/1/up"], id="raised by the breach"),
        pytest.param("mon 17:01", [], 3, ["resolution/1/up", "resolution/1/top"], id="and again under the new target"),
        pytest.param("fri 12:00", ["mon 12:00 is solved"], 1, [], id="not when it is met in time"),
        pytest.param("mon 14:00", ["mon 13:30 is solved"], 2, ["resolution/1/up"], id="a raise lasts"),
        pytest.param("mon 14:00", ["mon 09:30 fact hard=true"], 2, [], id="classified, so no raise"),
        pytest.param(
            "mon 16:00",
            ["mon 14:00 fact hard=true", "mon 15:00 fact hard=false"],
            2,
            ["resolution/1/up"],
            id="facts move only the classified tier",
        ),
    ],
)
def test_raised_tiers(now, story, tier, keys):
    """The effective tier is the highest of the classified one and those that escalations raised the ticket to."""
    evaluation = judged(TIERED, now, "mon 09:00", *story, priority=None)
    assert (evaluation.standing.case.tier, [each.key for each in evaluation.escalations]) == (tier, keys)


def test_a_raise_can_withdraw_the_breach_that_caused_it():
    """The new tier's target counts from the start; the escalation stands all the same."""
    evaluation = judged(TIERED, "mon 14:00", "mon 09:00", priority=None)
    assert (evaluation.state, [each.key for each in evaluation.escalations]) == ("running", ["resolution/1/up"])


@pytest.mark.parametrize(
    ("now", "wake"),
    [("mon 09:00", "mon 10:00"), ("mon 10:00", "mon 10:30"), ("mon 11:01", "mon 12:00"), ("mon 12:30", "mon 13:00")],
)
def test_the_next_level_wakes(now, wake):
    """The ladder's next level is among the instants at which something changes."""
    assert short(judged(LADDERS, now, "mon 09:00").next_wake_at) == wake
