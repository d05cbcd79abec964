"""Rate limits, faults on demand, the request log and the control API."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.errors import ApiError
from sandbox.zendesk.limits import Limits, Plan
from sandbox.zendesk.tickets_model import Ticket
from tests.sandbox.parties import MONDAY, Endpoint
from tests.sandbox.zendesk.conftest import Client, People

PUT_ONE = ("PUT", "/api/v2/tickets/1", 7)


def comes_through(limits: Limits, request: tuple[str, str, int], times: int) -> None:
    """Check that so many requests come through and that the next one is refused as Zendesk refuses it."""
    for _ in range(times):
        limits.count(*request)
    with pytest.raises(ApiError) as refused:
        limits.count(*request)
    assert (refused.value.status, refused.value.body["error"]) == (429, "APIRateLimitExceeded")
    assert int(refused.value.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("plan", "request_", "allowed"),
    [
        pytest.param(Plan(), PUT_ONE, 30, id="30 updates of one ticket by one user in ten minutes"),
        pytest.param(Plan(ticket_updates=20), PUT_ONE, 20, id="20 updates a minute on a trial account"),
        pytest.param(Plan(account=5), ("GET", "/api/v2/tickets", 7), 5, id="the account's own"),
        pytest.param(Plan(), ("GET", "/api/v2/incremental/tickets/cursor", 7), 10, id="exports"),
        pytest.param(Plan(), ("POST", "/api/v2/webhooks/test", 7), 20, id="webhook tests"),
    ],
)
def test_budgets(plan: Plan, request_: tuple[str, str, int], allowed: int) -> None:
    """A budget lets so many through and answers 429 with Retry-After from then on."""
    comes_through(Limits(plan, now=lambda: 0.0), request_, allowed)


def test_the_ticket_budget_is_for_one_user_and_ticket() -> None:
    """Others go on; after ten minutes all do."""
    now = [0.0]
    limits = Limits(Plan(ticket_updates=1000), now=lambda: now[0])
    comes_through(limits, PUT_ONE, 30)
    limits.count("PUT", "/api/v2/tickets/2", 7)
    limits.count("PUT", "/api/v2/tickets/1", 8)
    with pytest.raises(ApiError):
        limits.count("PUT", "/api/v2/tickets/1/tags", 7)
    now[0] = 600.0
    limits.count(*PUT_ONE)


def test_headers_tell_what_is_left(state: State, people: People, ticket: Ticket) -> None:
    """The account's budget on each answer, an endpoint's own where it has one; a 429 says when."""
    token = state.add_access_token(people.service).token
    headers = {"Authorization": f"Bearer {token}"}
    with Sandbox(state, plan=Plan(account=3, ticket_updates=20)) as sandbox:
        url, body = f"{sandbox.url}/api/v2/tickets/1", {"ticket": {"priority": "low"}}
        answer = requests.put(url, json=body, headers=headers, timeout=10)
        assert (answer.headers["X-Rate-Limit"], answer.headers["X-Rate-Limit-Remaining"]) == ("3", "2")
        assert answer.headers["ratelimit-remaining"] == "2"
        assert answer.headers["zendesk-ratelimit-tickets-update"].startswith("total=20; remaining=19; resets=")
        for _ in range(2):
            requests.get(url, headers=headers, timeout=10)
        refused = requests.get(url, headers=headers, timeout=10)
        assert (refused.status_code, 1 <= int(refused.headers["Retry-After"]) <= 60) == (429, True)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        pytest.param(
            {"status": 429, "headers": {"Retry-After": "2"}, "body": "slow down"}, 429, "text/plain", id="429"
        ),
        pytest.param({"status": 429}, 429, "text/plain", id="429 without Retry-After"),
        pytest.param({"status": 503, "body": {"error": "x"}}, 503, "application/json", id="503"),
        pytest.param({"status": 500, "body": "<html>oops</html>"}, 500, "text/html", id="an HTML page"),
        pytest.param({"status": 409, "body": {"error": "DatabaseConflict"}}, 409, "application/json", id="409"),
    ],
)
def test_answers_on_demand(
    client: Client, state: State, ticket: Ticket, fault: dict[str, Any], status: int, kind: str
) -> None:
    """The next matching request gets the fault and is not carried out; the one after it is."""
    state.faults.add(ApiFault(FaultKind.ANSWER, method="PUT", path=r"/tickets/\d+$", **fault))
    assert client("GET", "/api/v2/tickets/1").status_code == 200
    answer = client.put_ticket(1, priority="low")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, kind)
    assert answer.headers.get("Retry-After") == fault.get("headers", {}).get("Retry-After")
    assert ticket.priority == "high"
    assert client.put_ticket(1, priority="low").status_code == 200


@pytest.mark.parametrize(("after", "priority"), [(False, "high"), (True, "low")])
def test_a_dropped_connection(client: Client, state: State, ticket: Ticket, after: bool, priority: str) -> None:
    """Before or after the work was done: the client cannot tell."""
    state.faults.add(ApiFault(FaultKind.DROP, method="PUT", after=after))
    with pytest.raises(requests.ConnectionError):
        client.put_ticket(1, priority="low")
    assert ticket.priority == priority
    assert state.log.find("PUT")[-1].status == 0


def test_a_slow_answer_and_an_expired_token(client: Client, state: State, ticket: Ticket) -> None:
    """The slow one is right in the end; the token works again afterwards."""
    state.faults.add(ApiFault(FaultKind.SLOW, seconds=0.2))
    assert client("GET", "/api/v2/tickets/1").elapsed >= timedelta(seconds=0.2)
    state.faults.add(ApiFault(FaultKind.EXPIRED_TOKEN))
    assert client("GET", "/api/v2/tickets/1").json()["error"] == "invalid_token"
    assert client("GET", "/api/v2/tickets/1").status_code == 200


def test_the_request_log(client: Client, state: State, ticket: Ticket) -> None:
    """What was asked and answered, in order, without secrets; writes and reads can be counted."""
    state.log.clear()
    client.put_ticket(1, priority="low")
    client("GET", "/api/v2/tickets/1.json?include=users")
    write, read = state.log.find()
    assert (write.method, write.path, write.body, write.status) == (
        "PUT",
        "/api/v2/tickets/1",
        {"ticket": {"priority": "low"}},
        200,
    )
    assert (read.path, read.query, read.response["ticket"]["id"]) == (
        "/api/v2/tickets/1.json",
        {"include": ["users"]},
        1,
    )
    assert [write.writes, read.writes] == [True, False]
    assert read.headers["Authorization"] == "Bearer [redacted]"
    lines = requests.get(f"{client.url}/sandbox/requests?format=jsonl", timeout=10).text.splitlines()
    assert [json.loads(line)["method"] for line in lines] == ["PUT", "GET"]


def test_secrets_stay_out_of_the_log(sandbox: Sandbox, state: State, people: People) -> None:
    """Neither the client's secret nor the token that it got."""
    oauth = state.add_oauth_client("sidecar", people.service)
    body = {"grant_type": "client_credentials", "client_id": "sidecar", "client_secret": oauth.secret}
    token = requests.post(f"{sandbox.url}/oauth/tokens", json=body, timeout=10).json()["access_token"]
    lines = state.log.to_json_lines()
    assert oauth.secret not in lines
    assert token not in lines
    assert "client_credentials" in lines


