"""Everything around tickets that a set-up command or a console asks for."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.zendesk import State
from sandbox.zendesk.model import CustomField
from sandbox.zendesk.tickets_model import Ticket
from tests.sandbox.zendesk.conftest import Client, People


@pytest.mark.parametrize(
    ("path", "key", "body", "change"),
    [
        pytest.param("groups", "group", {"name": "Tier 2"}, {"name": "Tier two"}, id="groups"),
        pytest.param("organizations", "organization", {"name": "Birch"}, {"notes": "n"}, id="organizations"),
        pytest.param("users", "user", {"name": "Eve", "email": "eve@birch.example"}, {"phone": "1"}, id="users"),
        pytest.param("ticket_fields", "ticket_field", {"title": "T"}, {"title": "U"}, id="ticket fields"),
        pytest.param("user_fields", "user_field", {"title": "T", "key": "t"}, {"title": "U"}, id="user fields"),
        pytest.param(
            "organization_fields", "organization_field", {"title": "T", "key": "t"}, {"title": "U"}, id="org fields"
        ),
        pytest.param(
            "views",
            "view",
            {"title": "v", "all": [{"field": "status", "operator": "is", "value": "open"}]},
            {"title": "w"},
            id="views",
        ),
        pytest.param(
            "triggers",
            "trigger",
            {"title": "t", "actions": [{"field": "priority", "value": "low"}]},
            {"title": "u"},
            id="triggers",
        ),
    ],
)
def test_create_show_list_change_delete(
    client: Client, path: str, key: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    """The life of a record: 201 with its address, 200, 200, and 404 after its end."""
    made = client("POST", f"/api/v2/{path}.json", {key: body})
    assert made.status_code == 201
    record = made.json()[key]
    assert made.headers["Location"] == record["url"] == f"{client.url}/api/v2/{path}/{record['id']}.json"
    one = f"/api/v2/{path}/{record['id']}"
    assert client.get(one)[key] == record
    assert record["id"] in [entry["id"] for entry in client.get(f"/api/v2/{path}?page[size]=100")[path]]
    changed = client("PUT", one, {key: change}).json()[key]
    assert {name: changed[name] for name in change} == change
    assert client("DELETE", one).status_code in (200, 204)
    assert client("GET", one).json()["error"] == "RecordNotFound"


@pytest.mark.parametrize(
    ("path", "key", "body"),
    [
        pytest.param("organizations", "organization", {"name": "acme"}, id="an organization's name"),
        pytest.param("users", "user", {"name": "C", "email": "Carla.Custer@customer.example"}, id="a user's address"),
        pytest.param("organization_fields", "organization_field", {"title": "P", "key": "support_plan"}, id="a key"),
    ],
)
def test_what_must_be_unique(client: Client, path: str, key: str, body: dict[str, Any]) -> None:
    """A second one is refused, in whatever case it is written."""
    answer = client("POST", f"/api/v2/{path}", {key: body})
    assert answer.status_code == 422
    assert "DuplicateValue" in answer.text


def test_finding_people(client: Client, people: People) -> None:
    """By role, by words, by organization, by group, or creating where there is none."""

    def ids(path: str) -> list[int]:
        return [user["id"] for user in client.get(f"/api/v2/{path}")["users"]]

    assert ids("users?role=end-user") == ids("users/search?query=carla") == [people.carla.id]
    assert ids(f"organizations/{people.acme.id}/users") == [people.carla.id]
    assert people.ada.id in ids(f"groups/{people.ada.default_group_id}/users")
    assert ids(f"users/show_many?ids={people.ada.id},1") == [people.ada.id]
    body = {"user": {"name": "Carla C.", "email": people.carla.email}}
    answer = client("POST", "/api/v2/users/create_or_update", body)
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, people.carla.id)


def test_finding_organizations(client: Client, people: People) -> None:
    """By external id, compared without case, or by name; custom values are by key."""
    client("PUT", f"/api/v2/organizations/{people.acme.id}", {"organization": {"external_id": "CRM-7"}})
    for path in ("show_many?external_ids=crm-7", "search?external_id=CRM-7", "search?name=acme"):
        [found] = client.get(f"/api/v2/organizations/{path}")["organizations"]
        assert found["organization_fields"] == {"support_plan": "plan_gold"}


def test_a_deleted_organization_is_gone_from_its_tickets(client: Client, ticket: Ticket, people: People) -> None:
    """Tickets and people stay, without it."""
    assert client("DELETE", f"/api/v2/organizations/{people.acme.id}").status_code == 204
    assert client.get("/api/v2/tickets/1?include=organizations")["organizations"] == []
    assert client.get(f"/api/v2/users/{people.carla.id}")["user"]["organization_id"] is None


def test_a_deleted_user_is_missing_from_sideloads(client: Client, ticket: Ticket, people: People) -> None:
    """Without an error: an unknown author is nobody of support."""
    client("DELETE", f"/api/v2/users/{people.carla.id}")
    comments = client.get("/api/v2/tickets/1/comments?include=users")
    assert ([c["author_id"] for c in comments["comments"]], comments["users"]) == ([people.carla.id], [])


def test_memberships(client: Client, state: State, people: People) -> None:
    """An agent joins a group once; end users never."""
    group = state.add_group("Tier 2")

    def join(user_id: int) -> int:
        body = {"group_membership": {"user_id": user_id, "group_id": group.id}}
        return client("POST", "/api/v2/group_memberships", body).status_code

    assert [join(people.ada.id), join(people.ada.id), join(people.carla.id)] == [201, 422, 422]
    members = client.get(f"/api/v2/groups/{group.id}/memberships")["group_memberships"]
    assert [member["user_id"] for member in members] == [people.ada.id]
    assert len(client.get(f"/api/v2/users/{people.ada.id}/group_memberships")["group_memberships"]) == 2


def test_forms(client: Client, state: State, tagger: CustomField) -> None:
    """A new field stands on the default form only; empty conditions delete those that were there."""
    body = {"ticket_form": {"name": "Incident", "ticket_field_ids": [], "agent_conditions": [{"x": 1}]}}
    form = client("POST", "/api/v2/ticket_forms", body).json()["ticket_form"]
    field = client("POST", "/api/v2/ticket_fields", {"ticket_field": {"title": "New"}}).json()["ticket_field"]
    shown = {entry["name"]: entry for entry in client.get("/api/v2/ticket_forms")["ticket_forms"]}
    assert field["id"] in shown["Default Ticket Form"]["ticket_field_ids"]
    assert shown["Incident"]["ticket_field_ids"] == []
    path = f"/api/v2/ticket_forms/{form['id']}"
    changed = client("PUT", path, {"ticket_form": {"ticket_field_ids": [field["id"]]}}).json()["ticket_form"]
    assert (changed["ticket_field_ids"], changed["agent_conditions"]) == ([field["id"]], [{"x": 1}])
    assert (
        client("PUT", path, {"ticket_form": {"agent_conditions": []}}).json()["ticket_form"]["agent_conditions"] == []
    )
    assert client("PUT", path, {"ticket_form": {"ticket_field_ids": [1]}}).status_code == 422


def test_a_field_that_a_trigger_uses_stays(client: Client, state: State, tagger: CustomField) -> None:
    """Delete the trigger first; system fields never go."""
    rule = state.add_trigger("T", [{"field": f"custom_fields_{tagger.id}", "value": "sla_state_running"}])
    path = f"/api/v2/ticket_fields/{tagger.id}"
    assert client("DELETE", path).status_code == 422
    assert client("DELETE", f"/api/v2/triggers/{rule.id}").status_code == 204
    assert client("DELETE", path).status_code == 204
    subject = client.get("/api/v2/ticket_fields")["ticket_fields"][0]
    assert client("DELETE", f"/api/v2/ticket_fields/{subject['id']}").status_code == 422


def test_trigger_categories(client: Client) -> None:
    """Ids are text; a category that holds triggers stays."""
    category = client("POST", "/api/v2/trigger_categories", {"trigger_category": {"name": "SLA"}}).json()
    number = category["trigger_category"]["id"]
    trigger = {"title": "t", "category_id": number, "actions": [{"field": "priority", "value": "low"}]}
    made = client("POST", "/api/v2/triggers", {"trigger": trigger}).json()["trigger"]
    assert (isinstance(number, str), made["category_id"]) == (True, number)
    assert client("DELETE", f"/api/v2/trigger_categories/{number}").status_code == 422
    client("DELETE", f"/api/v2/triggers/{made['id']}")
    assert client("DELETE", f"/api/v2/trigger_categories/{number}").status_code == 204


def test_oauth_clients_show_their_secret_once(client: Client, people: People) -> None:
    """In full at creation; a token made by an admin works."""
    body = {"client": {"name": "S", "identifier": "s", "kind": "confidential", "user_id": people.ada.id}}
    made = client("POST", "/api/v2/oauth/clients", body).json()["client"]
    listed = client.get("/api/v2/oauth/clients")["clients"][0]
    assert (len(made["secret"]), len(listed["secret"])) == (64, 10)
    token = client("POST", "/api/v2/oauth/tokens", {"token": {"client_id": made["id"], "scopes": ["read"]}}).json()
    bearer = {"Authorization": f"Bearer {token['token']['full_token']}"}
    assert client("GET", "/api/v2/users/me", headers=bearer).json()["user"]["id"] == people.service.id


def test_settings_policies_and_addresses(client: Client) -> None:
    """What a doctor looks at."""
    settings = client.get("/api/v2/account/settings")["settings"]
    assert (settings["tickets"]["status_hold"], settings["active_features"]["user_tagging"]) == (True, True)
    policy = {"title": "Gold", "policy_metrics": [{"priority": "high", "metric": "first_reply_time", "target": 60}]}
    assert client("POST", "/api/v2/slas/policies", {"sla_policy": policy}).status_code == 201
    assert [entry["title"] for entry in client.get("/api/v2/slas/policies")["sla_policies"]] == ["Gold"]
    assert client.get("/ips")["ips"]["egress"]["all"] == ["127.0.0.1/32"]


def test_metrics(client: Client, state: State, people: People, ticket: Ticket, clock: Clock) -> None:
    """Zendesk's own figures: first reply after ten minutes, solved after thirty, reopened once."""
    clock.advance(timedelta(minutes=10))
    state.reply(ticket, people.ada, "looking")
    clock.advance(timedelta(minutes=20))
    state.set_status(ticket, "solved")
    state.reply(ticket, people.carla, "no")
    metric = client.get("/api/v2/tickets/1/metrics")["ticket_metric"]
    assert metric["reply_time_in_minutes"] == {"calendar": 10, "business": 10}
    assert metric["full_resolution_time_in_minutes"]["calendar"] == 30
    assert (metric["replies"], metric["reopens"]) == (1, 1)
    assert client.get("/api/v2/tickets?include=metric_sets")["metric_sets"][0]["ticket_id"] == 1


