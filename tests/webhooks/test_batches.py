"""Calls of many threads become one, each thread gets its own, and nobody waits for somebody who will not come."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from adapters.base import Snapshot, Written
from core.errors import ConflictError, GoneError, RefusedError, RetryLaterError
from core.ticket import Status, Ticket
from core.update import Field, Shown, TicketRef, TicketUpdate
from tests.adapters.doubles import START
from webhooks.backfill import batches
from webhooks.backfill.batches import Crowd, Gatherer
from webhooks.backfill.gathered import Gathered

PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(batches, "QUIET_SECONDS", 0.05)


def together(crowd, calls):
    """Run each call in a thread of its own, as a look; return what it gave or raised, in the order of the calls."""
    with ThreadPoolExecutor(len(calls)) as pool:

        def look(call):
            with crowd.look():
                return call()

        futures = [pool.submit(look, call) for call in calls]
        return [future.exception(PATIENCE_SECONDS) or future.result() for future in futures]


def test_all_that_are_on_the_way_go_together():
    """A look that still does something else is waited for; then one call answers everybody."""
    crowd, asked = Crowd(), []
    gather = Gatherer(crowd, 100, lambda items: asked.append(sorted(items)) or {item: item * 2 for item in items})
    late = threading.Event()

    def slow():
        late.wait(0.3)
        return gather(9)[9]

    answers = together(crowd, [*(partial(lambda n: gather(n)[n], n) for n in range(4)), slow])
    assert answers == [0, 2, 4, 6, 18]
    assert asked == [[0, 1, 2, 3, 9]]


def test_a_full_batch_goes_at_once():
    """Ten with room for four: nobody is lost, nobody is asked for twice, and no batch is too large."""
    crowd, asked = Crowd(), []
    gather = Gatherer(crowd, 4, lambda items: asked.append(list(items)) or len(items))
    together(crowd, [partial(gather, n) for n in range(10)])
    assert sorted(n for batch in asked for n in batch) == list(range(10))
    assert max(map(len, asked)) <= 4


def test_a_look_that_ends_without_coming_is_not_waited_for():
    """The last one that was on the way ends: the batch goes."""
    crowd = Crowd()
    gather = Gatherer(crowd, 100, len)
    over = threading.Event()
    assert together(crowd, [partial(gather, 1), partial(gather, 2), partial(over.wait, 0.2)]) == [2, 2, False]
    assert (crowd.running, crowd.waiting) == (0, 0)


def test_nobody_waits_for_ever(monkeypatch):
    """A look that hangs elsewhere holds a batch up only so long."""
    monkeypatch.setattr(batches, "LONGEST_SECONDS", 0.2)
    crowd, hanging = Crowd(), threading.Event()
    gather = Gatherer(crowd, 100, lambda items: hanging.set() or len(items))
    assert together(crowd, [partial(gather, 1), partial(hanging.wait, PATIENCE_SECONDS)]) == [1, True]


def test_everybody_hears_of_a_failure():
    """The call fails: each caller gets the exception, and the next batch is a new one."""
    crowd, answers = Crowd(), [RetryLaterError("down", status=503), None]

    def call(items):
        if error := answers.pop(0):
            raise error
        return len(items)

    gather = Gatherer(crowd, 100, call)
    with ThreadPoolExecutor(3) as pool:

        def look():
            with crowd.look():
                return gather(0)

        failed = [pool.submit(look) for _ in range(3)]
        assert {type(each.exception(PATIENCE_SECONDS)) for each in failed} == {RetryLaterError}
    assert together(crowd, [partial(gather, 0)]) == [1]


# -- the adapter that looks get ------------------------------------------------------------------------------------


def ref(number):
    return TicketRef("desk", str(number))


def snapshot(number, how):
    ticket = Ticket(id=str(number), platform="desk", connection="desk", created_at=START, status=Status.NEW)
    return Snapshot(ticket=ticket, shown=Shown(), version=how)


class Desk:
    """A platform with batches, which says of each call how it was made."""

    name = connection = "desk"
    supports = frozenset()
    most_read = most_written = 100

    def __init__(self, error=None):
        self.error, self.calls, self.at_once, self.most_at_once = error, [], 0, 0
        self.counting = threading.Lock()

    def fetch(self, ref, observations=None):
        self.calls.append(("fetch", 1))
        return snapshot(ref.ticket_id, "alone")

    def apply(self, update):
        self.calls.append(("apply", 1))
        raise ConflictError("changed", ticket_id=update.ref.ticket_id)

    def fetch_many(self, refs):
        self.calls.append(("fetch", len(refs)))
        if self.error:
            raise self.error
        return {each: partial(self.rest, each) for each in refs if each != ref(0)}

    def rest(self, ref, observations):
        with self.counting:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        threading.Event().wait(0.02)
        with self.counting:
            self.at_once -= 1
        if ref.ticket_id == "1":
            raise GoneError("gone", ticket_id="1")
        return snapshot(ref.ticket_id, observations["kept"])

    def apply_many(self, updates):
        self.calls.append(("apply", len(updates)))
        if self.error:
            raise self.error
        came_of = {update.ref: Written(version=update.ref.ticket_id) for update in updates}
        del came_of[ref(0)]
        return came_of | {ref(1): GoneError("gone", ticket_id="1")}


def gathered(desk, few=3):
    crowd = Crowd()
    return crowd, Gathered(desk, crowd, threading.Semaphore(few))


def updates(count):
    return [TicketUpdate(ref=ref(number), fields={Field.TIER: number}) for number in range(count)]


def test_each_look_gets_its_own_ticket():
    """One call for all; each gets its own ticket or its own error, and what was left out is fetched alone."""
    desk = Desk()
    crowd, adapter = gathered(desk)
    got = together(crowd, [partial(adapter.fetch, ref(n), {"kept": f"kept {n}"}) for n in range(6)])
    assert isinstance(got[1], GoneError)
    versions = [each.version for each in got if isinstance(each, Snapshot)]
    assert versions == ["alone", "kept 2", "kept 3", "kept 4", "kept 5"]
    assert desk.calls == [("fetch", 6), ("fetch", 1)]


def test_only_a_few_ask_for_one_ticket_at_a_time():
    """What has no batch is asked for by no more threads than the settings allow."""
    desk = Desk()
    crowd, adapter = gathered(desk, few=3)
    together(crowd, [partial(adapter.fetch, ref(n), {"kept": ""}) for n in range(2, 20)])
    assert 1 < desk.most_at_once <= 3


def test_each_look_gets_what_came_of_its_update():
    """One call for all; what was left out is applied alone, and fails as it fails alone."""
    desk = Desk()
    crowd, adapter = gathered(desk)
    got = together(crowd, [partial(adapter.apply, update) for update in updates(4)])
    assert [type(each) for each in got] == [ConflictError, GoneError, Written, Written]
    assert [each.version for each in got[2:]] == ["2", "3"]
    assert desk.calls == [("apply", 4), ("apply", 1)]


@pytest.mark.parametrize(
    ("error", "read", "written"),
    [
        pytest.param(RefusedError("no", status=403), "alone", ConflictError, id="refused: one by one"),
        pytest.param(RetryLaterError("down", status=503), RetryLaterError, RetryLaterError, id="later: all of them"),
        pytest.param(RetryLaterError("silence"), "alone", RetryLaterError, id="no answer: read alone, never written"),
    ],
)
def test_a_batch_that_fails(error, read, written):
    """A batch that did nothing is done one by one; where that is not known, nothing is written a second time."""
    desk = Desk(error)
    crowd, adapter = gathered(desk)
    got = together(crowd, [partial(adapter.fetch, ref(n)) for n in range(3)])
    assert {each.version if isinstance(each, Snapshot) else type(each) for each in got} == {read}
    assert {type(each) for each in together(crowd, [partial(adapter.apply, each) for each in updates(3)])} == {written}


def test_a_platform_without_batches():
    """Everything goes alone."""
    desk = Desk()
    desk.most_read = desk.most_written = 0
    crowd, adapter = gathered(desk)
    together(crowd, [partial(adapter.fetch, ref(n)) for n in range(3)])
    assert desk.calls == [("fetch", 1)] * 3
