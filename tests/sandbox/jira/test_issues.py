"""Single issues: what an edit takes, what it refuses, and what it leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People, client_of

OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


def document(text: str) -> dict[str, Any]:
    """Return text as version 3 has it."""
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def test_long_texts_differ_by_version(client: Client, issue: Issue) -> None:
    """Version 3 gives and takes documents, version 2 gives and takes text; single lines are text in both."""
    assert client.get(f"{V3}/issue/{issue.id}")["fields"]["description"] == document("Since this morning.")
    assert client.get(f"/rest/api/2/issue/{issue.id}")["fields"]["description"] == "Since this morning."
    assert client.edit(issue, fields={"description": "plain"}).status_code == 400
    assert client.edit(issue, fields={"description": document("rich"), "summary": "s"}).status_code == 204
    assert issue.values["description"] == "rich"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        pytest.param("2026-11-24T10:00:00.000+0000", None, id="exactly this"),
        pytest.param("2026-11-24T12:00:00.000+0200", None, id="any offset"),
        pytest.param("2026-11-24T10:00:00.000Z", "Error parsing time", id="Z"),
        pytest.param("2026-11-24T10:00:00.000+00:00", "Error parsing time", id="a colon in the offset"),
        pytest.param("2026-11-24T10:00:00+0000", "Error parsing time", id="no fraction"),
        pytest.param("2026-11-24T10:00:00.000000+0000", "Error parsing time", id="microseconds"),
        pytest.param("2026-11-24T10:00:00.000", "Error parsing time", id="no offset"),
        pytest.param(1795000000, "Operation value must be a string", id="a number"),
    ],
)
def test_instants_have_one_form(client: Client, state: State, issue: Issue, given: Any, fault: str | None) -> None:
    """Milliseconds, no colon in the offset, no Z; null clears the field."""
    field = state.add_field("SLA due", "datetime")
    answer = client.edit(issue, fields={field.id: given})
    if fault:
        assert answer.status_code == 400
        assert fault in answer.json()["errors"][field.id]
        return
    assert answer.status_code == 204
    assert issue.values[field.id] == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert client.edit(issue, fields={field.id: None}).status_code == 204
    assert client.get(f"{V3}/issue/{issue.id}")["fields"][field.id] is None


@pytest.mark.parametrize(
    ("kind", "given", "kept", "shown"),
    [
        pytest.param("textfield", "Gold", "Gold", "Gold", id="text"),
        pytest.param("readonlyfield", "due soon", "due soon", "due soon", id="read-only for people, not for the API"),
        pytest.param("float", 45.5, 45.5, 45.5, id="number"),
        pytest.param("float", "45", None, None, id="a number as text is refused"),
        pytest.param("datepicker", "2026-11-25", None, "2026-11-25", id="date"),
        pytest.param("datepicker", "25/11/2026", None, None, id="another date format is refused"),
        pytest.param("labels", ["b", "a"], ["a", "b"], ["a", "b"], id="labels are sorted"),
        pytest.param("labels", ["a b"], None, None, id="a label with a blank is refused"),
        pytest.param("textarea", "text", None, None, id="version 3 wants a document"),
    ],
)
def test_custom_fields(
    client: Client, state: State, issue: Issue, kind: str, given: Any, kept: Any, shown: Any
) -> None:
    """Each type takes its own form of value."""
    field = state.add_field("Custom", kind)
    answer = client.edit(issue, fields={field.id: given})
    assert answer.status_code == (400 if shown is None else 204)
    if kept is not None:
        assert issue.values[field.id] == kept
    if shown is not None:
        assert client.get(f"{V3}/issue/{issue.id}?fields={field.id}")["fields"] == {field.id: shown}


def test_a_select_field_takes_its_options_only(client: Client, state: State, issue: Issue) -> None:
    """By value or id; an unknown one is refused."""
    field = state.add_field("SLA state", "select", ["Running", "Breached"])
    assert client.edit(issue, fields={field.id: {"value": "Running"}}).status_code == 204
    assert client.get(f"{V3}/issue/{issue.id}")["fields"][field.id]["value"] == "Running"
    answer = client.edit(issue, fields={field.id: {"value": "Late"}})
    assert answer.json()["errors"] == {field.id: "Option value 'Late' is not valid"}


def test_a_field_off_the_screen_fails_the_whole_edit(client: Client, state: State, issue: Issue) -> None:
    """One bad field and nothing is written; the answer names each bad one."""
    other = client("POST", f"{V3}/field", {"name": "Off", "type": "textfield"}).json()["id"]
    answer = client.edit(issue, fields={other: "x", "customfield_99999": "y", "labels": ["kept"]})
    assert answer.status_code == 400
    wanted = {name: OFF_SCREEN.format(name) for name in (other, "customfield_99999")}
    assert answer.json() == {"errorMessages": [], "errors": wanted}
    assert (issue.values.get("labels"), issue.histories) == (None, [])
    assert state.fields[other].name == "Off"


def test_labels_by_operation(client: Client, issue: Issue) -> None:
    """What is there already can be added, what is not there can be removed; neither leaves a trace."""
    operations = [{"add": "sla-breach"}, {"add": "sla-breach"}, {"remove": "never-there"}]
    assert client.edit(issue, update={"labels": operations}).status_code == 204
    assert client.edit(issue, update={"labels": operations}).status_code == 204
    assert (issue.values["labels"], len(issue.histories)) == (["sla-breach"], 1)


def test_a_field_stands_in_one_place(client: Client, issue: Issue) -> None:
    """In ``fields`` or in ``update``, not in both."""
    answer = client.edit(issue, fields={"labels": ["a"]}, update={"labels": [{"add": "b"}]})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["labels"])


def test_an_edit_without_a_change_leaves_nothing(client: Client, issue: Issue, clock: Clock) -> None:
    """No history, and ``updated`` stays where it was."""
    before = issue.updated_at
    clock.advance(timedelta(minutes=5))
    assert client.edit(issue, fields={"priority": {"id": "2"}}).status_code == 204
    assert (issue.updated_at, issue.histories) == (before, [])


def test_properties_ride_along(client: Client, issue: Issue, clock: Clock) -> None:
    """One request sets fields and machine state; a property alone moves neither history nor ``updated``."""
    state = {"v": 1, "due": {"first_response": "2026-11-24T10:00:00Z"}}
    body = {"fields": {"labels": ["x"]}, "properties": [{"key": "sla-sidecar", "value": state}]}
    assert client.edit(issue, **body).status_code == 204
    assert client.get(f"{V3}/issue/{issue.id}?fields=labels&properties=sla-sidecar")["properties"] == {
        "sla-sidecar": state
    }
    before = issue.updated_at
    clock.advance(timedelta(minutes=5))
    assert client("PUT", f"{V3}/issue/{issue.id}/properties/sla-sidecar", {"v": 2}).status_code == 200
    assert client("PUT", f"{V3}/issue/{issue.id}/properties/new", {"v": 2}).status_code == 201
    assert (issue.updated_at, len(issue.histories)) == (before, 1)
    assert client("PUT", f"{V3}/issue/{issue.id}/properties/big", "x" * 32_768).status_code == 400


@pytest.mark.parametrize(
    ("query", "is_admin", "status", "mails"),
    [
        pytest.param("", False, 204, 1, id="left out: people are mailed"),
        pytest.param("?notifyUsers=false", True, 204, 0, id="quiet, as an administrator may"),
        pytest.param("?notifyUsers=false", False, 403, 0, id="quiet needs more rights"),
        pytest.param("?notifyUsers=0", False, 403, 0, id="anything but true counts as false"),
        pytest.param("?notifyUsers=true", False, 204, 1, id="said outright"),
    ],
)
def test_quiet_edits(
    client: Client, people: People, state: State, issue: Issue, query: str, is_admin: bool, status: int, mails: int
) -> None:
    """``notifyUsers`` is the word true or false, and false needs administrator's rights."""
    if not is_admin:
        people.service.lacking.add("ADMINISTER_PROJECTS")
    answer = client("PUT", f"{V3}/issue/{issue.id}{query}", {"fields": {"labels": ["x"]}})
    assert (answer.status_code, len(state.mails)) == (status, mails)


