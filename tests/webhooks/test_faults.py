"""Whatever the platform does, a look ends in the right result or parked with its reason; nothing hot-loops."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import (
    ConflictError,
    FrozenError,
    RefusedError,
    RetryLaterError,
)
from tests.webhooks.desk import Desk, DeskAdapter
from tests.webhooks.helpers import deliver, look_after, look_at_due, wait_until
from webhooks.engine.faults import Park, Patience, Retry, backoff, next_step
from webhooks.store.database import StorageError
from webhooks.store.looks import Begun, Claim, LookKey, State

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
PATIENCE = Patience(attempts=3, outage=timedelta(hours=1))


def limited(seconds: float | None) -> RetryLaterError:
    return RetryLaterError("limited", status=429, retry_after=seconds)


def down(seconds: float | None = None) -> RetryLaterError:
    return RetryLaterError("down", status=503, retry_after=seconds)


@pytest.mark.parametrize(
    ("error", "attempts", "failing", "step"),
    [
        pytest.param(limited(30), 1, None, Retry(timedelta(seconds=30), counts=False), id="429 says when"),
        pytest.param(limited(0), 1, None, Retry(timedelta(seconds=2), counts=False), id="429 says at once"),
        pytest.param(limited(30), 99, 9, Retry(timedelta(seconds=30), counts=False), id="a limit never parks"),
        pytest.param(limited(None), 2, 0, Retry(timedelta(seconds=4)), id="429 without a word backs off"),
        pytest.param(down(), 1, None, Retry(timedelta(seconds=2)), id="first 503"),
        pytest.param(down(60), 1, None, Retry(timedelta(seconds=60)), id="503 says when"),
        pytest.param(down(1), 3, 0, Retry(timedelta(seconds=8)), id="503 says sooner than the back-off"),
        pytest.param(down(), 9, 0.5, Retry(timedelta(seconds=512)), id="a short outage parks nothing"),
        pytest.param(down(), 20, 0.9, Retry(timedelta(minutes=15)), id="the back-off is bounded"),
        pytest.param(down(), 9, 1, Park(), id="a long outage parks"),
        pytest.param(down(), 2, 1, Retry(timedelta(seconds=4)), id="a long outage with few tries does not"),
        pytest.param(RefusedError("no"), 2, 0, Retry(timedelta(seconds=4)), id="a refusal is tried again"),
        pytest.param(RefusedError("no"), 3, 0, Park(), id="and parked"),
        pytest.param(ValueError("a bug"), 3, 0, Park(), id="so is whatever else"),
    ],
)
def test_next_step(error, attempts, failing, step):
    """What a failure does next follows from its kind, the attempts, and for how many hours it has failed."""
    since = None if failing is None else NOW - timedelta(hours=failing)
    begun = Begun(Claim(LookKey.ticket("desk", "1"), 1), 1, attempts, since, NOW)
    assert next_step(error, begun, NOW, PATIENCE) == step


def test_backoff_is_bounded():
    """However many attempts there were, the wait is a wait: from 2 seconds to 15 minutes."""
    waits = [backoff(attempts) for attempts in range(1, 2000)]
    assert waits[0] == timedelta(seconds=2)
    assert max(waits) == timedelta(minutes=15)
    assert waits == sorted(waits)


@pytest.fixture
def service(make_service):
    return make_service()


def failing(service, desk: Desk, adapter: DeskAdapter, where: str, *errors: Exception) -> None:
    """Deliver ticket 1 with these faults ahead."""
    adapter.faults = [(where, error) for error in errors]
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service)


def look(service):
    (found,) = service.store.listings.looks("desk")
    return found


@pytest.mark.parametrize("where", ["fetch", "apply"])
@pytest.mark.parametrize(
    "error",
    [
        pytest.param(limited(30), id="429"),
        pytest.param(down(), id="503"),
        pytest.param(RetryLaterError("no answer"), id="dropped"),
        pytest.param(RefusedError("no", status=422), id="422"),
        pytest.param(RuntimeError("a bug"), id="bug"),
    ],
)
def test_fault_then_success(service, desk: Desk, adapter: DeskAdapter, where: str, error: Exception):
    """A fault delays the write, and the next try brings it about; nothing is lost or written twice."""
    failing(service, desk, adapter, where, error)
    assert desk.state("1") is None
    assert look_at_due(service) == 0
    look_after(service, 60)
    assert (desk.state("1"), desk.calls("write")) == ("seen 1", 1)
    assert (look(service)["attempts"], look(service)["error"]) == (0, None)


def test_conflicts_are_decided_again_at_once(service, desk: Desk, adapter: DeskAdapter):
    """A ticket that changed under us is read and decided again in the same look, up to three times."""
    failing(service, desk, adapter, "apply", *[ConflictError("changed")] * 3)
    assert (desk.state("1"), desk.calls("read")) == ("seen 1", 4)


def test_endless_conflicts(service, desk: Desk, adapter: DeskAdapter):
    """A ticket that changes at each try is put off, not tried for ever."""
    failing(service, desk, adapter, "apply", *[ConflictError("changed")] * 4)
    assert (desk.state("1"), desk.calls("read")) == (None, 4)
    look_after(service, 10)
    assert desk.state("1") == "seen 1"


def test_gone(service, desk: Desk, adapter: DeskAdapter):
    """A ticket that no longer exists is cancelled and left alone; what was known of it is kept."""
    failing(service, desk, adapter, "fetch")
    desk.delete("1")
    deliver(service.store, "d2", "1")
    look_after(service)
    remembered = service.store.memories.read("desk", "1")
    assert (remembered["standing"], remembered["state"]) == ("gone", "cancelled")
    assert remembered["result"]["events"] == 1
    assert look(service)["look_at"] is None


def test_frozen(service, desk: Desk, adapter: DeskAdapter):
    """A ticket that takes no more writes keeps its verdicts and is not looked at again by itself."""
    failing(service, desk, adapter, "apply", FrozenError("closed"))
    remembered = service.store.memories.read("desk", "1")
    assert (remembered["standing"], remembered["state"]) == ("frozen", "running")
    assert look(service)["look_at"] is None


def test_parked_with_its_reason(service, desk: Desk, adapter: DeskAdapter):
    """After its attempts a look is parked, tried no more, and shows why; retrying it is one command."""
    failing(service, desk, adapter, "apply", *[RefusedError("desk: field 7 does not exist", status=422)] * 3)
    for _ in range(5):
        look_after(service, 1000)
    assert desk.calls("read") == 3
    parked = look(service)
    assert (parked["state"], parked["error"]) == (State.PARKED, "desk: field 7 does not exist")
    assert service.store.listings.retry_stopped("desk") == 1
    look_at_due(service)
    assert desk.state("1") == "seen 1"


def test_a_bugs_message_is_not_kept(service, desk: Desk, adapter: DeskAdapter):
    """An unexpected error is told by its type: its message may hold a customer's text."""
    failing(service, desk, adapter, "fetch", *[RuntimeError("the customer wrote: help")] * 3)
    assert "RuntimeError" in look(service)["error"]
    assert "help" not in look(service)["error"]


def test_one_bad_ticket_keeps_nobody_waiting(service, desk: Desk, adapter: DeskAdapter):
    """A ticket that fails each time waits by itself; the others are looked at meanwhile."""
    failing(service, desk, adapter, "fetch", RefusedError("no"))
    for n in range(5):
        desk.happen(f"good{n}")
        deliver(service.store, f"g{n}", f"good{n}")
    look_after(service)
    assert desk.behind() == ["1"]


def test_a_look_that_could_not_begin_is_not_lost(make_service, desk: Desk, store):
    """The database did not answer in time when a look was to begin: it is due again, in the same process."""
    service = make_service()
    whole, refusals = service.look, [StorageError("the database did not answer")] * 2

    def look(claim):
        if refusals:
            raise refusals.pop()
        whole(claim)

    service.look = look
    desk.happen("1")
    deliver(store, "d1", "1")
    service.start()
    wait_until(lambda: store.listings.tickets("desk"))
    assert refusals == []
