"""Verdicts that stand when the policy has a new version."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluate import evaluate
from core.policy_load import load_policy
from core.ticket import Event, Kind, Status, Ticket
from webhooks.effects.steps import steps
from webhooks.engine.verdicts import REJUDGE, kept
from webhooks.engine.wanted import fields

TEXT = """
policy: acme
title: Acme
source: Acme's support policy
calendars: {always: {timezone: Europe/London, open: 24x7}}
default_calendar: always
targets:
  - {metric: first_response, within: 2 clock hours, clause: "1"}
  - {metric: resolution, within: 8 clock hours, clause: "2"}
escalations:
  - {metric: first_response, clause: "3", levels: [{key: boss, at: breach, role: boss}]}
  - {metric: resolution, clause: "4", levels: [{key: boss, at: breach, role: boss}]}
"""
LOOSE, STRICT = load_policy(TEXT), load_policy(TEXT.replace("2 clock hours", "30 clock minutes"))
WITHOUT = load_policy("\n".join(line for line in TEXT.splitlines() if "first_response" not in line))
OPENED_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return OPENED_AT.replace(hour=hour, minute=minute)


def ticket(*events: Event) -> Ticket:
    made = Ticket(id="1", platform="desk", connection="acme", created_at=OPENED_AT, status=Status.NEW)
    return replace(made, events=events)


ANSWERED = ticket(Event(at=at(11), kind=Kind.AGENT_REPLIED))
STORED = evaluate(ANSWERED, LOOSE, at(12)).to_mapping()


def clock(result, metric):
    return next(each for each in result["clocks"] if each["metric"] == metric)


def test_a_verdict_stands():
    """A clock that was met stays met under a policy by which it would have been late, to the letter."""
    assert clock(evaluate(ANSWERED, STRICT, at(12)).to_mapping(), "first_response")["state"] == "missed"
    now = kept(evaluate(ANSWERED, STRICT, at(12)), STORED)
    said = clock(now.to_mapping(), "first_response")
    assert said == {**clock(STORED, "first_response"), "judged_by": LOOSE.version}
    assert now.to_mapping()["policy_version"] == STRICT.version
    assert "its verdict stands" in now.to_mapping()["explanation"][-1]["text"]


def test_nobody_is_called_for_a_verdict_that_stands():
    """A level that only the new policy would have an ended clock reach is not reached."""
    assert [each.key for each in evaluate(ANSWERED, STRICT, at(12)).escalations] == ["first_response/1/boss"]
    now = kept(evaluate(ANSWERED, STRICT, at(12)), STORED)
    assert (now.escalations, steps(now), now.to_mapping()["escalations"]) == ((), (), [])


def test_a_running_clock_is_judged_by_the_new_policy():
    """What has not ended is judged as the new policy says."""
    slower = load_policy(TEXT.replace("8 clock hours", "1 clock hour"))
    now = kept(evaluate(ANSWERED, slower, at(12)), STORED)
    assert clock(now.to_mapping(), "resolution")["state"] == "breached"
    assert fields(now)["sla_state"] == "breached"


def test_the_state_follows_from_the_verdicts_that_stand():
    """The ticket's state, and what agents see, follow from the kept verdicts."""
    solved = replace(ANSWERED, events=(*ANSWERED.events, Event(at=at(12), kind=Kind.STATUS_CHANGED, to="solved")))
    stored = evaluate(solved, LOOSE, at(13)).to_mapping()
    assert (stored["state"], evaluate(solved, STRICT, at(13)).state.value) == ("met", "missed")
    assert kept(evaluate(solved, STRICT, at(13)), stored).state.value == "met"


def test_a_verdict_stands_from_look_to_look():
    """The next look, and one by a third version, keep the verdict of the version that judged it."""
    first = kept(evaluate(ANSWERED, STRICT, at(12)), STORED).to_mapping()
    again = kept(evaluate(ANSWERED, STRICT, at(13)), first).to_mapping()
    third = load_policy(TEXT.replace("2 clock hours", "5 clock minutes"))
    other = kept(evaluate(ANSWERED, third, at(14)), again).to_mapping()
    assert {clock(each, "first_response")["judged_by"] for each in (first, again, other)} == {LOOSE.version}
    assert clock(other, "first_response")["state"] == "met"


def test_what_is_judged_by_the_same_version_again_is_as_it_was():
    """Going back to the version that judged a clock leaves nothing behind."""
    there = kept(evaluate(ANSWERED, STRICT, at(12)), STORED).to_mapping()
    back = kept(evaluate(ANSWERED, LOOSE, at(12)), there)
    assert back.to_mapping() == evaluate(ANSWERED, LOOSE, at(12)).to_mapping()


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        pytest.param(None, "first sight", id="nothing stored"),
        pytest.param({"state": "cancelled"}, "no version", id="another kind of result"),
        pytest.param({**STORED, REJUDGE: True}, "asked for", id="verdicts given up"),
        pytest.param(evaluate(ticket(), LOOSE, at(10, 10)).to_mapping(), "not ended", id="no verdict yet"),
    ],
)
def test_nothing_stands_without_a_verdict(stored, why):
    """Without a stored verdict, or where the admin asked for it, all is judged anew."""
    fresh = evaluate(ANSWERED, STRICT, at(12))
    assert kept(fresh, stored) is fresh, why


def test_a_reopened_clock_is_judged_anew():
    """A verdict stands only while the history still says that the clock ended then."""
    solved = Event(at=at(12), kind=Kind.STATUS_CHANGED, to="solved")
    reopened = Event(at=at(13), kind=Kind.STATUS_CHANGED, to="open")
    stored = evaluate(ticket(*ANSWERED.events, solved), LOOSE, at(12, 30)).to_mapping()
    now = kept(evaluate(ticket(*ANSWERED.events, solved, reopened), STRICT, at(14)), stored).to_mapping()
    assert clock(now, "resolution")["state"] == "running"
    assert "judged_by" not in clock(now, "resolution")
    assert clock(now, "first_response")["judged_by"] == LOOSE.version


def test_a_metric_that_is_no_longer_timed_keeps_its_verdict():
    """The list of clocks keeps what was judged, also of a metric that the new version does not time."""
    assert clock(kept(evaluate(ANSWERED, WITHOUT, at(12)), STORED).to_mapping(), "first_response")["state"] == "met"
