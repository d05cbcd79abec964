"""Comments: which of them customers see, and what a customer's comment sets off."""

from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State, Switches
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import DESK, V3, Client, People, client_of, populate
from tests.sandbox.jira.test_issues import document

INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]


def test_a_platform_comment_is_public_by_default(client: Client, issue: Issue) -> None:
    """Without the property customers see it; with the property they do not."""
    path = f"{V3}/issue/{issue.id}/comment"
    plain = client("POST", path, {"body": document("Seen.")}).json()
    hidden = client("POST", path, {"body": document("Not seen."), "properties": INTERNAL}).json()
    assert (plain["jsdPublic"], hidden["jsdPublic"]) == (True, False)


def test_the_service_desk_says_it_outright(client: Client, issue: Issue) -> None:
    """``public`` is required; the body is text, not a document."""
    path = f"{DESK}/request/{issue.id}/comment"
    assert client("POST", path, {"body": "A note."}).status_code == 400
    assert client("POST", path, {"body": document("A note."), "public": False}).status_code == 400
    made = client("POST", path, {"body": "A note.", "public": False})
    assert (made.status_code, made.json()["public"], made.json()["body"]) == (201, False, "A note.")
    assert client.get(f"{V3}/issue/{issue.id}/comment")["comments"][0]["jsdPublic"] is False


@pytest.mark.parametrize(
    ("query", "bodies"),
    [
        pytest.param("", ["open", "hidden"], id="agents see both"),
        pytest.param("?internal=false", ["open"], id="public only"),
        pytest.param("?public=false", ["hidden"], id="internal only"),
        pytest.param("?start=1", ["hidden"], id="from the second on"),
    ],
)
def test_which_comments(
    client: Client, state: State, people: People, issue: Issue, query: str, bodies: list[str]
) -> None:
    """The list is cut by kind and by page."""
    state.reply(issue, people.ada, "open")
    state.reply(issue, people.ada, "hidden", public=False)
    got = client.get(f"{DESK}/request/{issue.id}/comment{query}")
    assert [one["body"] for one in got["values"]] == bodies


def test_what_customers_see_and_may(sandbox: Sandbox, state: State, people: People, issue: Issue) -> None:
    """Public comments of their own requests; they write no internal ones, and others' requests look empty."""
    state.reply(issue, people.ada, "hidden", public=False)
    path = f"{DESK}/request/{issue.id}/comment"
    carla = client_of(sandbox, people.carla)
    assert carla.get(path)["values"] == []
    assert carla("POST", path, {"body": "psst", "public": False}).status_code == 403
    state.reply(issue, people.ada, "open")
    stranger = client_of(sandbox, state.add_customer("Sam Stranger"))
    assert stranger.get(path)["values"] == []
    assert stranger("GET", f"{DESK}/request/{issue.id}").status_code == 404


def test_an_issue_without_a_request_type(client: Client, state: State, people: People) -> None:
    """The service desk API does not know it; the platform's property still hides a comment."""
    plain = state.open_issue(people.ada, "Internal task")
    assert client("GET", f"{DESK}/request/{plain.id}/comment").status_code == 404
    assert client("POST", f"{DESK}/request/{plain.id}/comment", {"body": "b", "public": False}).status_code == 404
    body = {"body": document("b"), "properties": INTERNAL}
    assert client("POST", f"{V3}/issue/{plain.id}/comment", body).json()["jsdPublic"] is False


def test_outside_service_projects_nothing_is_hidden(client: Client, state: State, people: People) -> None:
    """There the property has no effect."""
    project = state.add_project("DEV", "Development", type_key="software")
    plain = state.open_issue(people.ada, "A bug", project=project)
    body = {"body": document("b"), "properties": INTERNAL}
    assert client("POST", f"{V3}/issue/{plain.id}/comment", body).json()["jsdPublic"] is True


