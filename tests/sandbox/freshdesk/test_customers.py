"""Companies and contacts, and the settings that an adapter reads."""

from datetime import timedelta

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People
from tests.sandbox.parties import Endpoint


def test_the_plan_is_the_companys_tier(client: Client, state: State, people: People, ticket: Ticket) -> None:
    """A ticket has only the company's id; a contact leads there too."""
    company = client.get(f"/companies/{client.get('/tickets/1')['company_id']}")
    assert (company["name"], company["account_tier"]) == ("Acme", "Premium")
    assert client.get(f"/contacts/{people.carla.id}")["company_id"] == people.acme.id


def test_a_changed_plan_is_told_by_nothing_but_updated_since(
    client: Client, state: State, people: People, ticket: Ticket, endpoint: Endpoint, clock: Clock
) -> None:
    """No rule runs on companies."""
    state.add_webhook(endpoint.url)
    clock.advance(timedelta(hours=1))
    state.set_plan(people.acme, "Enterprise")
    since = "/companies?updated_since=2026-11-23T09:30:00Z"
    assert [company["account_tier"] for company in client.get(since)] == ["Enterprise"]
    assert (state.courier.wait_idle(), endpoint.received) == (True, [])
    clock.advance(timedelta(hours=1))
    assert client.get("/companies?updated_since=2026-11-23T10:30:00Z") == []


def test_companies(client: Client, people: People) -> None:
    """Created, changed, found, deleted; names are unique, tiers come from a list."""
    made = client("POST", "/companies", {"name": "Birch", "account_tier": "Basic", "custom_fields": {"region": "EU"}})
    assert made.status_code == 201
    path = f"/companies/{made.json()['id']}"
    assert client.put(path, account_tier="Premium")["custom_fields"] == {"region": "EU"}
    assert client("POST", "/companies", {"name": "birch"}).status_code == 409
    assert client.faults("PUT", path, {"account_tier": "Gold"}) == (400, {("account_tier", "invalid_value")})
    assert client.get("/companies/autocomplete?name=bi")["companies"][0]["name"] == "Birch"
    assert [field["name"] for field in client.get("/company_fields")][-1] == "region"
    assert client("DELETE", path).status_code == 204
    assert client("GET", path).status_code == 404


def test_contacts(client: Client, people: People) -> None:
    """An address is somebody's only once: 409; deleted ones are in their own list."""
    made = client("POST", "/contacts", {"name": "Dan", "email": "dan@customer.example"}).json()
    path = f"/contacts/{made['id']}"
    assert client("POST", "/contacts", {"name": "Dan", "email": "DAN@customer.example"}).status_code == 409
    assert client.faults("POST", "/contacts", {}) == (400, {("name", "missing_field"), ("email", "missing_field")})
    assert client.put(path, company_id=people.acme.id)["company_id"] == people.acme.id
    assert client("DELETE", path).status_code == 204
    assert client("PUT", path, {"name": "D"}).status_code == 405
    assert [contact["name"] for contact in client.get("/contacts?state=deleted")] == ["Dan"]
    assert client("PUT", f"{path}/restore").status_code == 204
    assert [contact["name"] for contact in client.get("/contacts?email=dan@customer.example")] == ["Dan"]


def test_a_contact_that_becomes_an_agent_silences_the_rules(
    client: Client, state: State, people: People, ticket: Ticket, endpoint: Endpoint
) -> None:
    """The same id is an agent's now, and no rule runs on that person's tickets any more."""
    state.add_webhook(endpoint.url)
    assert client("PUT", f"/contacts/{people.carla.id}/make_agent", {}).status_code == 200
    state.set_priority(ticket, 4, people.ada)
    assert (state.courier.wait_idle(), endpoint.received) == (True, [])
    assert client("GET", f"/contacts/{people.carla.id}").status_code == 404


def test_agents_and_groups(client: Client, people: People) -> None:
    """An agent is found by the address, and knows the groups."""
    found = client.get(f"/agents?email={people.ada.email}")
    assert [agent["id"] for agent in found] == [people.ada.id]
    made = client("POST", "/groups", {"name": "Tier 2", "agent_ids": [people.ada.id]}).json()
    assert client.get(f"/agents/{people.ada.id}")["group_ids"][-1] == made["id"]
    assert [group["name"] for group in client.get("/admin/groups")] == ["Customer Support", "Tier 2"]
    assert client("POST", "/groups", {"name": "tier 2"}).status_code == 409


def test_settings(client: Client, state: State) -> None:
    """Languages, plan and zone; business hours in words of another library, a day left out is closed."""
    assert client.get("/settings/helpdesk")["primary_language"] == "en"
    account = client.get("/account")
    assert (account["tier_type"], account["timezone"]) == ("Growth", "Eastern Time (US & Canada)")
    hours = client.get(f"/business_hours/{state.business_hour_id}")
    assert hours["business_hours"]["monday"] == {"start_time": "08:00:00 am", "end_time": "05:00:00 pm"}
    assert "saturday" not in hours["business_hours"]


def test_native_policies(client: Client, people: People, state: State, clock: Clock) -> None:
    """A policy of one company comes before the default one."""
    target = {f"priority_{n}": {"respond_within": 600, "resolve_within": 1200} for n in range(1, 5)}
    given = {"name": "Acme", "sla_target": target, "applicable_to": {"company_ids": [people.acme.id]}}
    assert client("POST", "/sla_policies", given).status_code == 201
    assert client.faults("POST", "/sla_policies", given | {"applicable_to": {}})[0] == 400
    state.open_ticket(people.carla, "x")
    clock.advance(timedelta(seconds=3))
    assert client.get("/tickets/1")["due_by"] == "2026-11-23T09:20:00Z"
    assert [policy["name"] for policy in client.get("/sla_policies")] == ["Default SLA Policy", "Acme"]