def test_nothing_can_be_edited_in_a_closed_issue(client: Client, state: State, issue: Issue) -> None:
    """A status may forbid edits; editmeta is then empty."""
    state.set_status(issue, "Resolved")
    assert client.edit(issue, fields={"labels": ["still"]}).status_code == 204
    state.set_status(issue, "Closed")
    assert client.get(f"{V3}/issue/{issue.id}/editmeta") == {"fields": {}}
    assert client.edit(issue, fields={"labels": ["x"]}).status_code == 400


def test_overriding_the_screen_is_for_apps(client: Client, issue: Issue) -> None:
    """A token may not."""
    path = f"{V3}/issue/{issue.id}?overrideScreenSecurity=true"
    assert client("PUT", path, {"fields": {"labels": ["x"]}}).status_code == 403


def test_transitions_depend_on_the_status(client: Client, state: State, issue: Issue) -> None:
    """Only ways that lead on from here; only fields of the way's screen; the workflow sets the resolution."""
    path = f"{V3}/issue/{issue.id}/transitions"
    ways = {way["to"]["name"]: way["id"] for way in client.get(path)["transitions"]}
    assert "Closed" not in ways
    body = {"transition": {"id": ways["Resolved"]}, "fields": {"labels": ["x"]}}
    assert client("POST", path, body).status_code == 400
    assert client("POST", path, {"transition": {"id": ways["Resolved"]}}).status_code == 204
    assert client("POST", path, {"transition": {"id": ways["Resolved"]}}).status_code == 400
    fields = client.get(f"{V3}/issue/{issue.id}")["fields"]
    assert (fields["resolution"]["name"], fields["resolutiondate"]) == ("Done", "2026-11-23T09:00:00.000+0000")
    state.set_status(issue, "Waiting for support")
    assert issue.resolved_at is None


