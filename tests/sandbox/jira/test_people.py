"""People by the platform's API: who is found, in which groups and roles, and with which permissions."""

from typing import Any

import pytest

from sandbox.jira import Sandbox
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People, client_of


@pytest.mark.parametrize(
    ("path", "names"),
    [
        pytest.param("user/search?query=ada", ["Ada Agent"], id="by the beginning of the address"),
        pytest.param("user/search?query=sidecar", ["SLA Sidecar"], id="by the name"),
        pytest.param("user/assignable/search?project=SUP&query=c", ["SLA Sidecar"], id="customers cannot be assigned"),
        pytest.param("user/assignable/search?issueKey=SUP-1&query=ada", ["Ada Agent"], id="by issue"),
        pytest.param(
            "user/permission/search?permissions=ADMINISTER_PROJECTS&projectKey=SUP&query=ada", [], id="rights"
        ),
        pytest.param("users/search?startAt=1&maxResults=1", ["Olivia Owner"], id="a page of everybody"),
    ],
)
def test_who_is_found(client: Client, issue: Issue, path: str, names: list[str]) -> None:
    """Names and addresses are searched; assignable are only those on the support side."""
    assert issue.key == "SUP-1"
    assert [person["displayName"] for person in client.get(f"{V3}/{path}")] == names


def test_asking_about_others_needs_rights(sandbox: Sandbox, people: People) -> None:
    """An agent cannot ask who holds what."""
    ada = client_of(sandbox, people.ada)
    path = f"{V3}/user/permission/search?permissions=SERVICEDESK_AGENT&projectKey=SUP"
    assert ada("GET", path).status_code == 403
    body = {"accountId": people.carla.account_id, "projectPermissions": []}
    assert ada("POST", f"{V3}/permissions/check", body).status_code == 403


def test_permissions_of_somebody_else(client: Client, people: People, issue: Issue) -> None:
    """In which projects and on which issues a person holds a permission, and globally."""
    asked = {"permissions": ["EDIT_ISSUES"], "projects": [10000, 99999], "issues": [int(issue.id)]}
    body: dict[str, Any] = {"projectPermissions": [asked], "globalPermissions": ["ADMINISTER"]}
    for person, projects, issues in ((people.ada, [10000], [int(issue.id)]), (people.carla, [], [])):
        got = client("POST", f"{V3}/permissions/check", body | {"accountId": person.account_id}).json()
        wanted = {"permission": "EDIT_ISSUES", "projects": projects, "issues": issues}
        assert got == {"globalPermissions": [], "projectPermissions": [wanted]}
    assert client("POST", f"{V3}/permissions/check", body).json()["globalPermissions"] == ["ADMINISTER"]


def test_groups_and_roles(client: Client, people: People) -> None:
    """Who is in a group, and who has a role in a project."""
    members = client.get(f"{V3}/group/member?groupname=jira-administrators")["values"]
    assert {one["displayName"] for one in members} == {"Olivia Owner", "SLA Sidecar"}
    assert client("GET", f"{V3}/group/member?groupname=none").status_code == 404
    groups = client.get(f"{V3}/user/groups?accountId={people.ada.account_id}")
    assert [group["name"] for group in groups] == ["jira-servicemanagement-users"]
    assert client.get(f"{V3}/groups/picker?query=admin")["total"] == 1
    roles = client.get(f"{V3}/project/SUP/role")
    team = client.get(roles["Service Desk Team"].removeprefix(client.url))
    assert "Ada Agent" in [actor["displayName"] for actor in team["actors"]]
    assert client("GET", f"{V3}/project/SUP/role/1").status_code == 404


def test_addresses_are_private(client: Client, people: People) -> None:
    """Whoever hides the own address has none in any answer."""
    path = f"{V3}/user?accountId={people.ada.account_id}"
    assert client.get(path)["emailAddress"] == "ada.agent@support.example"
    people.ada.hides_email = True
    assert "emailAddress" not in client.get(path)
    assert client("GET", f"{V3}/user?accountId=nobody").status_code == 404


def test_assigning(client: Client, people: People, issue: Issue) -> None:
    """By account id; null is nobody; customers cannot be assigned."""
    path = f"{V3}/issue/{issue.id}/assignee"
    assert client("PUT", path, {"accountId": people.ada.account_id}).status_code == 204
    assert issue.values["assignee"] == people.ada.account_id
    assert client("PUT", path, {"accountId": people.carla.account_id}).status_code == 400
    assert client("PUT", path, {"accountId": None}).status_code == 204
    assert issue.values["assignee"] is None


@pytest.mark.parametrize(
    ("to", "status"),
    [
        pytest.param({"reporter": True}, 204, id="the reporter"),
        pytest.param({"assignee": True}, 400, id="the assignee of an unassigned issue"),
        pytest.param({}, 400, id="nobody"),
        pytest.param({"users": [{"accountId": "SELF"}]}, 400, id="oneself"),
    ],
)
def test_notifying(client: Client, people: People, issue: Issue, to: dict[str, Any], status: int) -> None:
    """A mail about an issue needs somebody else to go to."""
    if "users" in to:
        to = {"users": [{"accountId": people.service.account_id}]}
    body = {"subject": "Due soon", "textBody": "t", "to": to}
    assert client("POST", f"{V3}/issue/{issue.id}/notify", body).status_code == status
