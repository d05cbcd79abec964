"""The budget and the cache of one process."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.services import MemoryBudget, MemoryCache, Rate
from tests.adapters.doubles import Time


def test_budget_gives_what_the_rate_allows_and_says_when_to_ask_again():
    """Three calls in ten seconds: the fourth is told to wait until the first one is ten seconds old."""
    time = Time()
    budget, rate = MemoryBudget(time.monotonic), Rate(3, 10.0)
    for _ in range(3):
        assert budget.take("api", rate) == 0.0
        time.sleep(2)
    assert budget.take("api", rate) == pytest.approx(4.0)
    time.sleep(4)
    assert budget.take("api", rate) == 0.0
    assert budget.take("api", rate) == pytest.approx(2.0)


def test_kinds_are_counted_apart_and_a_pause_holds_all_of_them():
    """One ticket's limit does not hold up another; a pause does, and a shorter one never shortens it."""
    time = Time()
    budget, rate = MemoryBudget(time.monotonic), Rate(1, 60.0)
    assert budget.take("ticket:1", rate) == 0.0
    assert budget.take("ticket:2", rate) == 0.0
    budget.pause(30)
    budget.pause(5)
    assert budget.take("ticket:3", rate) == pytest.approx(30.0)


def test_a_lowered_rate_counts_what_was_taken_before():
    """When the platform says that it allows less, the calls already made count against the smaller number."""
    time = Time()
    budget = MemoryBudget(time.monotonic)
    for _ in range(5):
        budget.take("api", Rate(10, 60.0))
        time.sleep(1)
    assert budget.take("api", Rate(2, 60.0)) == pytest.approx(58.0)


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 5), st.floats(1, 30))
def test_never_more_calls_in_any_span_than_the_rate_allows(waits, calls, seconds):
    """However calls come, no window of the rate's length holds more of them than the rate."""
    time = Time()
    budget, rate = MemoryBudget(time.monotonic), Rate(calls, seconds)
    taken = []
    for wait in waits:
        time.now += timedelta(seconds=round(wait, 3))
        if budget.take("api", rate) == 0.0:
            taken.append(time.monotonic())
    for first, beyond in zip(taken, taken[calls:], strict=False):
        assert beyond - first >= seconds


def test_threads_share_one_budget():
    """Many threads at once get no more than the rate."""
    budget, rate, got = MemoryBudget(lambda: 0.0), Rate(50, 60.0), []
    threads = [
        threading.Thread(target=lambda: got.extend(budget.take("api", rate) for _ in range(20))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(0.0) == 50


def test_cache_forgets_in_time_and_by_size():
    """A value lives for its time; when the cache is full the one put longest ago leaves."""
    time = Time()
    cache = MemoryCache(time.monotonic, max_entries=2)
    cache.put("a", {"v": 1}, 10)
    time.sleep(9)
    assert cache.get("a") == {"v": 1}
    time.sleep(1)
    assert cache.get("a") is None
    for key in "abc":
        cache.put(key, {"v": key}, 10)
    assert [cache.get(key) is not None for key in "abc"] == [False, True, True]
    cache.drop("b")
    cache.drop("b")
    assert cache.get("b") is None