def test_instants_come_in_the_callers_zone(sandbox: Sandbox, people: People, issue: Issue) -> None:
    """Each person has an own time zone, without a colon in the offset."""
    people.ada.time_zone = "Asia/Calcutta"
    got = client_of(sandbox, people.ada).get(f"{V3}/issue/{issue.id}?fields=created")["fields"]
    assert got == {"created": "2026-11-23T14:30:00.000+0530"}


def test_a_moved_issue_is_found_by_its_old_key(client: Client, state: State, people: People, issue: Issue) -> None:
    """The id never changes; the answer has the new key."""
    state.move(issue, state.add_project("OPS", "Operations"), people.ada)
    got = client.get(f"{V3}/issue/SUP-1?fields=status")
    assert (got["id"], got["key"]) == (issue.id, "OPS-1")


def test_a_deleted_issue_is_gone(client: Client, state: State, issue: Issue) -> None:
    """There is no bin."""
    state.delete(issue)
    assert client("GET", f"{V3}/issue/{issue.id}").status_code == 404


def test_a_duplicate_is_linked_and_resolved(client: Client, state: State, people: People, issue: Issue) -> None:
    """What takes the place of merging: a link on both sides, and the resolution says so."""
    target = state.open_request(people.carla, "The same again")
    state.close_as_duplicate(issue, target, people.ada)
    fields = client.get(f"{V3}/issue/{issue.id}")["fields"]
    [link] = fields["issuelinks"]
    assert (link["type"]["outward"], link["inwardIssue"]["key"]) == ("duplicates", target.key)
    assert (fields["resolution"]["name"], fields["status"]["name"]) == ("Duplicate", "Resolved")


def test_links_by_the_api(client: Client, state: State, people: People, issue: Issue) -> None:
    """The inward issue does to the outward one what the type says; taking the link away is a change of both."""
    other = state.open_request(people.carla, "The same")
    body = {"type": {"name": "Duplicate"}, "inwardIssue": {"key": issue.key}, "outwardIssue": {"key": other.key}}
    assert client("POST", f"{V3}/issueLink", body).status_code == 201
    assert issue.histories[-1].items[0].after == (other.key, f"This issue duplicates {other.key}")
    assert client("POST", f"{V3}/issueLink", body | {"type": {"name": "Hates"}}).status_code == 404
    assert client("DELETE", f"{V3}/issueLink/{issue.links[0].id}").status_code == 204
    assert (issue.links, other.links, len(other.histories)) == ([], [], 2)
    assert client("DELETE", f"{V3}/issueLink/1").status_code == 404


def test_comments_ride_along_in_public(client: Client, issue: Issue) -> None:
    """A comment in an edit or a transition is public: a trap for notes."""
    client.edit(issue, update={"comment": [{"add": {"body": document("Seen.")}}]})
    assert [(comment.body, comment.public) for comment in issue.comments] == [("Seen.", True)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"issuetype": {"name": "Task"}, "summary": "s"}, "project", id="no project"),
        pytest.param({"project": {"key": "SUP"}, "summary": "s"}, "issuetype", id="no type"),
        pytest.param({"project": {"key": "SUP"}, "issuetype": {"name": "Task"}}, "summary", id="no summary"),
    ],
)
def test_what_a_new_issue_needs(client: Client, people: People, body: dict[str, Any], field: str) -> None:
    """Project, type and summary; each is named where it is missing."""
    assert people.ada.name == "Ada Agent"
    answer = client("POST", f"{V3}/issue", {"fields": body})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_wrong_paths_are_problems(client: Client) -> None:
    """An unknown path, a wrong method or a number that is none are answered as problems."""
    answer = client("GET", f"{V3}/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert client("PATCH", f"{V3}/issue/1").status_code == 405
    assert client("GET", f"{V3}/project/search?maxResults=many").status_code == 400