def test_control(client: Client, state: State, people: People, ticket: Ticket, endpoint: Endpoint) -> None:
    """Everything that a test in this process can do, another process can order over HTTP."""

    def order(method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{client.url}/sandbox{path}", json=body, timeout=10)
        return answer.json() if answer.content else answer.status_code

    assert order("POST", "/clock", {"advance_seconds": 60})["now"] == "2026-11-23T09:01:00+00:00"
    assert order("POST", "/faults", {"kind": "answer", "status": 503, "path": "tickets"}) == {"waiting": 1}
    assert client("GET", "/api/v2/tickets").status_code == 503
    order("POST", "/faults", {"kind": "answer", "status": 503})
    assert order("DELETE", "/faults") == 204
    assert client("GET", "/api/v2/tickets").status_code == 200
    assert order("GET", "/requests?method=GET")["count"] == 2
    order("DELETE", "/requests")
    assert order("GET", "/requests")["requests"] == []
    state.add_webhook(endpoint.url, ["zen:event-type:ticket.created"])
    order("POST", "/deliveries/faults", {"fault": "held"})
    state.open_ticket(people.carla, "s")
    assert order("POST", "/deliveries/release") == {"released": 1}
    assert state.courier.wait_idle()
    [delivery] = order("GET", "/deliveries")["deliveries"]
    assert (delivery["attempts"], delivery["event"]) == ([200], "zen:event-type:ticket.created")
    assert order("POST", f"/deliveries/{delivery['id']}/again") == {"sent": True}
    assert state.courier.wait_idle()
    assert len(endpoint.received) == 2
    state.set_status(ticket, "solved")
    assert order("POST", "/automations/close", {"solved_for_seconds": 0}) == {"closed": [1]}
    assert order("POST", "/switches", {"limits": True}) == {"limits": True, "deliveries": True}
    assert order("GET", "/")["tickets"] == 2
    assert order("POST", "/faults", {"kind": "nonsense"})["faults"][0]["key"] == "kind"


def test_the_clock() -> None:
    """It stands still, moves when told, never back, and refuses naive instants."""
    clock = Clock(MONDAY, speed=0)
    assert clock() == clock() == MONDAY
    assert clock.advance(timedelta(hours=1)) == MONDAY + timedelta(hours=1)
    assert clock.move_to(MONDAY) == MONDAY + timedelta(hours=1)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="aware"):
        Clock(datetime(2026, 11, 23))  # noqa: DTZ001 - a naive one is the case
    assert abs(Clock()() - datetime.now(UTC)) < timedelta(seconds=5)
