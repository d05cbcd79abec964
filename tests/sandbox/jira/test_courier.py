"""Deliveries: signed, repeated as Jira repeats them, and late, twice or lost on demand."""

import json
import socket
from datetime import UTC, datetime

import pytest

from sandbox.common.deliveries import REFUSED, TIMED_OUT, Attempt, Delivery, DeliveryFault
from sandbox.jira import State
from sandbox.jira.webhooks.delivering import RetryRules, signature
from tests.sandbox.jira.conftest import People
from tests.sandbox.parties import Endpoint

CREATED = "jira:issue_created"


def delivery(attempts: int) -> Delivery:
    """Return a delivery that was tried so many times."""
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    made = Delivery(id="1", webhook_id="1", url="http://x.example/", event=CREATED, body=b"", created_at=at)
    made.attempts = [Attempt(at, 503, {}, "")] * attempts
    return made


@pytest.mark.parametrize(
    ("status", "attempts", "again"),
    [
        pytest.param(200, 1, False, id="success"),
        pytest.param(503, 1, True, id="5xx"),
        pytest.param(500, 5, True, id="the fifth repeat"),
        pytest.param(500, 6, False, id="no sixth"),
        pytest.param(408, 1, True, id="408"),
        pytest.param(409, 1, True, id="409"),
        pytest.param(425, 1, True, id="425"),
        pytest.param(429, 1, True, id="429"),
        pytest.param(TIMED_OUT, 1, True, id="no answer in time"),
        pytest.param(REFUSED, 1, True, id="nobody listens"),
        pytest.param(400, 1, False, id="400 loses the event"),
        pytest.param(401, 1, False, id="401 loses the event"),
        pytest.param(404, 1, False, id="404 loses the event"),
        pytest.param(302, 1, False, id="a redirect is not followed"),
    ],
)
def test_retry_rules(status: int, attempts: int, again: bool) -> None:
    """At most five repeats, for what may pass; anything else is lost for ever."""
    pause = RetryRules().again_in(delivery(attempts), status)
    assert (pause is not None) is again
    assert pause is None or 0.3 <= pause <= 0.9


def test_an_endpoint_that_fails_for_long_gets_one_attempt() -> None:
    """After half an hour of failures there are no repeats; one success makes up for it."""
    rules = RetryRules(patience_seconds=-1)
    assert rules.again_in(delivery(1), 503) is None
    patient = RetryRules()
    patient.again_in(delivery(1), 503)
    patient.again_in(delivery(2), 200)
    assert patient.again_in(delivery(1), 503) is not None


def test_the_published_signature() -> None:
    """The test vector of Atlassian's documentation."""
    got = signature("It's a Secret to Everybody", b"Hello World!")
    assert got == "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def test_a_delivery_is_signed(state: State, people: People, endpoint: Endpoint) -> None:
    """Over the raw body, with the webhook's secret; no repeat is counted on the first attempt."""
    state.add_webhook(endpoint.url, [CREATED], secret="s3cret")
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    [(headers, body)] = endpoint.received
    assert headers["X-Hub-Signature"] == signature("s3cret", body)
    assert headers["X-Atlassian-Webhook-Flow"] == "Primary"
    assert "X-Atlassian-Webhook-Retry" not in headers


def test_without_a_secret_nothing_is_signed(state: State, people: People, endpoint: Endpoint) -> None:
    """The header is absent then."""
    state.add_webhook(endpoint.url, [CREATED], secret="")
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    assert "X-Hub-Signature" not in endpoint.received[0][0]


def test_a_repeat_keeps_its_identifier(state: State, people: People, endpoint: Endpoint) -> None:
    """The same identifier and body, and a count of the repeats."""
    endpoint.answers = [(503, {}), (429, {}), (200, {})]
    state.add_webhook(endpoint.url, [CREATED])
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    ids = {headers["X-Atlassian-Webhook-Identifier"] for headers, _ in endpoint.received}
    retries = [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in endpoint.received]
    assert (len(ids), len({body for _, body in endpoint.received}), retries) == (1, 1, [None, "1", "2"])
    [made] = state.courier.deliveries()
    assert ([attempt.status for attempt in made.attempts], made.succeeded) == ([503, 429, 200], True)