def test_flags_of_comments(client: Client, state: State, people: People, ticket: Ticket) -> None:
    """4 is automatic mail, 17 a private comment by an end user; light agents never comment publicly."""
    state.reply(ticket, people.carla, "out of office", automatic=True)
    state.reply(ticket, people.carla, "psst", public=False)
    light = state.add_agent("Lea Light", light=True)
    state.reply(ticket, light, "hello", public=True)
    comments = client.get("/api/v2/tickets/1/comments")["comments"]
    assert [comment["metadata"].get("flags") for comment in comments] == [None, [4], [17], None]
    assert [comment["public"] for comment in comments] == [True, True, False, False]


def test_a_ticket_that_an_agent_opens(client: Client, state: State, people: People) -> None:
    """The submitter becomes the author of the first comment."""
    ticket = state.open_ticket(people.carla, "by phone", by=people.ada)
    shown = client.get("/api/v2/tickets/1")["ticket"]
    assert (shown["requester_id"], shown["submitter_id"]) == (people.carla.id, people.ada.id)
    assert next(ticket.comments())[1].author_id == people.ada.id


def test_tags_of_the_account(client: Client, state: State, people: People) -> None:
    """With how often each is used."""
    for tags in (["a", "b"], ["a"]):
        state.open_ticket(people.carla, "s", tags=tags)
    assert client.get("/api/v2/tags")["tags"] == [{"name": "a", "count": 2}, {"name": "b", "count": 1}]


def test_other_incremental_exports(client: Client, people: People, clock: Clock) -> None:
    """Organizations and users, for caches."""
    clock.advance(timedelta(minutes=5))
    found = client.get("/api/v2/incremental/organizations?start_time=1")
    assert [entry["name"] for entry in found["organizations"]] == ["Acme"]
    assert len(client.get("/api/v2/incremental/users?start_time=1")["users"]) == 4
