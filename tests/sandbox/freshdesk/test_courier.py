"""How webhooks are delivered: repeated, capped, dropped, and late or lost on demand."""

from datetime import timedelta

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.common.deliveries import DeliveryFault
from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.tickets import Ticket
from sandbox.freshdesk.webhooks.deliveries import NEWER_RULES, RetryRules
from tests.sandbox.freshdesk.conftest import People
from tests.sandbox.parties import Endpoint

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def rules(state: State, endpoint: Endpoint, ticket: Ticket) -> None:
    state.add_webhook(endpoint.url)
    state.courier.rules = RetryRules(timeout_seconds=0.4)


def change(state: State, ticket: Ticket, times: int = 1) -> None:
    for _ in range(times):
        state.set_priority(ticket, 5 - ticket.priority)


def test_a_failure_is_repeated_every_half_hour(state: State, ticket: Ticket, endpoint: Endpoint, clock: Clock) -> None:
    """By the account's clock, until it is answered with 2xx; the body is the same each time."""
    endpoint.answers = [(500, {}), (404, {}), (204, {})]
    change(state, ticket)
    for calls in (1, 2, 3, 3):
        assert state.courier.wait_idle()
        assert len(endpoint.received) == calls
        clock.advance(HALF_AN_HOUR)
    assert len({body for _, body in endpoint.received}) == 1
    delivery = state.courier.deliveries()[0]
    assert [attempt.status for attempt in delivery.attempts] == [500, 404, 204]
    assert (delivery.done, state.courier.mails) == (True, [])


@pytest.mark.parametrize(
    ("rules_", "calls"), [pytest.param(RetryRules(), 48, id="as documented"), pytest.param(NEWER_RULES, 4, id="newer")]
)
def test_in_the_end_the_admins_get_a_mail(
    state: State, ticket: Ticket, endpoint: Endpoint, clock: Clock, rules_: RetryRules, calls: int
) -> None:
    """48 calls in all by one page, four by the other."""
    state.courier.rules = rules_
    endpoint.answers = [(503, {})] * 100
    change(state, ticket)
    for _ in range(calls + 3):
        assert state.courier.wait_idle()
        clock.advance(timedelta(hours=1))
    assert len(endpoint.received) == calls
    assert [mail.reason for mail in state.courier.mails] == ["the last answer was 503"]


def test_no_answer_counts_as_a_failure(state: State, ticket: Ticket, endpoint: Endpoint) -> None:
    """A time-out, and a refused connection."""
    endpoint.hang_seconds = 1
    change(state, ticket)
    assert state.courier.wait_idle()
    state.add_webhook("http://127.0.0.1:1/")
    change(state, ticket)
    assert state.courier.wait_idle()
    assert [attempt.status for call in state.courier.deliveries() for attempt in call.attempts] == [-2, -1, -1]
    assert state.courier.waiting() == 3


def test_redirects_are_followed(state: State, ticket: Ticket, endpoint: Endpoint) -> None:
    """300 to 399 is no failure."""
    endpoint.answers = [(307, {"Location": endpoint.url + "/moved"})]
    change(state, ticket)
    assert state.courier.wait_idle()
    assert endpoint.paths == ["/hook", "/hook/moved"]
    assert state.courier.deliveries()[0].done


def test_the_hour_has_a_cap(state: State, ticket: Ticket, endpoint: Endpoint, clock: Clock) -> None:
    """What is over it comes when the hour is over."""
    state.courier.rules = RetryRules(per_hour=3)
    change(state, ticket, times=5)
    assert state.courier.wait_idle()
    assert (len(endpoint.received), state.courier.waiting()) == (3, 2)
    clock.advance(timedelta(hours=1))
    assert state.courier.wait_idle()
    assert len(endpoint.received) == 5


def test_what_waited_for_a_day_is_dropped(state: State, ticket: Ticket, endpoint: Endpoint, clock: Clock) -> None:
    """With a mail to the admins."""
    state.courier.rules = RetryRules(per_hour=1)
    change(state, ticket, times=2)
    assert state.courier.wait_idle()
    clock.advance(timedelta(hours=25))
    state.courier.rules = RetryRules(per_hour=0)
    assert state.courier.wait_idle()
    assert (len(endpoint.received), [call.dropped for call in state.courier.deliveries()].count(True)) == (1, 1)
    assert len(state.courier.mails) == 1


def test_webhooks_use_up_the_accounts_calls(sandbox: Sandbox, state: State, ticket: Ticket, people: People) -> None:
    """Each attempt leaves one call less for everybody."""
    state.limits.enabled = True
    change(state, ticket, times=4)
    assert state.courier.wait_idle()
    answer = requests.get(f"{sandbox.url}/api/v2/agents/me", auth=(people.ada.api_key, "X"), timeout=10)
    assert answer.headers["X-RateLimit-Remaining"] == "195"


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (DeliveryFault.LOST, 0),
        (DeliveryFault.TWICE, 2),
        (DeliveryFault.LATE, 1),
        (DeliveryFault.SHUFFLED, 1),
        (DeliveryFault.HELD, 0),
    ],
)
def test_faults(state: State, ticket: Ticket, endpoint: Endpoint, fault: DeliveryFault, calls: int) -> None:
    """Late, twice, out of order, never; only what was asked for, only as often."""
    state.courier.faults.add(fault, event="priority", seconds=0.05)
    change(state, ticket)
    assert state.courier.wait_idle()
    assert len(endpoint.received) == calls
    state.set_status(ticket, 3)
    assert state.courier.wait_idle()
    assert len(endpoint.received) == calls + 1


def test_held_ones_come_in_any_order(state: State, ticket: Ticket, endpoint: Endpoint) -> None:
    """Newest first on demand."""
    state.courier.faults.add(DeliveryFault.HELD, times=2)
    state.set_status(ticket, 3)
    state.set_status(ticket, 2)
    assert state.courier.release(reverse=True) == 2
    assert state.courier.wait_idle()
    assert [b"to:3" in body for _, body in endpoint.received] == [False, True]


def test_an_old_call_can_be_made_again(state: State, ticket: Ticket, endpoint: Endpoint) -> None:
    """Byte by byte the same."""
    change(state, ticket)
    assert state.courier.wait_idle()
    assert state.courier.redeliver(state.courier.deliveries()[0].id)
    assert not state.courier.redeliver("nonsense")
    assert state.courier.wait_idle()
    assert endpoint.received[0][1] == endpoint.received[1][1]


def test_switched_off(state: State, ticket: Ticket, endpoint: Endpoint) -> None:
    """Nothing is made, so nothing arrives later either."""
    state.courier.enabled = False
    change(state, ticket)
    assert (state.courier.wait_idle(), state.courier.deliveries()) == (True, [])
