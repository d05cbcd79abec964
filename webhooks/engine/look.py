"""One run of one look, whatever it is about: begin, do it, finish; or put it off, or park it."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.engine import Connection

from webhooks.engine.faults import Park, Patience, Retry, next_step, reason
from webhooks.engine.heart import Heart
from webhooks.metrics import Metrics
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, Claim, LookKind, Looks, SupersededError
from webhooks.store.runtime import Runtime

log = logging.getLogger(__name__)


def _nothing(_connection: Connection) -> None:
    """Store nothing beside the look itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look came to.

    Attributes:
        next_look_at: when to look again without any event; None if nothing is awaited.
        store: writes what is to be remembered, in the transaction that ends the look.
        result: one word for metrics and logs.
    """

    next_look_at: datetime | None
    store: Callable[[Connection], None] = _nothing
    result: str = "done"


class Handler(Protocol):
    """Does what one kind of look is for; makes no HTTP call inside a transaction."""

    def __call__(self, begun: Begun, /) -> Outcome:
        """Do it. Whatever is raised is retried or parked; SupersededError means: stop, another run goes on."""


class Runner:
    """Runs claims: the ``look`` of every engine.

    Attempts are counted before the work, and a run covers every delivery that had arrived when it began.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        looks: Looks,
        runtime: Runtime,
        handlers: Mapping[LookKind, Handler],
        heart: Heart,
        metrics: Metrics,
        patience: Patience,
    ) -> None:
        self._database, self._clock, self._looks, self._runtime = database, clock, looks, runtime
        self._handlers, self._heart, self._metrics, self._patience = handlers, heart, metrics, patience

    def __call__(self, claim: Claim) -> None:
        """Run one claim to its end.

        Raises:
            StorageError: what came of it could not be stored; its lease ends and it is done again.
        """
        with self._database.write() as connection:
            begun = self._looks.begin(connection, claim)
        if begun is None:
            return
        began = time.monotonic()
        result = self._run(begun)
        seconds = time.monotonic() - began
        self._metrics.looks.labels(claim.key.connection, claim.key.kind.value, result).inc()
        self._metrics.look_seconds.labels(claim.key.kind.value).observe(seconds)
        log.info("look", extra={"look": str(claim.key), "result": result, "seconds": round(seconds, 3)})

    def _run(self, begun: Begun) -> str:
        try:
            with self._heart.beating(begun.claim):
                outcome = self._handlers[begun.claim.key.kind](begun)
                with self._database.write() as connection:
                    self._looks.finish(connection, begun, outcome.next_look_at)
                    outcome.store(connection)
            return outcome.result
        except SupersededError:
            return "superseded"
        except Exception as err:
            return self._failed(begun, err)

    def _failed(self, begun: Begun, error: Exception) -> str:
        key, why = begun.claim.key, reason(error)
        self._metrics.failures.labels(key.connection, type(error).__name__).inc()
        try:
            with self._database.write() as connection:
                now = self._clock.now_in(connection)
                match next_step(error, begun, now, self._patience):
                    case Retry(wait, counts):
                        self._looks.retry(connection, begun, now + wait, why, counts)
                        result = "retry" if counts else "waiting"
                    case Park():
                        self._looks.park(connection, begun, why)
                        self._runtime.note(connection, key.connection, key.subject, "engine", "parked", {"why": why})
                        result = "parked"
        except SupersededError:
            return "superseded"
        if result == "waiting":
            self._metrics.on_wait(key.connection, wait)
        level = logging.ERROR if result == "parked" else logging.WARNING
        log.log(level, "look failed", extra={"look": str(key), "result": result, "reason": why}, exc_info=error)
        return result
