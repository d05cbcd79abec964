"""Who may do what, and how Zendesk says no."""

import base64
from datetime import timedelta

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.zendesk import Sandbox, State
from tests.sandbox.zendesk.conftest import People


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def bearer(state: State, user: object, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {state.add_access_token(user, scopes or ('read', 'write')).token}"}


def grant(sandbox: Sandbox, **body: object) -> requests.Response:
    return requests.post(f"{sandbox.url}/oauth/tokens", json=body, timeout=10)


def test_client_credentials_give_a_token_that_expires(
    sandbox: Sandbox, state: State, people: People, clock: Clock
) -> None:
    """A confidential client gets a token for 30 minutes; after that the API answers 401 invalid_token."""
    oauth = state.add_oauth_client("sidecar", people.service)
    answer = grant(
        sandbox,
        grant_type="client_credentials",
        client_id="sidecar",
        client_secret=oauth.secret,
        scope="read write",
    )
    assert answer.status_code == 201
    assert {**answer.json(), "access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "scope": "read write",
        "expires_in": 1800,
    }
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    url = f"{sandbox.url}/api/v2/tickets.json"
    assert requests.get(url, headers=headers, timeout=10).status_code == 200
    clock.advance(timedelta(seconds=1800))
    late = requests.get(url, headers=headers, timeout=10)
    assert (late.status_code, late.json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        pytest.param({"client_secret": "wrong"}, 401, "invalid_client", id="wrong secret"),
        pytest.param({"client_id": "123"}, 401, "invalid_client", id="numeric id instead of the identifier"),
        pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", id="another grant"),
        pytest.param({"scope": "read impersonate"}, 400, "invalid_scope", id="more than the client may"),
    ],
)
def test_grants_that_are_refused(
    sandbox: Sandbox, state: State, people: People, changed: dict[str, str], status: int, error: str
) -> None:
    """A token is only given for the right client, secret, grant and scope."""
    oauth = state.add_oauth_client("sidecar", people.service)
    oauth.scopes = ("read", "write")
    body = {
        "grant_type": "client_credentials",
        "client_id": "sidecar",
        "client_secret": oauth.secret,
        "scope": "read",
    }
    answer = grant(sandbox, **(body | changed))
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_lifetime_asked_for_is_kept_within_bounds(sandbox: Sandbox, state: State, people: People) -> None:
    """expires_in is from 300 to 172800 seconds."""
    oauth = state.add_oauth_client("sidecar", people.service)
    body = {"grant_type": "client_credentials", "client_id": "sidecar", "client_secret": oauth.secret}
    assert grant(sandbox, **body, expires_in=1).json()["expires_in"] == 300
    assert grant(sandbox, **body, expires_in=10**6).json()["expires_in"] == 172_800


def test_an_api_token_acts_as_the_agent_before_it(sandbox: Sandbox, state: State, people: People) -> None:
    """Basic with email/token; the token is not bound to a user."""
    token, url = state.add_api_token(), f"{sandbox.url}/api/v2/users/me"
    for agent in (people.ada, people.service):
        me = requests.get(url, headers=basic(f"{agent.email}/token", token), timeout=10).json()["user"]
        assert me["id"] == agent.id


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        pytest.param("ada.agent@support.example/token", "wrong", id="wrong token"),
        pytest.param("ada.agent@support.example", "{token}", id="password form"),
        pytest.param("nobody@support.example/token", "{token}", id="unknown address"),
        pytest.param("carla.custer@customer.example/token", "{token}", id="end user"),
    ],
)
def test_wrong_credentials(sandbox: Sandbox, state: State, people: People, name: str, secret: str) -> None:
    """401 everywhere but at users/me, which answers 200 and a user whose id is null."""
    headers = basic(name, secret.replace("{token}", state.add_api_token()))
    refused = requests.get(f"{sandbox.url}/api/v2/tickets", headers=headers, timeout=10)
    assert (refused.status_code, refused.json()) == (401, {"error": "Couldn't authenticate you"})
    me = requests.get(f"{sandbox.url}/api/v2/users/me", headers=headers, timeout=10)
    assert (me.status_code, me.json()["user"]["id"]) == (200, None)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        pytest.param(["read"], "GET", "tickets/1/audits", 200, id="global read reads audits"),
        pytest.param(["tickets:read"], "GET", "tickets/1", 200, id="a resource's own scope"),
        pytest.param(["tickets:read"], "GET", "tickets/1/audits", 403, id="audits need global read"),
        pytest.param(["read"], "PUT", "tickets/1", 403, id="read does not write"),
        pytest.param(["read"], "DELETE", "tickets/1", 403, id="read does not delete"),
        pytest.param(["read", "tickets:write"], "PUT", "tickets/1", 200, id="what the service needs to run"),
        pytest.param(["made_up"], "GET", "tickets/1", 403, id="a made-up scope gives a useless token"),
    ],
)
def test_scopes(
    sandbox: Sandbox,
    state: State,
    people: People,
    ticket: object,
    scopes: list[str],
    method: str,
    path: str,
    status: int,
) -> None:
    """A token does what its scopes say, else 403."""
    headers = bearer(state, people.service, *scopes)
    body = {"ticket": {"priority": "low"}} if method == "PUT" else None
    answer = requests.request(method, f"{sandbox.url}/api/v2/{path}", headers=headers, json=body, timeout=10)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        pytest.param("ada", "tickets", 200, id="agents read tickets"),
        pytest.param("ada", "incremental/tickets/cursor?start_time=1", 403, id="exports are for admins"),
        pytest.param("ada", "webhooks", 403, id="webhooks are for admins"),
        pytest.param("service", "webhooks", 200, id="an admin"),
        pytest.param("carla", "tickets", 403, id="end users"),
    ],
)
def test_roles(sandbox: Sandbox, state: State, people: People, who: str, path: str, status: int) -> None:
    """403 with an error object where the role is too low."""
    headers = bearer(state, getattr(people, who))
    answer = requests.get(f"{sandbox.url}/api/v2/{path}", headers=headers, timeout=10)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["title"] == "Forbidden"


def test_unknown_paths(sandbox: Sandbox) -> None:
    """InvalidEndpoint, not RecordNotFound."""
    answer = requests.get(f"{sandbox.url}/api/v2/nothing", timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (404, "InvalidEndpoint")
