"""Rate limits, faults on demand, the request log, and the control API."""

import pytest
import requests

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.jira import Sandbox, State
from sandbox.jira.errors import ApiError
from sandbox.jira.issues_model import Issue
from sandbox.jira.limits import Limits, Plan
from tests.sandbox.jira.conftest import V3, Client, People, client_of

ISSUE = "/rest/api/3/issue/<issue>"


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_empties_the_bucket() -> None:
    """So many requests of one endpoint at once; the bucket fills up within a second. Others have their own."""
    clock = Seconds()
    limits = Limits(Plan(methods={"GET": 5}, paths={}), clock)
    answers = [limits.count("GET", "/a", None) for _ in range(5)]
    assert [bool(answer) for answer in answers] == [False, False, False, False, True]
    with pytest.raises(ApiError) as refused:
        limits.count("GET", "/a", None)
    assert (refused.value.status, refused.value.headers["RateLimit-Reason"]) == (429, "jira-burst-based")
    assert refused.value.headers["Retry-After"] == "1"
    limits.count("GET", "/b", None)
    clock.now = 0.2
    limits.count("GET", "/a", None)
    with pytest.raises(ApiError):
        limits.count("GET", "/a", None)


@pytest.mark.parametrize(
    ("method", "rule", "allowed"),
    [
        pytest.param("GET", ISSUE, 150, id="reading an issue"),
        pytest.param("GET", "/rest/api/3/issue/<issue>/changelog", 200, id="its history"),
        pytest.param("GET", "/rest/servicedeskapi/servicedesk/<desk>/customer", 5, id="customers"),
        pytest.param("PUT", ISSUE, 50, id="any PUT"),
        pytest.param("GET", "/rest/api/3/field", 100, id="any GET"),
    ],
)
def test_documented_bursts(method: str, rule: str, allowed: int) -> None:
    """The numbers of the documentation, in a second."""
    assert Plan().burst(method, rule) == allowed


def test_writes_on_one_issue() -> None:
    """Twenty in two seconds, a hundred in thirty; other issues are not concerned, reads neither."""
    clock = Seconds()
    limits = Limits(Plan(methods={}), clock)
    for _ in range(20):
        limits.count("PUT", ISSUE, "1")
    with pytest.raises(ApiError) as refused:
        limits.count("PUT", ISSUE, "1")
    assert refused.value.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert refused.value.headers["Retry-After"] == "2"
    limits.count("PUT", ISSUE, "2")
    limits.count("GET", ISSUE, "1")
    for burst in range(1, 5):
        clock.now = burst * 3.0
        for _ in range(20):
            limits.count("PUT", ISSUE, "1")
    clock.now = 15.0
    with pytest.raises(ApiError) as later:
        limits.count("PUT", ISSUE, "1")
    assert later.value.headers["Retry-After"] == "15"
    clock.now = 30.1
    limits.count("PUT", ISSUE, "1")


def test_a_refused_write_is_not_executed(state: State, people: People, issue: Issue) -> None:
    """A 429 tells when to come back and has done nothing."""
    with Sandbox(state, plan=Plan(per_issue=((1, 2.0),))) as sandbox:
        client = client_of(sandbox, people.service)
        answers = [client.edit(issue, fields={"labels": [label]}) for label in ("first", "second")]
        by_key = client("PUT", f"{V3}/issue/{issue.key}", {"fields": {"labels": ["third"]}})
    assert [answer.status_code for answer in answers] == [204, 429]
    assert by_key.status_code == 429
    assert answers[1].headers["X-RateLimit-Remaining"] == "0"
    assert issue.values["labels"] == ["first"]


def test_faults_hit_the_next_requests(client: Client, state: State, issue: Issue) -> None:
    """An answer instead of the work, or after it; a dropped connection; an expired token."""
    path = f"{V3}/issue/{issue.id}"
    state.faults.add(ApiFault(FaultKind.ANSWER, "GET", "/issue/", status=503, headers={"Retry-After": "3"}))
    assert client("GET", path).headers["Retry-After"] == "3"
    assert client("GET", path).status_code == 200
    state.faults.add(ApiFault(FaultKind.EXPIRED_TOKEN))
    assert client("GET", path).status_code == 401
    state.faults.add(ApiFault(FaultKind.ANSWER, "PUT", status=500, after=True, body={"errorMessages": ["oops"]}))
    assert client.edit(issue, fields={"labels": ["done"]}).status_code == 500
    assert issue.values["labels"] == ["done"]
    state.faults.add(ApiFault(FaultKind.DROP, "GET"))
    with pytest.raises(requests.ConnectionError):
        client("GET", path)
    assert state.log.find("GET", "/issue/")[-1].status == 0


def test_the_log_counts_and_keeps_no_secrets(client: Client, state: State, issue: Issue) -> None:
    """Every request to the platform is there, with neither tokens nor webhook secrets."""
    client.edit(issue, fields={"labels": ["x"]})
    webhook = {"name": "n", "url": "https://x.example", "events": [], "secret": "s3cret"}
    client("POST", "/rest/webhooks/1.0/webhook", webhook)
    text = state.log.to_json_lines()
    assert [entry.writes for entry in state.log.find()] == [True, True]
    assert "s3cret" not in text
    assert all(token not in text for token in state.tokens)


def test_the_control_api(client: Client, state: State, issue: Issue) -> None:
    """Another process sees the log and the deliveries, sets faults, moves the clock and switches things off."""
    control = f"{client.url}/sandbox"
    assert requests.get(f"{control}/", timeout=10).json()["issues"] == 1
    requests.post(f"{control}/faults", json={"kind": "answer", "status": 502}, timeout=10)
    assert client("GET", f"{V3}/myself").status_code == 502
    moved = requests.post(f"{control}/clock", json={"at": "2026-11-24T10:00:00Z"}, timeout=10).json()
    assert moved == {"now": "2026-11-24T10:00:00+00:00"}
    switched = requests.post(f"{control}/switches", json={"deliveries": False, "limits": True}, timeout=10).json()
    assert switched == {"limits": True, "deliveries": False}
    state.add_webhook("http://127.0.0.1:9/")
    state.delete(issue)
    assert requests.get(f"{control}/deliveries", timeout=10).json() == {"deliveries": []}
    logged = requests.get(f"{control}/requests?path=myself", timeout=10).json()
    assert (logged["count"], logged["reads"]) == (1, 1)
    wrong = requests.post(f"{control}/faults", json={"kind": "explode"}, timeout=10)
    assert (wrong.status_code, wrong.json()["faults"][0]["key"]) == (400, "kind")
    assert requests.delete(f"{control}/requests", timeout=10).status_code == 204
    assert state.log.find() == []


def test_delivery_faults_by_the_control_api(client: Client, state: State, people: People) -> None:
    """Deliveries can be held, released and repeated from outside."""
    control = f"{client.url}/sandbox/deliveries"
    state.add_webhook("http://127.0.0.1:9/", ["jira:issue_created"])
    requests.post(f"{control}/faults", json={"fault": "held", "event": "created"}, timeout=10)
    state.open_request(people.carla, "s")
    [held] = requests.get(control, timeout=10).json()["deliveries"]
    assert (held["event"], held["attempts"], held["done"]) == ("jira:issue_created", [], False)
    assert requests.post(f"{control}/release", json={}, timeout=10).json() == {"released": 1}
    assert state.courier.wait_idle()
    assert requests.post(f"{control}/{held['id']}/again", timeout=10).json() == {"sent": True}
    assert requests.post(f"{control}/nothing/again", timeout=10).status_code == 404
