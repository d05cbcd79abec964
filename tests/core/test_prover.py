"""What a policy that loads still cannot mean: each small policy here has one defect, and the prover says that one."""

import pytest

from core.errors import ConfigError
from core.policy_load import load_policy
from core.prover import FindingKind, Severity, render
from tests.core.proofs import FIRST, HEAD, proven, shows

TWO_PLANS = "default_plan: Basic\nplans: {Basic: {}, Pro: {}}\n"
SCALE = "priorities: {scale: [P1, P2]}\n"
TIERS = """\
facts: {kind: [bug, question], down: boolean}
tiers:
  - {tier: 2, when: {down: true}, clause: c}
default_tier: 1
"""


FAULT, WARNING = Severity.FAULT, Severity.WARNING
DEFECTS = [
    pytest.param(
        HEAD
        + TIERS
        + FIRST
        + "  - {metric: first_response, tier: 1, within: 2 business hours, clause: c}\n"
        + "  - {metric: first_response, tier: 2, within: 1 business hour, clause: c}\n",
        FindingKind.UNREACHABLE_TARGET,
        FAULT,
        "targets[0]",
        ["targets[1] (line 13) or targets[2] (line 14) is more specific", "remove one of them"],
        id="a target that more specific ones leave nothing",
    ),
    pytest.param(
        HEAD
        + "facts: {kind: [bug]}\ntiers: [{tier: 2, when: {kind: bug}, clause: c}]\ndefault_tier: 1\n"
        + "cover: [{name: bugs, when: {kind: bug}, because: no bugs, clause: c}]\n"
        + FIRST
        + "  - {metric: first_response, tier: 2, within: 1 business hour, clause: c}\n",
        FindingKind.UNREACHABLE_TARGET,
        FAULT,
        "targets[1]",
        ["no such ticket is covered", "kind bug", "since no bugs"],
        id="a target for tickets that are not covered",
    ),
    pytest.param(
        HEAD
        + "facts: {kind: [bug]}\ntiers: [{tier: 2, when: {kind: bug}, clause: c}]\ndefault_tier: 1\n"
        + "exclusions: [{name: bugs, when: {kind: bug}, because: no bugs, clause: c}]\n"
        + FIRST
        + "  - {metric: first_response, tier: 2, within: 1 business hour, clause: c}\n",
        FindingKind.UNREACHABLE_TARGET,
        FAULT,
        "targets[1]",
        ["the exclusion bugs cancels it", "kind bug"],
        id="a target that an exclusion always cancels",
    ),
    pytest.param(
        HEAD
        + SCALE
        + "tiers: [{tier: 2, when: {priority: P1}, clause: c}]\ndefault_tier: 1\n"
        + FIRST
        + "  - {metric: first_response, tier: 2, priority: P2, within: 1 business hour, clause: c}\n",
        FindingKind.UNREACHABLE_TARGET,
        FAULT,
        "targets[1]",
        ["no ticket is ever of priority P2 in tier 2"],
        id="a target for a tier that its priority never has",
    ),
    pytest.param(
        HEAD
        + "facts: {kind: [bug, question], down: boolean}\n"
        + "tiers:\n"
        + "  - {tier: 2, when: {kind: [bug, question]}, clause: c}\n"
        + "  - {tier: 3, when: {kind: bug, down: true}, clause: c}\n"
        + "default_tier: 1\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "tiers[1]",
        ["tiers[0] (line 9) comes first", "a ticket with kind bug, down true"],
        id="a tier rule behind a wider one",
    ),
    pytest.param(
        HEAD
        + "facts: {down: boolean}\n"
        + "tiers:\n"
        + "  - {tier: 2, when: {down: true}, clause: c}\n"
        + "  - {tier: 3, when: {down: false}, clause: c}\n"
        + "  - {tier: 4, when: {down: [true, false]}, clause: c}\n"
        + "default_tier: 1\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "tiers[2]",
        ["tiers[0] (line 9) or tiers[1] (line 10)"],
        id="a tier rule behind two that together cover it",
    ),
    pytest.param(
        HEAD
        + "facts: {kind: text}\n"
        + "cover:\n"
        + "  - {name: one, when: {kind: bug}, because: x, clause: c}\n"
        + "  - {name: two, when: {kind: bug, requester: end_customer}, because: y, clause: c}\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "cover[1]",
        ["cover[0] (line 9)", "requester end_customer"],
        id="a rule of cover behind a wider one",
    ),
    pytest.param(
        HEAD
        + "default_plan: Basic\nplans: {Basic: {channels: [web]}, Pro: {channels: [web, phone]}}\n"
        + "cover: [{name: calls, when: {plan: Basic, channel: phone}, because: x, clause: c}]\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "cover[0]",
        ["plans.Basic.channels (line 8)", "plan Basic, channel phone"],
        id="a rule of cover that the plan's channels forestall",
    ),
    pytest.param(
        HEAD
        + "facts: {cause: [a, b]}\n"
        + "exclusions:\n"
        + "  - {name: any, when: {cause: [a, b]}, because: x, clause: c}\n"
        + "  - {name: first, when: {cause: a}, cancels: [first_response], because: y, clause: c}\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "exclusions[1]",
        ["exclusions[0] (line 9)", "cause a"],
        id="an exclusion that cancels what is cancelled",
    ),
    pytest.param(
        HEAD
        + "facts: {cause: [a, b]}\n"
        + "cover: [{name: no_a, when: {cause: a}, because: x, clause: c}]\n"
        + "exclusions: [{name: a, when: {cause: a}, because: y, clause: c}]\n"
        + FIRST,
        FindingKind.SHADOWED_RULE,
        FAULT,
        "exclusions[0]",
        ["cover[0] (line 8)"],
        id="an exclusion of what is not covered",
    ),
    pytest.param(
        HEAD + "facts: {kind: [bug]}\ntiers: [{tier: 2, when: {kind: []}, clause: c}]\ndefault_tier: 1\n" + FIRST,
        FindingKind.RULE_NEVER_HOLDS,
        FAULT,
        "tiers[0]",
        ["holds for no ticket at all"],
        id="a rule that nothing satisfies",
    ),
    pytest.param(
        HEAD
        + TWO_PLANS
        + SCALE
        + "targets:\n"
        + "  - {metric: first_response, priority: P1, within: 1 business hour, clause: c}\n"
        + "  - {metric: first_response, priority: P2, plan: Pro, within: 2 business hours, clause: c}\n",
        FindingKind.NO_TARGET,
        FAULT,
        "targets",
        ["no target for the first response of Basic, P2", "a ticket with plan Basic, priority P2", "within: none"],
        id="a hole in the matrix",
    ),
    pytest.param(
        HEAD + TWO_PLANS + SCALE + "targets: [{metric: update, priority: P1, within: 1 week, clause: c}]\n",
        FindingKind.NO_TARGET,
        FAULT,
        "targets",
        ["no target for the update of P2, as for"],
        id="a priority forgotten, said once for all plans",
    ),
    pytest.param(
        HEAD + TIERS + FIRST + "  - {metric: resolution, tier: 2, within: 2 business days, clause: c}\n",
        FindingKind.NO_TARGET,
        WARNING,
        "targets",
        ["no target for the resolution of tier 1", "within: none"],
        id="nothing promised below a tier may be the document's own silence",
    ),
    pytest.param(
        HEAD + TIERS + FIRST + "  - {metric: resolution, tier: 1, within: 2 business days, clause: c}\n",
        FindingKind.NO_TARGET,
        FAULT,
        "targets",
        ["no target for the resolution of tier 2", "down true"],
        id="nothing promised above a tier is a hole",
    ),
    pytest.param(
        HEAD
        + "default_tier: 1\n"
        + "escalations: [{metric: resolution, clause: c, levels: [{key: up, at: breach, raise_tier: 2}]}]\n"
        + "targets: [{metric: resolution, tier: 1, within: 2 business days, clause: c}]\n",
        FindingKind.NO_TARGET,
        FAULT,
        "targets",
        ["no target for the resolution of tier 2", "raised to tier 2"],
        id="a tier to which only an escalation leads",
    ),
    pytest.param(
        HEAD
        + "add_ons: {one: {about: x, clause: c}, two: {about: y, clause: c}}\n"
        + FIRST
        + "  - {metric: first_response, add_on: one, within: 1 business hour, clause: c}\n"
        + "  - {metric: first_response, add_on: two, within: 2 business hours, clause: c}\n",
        FindingKind.TIED_TARGETS,
        FAULT,
        "targets[2]",
        ["ties with targets[1] (line 10)", "one true, two true"],
        id="two add-ons bought together",
    ),
    pytest.param(
        HEAD + FIRST + "  - {metric: resolution, within: 2 business hours, clause: c}\n",
        FindingKind.RESOLUTION_BEFORE_RESPONSE,
        FAULT,
        "targets[1]",
        ["always", "the resolution is due", "the first response", "correct one of the two"],
        id="a resolution that is always due first",
    ),
    pytest.param(
        HEAD + FIRST + "  - {metric: resolution, within: 24 clock hours, clause: c}\n",
        FindingKind.RESOLUTION_BEFORE_RESPONSE,
        WARNING,
        "targets[1]",
        ["at times", "created Fri 27 Nov 2026 17:00 EST", "resolution is due Sat 28 Nov 2026 17:00 EST"],
        id="a resolution in clock hours that a weekend overtakes",
    ),
    pytest.param(
        HEAD
        + TWO_PLANS
        + "targets:\n"
        + "  - {metric: update, plan: Basic, within: 4 business hours, clause: c}\n"
        + "  - {metric: update, plan: Pro, within: 8 business hours, clause: c}\n",
        FindingKind.BETTER_PLAN_PROMISES_LESS,
        FAULT,
        "targets[1]",
        ["the update of Pro (8 business hours) is due later than with the cheaper plan Basic", "always"],
        id="a better plan that always promises less",
    ),
    pytest.param(
        HEAD
        + TWO_PLANS
        + "targets:\n"
        + "  - {metric: update, plan: Basic, within: 24 clock hours, clause: c}\n"
        + "  - {metric: update, plan: Pro, within: 4 business hours, clause: c}\n",
        FindingKind.BETTER_PLAN_PROMISES_LESS,
        WARNING,
        "targets[1]",
        ["at times", "created Fri 27 Nov 2026 17:00 EST"],
        id="a better plan that promises less over a weekend",
    ),
    pytest.param(
        HEAD
        + TWO_PLANS
        + "targets:\n"
        + "  - {metric: update, plan: Basic, within: 1 month, clause: c}\n"
        + "  - {metric: update, plan: Pro, within: as needed, clause: c}\n",
        FindingKind.BETTER_PLAN_PROMISES_LESS,
        FAULT,
        "targets[1]",
        ["no deadline"],
        id="a better plan that promises nothing",
    ),
    pytest.param(
        HEAD.replace('hours: {mon-fri: "09:00-17:00"}', 'special: {2027-06-01: "09:00-11:00"}') + FIRST,
        FindingKind.CALENDAR_RUNS_OUT,
        FAULT,
        "targets[0]",
        ["cannot be counted for a ticket"],
        id="a calendar with fewer hours than a target",
    ),
    pytest.param(
        HEAD.replace('"09:00-17:00"}', '"09:00-17:00"}, holidays: [2026-11-26, 2026-12-25]')
        + "targets: [{metric: update, within: 30 business days, clause: c}]\n",
        FindingKind.HOLIDAYS_END,
        FAULT,
        "calendars.office.holidays",
        ["known until 2026-12-25", "add the holidays of the years to come"],
        id="holidays that end before a target",
    ),
    pytest.param(
        HEAD.replace('"09:00-17:00"', '["09:00-13:00", "12:00-17:00"]').replace("mon-fri", "mon") + FIRST,
        FindingKind.OVERLAPPING_HOURS,
        WARNING,
        "calendars.office",
        ["mon 09:00-13:00 overlaps mon 12:00-17:00"],
        id="hours that overlap",
    ),
    pytest.param(
        HEAD.replace("default_calendar", "  spare: {timezone: UTC, open: 24x7}\ndefault_calendar") + FIRST,
        FindingKind.UNUSED_CALENDAR,
        WARNING,
        "calendars.spare",
        ["is not used"],
        id="a calendar that nothing uses",
    ),
    pytest.param(
        HEAD
        + FIRST
        + "escalations: [{metric: resolution, clause: c, levels: [{key: boss, at: 1 business day after start}]}]\n",
        FindingKind.LADDER_WITHOUT_CLOCK,
        FAULT,
        "escalations[0]",
        ["has a resolution clock", "`within: none`"],
        id="a ladder of a metric that is not timed",
    ),
    pytest.param(
        HEAD
        + FIRST
        + "  - {metric: resolution, within: none, clause: c}\n"
        + "escalations:\n"
        + "  - metric: resolution\n"
        + "    clause: c\n"
        + "    levels: [{key: boss, at: 80%}, {key: ceo, at: 1 business day after start}]\n",
        FindingKind.LEVEL_NEVER_REACHED,
        FAULT,
        "escalations[0].levels[0]",
        ["`boss`", "has no deadline"],
        id="a share of no deadline",
    ),
    pytest.param(
        HEAD
        + "default_tier: 1\n"
        + "targets: [{metric: resolution, within: 1 business day, clause: c}]\n"
        + "escalations:\n"
        + "  - metric: resolution\n"
        + "    tier: 1\n"
        + "    clause: c\n"
        + "    levels: [{key: up, at: breach, raise_tier: 2}, {key: boss, at: 1 business day after breach}]\n",
        FindingKind.LEVEL_NEVER_REACHED,
        FAULT,
        "escalations[0].levels[1]",
        ["`boss`", "out of this ladder"],
        id="a step after the one that takes the ticket out of the ladder",
    ),
]


