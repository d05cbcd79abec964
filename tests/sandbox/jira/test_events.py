"""The bodies of webhooks: what each event carries, what it leaves out, and what it gets wrong."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import State, Switches, comments
from sandbox.jira.issues_model import Issue
from sandbox.jira.lifecycle import set_property
from sandbox.jira.webhooks.events import EVENTS
from tests.sandbox.jira.conftest import People, populate
from tests.support import shared

EVERYTHING = sorted(EVENTS)


@pytest.fixture
def listening(state: State) -> State:
    """A site with a webhook for all events, whose deliveries go nowhere."""
    state.add_webhook("http://127.0.0.1:9/", EVERYTHING)
    return state


def sent(state: State) -> list[dict[str, Any]]:
    """Return the bodies so far, oldest first."""
    return [json.loads(delivery.body) for delivery in reversed(state.courier.deliveries())]


def test_a_new_issue(listening: State, people: People, clock: Clock) -> None:
    """Whole, in version 2's form, with its first values as a change from nothing; the status' name has a capital."""
    clock.advance(timedelta(milliseconds=1234))
    issue = listening.open_request(people.carla, "No data", "Since 8:10", priority="High")
    [body] = sent(listening)
    assert (body["webhookEvent"], body["issue_event_type_name"]) == ("jira:issue_created", "issue_created")
    assert (body["timestamp"], body["user"]["displayName"]) == (1795424401234, "Carla Custer")
    assert (body["issue"]["key"], body["issue"]["fields"]["description"]) == (issue.key, "Since 8:10")
    assert body["issue"]["fields"]["created"] == "2026-11-23T09:00:01.234+0000"
    items = {item["fieldId"]: (item["field"], item["from"], item["toString"]) for item in body["changelog"]["items"]}
    assert items["status"] == ("Status", None, "Waiting for support")
    assert items["priority"] == ("priority", None, "High")


def test_the_whole_issue_has_no_address_of_its_own(listening: State, issue: Issue) -> None:
    """``self`` of issue events lacks a part of its path; urls are to be built from the id."""
    body = sent(listening)[-1]
    assert body["issue"]["self"].endswith(f"/rest/api/2/{issue.id}")
    assert "comment" not in body["issue"]["fields"]


def test_no_addresses_of_people(listening: State, issue: Issue) -> None:
    """Webhooks leave them out."""
    assert "emailAddress" not in json.dumps(sent(listening))
    assert issue.key == "SUP-1"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param("status", "issue_generic", id="any transition"),
        pytest.param("assignee", "issue_assigned", id="assigned"),
        pytest.param("labels", "issue_updated", id="anything else"),
    ],
)
def test_kinds_of_change(listening: State, people: People, issue: Issue, change: str, kind: str) -> None:
    """The name says roughly what happened, the history exactly."""
    match change:
        case "status":
            listening.set_status(issue, "Pending", people.ada)
        case "assignee":
            listening.change(issue, people.ada, assignee={"accountId": people.ada.account_id})
        case _:
            listening.change(issue, people.ada, labels=["x"])
    body = sent(listening)[-1]
    assert (body["webhookEvent"], body["issue_event_type_name"]) == ("jira:issue_updated", kind)
    assert [item["fieldId"] for item in body["changelog"]["items"]] == [change]


def test_a_comment_carries_six_fields_and_nobody(listening: State, people: People, issue: Issue) -> None:
    """No user, and a trimmed issue."""
    listening.reply(issue, people.ada, "We look into it.")
    body = sent(listening)[-1]
    assert (body["webhookEvent"], "user" in body) == ("comment_created", False)
    assert set(body["issue"]["fields"]) == {"summary", "issuetype", "project", "assignee", "priority", "status"}
    assert (body["comment"]["body"], body["comment"]["author"]["displayName"]) == ("We look into it.", "Ada Agent")
    assert f"/issue/{issue.id}/comment/{body['comment']['id']}" in body["comment"]["self"]


@pytest.mark.parametrize(("trusted", "said"), [(False, True), (True, False)], ids=["as published", "as hoped"])
def test_jsd_public_is_not_to_be_trusted(clock: Clock, trusted: bool, said: bool) -> None:
    """An internal comment may come as public in a webhook; reading it again tells the truth."""
    state = State(clock, switches=Switches(trusted_jsd_public=trusted))
    people = populate(state)
    state.add_webhook("http://127.0.0.1:9/", EVERYTHING)
    state.reply(state.open_request(people.carla, "s"), people.ada, "hidden", public=False)
    assert sent(state)[-1]["comment"]["jsdPublic"] is said
    state.courier.stop()


def test_a_customers_comment_and_what_it_sets_off(listening: State, people: People, issue: Issue) -> None:
    """Two events: the comment, and the automation's transition under the name of an app."""
    listening.set_status(issue, "Waiting for customer", people.ada)
    listening.reply(issue, people.carla, "Here it is.")
    comment, moved = sent(listening)[-2:]
    assert (comment["webhookEvent"], moved["webhookEvent"]) == ("comment_created", "jira:issue_updated")
    assert moved["user"]["accountType"] == "app"


def test_a_deleted_issue_is_told_of(listening: State, people: People, issue: Issue) -> None:
    """Whole, without a kind and without a history."""
    listening.delete(issue, people.ada)
    body = sent(listening)[-1]
    assert set(body) == {"timestamp", "webhookEvent", "user", "issue"}


