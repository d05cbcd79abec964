"""One policy, identical deadlines on every platform: each story told through the platform's own pages and API.

The platform's answer is compared with the story itself, written down as a ticket in the canonical form: clock for
clock, to the second.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.evaluate import Evaluation, evaluate
from core.policy_load import load_policy
from core.ticket import Status, Ticket
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
priorities: {scale: [P1, P2, P3], decided_by: customer}
targets:
  - {metric: first_response, priority: P1, within: 2 business hours, clause: "1"}
  - {metric: first_response, priority: P2, within: 4 business hours, clause: "2"}
  - {metric: first_response, priority: P3, within: 1 business day, clause: "3"}
  - {metric: next_response, within: 45 clock minutes, clause: "4"}
  - {metric: update, within: 80 business minutes, clause: "5"}
  - {metric: resolution, priority: P1, within: 10 clock hours, clause: "6"}
  - {metric: resolution, priority: [P2, P3], within: 12 business hours, calendar: office, clause: "7"}
pauses: {resolution: [pending], update: [pending]}
"""
)


@contextmanager
def zendesk() -> Iterator[object]:
    from tests.adapters.zendesk.desk import ZendeskDesk

    desk = ZendeskDesk()
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def jira() -> Iterator[object]:
    from tests.adapters.jira.desk import JiraDesk

    desk = JiraDesk()
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def freshdesk() -> Iterator[object]:
    from tests.adapters.freshdesk.desk import FreshdeskDesk

    desk = FreshdeskDesk()
    try:
        yield desk
    finally:
        desk.close()


class Unlimited:
    """A rate budget that never ends: thirty stories pass in a few seconds of real time."""

    def take(self, kind, rate):
        return 0.0

    def pause(self, seconds):
        pass


PLATFORMS = [zendesk, jira, freshdesk]
NO_HISTORY = {"freshdesk"}
"""Platforms that date only the last change to a status; what they cannot date is flagged as observed."""


def told(story: Story, desk: object, adapter: object) -> tuple[Ticket, datetime]:
    """Tell a story on a platform, looking after each step as a webhook would make us; return ticket and instant."""
    ref = desk.open_ticket(priority=story.priority)
    snapshot = adapter.fetch(ref)
    passed = 0
    for step in story.steps:
        minutes, verb, *value = step.split(" ")
        if int(minutes) > passed:
            snapshot = adapter.fetch(ref, snapshot.observations)
        desk.wait(timedelta(minutes=int(minutes) - passed))
        passed = int(minutes)
        _do(desk, ref, verb, *value)
    snapshot = adapter.fetch(ref, snapshot.observations)
    desk.wait(timedelta(minutes=story.judged - passed))
    return adapter.fetch(ref, snapshot.observations).ticket, snapshot.ticket.created_at


def _do(desk: object, ref: object, verb: str, value: str = "") -> None:
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


def ideal(story: Story, created_at: datetime) -> Ticket:
    """Return the ticket that the story describes, in the canonical form."""
    events = []
    for step in story.steps:
        minutes, verb, *value = step.split(" ")
        at = (created_at + timedelta(minutes=int(minutes))).isoformat()
        kind = {"reply": "agent_replied", "asks": "customer_replied", "note": "note_added", "is": "status_changed"}
        event = {"at": at, "kind": kind.get(verb, "priority_changed")}
        events.append(event | ({"to": value[0]} if value else {}))
    return Ticket.from_mapping(
        {
            "id": "1",
            "platform": "none",
            "connection": "none",
            "created_at": created_at.isoformat(),
            "status": "new",
            "priority": story.priority,
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


def _second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


@pytest.fixture(scope="module", params=PLATFORMS, ids=lambda platform: platform.__name__)
def platform(request):
    """One connected platform for all stories: a story is a ticket of its own."""
    with request.param() as desk:
        desk.services = replace(desk.services, budget=Unlimited())
        yield request.param.__name__, desk, desk.connect()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_same_deadlines(platform, story):
    """The story gives the same clocks on this platform as it does by itself."""
    name, desk, adapter = platform
    ticket, created_at = told(story, desk, adapter)
    now = created_at + timedelta(minutes=story.judged)
    found, expected = evaluate(ticket, POLICY, now), evaluate(ideal(story, created_at), POLICY, now)
    assert clocks(found) == clocks(expected)
    assert found.state == expected.state
    if name not in NO_HISTORY:
        assert not any(each.observed for each in found.clocks)
