"""What the prover's tests share: the start of a small policy, and the check that an example shows its claim."""

import re
from dataclasses import replace
from datetime import date

import pytest

from core.errors import CalendarError
from core.evaluate import evaluate
from core.policy import strongest
from core.policy_load import load_policy
from core.prover import FindingKind, prove
from core.ticket import Metric
from core.yaml_text import read_yaml

ON = date(2026, 11, 24)  # the Tuesday before Thanksgiving

HEAD = """\
policy: small
title: Small
source: a document
calendars:
  office: {timezone: America/New_York, hours: {mon-fri: "09:00-17:00"}}
default_calendar: office
"""
FIRST = "targets:\n  - {metric: first_response, within: 4 business hours, clause: c}\n"


def proven(text, on=ON):
    """Return the policy and the findings of a file's text."""
    policy = load_policy(text, "small.yaml")
    return policy, prove(policy, read_yaml(text, "small.yaml"), on=on)


def shows(finding, policy):
    """Assert that the finding's example, evaluated, bears out its claim; some claims are that there is no example."""
    if finding.example is None:
        assert finding.kind in WITHOUT_EXAMPLE, finding
        return
    if finding.kind is FindingKind.CALENDAR_RUNS_OUT:
        with pytest.raises(CalendarError):
            evaluate(finding.example, policy, finding.now)
        return
    seen = evaluate(finding.example, policy, finding.now)
    CLAIMS[finding.kind](finding, seen, policy, [int(n) for n in re.findall(r"\[(\d+)\]", finding.path)])


def _unreachable(finding, seen, policy, numbers):
    target = policy.targets[numbers[0]]
    assert target.selector.matches(seen.standing.case)
    assert target.number not in {each.target.number for each in seen.clocks if each.cancelled_at is None}


def _shadowed(finding, seen, policy, numbers):
    (number,), facts = numbers, seen.standing.facts
    if finding.path.startswith("tiers"):
        assert [n for n, rule in enumerate(policy.tier_rules) if rule.when.holds(facts)].index(number) > 0
    elif finding.path.startswith("cover"):
        assert policy.cover[number].when.holds(facts)
        assert seen.refusal.name != policy.cover[number].name
    else:
        rule = policy.exclusions[number]
        assert rule.when.holds(facts)
        assert seen.refusal is not None or seen.suspension.exclusion != rule.name


def _no_target(finding, seen, policy, numbers):
    assert seen.refusal is None
    metric = next(each for each in Metric if f"for the {each.replace('_', ' ')} of" in finding.message)
    assert metric in policy.metrics
    assert metric not in seen.current
    assert policy.target(metric, seen.standing.case) is None


def _tied(finding, seen, policy, numbers):
    target = policy.targets[numbers[0]]
    best = strongest(policy.targets, target.metric, seen.standing.case)
    assert target in best
    assert len(best) > 1


def _resolution_first(finding, seen, policy, numbers):
    assert seen.current[Metric.RESOLUTION].due_at < seen.current[Metric.FIRST_RESPONSE].due_at


def _promises_less(finding, seen, policy, numbers):
    plans, metric = list(policy.plans), policy.targets[numbers[0]].metric
    cheaper = plans[plans.index(seen.standing.case.plan) - 1]
    organization = replace(finding.example.organization, plan=cheaper)
    other = evaluate(replace(finding.example, organization=organization), policy, finding.now)
    more, less = seen.current[metric].due_at, other.current[metric].due_at
    assert less is not None
    assert more is None or more > less


def _holidays_end(finding, seen, policy, numbers):
    known = [(each, each.calendar.holidays_known_until) for each in seen.clocks if each.due_at is not None]
    assert any(until and each.calendar.local(each.due_at).date() > until for each, until in known)


def _without_clock(finding, seen, policy, numbers):
    ladder = policy.ladders[numbers[0]]
    assert ladder.selector.matches(seen.standing.case)
    assert seen.refusal is None
    assert ladder.metric not in {each.metric for each in seen.clocks if each.cancelled_at is None}


def _not_reached(finding, seen, policy, numbers):
    ladder = policy.ladders[numbers[0]]
    level = ladder.levels[numbers[1]]
    assert any(ladder.selector.matches(each.case) for each in seen.standings)
    assert f"{ladder.metric}/1/{level.key}" not in {each.key for each in seen.escalations}
    assert seen.next_wake_at is None


CLAIMS = {
    FindingKind.UNREACHABLE_TARGET: _unreachable,
    FindingKind.SHADOWED_RULE: _shadowed,
    FindingKind.NO_TARGET: _no_target,
    FindingKind.TIED_TARGETS: _tied,
    FindingKind.RESOLUTION_BEFORE_RESPONSE: _resolution_first,
    FindingKind.BETTER_PLAN_PROMISES_LESS: _promises_less,
    FindingKind.HOLIDAYS_END: _holidays_end,
    FindingKind.LADDER_WITHOUT_CLOCK: _without_clock,
    FindingKind.LEVEL_NEVER_REACHED: _not_reached,
}
WITHOUT_EXAMPLE = {
    FindingKind.RULE_NEVER_HOLDS,
    FindingKind.UNREACHABLE_TARGET,
    FindingKind.LADDER_WITHOUT_CLOCK,
    FindingKind.TOO_MANY_COMBINATIONS,
    FindingKind.OVERLAPPING_HOURS,
    FindingKind.UNUSED_CALENDAR,
}
