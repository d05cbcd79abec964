"""Tiers, cover, exclusions and who decides the priority (SEMANTICS section 5)."""

import pytest

from core.ticket import Metric
from tests.core.stories import DESK as DESK_TEXT
from tests.core.stories import judged, policy, shown

DESK = policy("""
default_plan: Basic
plans:
  Basic: {channels: [email], tickets_per_year: 10, clause: "4.1"}
  Full: {channels: [email, phone], clause: "4.2"}
cover:
  - {name: extra, when: {plan: Basic, kind: extra}, because: extras need Full, clause: "4.3"}
exclusions:
  - {name: network, when: {cause: network}, because: it is your network, clause: "4.4"}
  - {name: weather, when: {cause: weather}, cancels: [resolution], because: it is the weather, clause: "4.5"}
""")


@pytest.mark.parametrize(
    ("fields", "state", "problem"),
    [
        pytest.param({}, "running", "no plan is known; the default plan Basic is used", id="default plan"),
        pytest.param({"organization": {"plan": "Basic"}}, "running", None, id="covered"),
        pytest.param(
            {"organization": {"plan": "Gold"}},
            "running",
            "the plan 'Gold' is not in the policy; the default plan Basic is used",
            id="unknown plan",
        ),
        pytest.param(
            {"channel": "phone"}, "not_covered", "not covered: the plan Basic does not include the channel phone (4.1)"
        ),
        pytest.param({"channel": "phone", "organization": {"plan": "Full"}}, "running", None, id="phone with Full"),
        pytest.param({"channel": "api", "organization": {"plan": "Basic"}}, "running", None, id="channel of no plan"),
        pytest.param({"facts": {"kind": "extra"}}, "not_covered", "not covered: extras need Full (4.3)", id="kind"),
        pytest.param(
            {"facts": {"tickets_this_year": 11}},
            "not_covered",
            "not covered: the plan Basic includes 10 tickets a year (4.1)",
            id="yearly number",
        ),
        pytest.param(
            {"facts": {"tickets_this_year": 10}, "organization": {"plan": "Basic"}}, "running", None, id="last"
        ),
    ],
)
def test_cover(fields, state, problem):
    """What the plan leaves out has no running clocks, and the result says so and why."""
    evaluation = judged(DESK, "mon 09:30", "mon 09:00", **fields)
    assert evaluation.state == state
    assert problem in (evaluation.problems or (None,))
    if state == "not_covered":
        assert {clock.state.value for clock in evaluation.clocks} == {"cancelled"}


def test_no_plan_known():
    """A policy with plans and no default does not cover a ticket without one."""
    desk = policy("plans: {Basic: {}}\n")
    assert judged(desk, "mon 09:30", "mon 09:00").problems == ("not covered: no plan known",)


def test_cover_lost_and_won_back():
    """Cover counts as it is now: ended clocks keep their verdict, and a ticket covered again runs on from its start."""
    story = ["mon 09:30 reply", "mon 10:00 fact kind=extra"]
    evaluation = judged(DESK, "mon 12:00", "mon 09:00", *story)
    assert {m.value: c.state.value for m, c in evaluation.current.items()} == {
        "first_response": "met",
        "update": "cancelled",
        "resolution": "cancelled",
    }
    again = judged(DESK, "mon 12:00", "mon 09:00", *story, "mon 11:00 plan Full")
    assert shown(again, "resolution") == ["running mon 17:00"]


@pytest.mark.parametrize(
    ("story", "first", "resolution"),
    [
        pytest.param(["mon 10:00 fact cause=network"], "cancelled mon 11:00", "cancelled mon 17:00", id="all clocks"),
        pytest.param(["mon 10:00 fact cause=weather"], "breached mon 11:00", "cancelled mon 17:00", id="those named"),
        pytest.param(
            ["mon 10:00 fact cause=network", "mon 12:00 fact cause="],
            "breached mon 13:00",
            "running tue 11:00",
            id="only while it holds: the gap is a pause",
        ),
        pytest.param(
            ["mon 09:30 reply", "mon 10:00 fact cause=network"], "met mon 11:00", "cancelled mon 17:00", id="ended"
        ),
    ],
)
def test_exclusions(story, first, resolution):
    """A cause outside the vendor's control cancels the clocks that it names while it holds."""
    evaluation = judged(DESK, "mon 15:00", "mon 09:00", *story)
    assert shown(evaluation, "first_response") == [first]
    assert shown(evaluation, "resolution") == [resolution]
    held = {"cause=network": "network", "cause=weather": "weather"}.get(story[-1].rpartition(" ")[2])
    assert evaluation.suspension.exclusion == held


