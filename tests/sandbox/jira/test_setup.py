"""What an administrator sets up by the API: fields, contexts, options, screens."""

from typing import Any

from sandbox.jira import State
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"


def create(client: Client, name: str, kind: str = "textfield", **more: Any) -> str:
    """Create a field and return its id."""
    answer = client("POST", f"{V3}/field", {"name": name, "type": TYPES + kind, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_names_are_not_unique(client: Client) -> None:
    """A second field of the name is another one; both are in the list, with their type."""
    ids = {create(client, "SLA due", "datetime"), create(client, "SLA due", "datetime")}
    listed = [field for field in client.get(f"{V3}/field") if field["name"] == "SLA due"]
    assert {field["id"] for field in listed} == ids
    assert {field["schema"]["custom"] for field in listed} == {f"{TYPES}datetime"}


def test_an_unknown_type_is_refused(client: Client) -> None:
    """400, naming the key."""
    answer = client("POST", f"{V3}/field", {"name": "x", "type": f"{TYPES}rocket"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["type"])


def test_a_field_without_a_searcher_is_not_searchable(client: Client) -> None:
    """The list says so."""
    field_id = create(client, "Quiet")
    [field] = [one for one in client.get(f"{V3}/field") if one["id"] == field_id]
    assert field["searchable"] is False


def test_options_live_in_a_context(client: Client) -> None:
    """A new field has one context for everything; options are added there and must be new."""
    field = create(client, "SLA state", "select")
    [context] = client.get(f"{V3}/field/{field}/context")["values"]
    assert context["isGlobalContext"] is True
    path = f"{V3}/field/{field}/context/{context['id']}/option"
    body = {"options": [{"value": "OK"}, {"value": "At risk"}]}
    assert [one["value"] for one in client("POST", path, body).json()["options"]] == ["OK", "At risk"]
    assert client("POST", path, body).status_code == 400
    first = client.get(path)["values"][0]
    client("PUT", path, {"options": [{"id": first["id"], "disabled": True}]})
    assert client.get(path)["values"][0]["disabled"] is True
    assert client("POST", f"{V3}/field/{field}/context", {"name": "again"}).status_code == 409


def test_a_context_keeps_a_field_to_its_projects(client: Client, state: State, people: People, issue: Issue) -> None:
    """In another project the field does not apply, whatever its screen says."""
    other = state.add_project("OPS", "Operations")
    field = state.add_field("Only there", "select", ["A"])
    field.contexts[0].project_ids = [other.id]
    assert field.id not in client.get(f"{V3}/issue/{issue.id}/editmeta")["fields"]
    there = state.open_issue(people.ada, "s", project=other)
    meta = client.get(f"{V3}/issue/{there.id}/editmeta")["fields"][field.id]
    assert [option["value"] for option in meta["allowedValues"]] == ["A"]


def test_a_field_goes_onto_the_edit_screen_of_each_issue_type(client: Client, state: State, people: People) -> None:
    """Incidents have an edit screen of their own: the general one is not enough for them."""
    project = state.desk_project()
    field = create(client, "SLA due")
    question = state.open_request(people.carla, "q")
    outage = state.open_request(people.carla, "o", request_type="Report an outage")
    [scheme] = client.get(f"{V3}/issuetypescreenscheme/project?projectId={project.id}")["values"]
    scheme_id = scheme["issueTypeScreenScheme"]["id"]
    mappings = client.get(f"{V3}/issuetypescreenscheme/mapping?issueTypeScreenSchemeId={scheme_id}")["values"]
    by_type = {row["issueTypeId"]: row["screenSchemeId"] for row in mappings}
    general = client.get(f"{V3}/screenscheme?id={by_type['default']}")["values"][0]["screens"]
    incident = client.get(f"{V3}/screenscheme?id={by_type['10002']}")["values"][0]["screens"]
    assert (set(general), set(incident)) == ({"default"}, {"default", "edit"})
    put_on(client, general["default"], field)
    assert [editable(client, issue, field) for issue in (question, outage)] == [True, False]
    put_on(client, incident["edit"], field)
    assert [editable(client, issue, field) for issue in (question, outage)] == [True, True]


def put_on(client: Client, screen: int, field: str) -> None:
    """Put a field onto a screen's first tab; a second time is refused."""
    [tab] = client.get(f"{V3}/screens/{screen}/tabs")
    path = f"{V3}/screens/{screen}/tabs/{tab['id']}/fields"
    assert client("POST", path, {"fieldId": field}).status_code == 200
    assert client("POST", path, {"fieldId": field}).status_code == 400
    assert field in [one["id"] for one in client.get(path)]


def editable(client: Client, issue: Issue, field: str) -> bool:
    """Return whether a field may be edited on an issue."""
    return field in client.get(f"{V3}/issue/{issue.id}/editmeta")["fields"]


def test_the_default_screen_is_nobodys(client: Client, issue: Issue) -> None:
    """``addToDefault`` does not help a service project."""
    field = create(client, "SLA due")
    assert client("POST", f"{V3}/screens/addToDefault/{field}").status_code == 200
    assert not editable(client, issue, field)


def test_team_managed_projects_have_no_scheme(client: Client, state: State) -> None:
    """The screen calls do not cover them; the project says what it is."""
    project = state.add_project("TEAM", "Team", simplified=True)
    assert client.get(f"{V3}/issuetypescreenscheme/project?projectId={project.id}")["values"] == []
    assert client.get(f"{V3}/project/TEAM")["simplified"] is True


def test_the_trash_can_be_undone(client: Client, state: State, issue: Issue) -> None:
    """A field in the trash is off every list and cannot be set; restored it is as before."""
    field = state.add_field("Old")
    client.edit(issue, fields={field.id: "kept"})
    assert client("POST", f"{V3}/field/{field.id}/trash").status_code == 200
    assert field.id not in [one["id"] for one in client.get(f"{V3}/field")]
    assert client.edit(issue, fields={field.id: "x"}).status_code == 400
    client("POST", f"{V3}/field/{field.id}/restore")
    assert client.get(f"{V3}/issue/{issue.id}")["fields"][field.id] == "kept"
    answer = client("DELETE", f"{V3}/field/{field.id}", allow_redirects=False)
    assert (answer.status_code, field.id in issue.values) == (303, False)


def test_fields_are_found_by_kind_and_name(client: Client) -> None:
    """The paged search knows how many contexts a field has, and a changed name at once."""
    field = create(client, "SLA due", "datetime", description="d")
    assert client("PUT", f"{V3}/field/{field}", {"name": "SLA next due"}).status_code == 204
    [found] = client.get(f"{V3}/field/search?type=custom&query=next")["values"]
    assert (found["id"], found["description"], found["contextsCount"]) == (field, "d", 1)
    assert client.get(f"{V3}/field/search?id=summary")["values"][0]["name"] == "Summary"


def test_a_field_leaves_a_screen(client: Client, state: State, issue: Issue) -> None:
    """Taken off the tab it can no longer be edited, but can be put back."""
    field = state.add_field("SLA due")
    screen = state.screen(state.desk_project(), "10001", "edit")
    path = f"{V3}/screens/{screen.id}/tabs/{screen.tabs[0].id}/fields/{field.id}"
    assert client("DELETE", path).status_code == 204
    assert not editable(client, issue, field.id)
    assert field.id in [one["id"] for one in client.get(f"{V3}/screens/{screen.id}/availableFields")]
    assert client("DELETE", path).status_code == 404


def test_statuses_of_a_project(client: Client, people: People) -> None:
    """Per issue type, with the category; waiting for the customer is just "in progress" to Jira."""
    assert people.ada.name == "Ada Agent"
    types = client.get(f"{V3}/project/SUP/statuses")
    statuses = {status["name"]: status["statusCategory"]["key"] for status in types[0]["statuses"]}
    assert (statuses["Waiting for customer"], statuses["Pending"], statuses["Resolved"]) == (
        "indeterminate",
        "indeterminate",
        "done",
    )
