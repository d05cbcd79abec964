"""The engine inside one process, on SQLite: a dispatcher and a small pool of threads."""

import fcntl
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import IO

from core.errors import ConfigError
from webhooks.engine.base import Look
from webhooks.store.clock import Clock
from webhooks.store.database import Database, StorageError
from webhooks.store.looks import Claim, Looks

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class EmbeddedEngine:
    """Takes due looks in order of time and runs them in threads.

    Only one process may do so on one file: it holds a lock of the operating system, which also ends with the
    process, however that ends. What an earlier process had begun is due again at start.

    Args:
        threads: looks at the same time.
        max_crashes: a look that has ended so many processes is parked for good.
        poll_seconds: how late another process's write is noticed; our own wakes us at once.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        looks: Looks,
        threads: int = 8,
        max_crashes: int = 5,
        poll_seconds: float = 0.5,
    ) -> None:
        self._database, self._clock, self._looks = database, clock, looks
        self._threads, self._max_crashes, self._poll_seconds = threads, max_crashes, poll_seconds
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._outstanding = 0
        self._failed: list[Claim] = []
        self._counting = threading.Lock()
        self._lock_file: IO[bytes] | None = None
        self._dispatcher: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None

    def start(self, look: Look) -> None:
        """Take the file, make due what an earlier process left, and begin."""
        self._lock_file = _lock(f"{self._database.path}.lock")
        with self._database.write() as connection:
            for key in self._looks.recover(connection, self._max_crashes, everything=True):
                log.error("look parked: it ends the process", extra={"look": str(key)})
        self._stopping.clear()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="look")
        self._dispatcher = threading.Thread(target=self._dispatch, args=(look, self._pool), name="dispatcher")
        self._dispatcher.start()

    def stop(self) -> None:
        """Take nothing new, wait for what runs, and give the file back."""
        self._stopping.set()
        self._wake.set()
        if self._dispatcher:
            self._dispatcher.join()
            self._dispatcher = None
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        if self._lock_file:
            self._lock_file.close()
            self._lock_file = None

    def wake(self) -> None:
        """Look for due work now."""
        self._wake.set()

    def is_alive(self) -> bool:
        """Return whether work is being taken."""
        return self._dispatcher is not None and self._dispatcher.is_alive()

    def _dispatch(self, look: Look, pool: ThreadPoolExecutor) -> None:
        while not self._stopping.is_set():
            try:
                wait = self._round(look, pool)
            except StorageError as err:
                log.error("dispatcher: cannot take work", extra={"reason": str(err)})
                wait = RETRY_SECONDS
            self._wake.wait(wait)
            self._wake.clear()

    def _round(self, look: Look, pool: ThreadPoolExecutor) -> float:
        """Hand out what is due, a batch at a time, and return the seconds until the next round.

        Nothing is taken while the threads still have enough: a batch costs one write to the disk, as one look does.
        """
        self._give_back()
        if self._outstanding > self._threads:
            return self._poll_seconds
        due_at = self._looks.next_due_at()
        if due_at is None:
            return self._poll_seconds
        wait = (due_at - self._clock.now()) / timedelta(seconds=1)
        if wait > 0:
            return min(wait, self._poll_seconds)
        with self._database.write() as connection:
            claims = self._looks.claim(connection, 2 * self._threads - self._outstanding, self._looks.lease)
        for claim in claims:
            self._count(+1)
            pool.submit(self._guarded, look, claim).add_done_callback(self._done)
        return 0.0 if claims else self._poll_seconds

    def _give_back(self) -> None:
        """Make due again what this process could not do: nobody else would, since its leases end only with it."""
        with self._counting:
            failed = list(self._failed)
        if failed:
            with self._database.write() as connection:
                self._looks.give_back(connection, failed)
            with self._counting:
                self._failed = [claim for claim in self._failed if claim not in failed]

    def _guarded(self, look: Look, claim: Claim) -> None:
        try:
            look(claim)
        except Exception:
            log.exception("look failed", extra={"look": str(claim.key)})
            with self._counting:
                self._failed.append(claim)

    def _done(self, _future: Future[None]) -> None:
        self._count(-1)
        self._wake.set()

    def _count(self, change: int) -> None:
        with self._counting:
            self._outstanding += change


def require_free(database: Database) -> None:
    """Raise ConfigError if another process works on this SQLite file."""
    _lock(f"{database.path}.lock").close()


def _lock(path: str) -> IO[bytes]:
    """Return the locked file; the lock lasts until it is closed or the process ends."""
    file = open(path, "ab")  # noqa: SIM115 - held open on purpose
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise ConfigError(
            f"{path} is held by another process: only one may serve a SQLite database; "
            "stop the other one, or use PostgreSQL"
        ) from None
    return file
