"""The service desk's side: requests, customers, organizations, and the site's own SLA clocks."""

from datetime import timedelta

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import DESK, V3, Client, People, client_of


def test_a_customer_raises_a_request(sandbox: Sandbox, people: People, client: Client, state: State) -> None:
    """By the portal's API; on the platform it is an issue with a request type and its channel in a property."""
    carla = client_of(sandbox, people.carla)
    [desk] = carla.get(f"{DESK}/servicedesk")["values"]
    kind = carla.get(f"{DESK}/servicedesk/{desk['id']}/requesttype")["values"][0]
    body = {
        "serviceDeskId": desk["id"],
        "requestTypeId": kind["id"],
        "requestFieldValues": {"summary": "Help", "description": "Please."},
    }
    made = carla("POST", f"{DESK}/request", body)
    assert (made.status_code, made.json()["currentStatus"]["statusCategory"]) == (201, "INDETERMINATE")
    got = client.get(f"{V3}/issue/{made.json()['issueId']}?properties=request.channel.type")
    assert got["fields"]["reporter"]["displayName"] == "Carla Custer"
    assert got["fields"]["customfield_10010"]["requestType"]["name"] == kind["name"]
    assert got["properties"] == {"request.channel.type": {"value": "portal"}}
    assert len(state.issues) == 1


def test_an_agent_raises_one_for_a_customer(client: Client, people: People, state: State) -> None:
    """The reporter is the customer, the creator the agent."""
    body = {
        "serviceDeskId": state.desk().id,
        "requestTypeId": state.request_type().id,
        "requestFieldValues": {"summary": "Help"},
        "raiseOnBehalfOf": people.carla.account_id,
    }
    fields = client.get(f"{V3}/issue/{client('POST', f'{DESK}/request', body).json()['issueId']}")["fields"]
    assert (fields["reporter"]["displayName"], fields["creator"]["displayName"]) == ("Carla Custer", "SLA Sidecar")


def test_what_a_request_is_refused_for(client: Client, state: State) -> None:
    """The service desk has its own envelope for errors."""
    body = {"serviceDeskId": state.desk().id, "requestTypeId": "1", "requestFieldValues": {}}
    answer = client("POST", f"{DESK}/request", body)
    assert (answer.status_code, "summary" in answer.json()["errorMessage"]) == (400, True)
    assert "i18nErrorMessage" in answer.json()


def test_an_organization_and_its_plan(client: Client, people: People) -> None:
    """A plan can be a property, which only the API sees; its change moves no issue and sends no event."""
    path = f"{DESK}/organization/{people.acme.id}"
    assert client.get(path)["name"] == "Acme"
    assert client.get(f"{path}/property/support-plan") == {"key": "support-plan", "value": "Gold"}
    assert client("PUT", f"{path}/property/support-plan", "Silver").status_code == 200
    assert client.get(f"{path}/property/support-plan")["value"] == "Silver"
    assert client("GET", f"{path}/property/none").status_code == 404
    assert [one["displayName"] for one in client.get(f"{path}/user")["values"]] == ["Carla Custer"]


def test_a_name_that_is_taken_returns_what_is_there(client: Client, people: People) -> None:
    """Creating an organization twice gives one."""
    made = client("POST", f"{DESK}/organization", {"name": "Acme"})
    assert (made.status_code, made.json()["id"]) == (201, people.acme.id)


def test_organizations_of_one_customer(client: Client, people: People, state: State) -> None:
    """Membership is not the same as what a request is shared with."""
    state.add_organization("Birch")
    path = f"{DESK}/servicedesk/{state.desk().id}/organization"
    assert len(client.get(path)["values"]) == 2
    assert [one["name"] for one in client.get(f"{path}?accountId={people.carla.account_id}")["values"]] == ["Acme"]


def test_organizations_are_written_as_numbers(client: Client, people: People, issue: Issue, state: State) -> None:
    """The field takes ids as numbers, whole or one by one."""
    birch = state.add_organization("Birch")
    field = "customfield_10002"
    assert client.edit(issue, fields={field: [{"id": birch.id}]}).status_code == 400
    assert client.edit(issue, update={field: [{"add": int(birch.id)}]}).status_code == 204
    assert issue.values[field] == [people.acme.id, birch.id]
    assert client.edit(issue, fields={field: [int(birch.id)]}).status_code == 204
    assert [one["name"] for one in client.get(f"{V3}/issue/{issue.id}")["fields"][field]] == ["Birch"]


def test_pages_of_the_service_desk(client: Client, state: State, people: People) -> None:
    """``start``, ``limit``, ``isLastPage`` and links to the neighbours."""
    for number in range(3):
        state.add_organization(f"Company {number}")
    first = client.get(f"{DESK}/organization?limit=3")
    rest = client("GET", first["_links"]["next"].removeprefix(client.url)).json()
    assert (first["size"], first["isLastPage"], rest["size"], rest["isLastPage"]) == (3, False, 1, True)
    assert people.acme.name == "Acme"