@pytest.mark.parametrize(("text", "kind", "severity", "path", "said"), DEFECTS)
def test_one_defect_is_one_finding(text, kind, severity, path, said):
    """A policy with one defect has that finding and no other; its message names the example, its ticket shows it."""
    policy, findings = proven(text)
    assert [(each.kind, each.severity, each.path) for each in findings] == [(kind, severity, path)], render(findings)
    assert [part for part in said if part not in findings[0].message] == []
    assert findings[0].line is not None
    shows(findings[0], policy)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + FIRST, id="one target"),
        pytest.param(
            HEAD + TIERS + FIRST + "  - {metric: resolution, tier: 2, within: 2 business days, clause: c}\n"
            "  - {metric: resolution, tier: 1, within: none, clause: c}\n",
            id="silence that is written down",
        ),
        pytest.param(
            HEAD
            + "facts: {kind: text}\ncover: [{name: a, when: {kind: a}, because: x, clause: c}]\n"
            + "exclusions:\n"
            + "  - {name: any, when: {kind: [b, c]}, cancels: [first_response], because: x, clause: c}\n"
            + "  - {name: b, when: {kind: b}, because: y, clause: c}\n"
            + FIRST,
            id="an exclusion that cancels more than the one before it",
        ),
        pytest.param(
            HEAD
            + "default_tier: 1\n"
            + "escalations: [{metric: resolution, clause: c, levels: [{key: up, at: breach, raise_tier: 2}]}]\n"
            + "targets:\n"
            + "  - {metric: resolution, tier: 1, within: 2 business days, clause: c}\n"
            + "  - {metric: resolution, tier: 2, within: 4 business days, clause: c}\n",
            id="a target that only a raise reaches",
        ),
        pytest.param(
            HEAD.replace('"09:00-17:00"}', '"09:00-17:00"}, holidays: [{country: US}, 2026-12-24]')
            + "targets: [{metric: update, within: 30 business days, clause: c}]\n",
            id="a country's holidays go on",
        ),
        pytest.param(
            HEAD
            + "targets: [{metric: resolution, within: none, clause: c}]\n"
            + "escalations:\n"
            + "  - metric: resolution\n"
            + "    clause: c\n"
            + "    levels: [{key: one, at: request, wait: 1 business day}, {key: two, at: request}]\n",
            id="levels on request",
        ),
        pytest.param(
            HEAD
            + FIRST
            + "  - {metric: next_response, within: 4 business hours, clause: c}\n"
            + "escalations: [{metric: next_response, clause: c, levels: [{key: boss, at: 50%}]}]\n",
            id="a ladder of a metric that begins with a question",
        ),
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(text):
    """A sound policy has no finding."""
    assert render(proven(text)[1]) == ""


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        pytest.param(HEAD.replace('{mon-fri: "09:00-17:00"}', "{}") + FIRST, 5, "give it hours", id="without hours"),
        pytest.param(
            HEAD + FIRST.replace("4 business hours", "4 hours"), 8, "4 business hours", id="a duration without a basis"
        ),
    ],
)
def test_what_loading_refuses(text, line, remedy):
    """A calendar without hours and a duration without its basis never load: the error has the line and the remedy."""
    with pytest.raises(ConfigError) as caught:
        load_policy(text, "small.yaml")
    assert [fault.line for fault in caught.value.faults] == [line]
    assert remedy in caught.value.faults[0].message
