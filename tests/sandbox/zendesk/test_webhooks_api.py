"""The webhooks API: create, find, change, test, and read the log."""

from typing import Any

import pytest

from sandbox.zendesk import State
from sandbox.zendesk.webhooks.signing import signature
from tests.sandbox.parties import Endpoint
from tests.sandbox.zendesk.conftest import Client, People

EVENT = "zen:event-type:ticket.created"


def body(url: str = "https://sidecar.example/hook", **changed: Any) -> dict[str, Any]:
    webhook = {
        "name": "SLA Sidecar",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": [EVENT],
    }
    return {"webhook": webhook | changed}


def create(client: Client, *args: Any, **changed: Any) -> dict[str, Any]:
    answer = client("POST", "/api/v2/webhooks", body(*args, **changed))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["webhook"]
    return made


def test_names_are_not_unique_and_can_be_searched(client: Client) -> None:
    """Creating twice makes two; the list filters by name and status, and is always paged by cursor."""
    first, second = create(client), create(client)
    assert first["id"] != second["id"]
    client("PATCH", f"/api/v2/webhooks/{second['id']}", {"webhook": {"status": "inactive"}})
    found = client.get("/api/v2/webhooks?filter[name_contains]=sidecar&filter[status]=active&page[size]=100")
    assert [webhook["id"] for webhook in found["webhooks"]] == [first["id"]]
    assert found["meta"]["has_more"] is False


def test_secrets_are_not_echoed(client: Client) -> None:
    """The token is left out; creation times have nanoseconds once."""
    auth = {"type": "bearer_token", "data": {"token": "t0p"}, "add_position": "header"}
    made = create(client, authentication=auth)
    assert made["authentication"] == {"type": "bearer_token", "add_position": "header"}
    assert len(made["created_at"]) == len("2026-11-23T09:00:00.000000000Z")
    assert client.get(f"/api/v2/webhooks/{made['id']}")["webhook"]["created_at"] == "2026-11-23T09:00:00Z"


def test_changes_answer_204(client: Client) -> None:
    """PUT and PATCH without a body; DELETE too."""
    made = create(client)
    path = f"/api/v2/webhooks/{made['id']}"
    assert client("PATCH", path, {"webhook": {"name": "n"}}).status_code == 204
    assert client("PUT", path, body(name="m")).status_code == 204
    assert client.get(path)["webhook"]["name"] == "m"
    assert client("DELETE", path).status_code == 204
    assert client("GET", path).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"endpoint": ""}, id="no endpoint"),
        pytest.param({"subscriptions": ["ticket.created"]}, id="no such subscription"),
        pytest.param({"subscriptions": [EVENT, "conditional_ticket_events"]}, id="both kinds"),
        pytest.param({"http_method": "GET"}, id="events need POST"),
        pytest.param({"request_format": "xml"}, id="events need JSON"),
    ],
)
def test_refused_webhooks(client: Client, changed: dict[str, Any]) -> None:
    """400 with a list of errors, the third envelope style."""
    answer = client("POST", "/api/v2/webhooks", body(**changed))
    assert (answer.status_code, list(answer.json())) == (400, ["errors"])


def test_the_kind_is_fixed(client: Client) -> None:
    """A webhook cannot change from events to triggers."""
    made = create(client)
    wanted = {"webhook": {"subscriptions": ["conditional_ticket_events"]}}
    assert client("PATCH", f"/api/v2/webhooks/{made['id']}", wanted).status_code == 400


def test_a_new_secret_ends_the_old_one(client: Client, state: State, people: People, endpoint: Endpoint) -> None:
    """The secret has 44 characters; after a reset deliveries are signed with the new one."""
    made = create(client, endpoint.url)
    path = f"/api/v2/webhooks/{made['id']}/signing_secret"
    old = client.get(path)["signing_secret"]
    reset = client("POST", path)
    new = reset.json()["signing_secret"]
    assert (reset.status_code, old["algorithm"], len(old["secret"])) == (201, "SHA256", 44)
    assert new["secret"] != old["secret"]
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    headers, raw = endpoint.received[0]
    expected = signature(new["secret"], headers["X-Zendesk-Webhook-Signature-Timestamp"], raw)
    assert headers["X-Zendesk-Webhook-Signature"] == expected


def test_testing_a_webhook(client: Client, endpoint: Endpoint) -> None:
    """The root is ``request``; the endpoint's answer comes back in one with status 200."""
    made = create(client, endpoint.url)
    endpoint.answers = [(418, {"X-Tea": "yes"})]
    answer = client("POST", f"/api/v2/webhooks/test?webhook_id={made['id']}", {"request": {}})
    assert (answer.status_code, answer.json()["response"]["status_code"]) == (200, 418)
    assert {"key": "X-Tea", "value": "yes"} in answer.json()["response"]["headers"]
    request = {"endpoint": endpoint.url, "http_method": "POST", "request_format": "json", "payload": "{}"}
    assert client("POST", "/api/v2/webhooks/test", {"request": request}).status_code == 200
    headers, raw = endpoint.received[1]
    published = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    expected = signature(published, headers["X-Zendesk-Webhook-Signature-Timestamp"], raw)
    assert (raw, headers["X-Zendesk-Webhook-Signature"]) == (b"{}", expected)


def test_the_log_of_deliveries(client: Client, state: State, people: People, endpoint: Endpoint) -> None:
    """A 403 ends as terminated, as was recorded; the attempt shows request and response."""
    made = create(client, endpoint.url)
    endpoint.answers = [(403, {})]
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    path = f"/api/v2/webhooks/{made['id']}/invocations"
    [invocation] = client.get(path)["invocations"]
    assert (invocation["status"], invocation["status_code"]) == ("terminated", 403)
    [attempt] = client.get(f"{path}/{invocation['id']}/attempts")["attempts"]
    assert attempt["request"]["payload"] == endpoint.received[0][1].decode()
    assert {pair["key"] for pair in attempt["request"]["headers"]} >= {"X-Zendesk-Webhook-Signature", "User-Agent"}


def test_authentication_and_headers_of_ones_own(
    client: Client, state: State, people: People, endpoint: Endpoint
) -> None:
    """Deliveries carry what the webhook was given."""
    auth = {"type": "api_key", "data": {"name": "X-Key", "value": "k"}, "add_position": "header"}
    create(client, endpoint.url, authentication=auth, custom_headers={"X-Tenant": "acme"})
    auth = {"type": "basic_auth", "data": {"username": "u", "password": "p"}, "add_position": "header"}
    create(client, endpoint.url, authentication=auth)
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    seen = [headers for headers, _ in endpoint.received]
    assert {headers.get("X-Key") for headers in seen} == {"k", None}
    assert {headers.get("Authorization") for headers in seen} == {"Basic dTpw", None}
    assert {headers.get("X-Tenant") for headers in seen} == {"acme", None}