@pytest.mark.parametrize(
    ("decided_by", "fields", "events", "priority"),
    [
        ("customer", {"priority": "P1", "priority_by": "requester"}, [], "P1"),
        ("customer", {"priority": "P1", "priority_by": "requester"}, ["mon 10:00 priority P2"], "P2"),
        ("vendor", {"priority": "P1", "priority_by": "requester"}, [], None),
        ("vendor", {"priority": "P1"}, [], "P1"),
        ("vendor", {"priority": "P1", "priority_by": "requester"}, ["mon 10:00 priority P2"], "P2"),
        ("vendor, default: P2", {"priority": "P1", "priority_by": "requester"}, [], "P2"),
        ("customer, default: P2", {"priority": None}, [], "P2"),
    ],
)
def test_who_decides_the_priority(decided_by, fields, events, priority):
    """Where the vendor decides, only a value set by an agent counts; until then the default, if there is one."""
    written = f"priorities: {{scale: [P1, P2], decided_by: {decided_by}}}"
    desk = policy(base=DESK_TEXT.replace("priorities: {scale: [P1, P2]}", written))
    evaluation = judged(desk, "mon 12:00", "mon 09:00", *events, **fields)
    assert evaluation.standing.case.priority == priority
    assert (Metric.FIRST_RESPONSE in evaluation.current) == (priority is not None)


TIERS = policy("""
tiers:
  - {tier: 3, when: {critical: true, kind: extra}, clause: "5.1"}
  - {tier: 2, when: [{critical: true}, {kind: [extra]}], clause: "5.2"}
""")


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        ({}, None),
        ({"critical": True}, 2),
        ({"kind": "extra"}, 2),
        ({"critical": True, "kind": "extra"}, 3),
        ({"critical": False}, None),
        ({"critical": 1}, None),
        ({"critical": "true"}, None),
    ],
)
def test_classified_tier(facts, tier):
    """The first rule that matches counts; a fact that is absent, or of another kind, matches none."""
    assert judged(TIERS, "mon 09:30", "mon 09:00", facts=facts).standing.case.tier == tier


LOCAL = policy(
    base="""
policy: local
title: Local
source: the tests
calendars:
  local: {timezone: customer, default_timezone: UTC, hours: {mon-fri: "09:00-17:00"}, holidays: [{country: customer}]}
default_calendar: local
targets: [{metric: first_response, within: 2 business hours, clause: "1"}]
"""
)


@pytest.mark.parametrize(
    ("organization", "expected", "problem"),
    [
        pytest.param({"timezone": "Asia/Kolkata"}, "running mon 05:30", None, id="the customer's hours"),
        pytest.param({"timezone": "America/New_York"}, "running mon 16:00", None, id="later in the west"),
        pytest.param({}, "running mon 11:00", "the customer's time zone is not known; UTC is used", id="unknown"),
        pytest.param(
            {"timezone": "Mars/Olympus"},
            "running mon 11:00",
            "'Mars/Olympus' is not a time zone; UTC is used",
            id="wrong",
        ),
        pytest.param({"timezone": "UTC", "country": "XX"}, "running mon 11:00", None, id="an unknown country"),
        # Monday 2 March 2026 is Adwa Victory Day in Ethiopia.
        pytest.param({"timezone": "UTC", "country": "ET"}, "running tue 11:00", None, id="the customer's holiday"),
    ],
)
def test_local_business_hours(organization, expected, problem):
    """A customer's own zone and country decide where the policy says so."""
    evaluation = judged(LOCAL, "mon 00:30", "mon 00:00", organization=organization, priority=None)
    assert shown(evaluation, "first_response") == [expected]
    assert problem in (evaluation.problems or (None,))


def test_a_change_of_zone_counts_from_the_start():
    """An organization that moves is judged in its new zone as though it had always been there."""
    moved = {"at": "2026-03-02T04:00:00Z", "kind": "organization_changed", "to": {"timezone": "Europe/London"}}
    evaluation = judged(
        LOCAL, "mon 04:30", "mon 03:00", organization={"timezone": "Asia/Kolkata"}, priority=None, events=[moved]
    )
    assert shown(evaluation, "first_response") == ["running mon 11:00"]
