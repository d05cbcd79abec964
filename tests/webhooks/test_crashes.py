"""``kill -9`` at any point loses no accepted delivery and repeats no note: processes that really die."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support import ROOT
from tests.webhooks.conftest import make_settings
from tests.webhooks.desk import Desk, DeskAdapter, link
from tests.webhooks.helpers import deliver, wait_until
from tests.webhooks.worker import POINTS
from webhooks.engine import clustered
from webhooks.service import Service, Store, open_store
from webhooks.store.looks import State


@contextlib.contextmanager
def worker(url: str, desk: Desk, point: str = "", pace: str = "quick") -> Iterator[subprocess.Popen[str]]:
    """Run a worker process; it is killed at the end, if it did not die before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.webhooks.worker", url, str(desk.path), point, pace],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "ready\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a dead worker in a second or two, so that many may die."""
    monkeypatch.setattr("webhooks.service.LEASE", timedelta(seconds=1))
    monkeypatch.setattr(clustered, "HEARTBEAT_SECONDS", 0.3)
    monkeypatch.setattr(clustered, "DEAD_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(clustered, "RECOVER_SECONDS", 0.3)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_step(url: str, store: Store, desk: Desk, make_service, quick, point: str):
    """Killed at any step of the path, the look is done again: the write stands, and the note is there once."""
    desk.happen("1", level_at=store.clock.now() + timedelta(seconds=0.15))
    deliver(store, "d1", "1")
    with worker(url, desk, point) as process:
        assert process.wait(20) == -signal.SIGKILL
    make_service().start()
    wait_until(lambda: not desk.behind() and desk.notes("1"))
    wait_until(lambda: store.listings.looks("desk")[0]["seen"] == 1)
    assert desk.notes("1") == ["resolution/1/step1"]
    assert desk.calls("write") == 1


def storm(url: str, store: Store, desk: Desk, seed: int, kills: int) -> None:
    """Accept deliveries about 25 tickets while workers are started and killed at odd moments; then let one finish."""
    chance = random.Random(seed)
    count = 0
    for _ in range(kills):
        with worker(url, desk) as process:
            assert is_ready(process)
            until = time.monotonic() + chance.uniform(0.05, 0.8)
            while time.monotonic() < until:
                ticket = f"t{chance.randrange(25)}"
                level_at = store.clock.now() if chance.random() < 0.3 else None
                desk.happen(ticket, level_at=level_at)
                deliver(store, f"d{count}", ticket)
                count += 1
                time.sleep(chance.uniform(0, 0.02))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    settings = make_settings(url)
    service = Service(settings, open_store(settings), _link_of(desk))
    service.start()
    try:
        wait_until(lambda: not desk.behind(), 60)
    finally:
        service.stop()
    assert count > kills
    for n in range(25):
        notes = desk.notes(f"t{n}")
        assert len(notes) == len(set(notes)), f"a note of t{n} was repeated"


def _link_of(desk: Desk):
    return lambda _name, _services: link(DeskAdapter("desk", desk))


def test_killed_under_load(url: str, store: Store, desk: Desk, quick):
    """Killed again and again while deliveries pour in: every accepted one is covered, no note is repeated."""
    storm(url, store, desk, seed=1, kills=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_under_load_for_long(url: str, store: Store, desk: Desk, quick, seed: int):
    """The same with many more kills."""
    storm(url, store, desk, seed=seed, kills=10)


def test_poison_ticket(url: str, store: Store, desk: Desk):
    """A ticket that ends the process each time is parked after its crashes; all others get through."""
    others = [f"t{n}" for n in range(12)]
    for ticket in ["poison", *others]:
        desk.happen(ticket)
        deliver(store, f"d-{ticket}", ticket)

    def is_parked() -> bool:
        return any(look["state"] == State.POISONED for look in store.listings.looks("desk"))

    for _ in range(8):
        with worker(url, desk, "poison") as process:
            wait_until(lambda process=process: process.poll() is not None or is_parked(), 30)
        if is_parked():
            break
    with worker(url, desk, "poison") as process:
        assert is_ready(process)
        wait_until(lambda: desk.behind() == ["poison"])
        assert process.poll() is None
    stopped = store.listings.looks("desk", State.POISONED)
    assert [look["subject"] for look in stopped] == ["poison"]


@pytest.mark.postgres
def test_another_machine_takes_over(postgres, desk: Desk):
    """With two workers on PostgreSQL the other one finishes the dead one's work within 30 seconds."""
    url = postgres.create()
    store = open_store(make_settings(url))
    desk.happen("1")
    deliver(store, "d1", "1")
    with worker(url, desk, "hang", "") as dying:
        wait_until(lambda: desk.calls("read") == 1)
        with worker(url, desk, "", "") as living:
            assert is_ready(living)
            dying.kill()
            dying.wait()
            killed_at = time.monotonic()
            wait_until(lambda: desk.state("1") == "seen 1", 40)
            took = time.monotonic() - killed_at
    store.database.close()
    assert took < 30
