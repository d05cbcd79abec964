"""One account's budget for all workers: never more calls than the platform allows, and a pause for everybody."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.services import Rate
from tests.support import ROOT
from webhooks.engine.budget import SharedBudget
from webhooks.service import Store
from webhooks.store.clock import Clock

START = datetime(2026, 11, 20, 15, tzinfo=UTC)


class Timer:
    """The service's clock, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        monkeypatch.setattr(Clock, "now_in", lambda _clock, _connection: self.now)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    return Timer(monkeypatch)


@pytest.fixture
def budget(store: Store) -> SharedBudget:
    return SharedBudget(store.database, "desk")


def test_burst_then_evenly(budget: SharedBudget, timer: Timer):
    """A third of the calls may come at once; then one comes free at a time. Worked by hand: 30 in 600 s."""
    rate = Rate(30, 600)
    assert [budget.take("api", rate) for _ in range(10)] == [0.0] * 10
    assert budget.take("api", rate) == pytest.approx(30)
    timer.pass_by(29)
    assert budget.take("api", rate) == pytest.approx(1)
    timer.pass_by(1)
    assert budget.take("api", rate) == 0.0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.integers(1, 12),
    seconds=st.floats(1, 60),
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=40),
)
def test_never_more_than_the_rate(store: Store, timer: Timer, calls: int, seconds: float, gaps: list[float]):
    """However calls come, no span of the rate's length holds more of them than it allows; and waiting always helps."""
    budget, rate = SharedBudget(store.database, "desk"), Rate(calls, seconds)
    timer.pass_by(10_000)
    taken: list[datetime] = []
    for gap in gaps:
        timer.pass_by(gap)
        wait = budget.take("api", rate)
        if wait:
            timer.pass_by(wait + 0.001)
            assert budget.take("api", rate) == 0.0
        taken.append(timer.now)
    for first in taken:
        span = [at for at in taken if first <= at < first + timedelta(seconds=seconds)]
        assert len(span) <= calls


def test_pause_is_for_everybody(store: Store, budget: SharedBudget, timer: Timer):
    """A platform's Retry-After holds every counter of the account, and no other account's."""
    budget.pause(30)
    again = SharedBudget(store.database, "desk")
    assert again.take("api", Rate(100, 1)) == pytest.approx(30)
    assert again.take("ticket:1", Rate(100, 1)) == pytest.approx(30)
    assert SharedBudget(store.database, "other").take("api", Rate(100, 1)) == 0.0
    timer.pass_by(30)
    assert again.take("api", Rate(100, 1)) == 0.0


def test_pause_is_never_shortened(budget: SharedBudget, timer: Timer):
    """A shorter Retry-After that comes later does not end a longer one."""
    budget.pause(30)
    budget.pause(5)
    assert budget.take("api", Rate(100, 1)) == pytest.approx(30)


def test_counters_are_apart(budget: SharedBudget, timer: Timer):
    """What one ticket uses up is not taken from another."""
    assert budget.take("ticket:1", Rate(1, 60)) == 0.0
    assert budget.take("ticket:1", Rate(1, 60)) > 0
    assert budget.take("ticket:2", Rate(1, 60)) == 0.0


SPENDER = """
import sys, time
from adapters.services import Rate
from webhooks.engine.budget import SharedBudget
from webhooks.store.database import Database
budget, taken = SharedBudget(Database(sys.argv[1]), "desk"), 0
print("ready", flush=True); sys.stdin.readline()
until = time.monotonic() + 3
while time.monotonic() < until:
    if budget.take("api", Rate(30, 3)): time.sleep(0.01)
    else: taken += 1
print(taken)
"""


def test_two_processes_share_it(url: str, store: Store):
    """Two processes that call as fast as they may get, together, what one account has."""
    spenders = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for spender in spenders:
        assert spender.stdout.readline() == "ready\n"
    began = time.monotonic()
    for spender in spenders:
        spender.stdin.write("go\n")
        spender.stdin.flush()
    taken = [int(spender.communicate(timeout=30)[0]) for spender in spenders]
    spans = (time.monotonic() - began) / 3
    assert all(taken)
    assert 25 <= sum(taken) <= 10 + 20 * max(spans, 1) + 1
