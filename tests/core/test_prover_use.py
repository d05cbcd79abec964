"""How the prover goes about it: from which day, up to what size, on which lines; and the bundled policies."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.policy_load import load_policy
from core.prover import FindingKind, Severity, prove, render
from core.yaml_text import read_yaml
from tests.core.proofs import FIRST, HEAD, ON, proven, shows
from tests.support import ROOT


@pytest.mark.parametrize("on", [date(2026, 11, 24), date(2026, 11, 28)], ids=["a Tuesday", "a Saturday"])
def test_the_day_of_the_proof_does_not_decide_what_a_ladder_reaches(on):
    """On a Saturday the breach, in clock hours, comes before the business hours of the other step: other days count."""
    text = HEAD + (
        "default_tier: 1\n"
        "targets: [{metric: resolution, within: 24 clock hours, clause: c}]\n"
        "escalations:\n"
        "  - metric: resolution\n"
        "    tier: 1\n"
        "    clause: c\n"
        "    levels: [{key: boss, at: 2 business hours after start}, {key: up, at: breach, raise_tier: 2}]\n"
    )
    assert render(proven(text, on)[1]) == ""


def test_requests_that_a_calendar_cannot_hold_are_no_crash():
    """A calendar with two hours in all holds no target of four, nor a wait of a day; the target is named."""
    text = HEAD.replace('hours: {mon-fri: "09:00-17:00"}', 'special: {2027-06-01: "09:00-11:00"}') + (
        "targets: [{metric: resolution, within: 4 business hours, clause: c}]\n"
        "escalations:\n"
        "  - metric: resolution\n"
        "    clause: c\n"
        "    levels: [{key: one, at: request, wait: 1 business day}, {key: two, at: request}]\n"
    )
    assert [each.kind for each in proven(text)[1]] == [FindingKind.CALENDAR_RUNS_OUT]


def test_holidays_are_judged_from_the_day_given():
    """The same holidays are known for long enough a month earlier."""
    text = HEAD.replace('"09:00-17:00"}', '"09:00-17:00"}, holidays: [2026-11-26, 2026-12-25]')
    text += "targets: [{metric: update, within: 30 business days, clause: c}]\n"
    assert proven(text, date(2026, 11, 1))[1] == ()
    assert [each.kind for each in proven(text, date(2026, 12, 1))[1]] == [FindingKind.HOLIDAYS_END]


def test_too_many_combinations_are_said():
    """What is too much to go through is said, not guessed; calendars are proven all the same."""
    facts = ", ".join(f"f{n}: boolean" for n in range(18))
    rules = "\n".join(f"  - {{tier: 2, when: {{f{n}: true}}, clause: c}}" for n in range(18))
    _, findings = proven(f"{HEAD}facts: {{{facts}}}\ntiers:\n{rules}\ndefault_tier: 1\n{FIRST}")
    assert [(each.kind, each.severity) for each in findings] == [(FindingKind.TOO_MANY_COMBINATIONS, Severity.WARNING)]
    assert "262,144" in findings[0].message


def test_findings_are_rendered_a_line_each():
    """A line begins with the file and line that editors can jump to, then the path, then what is wrong."""
    _, findings = proven(
        HEAD.replace("default_calendar", "  spare: {timezone: UTC, open: 24x7}\ndefault_calendar") + FIRST
    )
    assert render(findings) == (
        "small.yaml:6: calendars.spare: warning: is not used by any target, plan or `default_calendar`; "
        "use it or remove it [unused_calendar]"
    )


def test_without_the_document_findings_have_paths_alone():
    """A policy can be proven without its text."""
    policy = load_policy(HEAD + FIRST + "  - {metric: resolution, within: 1 business hour, clause: c}\n")
    (finding,) = prove(policy, on=ON)
    assert (finding.path, finding.line) == ("targets[1]", None)


CAUSED_BY_THE_DOCUMENT = {
    "spirion": {FindingKind.RESOLUTION_BEFORE_RESPONSE},  # 24 clock hours beside 4 business hours
}


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_policies_that_come_with_it(path: Path):
    """No bundled policy has a fault; its only warnings are what the vendor's own document causes."""
    text = path.read_text(encoding="utf-8")
    policy = load_policy(text, path.name, use_examples=True)
    findings = prove(policy, read_yaml(text, path.name), on=ON)
    assert [each for each in findings if each.severity is Severity.FAULT] == [], render(findings)
    assert {each.kind for each in findings} <= CAUSED_BY_THE_DOCUMENT.get(path.stem, set()), render(findings)
    for each in findings:
        shows(each, policy)


def test_spirion_overtakes_itself_over_thanksgiving():
    """24 clock hours from Wednesday evening end on Thanksgiving; 4 business hours end on Friday at 13:00 Eastern."""
    text = (ROOT / "policies" / "spirion.yaml").read_text(encoding="utf-8")
    policy = load_policy(text)
    (finding,) = prove(policy, on=ON)
    assert finding.example == replace(finding.example, created_at=datetime(2026, 11, 25, 23, tzinfo=UTC), priority="S1")
    assert "due Thu 26 Nov 2026 18:00 EST, the first response Fri 27 Nov 2026 13:00 EST" in finding.message