def test_properties_have_events_of_their_own(listening: State, people: People, issue: Issue) -> None:
    """Only who asked for them hears of them."""
    set_property(listening, issue, "sla-sidecar", {"v": 1}, people.service)
    set_property(listening, issue, "sla-sidecar", {"v": 1}, people.service)
    bodies = [body for body in sent(listening) if body["webhookEvent"] == "issue_property_set"]
    assert [body["property"] for body in bodies] == [{"key": "sla-sidecar", "value": {"v": 1}}]


@pytest.mark.parametrize(
    ("jql", "reaches"),
    [
        pytest.param("", True, id="empty is everything"),
        pytest.param("project = SUP", True, id="this project"),
        pytest.param("project = SUP AND priority = Low", False, id="not this one"),
        pytest.param("project = GONE", False, id="a query that cannot be read any more"),
    ],
)
def test_the_filter(state: State, people: People, jql: str, reaches: bool) -> None:
    """Any JQL, asked again with each event, of the issue as it is then."""
    state.add_webhook("http://127.0.0.1:9/", ["jira:issue_created"], jql=jql)
    state.open_request(people.carla, "s", priority="High")
    assert bool(sent(state)) is reaches


def test_an_issue_that_leaves_the_filter_sends_nothing(state: State, people: People) -> None:
    """So leavers must be looked for."""
    state.add_webhook("http://127.0.0.1:9/", ["jira:issue_updated"], jql="statusCategory != Done")
    issue = state.open_request(people.carla, "s")
    state.set_status(issue, "Pending", people.ada)
    state.set_status(issue, "Resolved", people.ada)
    assert [body["issue"]["fields"]["status"]["name"] for body in sent(state)] == ["Pending"]


def test_variables_in_the_address(state: State, people: People) -> None:
    """``{issue.key}`` and its like are filled in."""
    state.add_webhook("http://127.0.0.1:9/{project.key}/{issue.key}?{other}", ["jira:issue_created"])
    state.open_request(people.carla, "s")
    assert state.courier.deliveries()[0].url == "http://127.0.0.1:9/SUP/SUP-1?{other}"


def test_data_center_sends_comments_without_their_issue(clock: Clock) -> None:
    """And the same news once more as a change of the issue; people have names, histories no field ids."""
    state = State(clock, switches=Switches(data_center=True))
    people = populate(state)
    state.add_webhook("http://127.0.0.1:9/", EVERYTHING)
    issue = state.open_request(people.carla, "s")
    state.reply(issue, people.ada, "Hello")
    state.set_status(issue, "Pending", people.ada)
    created, again, comment, moved = sent(state)
    assert ("issue" in comment, "jsdPublic" in comment["comment"]) == (False, False)
    assert (again["issue_event_type_name"], again["comment"]["body"]) == ("issue_commented", "Hello")
    assert created["user"]["name"] == "carla.custer"
    assert ["fieldId" in item for item in moved["changelog"]["items"]] == [False]
    state.courier.stop()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("capture", "event"),
    [
        ("mattermost/webhook-cloud-comment-created.json", "comment_created"),
        ("mattermost/webhook-cloud-comment-updated.json", "comment_updated"),
        ("mattermost/webhook-cloud-comment-deleted.json", "comment_deleted"),
        ("mattermost/webhook-issue-updated-labels.json", "labels"),
        ("mattermost/webhook-issue-updated-resolved-one-changelog.json", "resolved"),
        ("mattermost/webhook-issue-deleted.json", "jira:issue_deleted"),
        ("zulip-cloud-2026/issue_created_with_custom_fields.json", "jira:issue_created"),
    ],
)
def test_bodies_have_the_shape_of_captures(listening: State, people: People, capture: str, event: str) -> None:
    """The keys of a real delivery, at the top and inside of comment, people, status and history."""
    real = json.loads(shared("fixtures", "jira", *capture.split("/")).read_text())
    issue = listening.open_request(people.carla, "s")
    comment = listening.reply(issue, people.ada, "c")
    comments.edit(listening, issue, comment, people.ada, text="d")
    comments.delete(listening, issue, comment, people.ada)
    listening.change(issue, people.ada, labels=["x"])
    listening.set_status(issue, "Resolved", people.ada)
    listening.delete(issue, people.ada)
    ours = {body["webhookEvent"]: body for body in sent(listening)}
    changed = [body for body in sent(listening) if body["webhookEvent"] == "jira:issue_updated"]
    ours |= {"labels": changed[0], "resolved": changed[1]}
    made = ours[event]
    assert set(made) == set(real)
    real_status, made_status = (body["issue"]["fields"]["status"] for body in (real, made))
    assert set(made_status) == set(real_status)
    assert set(made_status["statusCategory"]) == set(real_status["statusCategory"])
    for part in ("comment", "user"):
        if part in real:
            old = {"name", "key", "emailAddress", "accountType"}  # older captures have, or lack, these
            assert set(made[part]) - old == set(real[part]) - old
    if "changelog" in real:
        keys = {"field", "fieldtype", "fieldId", "from", "fromString", "to", "toString"}
        assert all(keys <= set(item) for body in (real, made) for item in body["changelog"]["items"])
