"""Saying that the runs of this process are alive, so that nobody takes their work over."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webhooks.store.database import StorageError
from webhooks.store.looks import Claim, Looks

log = logging.getLogger(__name__)


class Heart:
    """A thread that renews the lease of everything that runs here, three times as often as it would end."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._lock = threading.Lock()
        self._running: set[Claim] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop beating; call it when nothing runs any more."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    @contextmanager
    def beating(self, claim: Claim) -> Iterator[None]:
        """Keep ``claim`` alive while the body runs."""
        with self._lock:
            self._running.add(claim)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(claim)

    def _beat(self) -> None:
        while not self._stopping.wait(self._looks.lease.total_seconds() / 3):
            with self._lock:
                running = list(self._running)
            try:
                if running:
                    self._looks.heartbeat(running)
            except StorageError as err:
                log.warning("heartbeat failed", extra={"reason": str(err)})
