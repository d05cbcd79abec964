"""Who gets in: tokens, addresses, scopes, rights, and the answers that look like success and are not."""

from datetime import timedelta

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State, Switches
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People, client_of, populate

WRONG = ("sla.sidecar@support.example", "wrong")
FAILED = "AUTHENTICATED_FAILED"


def test_a_classic_token_with_its_address(client: Client, people: People) -> None:
    """The site takes ``email:token`` and says who that is."""
    assert client.get(f"{V3}/myself")["accountId"] == people.service.account_id


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        pytest.param(None, 401, id="nobody"),
        pytest.param(WRONG, 401, id="a wrong token"),
        pytest.param(("ada.agent@support.example", "THEIRS"), 401, id="somebody else's token"),
        pytest.param(("SLA.Sidecar@support.example", "THEIRS"), 200, id="the address in another case"),
    ],
)
def test_myself_refuses_strangers(
    sandbox: Sandbox, people: People, credentials: tuple[str, str] | None, status: int
) -> None:
    """Only this path reliably answers 401."""
    token = sandbox.state.add_token(people.service).value
    auth = (credentials[0], credentials[1].replace("THEIRS", token)) if credentials else None
    assert requests.get(f"{sandbox.url}{V3}/myself", auth=auth, timeout=10).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/issue/SUP-1", 404, id="an issue is not there"),
        pytest.param("/field", 200, id="fields are only the system's"),
        pytest.param("/project/search", 200, id="no projects"),
        pytest.param("/user/search?query=ada", 200, id="no people"),
        pytest.param("/priority", 200, id="priorities are everybody's"),
    ],
)
def test_wrong_credentials_look_like_nobody(sandbox: Sandbox, issue: Issue, path: str, status: int) -> None:
    """Where anonymous calls are taken, an expired token gets less instead of a 401; a header tells."""
    assert issue.key == "SUP-1"
    answer = requests.get(f"{sandbox.url}{V3}{path}", auth=WRONG, timeout=10)
    assert (answer.status_code, answer.headers["X-Seraph-LoginReason"]) == (status, FAILED)
    assert "customfield" not in answer.text
    assert "Ada" not in answer.text


def test_a_token_ends(sandbox: Sandbox, client: Client, people: People, clock: Clock) -> None:
    """Tokens live a year at most; after that the caller is nobody."""
    token = sandbox.state.add_token(people.service, lifetime=timedelta(days=365))
    auth = (people.service.email, token.value)
    assert requests.get(f"{client.url}{V3}/myself", auth=auth, timeout=10).status_code == 200
    clock.advance(timedelta(days=365))
    assert requests.get(f"{client.url}{V3}/myself", auth=auth, timeout=10).status_code == 401


def test_scoped_tokens_work_under_the_gateway_only(sandbox: Sandbox, people: People, issue: Issue) -> None:
    """On the site's own address they are refused; under the gateway they do what their scopes say."""
    token = sandbox.state.add_token(people.service, scopes=["read:jira-work", "read:jira-user"])
    auth = (people.service.email, token.value)
    statuses = {
        "site": requests.get(f"{sandbox.url}{V3}/myself", auth=auth, timeout=10).status_code,
        "gateway": requests.get(f"{sandbox.gateway}{V3}/myself", auth=auth, timeout=10).status_code,
        "read": requests.get(f"{sandbox.gateway}{V3}/issue/{issue.id}", auth=auth, timeout=10).status_code,
        "write": requests.put(
            f"{sandbox.gateway}{V3}/issue/{issue.id}", json={"fields": {"summary": "s"}}, auth=auth, timeout=10
        ).status_code,
    }
    assert statuses == {"site": 401, "gateway": 200, "read": 200, "write": 401}


def test_classic_tokens_do_not_work_under_the_gateway(sandbox: Sandbox, people: People) -> None:
    """Each kind has its own address."""
    auth = (people.service.email, sandbox.state.add_token(people.service).value)
    assert requests.get(f"{sandbox.gateway}{V3}/myself", auth=auth, timeout=10).status_code == 401


def test_the_cloud_id_is_for_everybody(sandbox: Sandbox) -> None:
    """A client finds the gateway's address without credentials."""
    answer = requests.get(f"{sandbox.url}/_edge/tenant_info", timeout=10).json()
    assert answer == {"cloudId": sandbox.state.cloud_id}


def test_a_personal_access_token_is_for_data_center(clock: Clock) -> None:
    """There it goes as Bearer; version 3 and account ids do not exist."""
    state = State(clock, switches=Switches(data_center=True))
    people = populate(state)
    with Sandbox(state, limits=False) as sandbox:
        headers = {"Authorization": f"Bearer {state.add_token(people.service).value}"}
        me = requests.get(f"{sandbox.url}/rest/api/2/myself", headers=headers, timeout=10).json()
        third = requests.get(f"{sandbox.url}{V3}/myself", headers=headers, timeout=10)
    assert (me["name"], "accountId" in me, third.status_code) == ("sla.sidecar", False, 404)


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status"),
    [
        pytest.param("ada", "POST", "/field", {"name": "x", "type": "textfield"}, 403, id="fields need an admin"),
        pytest.param("ada", "GET", "/screens", None, 403, id="screens need an admin"),
        pytest.param("ada", "PUT", "/issue/SUP-1", {"fields": {"labels": ["x"]}}, 204, id="agents edit"),
        pytest.param("carla", "GET", "/issue/SUP-1", None, 404, id="customers see no platform issue"),
        pytest.param("ada", "DELETE", "/issue/SUP-1", None, 403, id="agents do not delete"),
    ],
)
def test_rights(
    sandbox: Sandbox, people: People, issue: Issue, who: str, method: str, path: str, body: object, status: int
) -> None:
    """Agents work on issues, administrators configure, customers only have the portal."""
    assert issue.key == "SUP-1"
    assert client_of(sandbox, getattr(people, who))(method, V3 + path, body).status_code == status


def test_mypermissions(client: Client, people: People) -> None:
    """The permissions asked for are answered one by one; asking for none, or an unknown one, is an error."""
    people.service.lacking.add("ADMINISTER_PROJECTS")
    asked = "BROWSE_PROJECTS,ADMINISTER_PROJECTS,SERVICEDESK_AGENT"
    held = client.get(f"{V3}/mypermissions?projectKey=SUP&permissions={asked}")["permissions"]
    assert {key: value["havePermission"] for key, value in held.items()} == {
        "BROWSE_PROJECTS": True,
        "ADMINISTER_PROJECTS": False,
        "SERVICEDESK_AGENT": True,
    }
    assert client("GET", f"{V3}/mypermissions").status_code == 400
    assert client("GET", f"{V3}/mypermissions?permissions=FLY").status_code == 400


def test_whether_somebody_is_an_agent(client: Client, people: People) -> None:
    """Asked of the permission, not of the kind of account: an employee who only asks is a customer."""
    employee = client("POST", "/rest/servicedeskapi/customer", {"displayName": "Eve", "email": "eve@x.example"}).json()
    path = f"{V3}/user/permission/search?permissions=SERVICEDESK_AGENT&projectKey=SUP&accountId="
    assert [one["displayName"] for one in client.get(path + people.ada.account_id)] == ["Ada Agent"]
    assert client.get(path + employee["accountId"]) == []
