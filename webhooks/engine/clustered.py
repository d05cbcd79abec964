"""The engine over several machines, on PostgreSQL: what is due is handed to Procrastinate's workers.

Our tables stay the truth. A job only says *run this claim*; it is handed over in the transaction that marks the look,
and only when the look is due, because a job that waits for its time would block every other one with its lock.
A worker that dies stops beating twice: the lease of what it had begun ends, and its jobs are taken away. A look whose
lease is over or whose job is gone is claimed again.
"""

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import procrastinate
import sqlalchemy as sa
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.manager import JobManager
from sqlalchemy.engine import Connection

from webhooks.engine.base import Look
from webhooks.store.clock import Clock
from webhooks.store.database import Database, StorageError
from webhooks.store.looks import Claim, LookKey, LookKind, Looks

log = logging.getLogger(__name__)

QUEUE, TASK = "looks", "look"
RETRY_SECONDS = 2.0
RECOVER_SECONDS = 3.0
HEARTBEAT_SECONDS = 3.0
DEAD_AFTER_SECONDS = 10.0  # with the lease and RECOVER_SECONDS: another worker goes on within 30 s
FETCH_SECONDS = 2.0  # a notice starts a job in milliseconds; this is for a lost one
HANDED_OVER = timedelta(hours=1)  # while its job exists a look waits; ORPHANED finds those whose job is gone
ORPHANED = sa.text("""
    UPDATE looks SET lease_until = clock_timestamp()
    WHERE lease_until IS NOT NULL AND NOT running AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.queueing_lock = connection || '/' || kind || '/' || subject || '#' || generation
        AND job.status IN ('todo', 'doing')
    )
""")
DEPTH = 100  # looks inside Procrastinate at once: what is due first comes first, and its fetch stays fast


class ProcrastinateEngine:
    """Hands over what is due and runs what was handed over; any number of processes may.

    Args:
        threads: looks at the same time in this process.
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
        self._handing = JobManager(procrastinate.SyncPsycopgConnector())  # lends its statements; ours the connection
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._running: list[threading.Thread] = []
        self._stop_worker: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def start(self, look: Look) -> None:
        """Begin to hand over and to work."""
        self._stopping.clear()
        self._running = [
            threading.Thread(target=self._dispatch, name="dispatcher"),
            threading.Thread(target=lambda: asyncio.run(self._work(look)), name="worker"),
        ]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        """Take nothing new and wait for what runs; what was only handed over is another worker's."""
        self._stopping.set()
        self._wake.set()
        if self._stop_worker:
            loop, event = self._stop_worker
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(event.set)
        for thread in self._running:
            thread.join()
        self._running = []

    def wake(self) -> None:
        """Look for due work now."""
        self._wake.set()

    def is_alive(self) -> bool:
        """Return whether work is being taken."""
        return bool(self._running) and all(thread.is_alive() for thread in self._running)

    def _dispatch(self) -> None:
        since_recovery = RECOVER_SECONDS
        while not self._stopping.is_set():
            try:
                if since_recovery >= RECOVER_SECONDS:
                    since_recovery = 0.0
                    self._recover()
                wait = self._hand_over()
            except StorageError as err:
                log.error("dispatcher: cannot take work", extra={"reason": str(err)})
                wait = RETRY_SECONDS
            since_recovery += max(wait, 0.01)
            self._wake.wait(wait)
            self._wake.clear()

    def _recover(self) -> None:
        with self._database.write() as connection:
            connection.execute(ORPHANED)
            for key in self._looks.recover(connection, self._max_crashes):
                log.error("look parked: it ends the process", extra={"look": str(key)})

    def _hand_over(self) -> float:
        """Hand over what is due and return the seconds until the next round."""
        due_at = self._looks.next_due_at()
        if due_at is None:
            return self._poll_seconds
        wait = (due_at - self._clock.now()) / timedelta(seconds=1)
        if wait > 0:
            return min(wait, self._poll_seconds)
        with self._database.write() as connection:
            claims = self._looks.claim(connection, DEPTH - self._looks.held(connection), HANDED_OVER)
            if claims:
                self._handing.batch_defer_jobs([_job(claim) for claim in claims], connection=_raw(connection))
        return 0.0 if len(claims) == DEPTH else self._poll_seconds

    async def _work(self, look: Look) -> None:
        """Run a worker until we are stopped; a new one when the database threw the last one out."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop_worker = (loop, stop)
        loop.set_default_executor(ThreadPoolExecutor(self._threads, thread_name_prefix="look"))
        while not self._stopping.is_set():
            try:
                await self._work_once(look, stop)
            except Exception as err:  # of whatever library: the worker has to come back
                log.error("worker: lost the database", extra={"reason": type(err).__name__})
            if not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_SECONDS)

    async def _work_once(self, look: Look, stop: asyncio.Event) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=_conninfo(self._database), min_size=1, max_size=4, kwargs={"application_name": "sla-sidecar"}
        )
        app = procrastinate.App(connector=connector)

        @app.task(name=TASK, queue=QUEUE)
        def run(connection: str, kind: str, subject: str, generation: int) -> None:
            look(Claim(LookKey(connection, LookKind(kind), subject), generation))

        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._threads,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=FETCH_SECONDS,
                    delete_jobs=DeleteJobCondition.ALWAYS,  # what failed is in our tables
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=DEAD_AFTER_SECONDS,
                )
            )
            side = [asyncio.create_task(stop.wait()), asyncio.create_task(_reap(app.job_manager))]
            try:
                await asyncio.wait([worker, *side], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (worker, *side):
                    task.cancel()  # the worker then waits for the looks that run
                await asyncio.gather(worker, *side, return_exceptions=True)


async def _reap(jobs: JobManager) -> None:
    """Take away the jobs of workers that no longer beat, for ever; their looks are claimed again by their leases."""
    while True:
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=DEAD_AFTER_SECONDS):
            with contextlib.suppress(procrastinate.exceptions.ProcrastinateException):  # another worker was faster
                await jobs.finish_job_by_id_async(job_id=job.id or 0, status=Status.FAILED, delete_job=True)
        await asyncio.sleep(RECOVER_SECONDS)


def _job(claim: Claim) -> Job:
    key = claim.key
    return Job(
        id=None,
        queue=QUEUE,
        task_name=TASK,
        lock=str(key),
        queueing_lock=f"{key}#{claim.generation}",
        task_kwargs={
            "connection": key.connection,
            "kind": key.kind.value,
            "subject": key.subject,
            "generation": claim.generation,
        },
    )


def _raw(connection: Connection) -> Any:
    """Return the driver's own connection, so that the job is part of our transaction."""
    return connection.connection.driver_connection


def _conninfo(database: Database) -> str:
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)
