"""Deliveries: when they are repeated, when they are lost, and what goes wrong on demand."""

import json
import socket

import pytest

from sandbox.zendesk import State
from sandbox.zendesk.webhooks.faults import DeliveryFault
from sandbox.zendesk.webhooks.invocations import REFUSED, TIMED_OUT, Breaker, RetryRules
from tests.sandbox.parties import Endpoint
from tests.sandbox.zendesk.conftest import People

CREATED = "zen:event-type:ticket.created"
RULES = RetryRules(pause_seconds=1.0)


@pytest.mark.parametrize(
    ("status", "retry_after", "attempts", "again_in"),
    [
        pytest.param(200, None, 1, None, id="success"),
        pytest.param(500, None, 1, None, id="a plain 500 loses the event"),
        pytest.param(500, "5", 1, None, id="also with Retry-After"),
        pytest.param(404, None, 1, None, id="4xx loses it"),
        pytest.param(503, None, 1, None, id="503 without Retry-After"),
        pytest.param(503, "5", 1, 5.0, id="503 with a short Retry-After"),
        pytest.param(429, "59", 1, 59.0, id="just short enough"),
        pytest.param(429, "60", 1, None, id="too long"),
        pytest.param(503, "soon", 1, None, id="not a number"),
        pytest.param(409, None, 3, 1.0, id="third repeat after a conflict"),
        pytest.param(409, None, 4, None, id="no fourth"),
        pytest.param(TIMED_OUT, None, 5, 1.0, id="fifth repeat after a time-out"),
        pytest.param(TIMED_OUT, None, 6, None, id="no sixth"),
        pytest.param(REFUSED, None, 1, None, id="nobody listens"),
    ],
)
def test_retry_rules(status: int, retry_after: str | None, attempts: int, again_in: float | None) -> None:
    """Only time-outs, conflicts, and 429 or 503 with a Retry-After below 60 seconds are repeated."""
    assert RULES.again_in(status, retry_after, attempts) == again_in


def test_a_repeat_keeps_its_invocation_id(state: State, people: People, endpoint: Endpoint) -> None:
    """Each attempt is the same invocation and the same body; the log shows both attempts."""
    endpoint.answers = [(503, {"Retry-After": "0"}), (200, {})]
    webhook = state.add_webhook(endpoint.url, [CREATED])
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    ids = {headers["X-Zendesk-Webhook-Invocation-Id"] for headers, _ in endpoint.received}
    assert (len(endpoint.received), len(ids), len({body for _, body in endpoint.received})) == (2, 1, 1)
    [invocation] = state.courier.deliveries(webhook.id)
    assert [attempt.status for attempt in invocation.attempts] == [503, 200]
    assert invocation.status == "success"


def test_a_slow_endpoint_is_a_time_out_and_is_repeated(state: State, people: People, endpoint: Endpoint) -> None:
    """Five more attempts, then the event is lost."""
    state.courier.rules = RetryRules(timeout_seconds=0.05, pause_seconds=0.0)
    endpoint.hang_seconds = 0.3
    state.add_webhook(endpoint.url, [CREATED])
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    [invocation] = state.courier.deliveries()
    assert [attempt.status for attempt in invocation.attempts] == [TIMED_OUT] * 6
    assert invocation.status == "timeout"


def test_a_refused_connection_loses_the_event(state: State, people: People) -> None:
    """While nobody listens, deliveries are lost: reconciliation must find the ticket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state.add_webhook(f"http://127.0.0.1:{port}/", [CREATED])
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    [invocation] = state.courier.deliveries()
    assert (invocation.status, len(invocation.attempts)) == ("failed", 1)


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
    state.open_ticket(people.carla, "first")
    state.open_ticket(people.carla, "second")
    assert state.courier.wait_idle()
    subjects = [json.loads(body)["detail"]["subject"] for _, body in endpoint.received]
    assert sorted(subjects) == ["first"] * arrivals + ["second"]
    if fault is DeliveryFault.LATE:
        assert subjects == ["second", "first"]
    if fault is DeliveryFault.TWICE:
        ids = [headers["X-Zendesk-Webhook-Invocation-Id"] for headers, _ in endpoint.received]
        assert len(set(ids)) == 2


def test_out_of_order(state: State, people: People, endpoint: Endpoint) -> None:
    """The deliveries of one action come in reverse."""
    state.courier.faults.add(DeliveryFault.SHUFFLED, times=2, seconds=0.3)
    state.add_webhook(endpoint.url, [CREATED, "zen:event-type:ticket.comment_added"])
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    positions = [json.loads(body)["event"]["meta"]["sequence"]["position"] for _, body in endpoint.received]
    assert positions == [2, 1]


def test_held_deliveries_wait_for_their_release(state: State, people: People, endpoint: Endpoint) -> None:
    """A test decides when, and in which order."""
    state.courier.faults.add(DeliveryFault.HELD, times=2)
    state.add_webhook(endpoint.url, [CREATED])
    state.open_ticket(people.carla, "first")
    state.open_ticket(people.carla, "second")
    assert state.courier.wait_idle()
    assert endpoint.received == []
    assert state.courier.release(reverse=True) == 2
    assert state.courier.wait_idle()
    assert [json.loads(body)["detail"]["subject"] for _, body in endpoint.received] == ["second", "first"]


def test_faults_can_be_meant_for_one_webhook_or_kind(state: State, people: People, endpoint: Endpoint) -> None:
    """Other deliveries pass by."""
    one, two = state.add_webhook(endpoint.url, [CREATED]), state.add_webhook(endpoint.url, [CREATED])
    state.courier.faults.add(DeliveryFault.LOST, webhook_id=one.id)
    state.courier.faults.add(DeliveryFault.LOST, event="ticket.merged")
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    assert [headers["X-Zendesk-Webhook-Id"] for headers, _ in endpoint.received] == [two.id]


@pytest.mark.parametrize(
    ("successes", "failures", "is_open"),
    [
        pytest.param(0, 99, False, id="too few to tell"),
        pytest.param(30, 70, True, id="70 percent"),
        pytest.param(40, 60, False, id="60 percent"),
        pytest.param(3000, 1000, False, id="a thousand failures"),
        pytest.param(3000, 1001, True, id="more than a thousand"),
    ],
)
def test_the_breaker(successes: int, failures: int, is_open: bool) -> None:
    """It opens at 70% errors or more than 1000 errors in five minutes, for a short time."""
    breaker = Breaker()
    for _ in range(successes):
        breaker.record(1.0, failed=False)
    for _ in range(failures):
        breaker.record(1.0, failed=True)
    assert breaker.is_open(1.0) is is_open
    assert not breaker.is_open(60.0)


def test_old_failures_do_not_count() -> None:
    """Only the last five minutes do."""
    breaker = Breaker()
    for _ in range(99):
        breaker.record(0.0, failed=True)
    breaker.record(301.0, failed=True)
    assert not breaker.is_open(301.0)