def test_a_restriction_does_not_make_a_comment_internal(client: Client, issue: Issue) -> None:
    """A comment for a role only still says that it is public."""
    visibility = {"type": "role", "value": "Service Desk Team"}
    made = client("POST", f"{V3}/issue/{issue.id}/comment", {"body": document("b"), "visibility": visibility}).json()
    assert (made["jsdPublic"], made["visibility"]) == (True, visibility)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("Waiting for customer", "Waiting for support", id="it waited for this"),
        pytest.param("Resolved", "Waiting for support", id="reopened"),
        pytest.param("Pending", "Pending", id="nothing else moves"),
        pytest.param("Closed", "Closed", id="closed stays closed"),
    ],
)
def test_a_customers_comment_moves_the_request(
    state: State, people: People, issue: Issue, before: str, after: str
) -> None:
    """The site's automation does it as an app, in an update of its own, after the comment."""
    if before == "Closed":
        state.set_status(issue, "Resolved", people.ada)
    state.set_status(issue, before, people.ada)
    state.reply(issue, people.carla, "Any news?")
    assert state.statuses[issue.status].name == after
    if before != after:
        assert issue.histories[-1].author == state.automation().account_id


def test_an_agents_comment_moves_nothing(state: State, people: People, issue: Issue) -> None:
    """Only a comment from the other side counts."""
    state.set_status(issue, "Waiting for customer", people.ada)
    state.reply(issue, people.ada, "One more thing")
    assert state.statuses[issue.status].name == "Waiting for customer"


def test_an_apps_comment_moves_nothing(state: State, people: People, issue: Issue) -> None:
    """Integrations talk without being anybody."""
    state.set_status(issue, "Waiting for customer", people.ada)
    state.reply(issue, state.add_app("Chat bridge"), "A copy from the chat")
    assert state.statuses[issue.status].name == "Waiting for customer"


def test_publishing_a_comment_is_an_edit(client: Client, state: State, people: People, issue: Issue) -> None:
    """``created`` stays, who edited and when is told."""
    note = state.reply(issue, people.ada, "draft", public=False)
    body = {"body": document("final"), "properties": [{"key": "sd.public.comment", "value": {"internal": False}}]}
    got = client("PUT", f"{V3}/issue/{issue.id}/comment/{note.id}", body).json()
    assert (got["jsdPublic"], got["updateAuthor"]["displayName"]) == (True, "SLA Sidecar")


def test_the_limit_of_comments(clock: Clock) -> None:
    """An issue that has too many refuses the next with 413."""
    state = State(clock, switches=Switches(max_comments=1))
    people = populate(state)
    issue = state.open_request(people.carla, "s")
    with Sandbox(state, limits=False) as sandbox:
        path, body = f"{DESK}/request/{issue.id}/comment", {"body": "b", "public": False}
        client = client_of(sandbox, people.service)
        assert [client("POST", path, body).status_code for _ in range(2)] == [201, 413]


def test_editing_and_deleting(sandbox: Sandbox, state: State, people: People, issue: Issue) -> None:
    """Own comments go with an agent's rights, others' only with a project administrator's."""
    mine, theirs = state.reply(issue, people.ada, "mine"), state.reply(issue, people.carla, "theirs")
    ada, path = client_of(sandbox, people.ada), f"{V3}/issue/{issue.id}/comment"
    assert [ada("DELETE", f"{path}/{one.id}").status_code for one in (mine, theirs)] == [204, 403]
    assert ada("GET", f"{path}/{mine.id}").status_code == 404
    assert [one.body for one in issue.comments] == ["theirs"]


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "text"}], ids=["nothing", "empty", "text in version 3"])
def test_bodies_that_are_refused(client: Client, issue: Issue, body: dict[str, Any]) -> None:
    """Version 3 wants a document that says something."""
    assert client("POST", f"{V3}/issue/{issue.id}/comment", body).status_code == 400


def test_data_center_does_not_say_what_is_public(clock: Clock) -> None:
    """There only the service desk API and the comment's property tell."""
    state = State(clock, switches=Switches(data_center=True))
    people = populate(state)
    issue = state.open_request(people.carla, "s")
    note = state.reply(issue, people.ada, "hidden", public=False)
    with Sandbox(state, limits=False) as sandbox:
        client = client_of(sandbox, people.service)
        [shown] = client.get(f"/rest/api/2/issue/{issue.id}/comment")["comments"]
        hidden = client.get(f"/rest/api/2/comment/{note.id}/properties/sd.public.comment")
        assert ("jsdPublic" in shown, hidden["value"]) == (False, {"internal": True})
        assert [one["public"] for one in client.get(f"{DESK}/request/{issue.id}/comment")["values"]] == [False]
