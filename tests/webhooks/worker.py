"""A worker in a process of its own, which can be told to die: ``python -m tests.webhooks.worker URL DESK POINT PACE``.

POINT is ``step:moment``, with a step of STEPS and ``before`` or ``after``: there it kills itself with SIGKILL. The
step ``hang`` never returns from reading a ticket; ``poison`` dies whenever it reads the ticket "poison".
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import webhooks.service
from tests.webhooks.conftest import make_settings
from tests.webhooks.desk import Desk, DeskAdapter, link
from webhooks.engine import clustered
from webhooks.engine.look import Runner
from webhooks.service import Service, open_store
from webhooks.store.looks import Looks
from webhooks.store.memory import Memories

STEPS: dict[str, tuple[type, str]] = {
    "claim": (Looks, "claim"),
    "run": (Runner, "__call__"),
    "begin": (Looks, "begin"),
    "recall": (Memories, "recall"),
    "fetch": (DeskAdapter, "fetch"),
    "check": (Looks, "check"),
    "record": (Memories, "record"),
    "apply": (DeskAdapter, "apply"),
    "finish": (Looks, "finish"),
    "remember": (Memories, "remember"),
}
POINTS = [f"{step}:{moment}" for step in STEPS for moment in ("before", "after")]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str, steps: Mapping[str, tuple[type, str]] = STEPS) -> None:
    """Make this process die at a point of the path."""
    step, _, moment = point.partition(":")
    owner, name = steps[step]
    original: Callable[..., Any] = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            die()
        result = original(*args, **kwargs)
        if step != "claim" or result:  # an empty claim is a step of no look
            die()
        return result

    setattr(owner, name, dying)


class Hanging(DeskAdapter):
    """Never comes back from reading a ticket."""

    def fetch(self, ref: Any, observations: Any = None) -> Any:
        self.desk.count_read(ref.ticket_id)
        time.sleep(3600)


class Poisoned(DeskAdapter):
    """Dies of one ticket."""

    def fetch(self, ref: Any, observations: Any = None) -> Any:
        if ref.ticket_id == "poison":
            time.sleep(0.2)  # long enough for others to be running at the same time
            die()
        return super().fetch(ref, observations)


def hurry() -> None:
    """Notice a dead worker in a second or two, so that tests can let many die."""
    webhooks.service.LEASE = timedelta(seconds=1)
    clustered.HEARTBEAT_SECONDS = clustered.RECOVER_SECONDS = 0.3
    clustered.DEAD_AFTER_SECONDS = 1.0


def main(url: str, desk: str, point: str = "", pace: str = "") -> None:
    if pace == "quick":
        hurry()
    kinds = {"hang": Hanging, "poison": Poisoned}
    adapter = kinds.get(point, DeskAdapter)("desk", Desk(Path(desk)))
    if point and point not in kinds:
        arm(point)
    settings = make_settings(url, engine={"max_crashes": 3, "window_seconds": 0.05})
    service = Service(settings, open_store(settings), lambda _name, _services: link(adapter))
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    service.start()
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    stopped.wait()
    service.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
