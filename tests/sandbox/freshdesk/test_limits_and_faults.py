"""Calls per minute, answers that go wrong on demand, the request log, and the stand-in's own API."""

import json
from typing import Any

import pytest
import requests

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.errors import ApiError
from sandbox.freshdesk.limits import PLANS, Limits, Plan
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client

SMALL = Plan(total=10, ticket_create=2, ticket_update=3, tickets_list=2, contacts_list=2)


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def refused(limits: Limits, method: str, path: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        limits.count(method, path, 1)
    return caught.value


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v2/tickets", 2),
        ("PUT", "/api/v2/tickets/5", 3),
        ("GET", "/api/v2/tickets", 2),
        ("GET", "/api/v2/contacts", 2),
        ("GET", "/api/v2/tickets/5", 10),
        ("POST", "/api/v2/tickets/5/notes", 10),
    ],
)
def test_each_kind_of_call_has_its_bucket(method: str, path: str, allowed: int) -> None:
    """Some kinds have a smaller one; a refused call costs nothing more."""
    limits = Limits(SMALL, Seconds())
    for _ in range(allowed):
        limits.count(method, path, 1)
    assert refused(limits, method, path).status == 429


def test_the_headers_tell_the_accounts_bucket() -> None:
    """Also of a refusal, which says how long to wait; a minute later all is as before."""
    seconds = Seconds()
    limits = Limits(SMALL, seconds)
    assert limits.count("GET", "/api/v2/tickets/5", 3) == {
        "X-Ratelimit-Total": "10",
        "X-Ratelimit-Remaining": "7",
        "X-Ratelimit-Used-CurrentRequest": "3",
    }
    limits.count("GET", "/api/v2/agents/me", 7)
    seconds.now += 12.5
    err = refused(limits, "GET", "/api/v2/agents/me")
    assert (err.headers["Retry-After"], err.headers["X-Ratelimit-Remaining"]) == ("48", "0")
    seconds.now += 47.5
    assert limits.count("GET", "/api/v2/agents/me", 1)["X-Ratelimit-Remaining"] == "9"


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/tickets/1", "1"),
        ("/tickets/1?include=stats", "2"),
        ("/tickets/1?include=stats,company,requester", "4"),
        ("/tickets?include=stats", "3"),
        ("/tickets?include=stats,requester", "5"),
        ("/nonsense", "1"),
    ],
)
def test_embeds_cost_more(client: Client, ticket: Ticket, path: str, cost: str) -> None:
    """One more for each on a single ticket, two in a list; a path that is none costs too."""
    assert client("GET", path).headers["X-RateLimit-Used-CurrentRequest"] == cost


@pytest.mark.parametrize("switches", [Switches(plan="trial")])
def test_a_wrong_key_uses_up_calls_too(client: Client, state: State) -> None:
    """Until nobody gets an answer any more: fifty a minute on a trial."""
    state.limits.enabled = True
    for _ in range(49):
        requests.get(f"{client.url}/api/v2/agents/me", auth=("wrong", "X"), timeout=10)
    assert client("GET", "/agents/me").status_code == 200
    answer = client("GET", "/agents/me")
    assert (answer.status_code, 1 <= int(answer.headers["Retry-After"]) <= 60) == (429, True)


@pytest.mark.parametrize("switches", [Switches(plan="free")])
def test_the_free_plan_has_no_api(client: Client) -> None:
    """403 require_feature."""
    answer = client("GET", "/agents/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "require_feature")


def test_plans_grow() -> None:
    """As the vendor's table has it."""
    table = {name: (plan.total, plan.ticket_update, plan.tickets_list) for name, plan in PLANS.items()}
    assert table["growth"] == (200, 80, 20)
    assert table["pro"] == (400, 160, 100)
    assert table["enterprise"] == (700, 280, 200)


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        pytest.param({"status": 429}, 429, "", id="429 without Retry-After"),
        pytest.param({"status": 500, "body": "<html>oops</html>"}, 500, "<html>oops</html>", id="a page"),
        pytest.param({"status": 200, "body": {"a": 1}}, 200, '{"a": 1}', id="another answer"),
    ],
)
def test_an_answer_on_demand(
    client: Client, state: State, ticket: Ticket, fault: dict[str, Any], status: int, body: str
) -> None:
    """It hits once, and the work is not done."""
    state.faults.add(ApiFault(FaultKind.ANSWER, "PUT", **fault))
    answer = client("PUT", "/tickets/1", {"priority": 4})
    assert (answer.status_code, answer.text, "Retry-After" in answer.headers) == (status, body, False)
    assert ticket.priority == 3
    assert client.put("/tickets/1", priority=4)["priority"] == 4


def test_a_dropped_connection_after_the_work(client: Client, state: State, ticket: Ticket) -> None:
    """The client cannot know that the note is there."""
    state.faults.add(ApiFault(FaultKind.DROP, "POST", "/notes$", after=True))
    with pytest.raises(requests.ConnectionError):
        client("POST", "/tickets/1/notes", {"body": "x"})
    assert len(ticket.conversations) == 1
    assert [entry.status for entry in state.log.find("POST")] == [0]


def test_the_request_log(client: Client, state: State, ticket: Ticket) -> None:
    """What was asked and answered, without the key, as one object a line too."""
    client.put("/tickets/1", priority=4)
    client.get("/tickets/1?include=stats")
    read = state.log.find("GET")[0]
    assert (read.path, read.query, read.headers["Authorization"]) == (
        "/api/v2/tickets/1",
        {"include": ["stats"]},
        "Basic [redacted]",
    )
    lines = requests.get(f"{client.url}/sandbox/requests?format=jsonl", timeout=10).text.splitlines()
    assert [json.loads(line)["body"] for line in lines] == [{"priority": 4}, None]
    counted = requests.get(f"{client.url}/sandbox/requests", timeout=10).json()
    assert (counted["count"], counted["reads"]) == (2, 1)


def test_everything_can_be_done_from_outside(sandbox: Sandbox, state: State, ticket: Ticket) -> None:
    """Faults, deliveries, clock and switches, for a stand-in in a process of its own."""
    base = f"{sandbox.url}/sandbox"

    def post(where: str, /, **order: Any) -> requests.Response:
        return requests.post(f"{base}{where}", json=order, timeout=10)

    assert post("/faults", kind="answer", status=503, path="/tickets").status_code == 201
    assert post("/deliveries/faults", fault="held").status_code == 201
    assert post("/clock", advance_seconds=60).json() == {"now": "2026-11-23T09:01:00+00:00"}
    assert post("/switches", limits=True, deliveries=False).json() == {"limits": True, "deliveries": False}
    assert post("/faults", kind="nonsense").status_code == 400
    summary = requests.get(f"{base}/", timeout=10).json()
    assert (summary["tickets"], summary["faults_waiting"], summary["mails"]) == (1, 1, [])
    assert requests.delete(f"{base}/faults", timeout=10).status_code == 204
    assert state.faults.waiting() == 0