def test_membership_of_organizations_and_desks(client: Client, people: People, state: State) -> None:
    """People join and leave organizations, organizations join and leave desks."""
    birch = client("POST", f"{DESK}/organization", {"name": "Birch"}).json()["id"]
    desk = f"{DESK}/servicedesk/SUP"
    body = {"accountIds": [people.carla.account_id]}
    assert client("POST", f"{DESK}/organization/{birch}/user", body).status_code == 204
    assert client("POST", f"{desk}/organization", {"organizationId": int(birch)}).status_code == 204
    assert len(client.get(f"{desk}/organization?accountId={people.carla.account_id}")["values"]) == 2
    assert client("DELETE", f"{DESK}/organization/{birch}/user", body).status_code == 204
    assert client("DELETE", f"{desk}/organization", {"organizationId": int(birch)}).status_code == 204
    assert [one["name"] for one in client.get(f"{desk}/organization")["values"]] == ["Acme"]
    assert client("POST", f"{desk}/organization", {"organizationId": 99}).status_code == 404
    assert client("DELETE", f"{DESK}/organization/{birch}").status_code == 204
    assert client("GET", f"{DESK}/organization/{birch}").status_code == 404
    assert birch not in state.organizations


def test_customers_of_a_desk(client: Client, people: People) -> None:
    """Created once for an address, found by part of name or address."""
    new = {"displayName": "Eve Earl", "email": "eve@x.example"}
    made = client("POST", f"{DESK}/customer", new)
    assert (made.status_code, made.json()["accountId"][:3]) == (201, "qm:")
    assert client("POST", f"{DESK}/customer", new).status_code == 400
    client("POST", f"{DESK}/servicedesk/1/customer", {"accountIds": [made.json()["accountId"]]})
    found = client.get(f"{DESK}/servicedesk/1/customer?query=e")["values"]
    assert {one["displayName"] for one in found} == {"Eve Earl", people.carla.name}


@pytest.mark.parametrize(
    ("story", "breached", "paused"),
    [
        pytest.param((), True, False, id="nobody answers for a day"),
        pytest.param(("reply",), False, None, id="answered in time"),
    ],
)
def test_native_first_response(
    client: Client,
    state: State,
    people: People,
    issue: Issue,
    clock: Clock,
    story: tuple[str, ...],
    breached: bool,
    paused: bool | None,
) -> None:
    """The site's own clock runs four hours; a public reply of an agent ends it."""
    clock.advance(timedelta(hours=1))
    for _ in story:
        state.reply(issue, people.ada, "We look into it.")
    clock.advance(timedelta(hours=23))
    slas = {one["name"]: one for one in client.get(f"{DESK}/request/{issue.id}/sla")["values"]}
    metric = slas["Time to first response"]
    cycle = metric["completedCycles"][0] if story else metric["ongoingCycle"]
    assert (cycle["breached"], cycle.get("paused")) == (breached, paused)
    fields = client.get(f"{V3}/issue/{issue.id}")["fields"]
    assert fields["customfield_10031"] == metric


def test_the_native_clock_pauses_while_waiting_for_the_customer(
    client: Client, state: State, people: People, issue: Issue, clock: Clock
) -> None:
    """Time in that status does not count; while paused no breach time is given."""
    state.set_status(issue, "Waiting for customer", people.ada)
    clock.advance(timedelta(hours=10))
    resolution = client.get(f"{DESK}/request/{issue.id}/sla/10030")
    assert (resolution["ongoingCycle"]["paused"], "breachTime" in resolution["ongoingCycle"]) == (True, False)
    assert resolution["ongoingCycle"]["elapsedTime"]["millis"] == 0
    state.set_status(issue, "Waiting for support", people.ada)
    clock.advance(timedelta(hours=2))
    assert client.get(f"{DESK}/request/{issue.id}/sla/10030")["ongoingCycle"]["elapsedTime"]["millis"] == 7_200_000


def test_participants_and_transitions(client: Client, state: State, people: People, issue: Issue) -> None:
    """Others can take part, and agents move requests on by this API too."""
    dan = state.add_customer("Dan Dorn")
    path = f"{DESK}/request/{issue.id}"
    got = client("POST", f"{path}/participant", {"accountIds": [dan.account_id]}).json()
    assert [one["displayName"] for one in got["values"]] == ["Dan Dorn"]
    resolve = next(one for one in client.get(f"{path}/transition")["values"] if one["name"].startswith("Resolve"))
    body = {"id": resolve["id"], "additionalComment": {"body": "Done."}}
    assert client("POST", f"{path}/transition", body).status_code == 204
    assert [one["status"] for one in client.get(f"{path}/status")["values"]] == ["Resolved", "Waiting for support"]
    assert [comment.public for comment in issue.comments] == [True]
    assert people.ada.name == "Ada Agent"
