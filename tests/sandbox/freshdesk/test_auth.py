"""Credentials, roles, scopes and content types."""

import base64

import pytest
import requests

from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param("{key}:X", 200, id="any password goes with a key"),
        pytest.param("{key}", 200, id="a key alone"),
        pytest.param("made-up:X", 401, id="a wrong key"),
        pytest.param(":X", 401, id="no key"),
    ],
)
def test_the_key_is_the_user_name(sandbox: Sandbox, people: People, header: str, status: int) -> None:
    """HTTP Basic with the agent's API key before the colon."""
    headers = {"Authorization": basic(header.format(key=people.service.api_key))}
    assert requests.get(f"{sandbox.url}/api/v2/agents/me", headers=headers, timeout=10).status_code == status


@pytest.mark.parametrize("header", ["", "Bearer abc", "Basic ###", "Basic"])
def test_other_credentials_are_refused_in_words(sandbox: Sandbox, header: str) -> None:
    """401 with invalid_credentials, in the short style."""
    answer = requests.get(f"{sandbox.url}/api/v2/tickets", headers={"Authorization": header}, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


def test_who_am_i(client: Client, people: People) -> None:
    """Any agent may ask, and learns id, scope and address."""
    client.session.auth = (people.ada.api_key, "X")
    me = client.get("/agents/me")
    assert (me["id"], me["ticket_scope"], me["contact"]["email"]) == (people.ada.id, 1, "ada.agent@support.example")


@pytest.mark.parametrize(
    "path",
    [
        "/agents",
        "/groups",
        "/admin/ticket_fields",
        "/automations/4/rules",
        "/account",
        "/business_hours",
        "/sla_policies",
    ],
)
def test_admin_paths(client: Client, people: People, path: str) -> None:
    """An agent without the admin's role is refused there, and nowhere else."""
    assert client("GET", path).status_code == 200
    client.session.auth = (people.ada.api_key, "X")
    answer = client("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")
    assert client("GET", "/ticket_fields").status_code == 200


@pytest.mark.parametrize(
    ("scope", "status"),
    [pytest.param(1, 200, id="global"), pytest.param(2, 403, id="group"), pytest.param(3, 403, id="restricted")],
)
def test_scopes(client: Client, state: State, ticket: Ticket, scope: int, status: int) -> None:
    """A ticket outside an agent's scope cannot be read, and is in no list."""
    state.add_group("Tier 2", narrow := state.add_agent("Nat Narrow", scope=scope))
    client.session.auth = (narrow.api_key, "X")
    assert client("GET", f"/tickets/{ticket.id}").status_code == status
    assert len(client.get("/tickets")) == (1 if status == 200 else 0)
    state.change(ticket, state.owner(), responder_id=narrow.id)
    assert client("GET", f"/tickets/{ticket.id}").status_code == 200


def test_a_deactivated_agents_key_stops_working(client: Client, people: People) -> None:
    """At once, as when somebody leaves."""
    assert client("DELETE", f"/agents/{people.service.id}").status_code == 204
    assert client("GET", "/agents/me").status_code == 401


def test_only_json_is_spoken(client: Client, ticket: Ticket) -> None:
    """415 for another body, 406 for another wish, 400 for a body that is no JSON."""
    url = f"{client.url}/api/v2/tickets/{ticket.id}"
    xml = client.session.put(url, data="<a/>", headers={"Content-Type": "application/xml"}, timeout=10)
    picky = client.session.get(url, headers={"Accept": "text/csv"}, timeout=10)
    broken = client.session.put(url, data="{", headers={"Content-Type": "application/json"}, timeout=10)
    assert (xml.status_code, picky.status_code, broken.status_code) == (415, 406, 400)
    assert broken.json()["code"] == "invalid_json"


def test_what_is_not_there(client: Client, ticket: Ticket) -> None:
    """404 has no body; 405 names the verbs that are allowed."""
    for path in ("/tickets/99", "/nonsense", "/automations/2/rules", "/companies/1"):
        answer = client("GET", path)
        assert (answer.status_code, answer.content) == (404, b""), path
    verb = client("PUT", "/tickets", {"a": 1})
    assert (verb.status_code, verb.headers["Allow"]) == (405, "GET, POST")
