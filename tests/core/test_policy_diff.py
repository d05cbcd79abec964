"""What a new version of a policy changes, as a manager reads it."""

from datetime import UTC, datetime

import pytest

from core.evaluate import evaluate
from core.policy import Policy
from core.policy_diff import policy_changes, result_changes
from core.policy_load import load_policy
from core.ticket import Event, Kind, Organization, Status, Ticket

TEXT = """
policy: acme
title: Acme
source: Acme's support policy
parameters:
  wait: {about: between two steps, kind: duration, default: 1 business day}
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: "09:00-17:00"}, holidays: [{country: GB}]}
  always: {timezone: Europe/London, open: 24x7}
default_plan: Basic
plans:
  Basic: {calendar: office, channels: [web]}
  Full: {calendar: always}
priorities: {scale: [P1, P2]}
facts: {cause: [network, power]}
targets:
  - {metric: first_response, within: 8 business hours, clause: "1"}
  - {metric: first_response, priority: P1, plan: Full, within: 2 business hours, clause: "2"}
  - {metric: resolution, within: 2 business days, clause: "3"}
pauses: {resolution: [pending]}
exclusions:
  - {name: network, when: {cause: network}, because: not ours, clause: "4"}
escalations:
  - metric: first_response
    clause: "5"
    levels:
      - {key: manager, at: breach, role: manager}
      - {key: ceo, at: after previous, wait: {parameter: wait}, role: ceo}
"""
OPENED_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday


def edited(*edits: tuple[str, str], **parameters: str) -> Policy:
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return load_policy(text, "acme.yaml", parameters)


OLD = edited()


@pytest.mark.parametrize(
    ("edits", "parameters", "expected"),
    [
        pytest.param(
            [("plan: Full, within: 2 business hours", "plan: Full, within: 1 business hour")],
            {},
            ["targets: first response, Full, P1: 2 business hours (always) → 1 business hour (always)"],
            id="a target of one case",
        ),
        pytest.param(
            [("{metric: resolution, within", "{metric: resolution, plan: Full, within")],
            {},
            [
                "targets: resolution, Basic, P1: 2 business days (office) → -",
                "targets: resolution, Basic, P2: 2 business days (office) → -",
            ],
            id="a target that no longer holds for some",
        ),
        pytest.param(
            [("{calendar: office, channels: [web]}", "{calendar: always, channels: [web, email]}")],
            {},
            [
                "targets: first response, Basic, P1: 8 business hours (office) → 8 business hours (always)",
                "targets: first response, Basic, P2: 8 business hours (office) → 8 business hours (always)",
                "targets: resolution, Basic, P1: 2 business days (office) → 2 business days (always)",
                "targets: resolution, Basic, P2: 2 business days (office) → 2 business days (always)",
                "plans: Basic, calendar: office → always",
                "plans: Basic, channels: web → email, web",
            ],
            id="a plan's calendar moves its targets",
        ),
        pytest.param(
            [('"09:00-17:00"', '"08:00-17:00"'), ("holidays: [{country: GB}]", "holidays: []")],
            {},
            [
                "calendars: office, hours: mon-fri 09:00-17:00 → mon-fri 08:00-17:00",
                'calendars: office, holidays: [{"country": "GB"}] → -',
            ],
            id="a calendar",
        ),
        pytest.param(
            [("pauses: {resolution: [pending]}", "pauses: {resolution: [pending, on_hold]}")],
            {},
            ["pauses: resolution: pending → on_hold, pending"],
            id="pauses",
        ),
        pytest.param(
            [("when: {cause: network}", "when: {cause: [network, power]}")],
            {},
            [
                "exclusions: network: cause is network; cancels every clock → "
                "cause is network or power; cancels every clock"
            ],
            id="a rule",
        ),
        pytest.param(
            [("at: breach", "at: 80%")],
            {"wait": "2 business days"},
            [
                "escalation: first response, any ticket, manager: step 1, breach: manager → "
                "step 1, 80% of the target: manager",
                "escalation: first response, any ticket, ceo: step 2, 1 business day after previous: ceo → "
                "step 2, 2 business days after previous: ceo",
                "parameters: wait: 1 business day → 2 business days",
            ],
            id="a ladder and a parameter",
        ),
        pytest.param(
            [("default_plan: Basic", "default_plan: Full\nat_risk: 50%\non_change: restart")],
            {},
            [
                "plans: default: Basic → Full",
                "rules: at risk from: 80% of the target → 50% of the target",
                "rules: a change of target counts from: the clock's start → the change",
            ],
            id="single rules",
        ),
        pytest.param(
            [("facts: {cause: [network, power]}", "facts: {cause: [network, power, us]}")],
            {},
            ['others: facts: {"cause": ["network", "power"]} → {"cause": ["network", "power", "us"]}'],
            id="whatever else the file holds",
        ),
        pytest.param(
            [("title: Acme", "title: Acme Inc."), ('clause: "1"', 'clause: "1a"')],
            {},
            [],
            id="words that decide nothing",
        ),
    ],
)
def test_policy_changes(edits, parameters, expected):
    """Everything that decides otherwise is named, once, with what it was and what it is; nothing else."""
    assert [str(each) for each in policy_changes(OLD, edited(*edits, **parameters))] == expected


def test_a_policy_does_not_differ_from_itself():
    """No difference is found where there is none."""
    assert policy_changes(OLD, edited()) == ()


def ticket(*events: Event) -> Ticket:
    return Ticket(
        id="1",
        platform="desk",
        connection="acme",
        created_at=OPENED_AT,
        status=Status.NEW,
        priority="P1",
        organization=Organization(plan="Full"),
        events=events,
    )


def test_result_changes():
    """A ticket's differences are its verdicts, deadlines and new levels, not the time that has passed."""
    new = edited(("plan: Full, within: 2 business hours", "plan: Full, within: 1 business hour"))
    at = OPENED_AT.replace(hour=11, minute=30)
    before, after = evaluate(ticket(), OLD, at).to_mapping(), evaluate(ticket(), new, at).to_mapping()
    assert [str(each) for each in result_changes(before, after)] == [
        "ticket: state: running → breached",
        "target: first response: 2 business hours → 1 business hour",
        "due: first response: 2026-11-23T12:00:00Z → 2026-11-23T11:00:00Z",
        "state: first response: running → breached",
        "escalation: first_response/1/manager: - → 2026-11-23T11:00:00Z",
    ]
    later = evaluate(ticket(), OLD, OPENED_AT.replace(hour=10, minute=40)).to_mapping()
    assert result_changes(before, later) == ()


def test_a_new_cycle_is_a_change():
    """A clock that only one of the two results has is shown from or to nothing."""
    answered = ticket(Event(at=OPENED_AT.replace(hour=11), kind=Kind.AGENT_REPLIED))
    at = OPENED_AT.replace(hour=12)
    without = edited(('  - {metric: resolution, within: 2 business days, clause: "3"}\n', ""))
    found = result_changes(evaluate(answered, OLD, at).to_mapping(), evaluate(answered, without, at).to_mapping())
    assert ("due: resolution: 2026-11-25T10:00:00Z → -") in [str(each) for each in found]