def test_slow_and_absent_endpoints_are_tried_six_times(state: State, people: People, endpoint: Endpoint) -> None:
    """No answer in time, or no connection at all: five repeats, then the event is lost."""
    state.courier.rules = RetryRules(timeout_seconds=0.05, pause_seconds=(0.0, 0.01))
    endpoint.hang_seconds = 0.3
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state.add_webhook(endpoint.url, [CREATED])
    state.add_webhook(f"http://127.0.0.1:{port}/", [CREATED])
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    outcomes = {d.webhook_id: [attempt.status for attempt in d.attempts] for d in state.courier.deliveries()}
    assert outcomes == {"1": [TIMED_OUT] * 6, "2": [REFUSED] * 6}


@pytest.mark.parametrize(
    ("fault", "arrivals"),
    [
        pytest.param(DeliveryFault.LOST, 0, id="lost"),
        pytest.param(DeliveryFault.TWICE, 2, id="twice"),
        pytest.param(DeliveryFault.LATE, 1, id="late"),
    ],
)
def test_delivery_faults(state: State, people: People, endpoint: Endpoint, fault: DeliveryFault, arrivals: int) -> None:
    """The next delivery goes wrong, the one after it does not."""
    state.courier.faults.add(fault, seconds=0.2)
    state.add_webhook(endpoint.url, [CREATED])
    state.open_request(people.carla, "first")
    state.open_request(people.carla, "second")
    assert state.courier.wait_idle()
    summaries = [json.loads(body)["issue"]["fields"]["summary"] for _, body in endpoint.received]
    assert sorted(summaries) == ["first"] * arrivals + ["second"]


def test_held_deliveries_come_in_reverse(state: State, people: People, endpoint: Endpoint) -> None:
    """What is held back waits until it is released, in the order that is asked for."""
    state.courier.faults.add(DeliveryFault.HELD, times=2)
    state.add_webhook(endpoint.url, [CREATED])
    state.open_request(people.carla, "first")
    state.open_request(people.carla, "second")
    assert state.courier.wait_idle()
    assert endpoint.received == []
    assert state.courier.release(reverse=True) == 2
    assert state.courier.wait_idle()
    summaries = [json.loads(body)["issue"]["fields"]["summary"] for _, body in endpoint.received]
    assert summaries == ["second", "first"]


def test_shuffled_deliveries_all_arrive(state: State, people: People, endpoint: Endpoint) -> None:
    """Out of order, but each of them once."""
    state.courier.faults.add(DeliveryFault.SHUFFLED, times=2, seconds=0.1)
    state.add_webhook(endpoint.url, [CREATED])
    state.open_request(people.carla, "first")
    state.open_request(people.carla, "second")
    assert state.courier.wait_idle()
    summaries = [json.loads(body)["issue"]["fields"]["summary"] for _, body in endpoint.received]
    assert sorted(summaries) == ["first", "second"]


def test_an_old_delivery_can_be_sent_again(state: State, people: People, endpoint: Endpoint) -> None:
    """Under the same identifier, as a site does after an outage of its own."""
    state.add_webhook(endpoint.url, [CREATED])
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    assert state.courier.redeliver(state.courier.deliveries()[0].id)
    assert not state.courier.redeliver("unknown")
    assert state.courier.wait_idle()
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in endpoint.received}) == 1
    assert len(endpoint.received) == 2


def test_a_body_can_be_left_out(state: State, people: People, endpoint: Endpoint) -> None:
    """``excludeBody`` sends the headers alone."""
    state.add_webhook(endpoint.url, [CREATED]).exclude_body = True
    state.open_request(people.carla, "s")
    assert state.courier.wait_idle()
    assert [body for _, body in endpoint.received] == [b""]
