"""Looking at one ticket: fetch, evaluate, compare, write at most once, remember."""

import logging
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from adapters.base import Adapter, Snapshot, Written
from core.errors import ConflictError, FrozenError, GoneError
from core.evaluate import Evaluation
from core.ticket import Ticket
from core.update import TicketRef, TicketUpdate, Wanted, difference
from webhooks.engine.look import Outcome
from webhooks.engine.updates import Writes, after_write, is_set_back, permitted, still_to_do, summary
from webhooks.metrics import Metrics
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, Looks
from webhooks.store.memory import Effect, EffectKind, EffectState, LastWrite, Memories, Memory, Remembered, Standing
from webhooks.store.runtime import Runtime

log = logging.getLogger(__name__)

MAX_CONFLICTS = 3
SHORTEST_SLEEP = timedelta(seconds=1)  # whatever the core says, a ticket is never looked at in a hot loop


EscalationStates = Mapping[str, EffectState]


@dataclass(frozen=True, slots=True)
class Link:
    """One connection, ready to look through.

    Attributes:
        adapter: reads and writes.
        evaluate: the core's ``evaluate`` with the connection's policy: ticket and now to an evaluation.
        wanted: what should stand on the ticket: ticket, evaluation and the escalations' states to what is wanted.
            An escalation that is INTENDED takes effect now; any other has none.
        writes: False in shadow mode: evaluate and report, never write.
        may_write: what may be changed where ``writes`` is on.
    """

    adapter: Adapter
    evaluate: Callable[[Ticket, datetime], Evaluation]
    wanted: Callable[[Ticket, Evaluation, EscalationStates], Wanted]
    writes: bool = False
    may_write: Set[Writes] = field(default_factory=lambda: frozenset(Writes))


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one round of reading and deciding came to.

    ``escalations`` are those that take effect with this update; ``send`` says that it may be sent now, ``open`` that
    writing is neither off nor paused.
    """

    snapshot: Snapshot
    evaluation: Evaluation
    update: TicketUpdate
    escalations: tuple[str, ...]
    send: bool
    open: bool
    now: datetime


class TicketLook:
    """Looks at tickets of all connections."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        looks: Looks,
        memories: Memories,
        runtime: Runtime,
        links: Mapping[str, Link],
        metrics: Metrics,
    ) -> None:
        self._database, self._clock, self._looks = database, clock, looks
        self._memories, self._runtime, self._links, self._metrics = memories, runtime, links, metrics

    def __call__(self, begun: Begun) -> Outcome:
        """Look at one ticket.

        Raises:
            PlatformError: the platform did not do what was asked; nothing is lost by doing it all again.
            SupersededError: another run has taken over.
        """
        key = begun.claim.key
        ref, link = TicketRef(key.connection, key.subject), self._links[key.connection]
        with self._database.read() as connection:
            memory = self._memories.recall(connection, key.connection, key.subject)
        try:
            return self._look(begun, ref, link, memory)
        except GoneError:
            return Outcome(None, self._remember(ref, Remembered(Standing.GONE, state="cancelled")), "gone")

    def _look(self, begun: Begun, ref: TicketRef, link: Link, memory: Memory) -> Outcome:
        for conflicts in range(MAX_CONFLICTS + 1):
            decided = self._decide(begun, ref, link, memory)
            if not decided.send:
                return self._unsent(ref, decided, memory.last_write)
            try:
                written = link.adapter.apply(decided.update)
            except ConflictError:
                self._count(ref, "conflict")
                if conflicts == MAX_CONFLICTS:
                    raise
            except FrozenError:
                self._count(ref, "frozen")
                frozen = replace(decided, snapshot=replace(decided.snapshot, frozen=True))
                return self._unsent(ref, frozen, memory.last_write)
            else:
                return self._sent(ref, decided, written, memory.last_write)
        raise AssertionError("the last conflict is raised")

    def _decide(self, begun: Begun, ref: TicketRef, link: Link, memory: Memory) -> _Decided:
        """Read the ticket, decide what should change, and record every effect before it can take place."""
        snapshot = link.adapter.fetch(ref, memory.observations)
        now = self._clock.now()
        evaluation = link.evaluate(snapshot.ticket, now)
        known = memory.of(EffectKind.ESCALATION)
        levels = _levels(evaluation, known, begun.first_asked_at, link.writes)
        states = known | {level.key: level.state for level in levels}
        wanted = link.wanted(snapshot.ticket, evaluation, states)
        update = permitted(difference(ref, wanted, snapshot.shown, snapshot.version), link.may_write)
        update = still_to_do(update, memory.last_write, memory.of(EffectKind.NOTE))
        notes = tuple(Effect(EffectKind.NOTE, note.key, EffectState.INTENDED) for note in update.notes)
        with self._database.write() as connection:
            self._looks.check(connection, begun.claim)
            is_open = link.writes and not self._runtime.is_paused(connection, ref.connection)
            send = bool(update) and is_open and not snapshot.frozen
            if send and is_set_back(update, memory.last_write, now):
                log.warning("others set this update back; not sent again", extra={"look": str(begun.claim.key)})
                send = False
            self._memories.record(connection, ref.connection, ref.ticket_id, levels + (notes if send else ()), now)
        escalations = tuple(key for key, state in states.items() if state is EffectState.INTENDED)
        return _Decided(snapshot, evaluation, update, escalations, send, is_open, now)

    def _sent(self, ref: TicketRef, decided: _Decided, written: Written, last: LastWrite) -> Outcome:
        result = "public" if written.public else "refused" if written.refused else "written"
        self._count(ref, result)
        if written.public:
            log.error("a note became visible to the customer", extra={"look": f"{ref.connection}/{ref.ticket_id}"})
        detail = summary(decided.update) | {"refused": dict(written.refused), "public": written.public}
        done = _done(decided.escalations, written.note_keys)
        last = after_write(decided.update, written, last, decided.now)
        return Outcome(_next(decided), self._remember(ref, _left(decided, last), done, detail), result)

    def _unsent(self, ref: TicketRef, decided: _Decided, last: LastWrite) -> Outcome:
        """Return the outcome of a look that wrote nothing; with nothing left to do, every effect stands already."""
        complete = decided.open and not decided.update
        done = _done(decided.escalations, decided.snapshot.shown.note_keys) if complete else ()
        last = replace(last, withheld=summary(decided.update))
        result = "frozen" if decided.snapshot.frozen else "withheld" if decided.update else "unchanged"
        return Outcome(_next(decided), self._remember(ref, _left(decided, last), done), result)

    def _count(self, ref: TicketRef, result: str) -> None:
        self._metrics.writes.labels(ref.connection, result).inc()

    def _remember(
        self,
        ref: TicketRef,
        left: Remembered,
        done: tuple[Effect, ...] = (),
        audit: dict[str, Any] | None = None,
    ) -> Callable[[Connection], None]:
        def store(connection: Connection) -> None:
            now = self._clock.now_in(connection)
            self._memories.remember(connection, ref.connection, ref.ticket_id, left, now)
            self._memories.record(connection, ref.connection, ref.ticket_id, done, now)
            if audit is not None:
                self._runtime.note(connection, ref.connection, ref.ticket_id, "engine", "written", audit)

        return store


