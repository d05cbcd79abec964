"""What holds whatever people do: the history explains the present, and webhooks tell of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.jira import State
from sandbox.jira.fieldkinds import KINDS
from sandbox.jira.issues_model import Issue
from sandbox.jira.webhooks.events import EVENTS
from tests.sandbox.jira.conftest import People, populate
from tests.sandbox.parties import MONDAY

STATUSES = ["Waiting for support", "Work in progress", "Waiting for customer", "Pending", "Resolved"]
DEEDS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("priority"), st.sampled_from(["Highest", "High", "Low"])),
    st.tuples(st.just("labels"), st.lists(st.sampled_from("abc"), max_size=3)),
    st.tuples(st.just("reply"), st.sampled_from(["agent", "note", "customer"])),
    st.tuples(st.just("wait"), st.integers(0, 3600)),
)


@contextmanager
def story(deeds: list[tuple[str, Any]]) -> Iterator[tuple[State, Issue, dict[str, Any]]]:
    """Do all that to one request, and yield it with the values that it had at first."""
    clock = Clock(MONDAY, speed=0)
    state = State(clock)
    try:
        people = populate(state)
        state.add_webhook("http://127.0.0.1:9/", sorted(EVENTS))
        issue = state.open_request(people.carla, "s", priority="Low")
        first = dict(issue.values)
        for name, value in deeds:
            do(state, people, issue, clock, name, value)
        yield state, issue, first
    finally:
        state.courier.stop()


def do(state: State, people: People, issue: Issue, clock: Clock, name: str, value: Any) -> None:
    """Do one thing; a status that no way leads to is reached by the way back to support."""
    match name:
        case "status":
            if issue.status == "5" and value != "Resolved":
                state.set_status(issue, "Waiting for support", people.ada)
            state.set_status(issue, value, people.ada)
        case "priority":
            state.set_priority(issue, value, people.ada)
        case "labels":
            state.change(issue, people.ada, labels=value)
        case "reply":
            author = people.carla if value == "customer" else people.ada
            state.reply(issue, author, "text", public=value != "note")
        case _:
            clock.advance(timedelta(seconds=value))


@settings(max_examples=40, deadline=None)
@given(st.lists(DEEDS, max_size=15))
def test_the_history_leads_from_first_to_present_values(deeds: list[tuple[str, Any]]) -> None:
    """Each change begins where the one before it ended; what never changed is as it was at first."""
    with story(deeds) as (state, issue, first):
        for field_id in ("status", "priority", "labels", "resolution", "summary"):
            field = state.fields[field_id]
            tell = KINDS[field.kind].tell
            told = tell(state, field, first.get(field_id))
            for _, item in issue.changes_of(field_id):
                assert item.before == told
                assert item.before != item.after
                told = item.after
            assert tell(state, field, issue.values.get(field_id)) == told


@settings(max_examples=40, deadline=None)
@given(st.lists(DEEDS, max_size=15))
def test_every_change_has_its_event(deeds: list[tuple[str, Any]]) -> None:
    """One jira:issue_updated for each history, with the same id and items; one event for each comment."""
    with story(deeds) as (state, issue, _):
        bodies = [json.loads(delivery.body) for delivery in reversed(state.courier.deliveries())]
        updates = [body for body in bodies if body["webhookEvent"] == "jira:issue_updated"]
        assert [body["changelog"]["id"] for body in updates] == [history.id for history in issue.histories]
        assert [len(body["changelog"]["items"]) for body in updates] == [len(h.items) for h in issue.histories]
        told = [body["comment"]["id"] for body in bodies if body["webhookEvent"] == "comment_created"]
        assert told == [comment.id for comment in issue.comments]


@settings(max_examples=40, deadline=None)
@given(st.lists(DEEDS, max_size=15))
def test_resolution_and_status_agree(deeds: list[tuple[str, Any]]) -> None:
    """This site's workflow sets the resolution with the category "done" and takes it away again."""
    with story(deeds) as (state, issue, _):
        done = state.statuses[issue.status].category == "done"
        assert (issue.values.get("resolution") is not None, issue.resolved_at is not None) == (done, done)
        assert issue.updated_at >= issue.created_at
