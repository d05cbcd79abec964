"""One policy, identical deadlines on every platform: each story told through the platform's own pages and API.

The platform's answer is compared with the story itself, written down as a ticket in the canonical form: clock for
clock, to the second.
"""

from datetime import datetime, timedelta

import pytest

from core.evaluate import Evaluation, evaluate
from core.policy_load import load_policy
from core.ticket import Status, Ticket
from core.update import TicketRef
from tests.conformance.platforms import PLATFORMS, Platform
from tests.conformance.stories import STORIES, Story

POLICY = load_policy(
    """
policy: same_everywhere
title: The same everywhere
source: the tests
calendars:
  always: {timezone: UTC, open: 24x7}
  office: {timezone: Europe/Berlin, hours: {mon-fri: "08:00-12:00", "sat,sun": "10:00-16:00"}}
default_calendar: always
default_plan: Basic
plans: {Basic: {}, Gold: {}}
priorities: {scale: [P1, P2, P3], decided_by: customer}
targets:
  - {metric: first_response, priority: P1, within: 2 business hours, clause: "1"}
  - {metric: first_response, priority: P2, within: 4 business hours, clause: "2"}
  - {metric: first_response, priority: P3, within: 1 business day, clause: "3"}
  - {metric: first_response, plan: Gold, priority: P1, within: 1 business hour, clause: "1a"}
  - {metric: resolution, plan: Gold, priority: P1, within: 5 clock hours, clause: "6a"}
  - {metric: next_response, within: 45 clock minutes, clause: "4"}
  - {metric: update, within: 80 business minutes, clause: "5"}
  - {metric: resolution, priority: P1, within: 10 clock hours, clause: "6"}
  - {metric: resolution, priority: [P2, P3], within: 12 business hours, calendar: office, clause: "7"}
pauses: {resolution: [pending], update: [pending]}
"""
)


def told(story: Story, platform: Platform) -> tuple[Ticket, datetime]:
    """Tell a story on a platform, looking after each step as a webhook would make us; return ticket and instant."""
    desk, adapter = platform.desk, platform.adapter
    platform.set_plan("Basic")
    ref = desk.open_ticket(priority=story.priority)
    snapshot = adapter.fetch(ref)
    passed = 0
    for step in story.steps:
        minutes, verb, *value = step.split(" ")
        if int(minutes) > passed:
            snapshot = adapter.fetch(ref, snapshot.observations)
        desk.wait(timedelta(minutes=int(minutes) - passed))
        passed = int(minutes)
        _do(platform, ref, verb, *value)
    snapshot = adapter.fetch(ref, snapshot.observations)
    desk.wait(timedelta(minutes=story.judged - passed))
    return adapter.fetch(ref, snapshot.observations).ticket, snapshot.ticket.created_at


def _do(platform: Platform, ref: TicketRef, verb: str, value: str = "") -> None:
    desk = platform.desk
    match verb:
        case "reply":
            desk.reply_as_agent(ref)
        case "asks":
            desk.reply_as_customer(ref)
        case "note":
            desk.add_note(ref)
        case "is":
            desk.set_status(ref, Status(value))
        case "priority":
            desk.set_priority(ref, value)
        case "plan":
            platform.set_plan(value)
        case "merged":
            platform.merge(ref)


_KINDS = {
    "reply": "agent_replied",
    "asks": "customer_replied",
    "note": "note_added",
    "is": "status_changed",
    "priority": "priority_changed",
    "plan": "plan_changed",
    "merged": "merged",
}


def ideal(story: Story, created_at: datetime) -> Ticket:
    """Return the ticket that the story describes, in the canonical form."""
    events = []
    for step in story.steps:
        minutes, verb, *value = step.split(" ")
        at = (created_at + timedelta(minutes=int(minutes))).isoformat()
        events.append({"at": at, "kind": _KINDS[verb], **({"to": value[0]} if value else {})})
    return Ticket.from_mapping(
        {
            "id": "1",
            "platform": "none",
            "connection": "none",
            "created_at": created_at.isoformat(),
            "status": "new",
            "priority": story.priority,
            "organization": {"plan": "Basic"},
            "events": events,
        }
    )


def clocks(evaluation: Evaluation) -> list[tuple[object, ...]]:
    """Return all that matters of the clocks, to the second."""
    return [
        (
            each.metric.value,
            each.cycle.number,
            each.state.value,
            each.target.within.text,
            *(_second(at) for at in (each.cycle.started_at, each.due_at, each.cycle.met_at, each.breached_at)),
        )
        for each in evaluation.clocks
    ]


def assert_same(found: list[tuple], expected: list[tuple], tolerance: timedelta) -> None:
    """Compare clock for clock; instants may differ by ``tolerance``."""
    if not tolerance:
        assert found == expected
    assert [row[:4] for row in found] == [row[:4] for row in expected]
    for row, wanted in zip(found, expected, strict=True):
        for at, wish in zip(row[4:], wanted[4:], strict=True):
            assert (at is None) == (wish is None)
            assert at is None or abs(at - wish) <= tolerance, (row, wanted)


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


@pytest.fixture(scope="module", params=PLATFORMS, ids=lambda platform: platform.__name__)
def platform(request):
    """One connected platform for all stories: a story is a ticket of its own."""
    with request.param() as connected:
        yield connected


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_same_deadlines(platform, story):
    """The story gives the same clocks on this platform as it does by itself."""
    for word, why in platform.cannot.items():
        if any(word in step.split(" ") for step in story.steps):
            pytest.skip(f"{type(platform).__name__}: {why}")
    ticket, created_at = told(story, platform)
    now = created_at + timedelta(minutes=story.judged)
    found, expected = evaluate(ticket, POLICY, now), evaluate(ideal(story, created_at), POLICY, now)
    assert_same(clocks(found), clocks(expected), platform.tolerance)
    assert found.state == expected.state
    if platform.keeps_history:
        assert not any(each.observed for each in found.clocks)


def test_there_are_thirty_stories():
    """Replies, pauses, reopening, priority and plan changes, merges."""
    assert len(STORIES) >= 30
    assert len({story.name for story in STORIES}) == len(STORIES)