def _levels(
    evaluation: Evaluation, known: EscalationStates, first_asked_at: datetime, writes: bool
) -> tuple[Effect, ...]:
    """Return the levels that are new, each with what it is to become.

    What was reached before the ticket was first seen has no effect, nor what is reached while writing is off.
    A pause only delays: those stay intended.
    """
    return tuple(
        Effect(
            EffectKind.ESCALATION,
            level.key,
            EffectState.SKIPPED
            if level.reached_at < first_asked_at
            else EffectState.INTENDED
            if writes
            else EffectState.REPORTED,
            level.reached_at,
        )
        for level in evaluation.escalations
        if level.key not in known
    )


def _done(escalations: Iterable[str], notes: Iterable[str]) -> tuple[Effect, ...]:
    """Return the effects that stand on the ticket now."""
    return tuple(Effect(EffectKind.ESCALATION, key, EffectState.DONE) for key in escalations) + tuple(
        Effect(EffectKind.NOTE, key, EffectState.DONE) for key in notes
    )


def _next(decided: _Decided) -> datetime | None:
    """Return when to look again: a ticket that takes no more writes is left alone until a delivery names it."""
    wake_at = decided.evaluation.next_wake_at
    if wake_at is None or decided.snapshot.frozen:
        return None
    return max(wake_at, decided.now + SHORTEST_SLEEP)


def _left(decided: _Decided, last: LastWrite) -> Remembered:
    """Return what to remember of a ticket."""
    ticket, result = decided.snapshot.ticket, decided.evaluation.to_mapping()
    return Remembered(
        standing=Standing.FROZEN if decided.snapshot.frozen else Standing.LIVE,
        state=result.get("state"),
        result=result,
        observations=decided.snapshot.observations,
        last_write=last,
        next_wake_at=decided.evaluation.next_wake_at,
        organization_id=ticket.organization.id if ticket.organization else None,
        requester_id=ticket.requester.id if ticket.requester else None,
    )
