"""Looking at one ticket: fetch, evaluate, compare, write at most once, remember."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from adapters.base import Adapter, Snapshot, Written
from core.errors import ConflictError, FrozenError, GoneError, RefusedError
from core.evaluate import Evaluation
from core.outages import Outage
from core.ticket import Ticket
from core.update import Reply, TicketRef, TicketUpdate, Wanted, difference
from webhooks.effects.courier import Courier
from webhooks.effects.due import Due, due
from webhooks.effects.plan import Reached
from webhooks.effects.reply import under_way
from webhooks.engine.look import Outcome
from webhooks.engine.replies import Replies
from webhooks.engine.rewrites import LEFT_ALONE, after_write, leave, set_back, without
from webhooks.engine.updates import Writes, permitted, still_to_do, summary, unrouted
from webhooks.engine.verdicts import kept
from webhooks.metrics import Metrics
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, LookKey, LookKind, Looks
from webhooks.store.memory import Effect, EffectKind, EffectState, LastWrite, Memories, Memory, Remembered, Standing
from webhooks.store.outages import Outages
from webhooks.store.runtime import Runtime
from webhooks.store.summaries import Place, Summaries

log = logging.getLogger(__name__)

MAX_CONFLICTS = 3
SHORTEST_SLEEP = timedelta(seconds=1)  # whatever the core says, a ticket is never looked at in a hot loop
# A group that was deleted or a person who left: somebody has to put it right, so there is no hurry; then it is parked.
ROUTE_WAITS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))

EscalationStates = Mapping[str, EffectState]


def levels_alone(evaluation: Evaluation) -> tuple[Reached, ...]:
    """Return the levels that were reached, each with nothing but its note."""
    return tuple(
        Reached(EffectKind.ESCALATION, each.key, each.reached_at, each.reached_at) for each in evaluation.escalations
    )


@dataclass(frozen=True, slots=True)
class Link:
    """One connection, ready to look through.

    Attributes:
        adapter: reads and writes.
        evaluate: the core's ``evaluate`` with the connection's policy: ticket and now to an evaluation. The ticket is
            given with what people set here (:meth:`Memory.added_to`).
        wanted: what should stand on the ticket: ticket, evaluation, the escalations' states and what became of the
            public reply to what is wanted. An escalation that is INTENDED takes effect now; any other has none.
        writes: False in shadow mode: evaluate and report, never write.
        may_write: what may be changed where ``writes`` is on.
        reached: what takes effect once: evaluation to each thing with its actions.
        routed: what is wanted, with what some levels do to people and tags: wanted, evaluation and the levels' keys.
        problems: what of an evaluation cannot be done as the connection is set up, for people.
        courier: sends what leaves the platform.
        marks: which outage of the service a ticket is marked as; None where no policy promises availability.
        reply: sends a public reply, where the admin has switched that on.
        versions: of the connection's policies; what another version judged is looked at again.
    """

    adapter: Adapter
    evaluate: Callable[[Ticket, datetime], Evaluation]
    wanted: Callable[[Ticket, Evaluation, EscalationStates, Effect | None], Wanted]
    writes: bool = False
    may_write: Set[Writes] = field(default_factory=lambda: frozenset(Writes))
    reached: Callable[[Evaluation], Sequence[Reached]] = levels_alone
    routed: Callable[[Wanted, Evaluation, Set[str]], Wanted] = lambda wish, _evaluation, _keys: wish
    problems: Callable[[Evaluation], Sequence[str]] = lambda _evaluation: ()
    courier: Courier = field(default_factory=lambda: Courier({}, None, {}))
    marks: Callable[[Evaluation], Outage | None] | None = None
    reply: Callable[[Reply], bool] | None = None
    versions: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one round of reading and deciding came to.

    ``due`` is what takes effect with this update; ``send`` says that it may be sent now, ``open`` that writing is
    neither off nor paused; ``unroutable`` why what it does to people and tags was left out of it; ``last`` what was
    written and refused until now, and which fields are left as somebody else set them; ``reply`` the public reply that
    goes out before anything else, after which all is decided again.
    """

    snapshot: Snapshot
    evaluation: Evaluation
    problems: Sequence[str]
    update: TicketUpdate
    due: Due
    send: bool
    open: bool
    now: datetime
    unroutable: str | None
    last: LastWrite
    reply: Effect | None


class TicketLook:
    """Looks at tickets of all connections."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        looks: Looks,
        memories: Memories,
        summaries: Summaries,
        outages: Outages,
        runtime: Runtime,
        links: Mapping[str, Link],
        metrics: Metrics,
    ) -> None:
        self._database, self._clock, self._looks = database, clock, looks
        self._summaries, self._outages = summaries, outages
        self._memories, self._runtime, self._links, self._metrics = memories, runtime, links, metrics
        self._replies = Replies(database, clock, memories, runtime)

    def __call__(self, begun: Begun) -> Outcome:
        """Look at one ticket.

        Raises:
            PlatformError: the platform did not do what was asked; nothing is lost by doing it all again.
            SupersededError: another run has taken over.
        """
        key = begun.claim.key
        ref, link = TicketRef(key.connection, key.subject), self._links[key.connection]
        try:
            return self._look(begun, ref, link, self._recall(ref))
        except GoneError:
            return Outcome(None, self._gone(ref, link), "gone")

    def _look(self, begun: Begun, ref: TicketRef, link: Link, memory: Memory) -> Outcome:
        conflicts, unroutable = 0, None
        while True:
            decided = self._decide(begun, ref, link, memory, unroutable)
            try:
                if link.reply and decided.reply:
                    self._replies.send(link.reply, ref, decided.reply, decided.snapshot.version)
                    memory = self._recall(ref)
                    continue
                if not decided.send:
                    return self._unsent(ref, decided)
                written = link.adapter.apply(decided.update)
            except ConflictError:
                self._count(ref, "conflict")
                conflicts += 1
                if conflicts > MAX_CONFLICTS:
                    raise
                memory = (
                    self._recall(ref) if decided.reply else memory
                )  # what is recorded of a reply is never forgotten
            except FrozenError:
                self._count(ref, "frozen")
                frozen = replace(decided, snapshot=replace(decided.snapshot, frozen=True))
                return self._unsent(ref, frozen)
            except RefusedError as err:
                if unroutable is not None or not decided.due.routes:
                    raise
                unroutable = str(err)  # perhaps a group that is gone: the note and the fields shall stand without it
            else:
                return self._sent(ref, decided, written)

    def _recall(self, ref: TicketRef) -> Memory:
        with self._database.read() as connection:
            return self._memories.recall(connection, ref.connection, ref.ticket_id)

    def _decide(
        self, begun: Begun, ref: TicketRef, link: Link, memory: Memory, unroutable: str | None = None
    ) -> _Decided:
        """Read the ticket, decide what should change, and record every effect before it can take place."""
        snapshot = link.adapter.fetch(ref, memory.observations)
        snapshot = replace(snapshot, ticket=memory.added_to(snapshot.ticket))
        now = self._clock.now()
        evaluation = kept(link.evaluate(snapshot.ticket, now), memory.result)
        taking = due(
            link.reached(evaluation),
            memory.effects,
            snapshot.shown.note_keys,
            now,
            begun.first_asked_at,
            writes=link.writes,
            reply_keys=snapshot.shown.reply_keys,
        )
        wanted = link.wanted(snapshot.ticket, evaluation, taking.states, taking.reply)
        if unroutable is None:
            wanted = link.routed(wanted, evaluation, {route.key for route in taking.routes})
        update = permitted(difference(ref, wanted, snapshot.shown, snapshot.version), link.may_write)
        differing = {name.value for name in update.fields}
        update = still_to_do(update, memory.last_write, memory.of(EffectKind.NOTE))
        left = set_back(update, memory.last_write, now)
        if left:
            log.warning("others set this back; left alone", extra={"look": str(begun.claim.key)})
            update = without(update, left)
        last = leave(memory.last_write, summary(left).get("fields", {}))
        notes = tuple(Effect(EffectKind.NOTE, note.key, EffectState.INTENDED) for note in update.notes)
        with self._database.write() as connection:
            self._looks.check(connection, begun.claim)
            is_open = link.writes and not self._runtime.is_paused(connection, ref.connection)
            send = bool(update) and is_open and not snapshot.frozen
            reply = taking.reply if taking.sends_reply and is_open and not snapshot.frozen else None
            found = taking.new + (taking.actions if is_open else ()) + (notes if send else ())
            self._memories.record(connection, ref.connection, ref.ticket_id, found, now)
            if reply:
                self._memories.put_off(connection, ref.connection, ref.ticket_id, under_way(reply, now))
            if is_open and taking.has_messages:
                messages = LookKey(ref.connection, LookKind.MESSAGES, ref.ticket_id)
                self._looks.request(connection, [messages], now, now)
        problems = (*link.problems(evaluation), *_left_alone(last, differing))
        return _Decided(snapshot, evaluation, problems, update, taking, send, is_open, now, unroutable, last, reply)

    def _sent(self, ref: TicketRef, decided: _Decided, written: Written) -> Outcome:
        result = "public" if written.public else "refused" if written.refused else "written"
        self._count(ref, result)
        if written.public:
            log.error("a note became visible to the customer", extra={"look": f"{ref.connection}/{ref.ticket_id}"})
        detail = summary(decided.update) | {"refused": dict(written.refused), "public": written.public}
        last = after_write(decided.update, written, decided.last, decided.now)
        why_not = decided.unroutable or unrouted(written)
        return self._outcome(ref, decided, last, result, _Ended(decided.due.levels, written.note_keys, why_not), detail)

    def _unsent(self, ref: TicketRef, decided: _Decided) -> Outcome:
        """Return the outcome of a look that wrote nothing; with nothing left to do, every effect stands already."""
        ended = None
        if decided.open and not decided.update:
            ended = _Ended(decided.due.levels, decided.snapshot.shown.note_keys, decided.unroutable)
        last = replace(decided.last, withheld=summary(decided.update))
        result = "frozen" if decided.snapshot.frozen else "withheld" if decided.update else "unchanged"
        return self._outcome(ref, decided, last, result, ended)

    def _outcome(
        self,
        ref: TicketRef,
        decided: _Decided,
        last: LastWrite,
        result: str,
        ended: "_Ended | None",
        detail: dict[str, Any] | None = None,
    ) -> Outcome:
        """Return the outcome: what was done is remembered as done, what failed is tried again at its time."""
        routes = decided.due.routes if ended else ()
        why_not = ended.why_not if ended else None
        failed = [(route, _try_at(route, decided.now)) for route in routes] if why_not else []
        done = [replace(route, state=EffectState.DONE) for route in decided.due.routed if decided.open]
        if ended:
            done += ended.effects
            done += [] if why_not else [replace(route, state=EffectState.DONE) for route in routes]
        if detail is not None:
            detail |= {"problems": list(decided.problems)} if decided.problems else {}
            detail |= {"unrouted": why_not} if why_not else {}
        remember = self._remember(ref, _left(decided, last), tuple(done), detail)
        marks = self._links[ref.connection].marks

        def store(connection: Connection) -> None:
            remember(connection)
            if marks is not None:
                self._outages.mark(connection, ref.connection, ref.ticket_id, marks(decided.evaluation))
            for route, try_at in failed:
                self._memories.fail(connection, ref.connection, ref.ticket_id, route, why_not or "", try_at)

        return Outcome(_next(decided, [at for _, at in failed if at]), store, result)

    def _gone(self, ref: TicketRef, link: Link) -> Callable[[Connection], None]:
        """Remember that a ticket can no longer be read: nothing is owed on it, and it marks no outage any more."""
        remember = self._remember(ref, Remembered(Standing.GONE, state="cancelled"))

        def store(connection: Connection) -> None:
            remember(connection)
            if link.marks is not None:
                self._outages.mark(connection, ref.connection, ref.ticket_id, None)

        return store

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
            self._summaries.keep(connection, ref.connection, ref.ticket_id, left.state, left.result, left.place)
            self._memories.record(connection, ref.connection, ref.ticket_id, done, now)
            if audit is not None:
                self._runtime.note(connection, ref.connection, ref.ticket_id, "engine", "written", audit)

        return store


@dataclass(frozen=True, slots=True)
class _Ended:
    """What stands on the ticket after a look: levels, notes, and why what they do to people and tags does not."""

    levels: tuple[Effect, ...]
    note_keys: Iterable[str]
    why_not: str | None

    @property
    def effects(self) -> list[Effect]:
        """The levels and the notes, as done."""
        notes = [Effect(EffectKind.NOTE, key, EffectState.DONE) for key in self.note_keys]
        return [*(replace(level, state=EffectState.DONE) for level in self.levels), *notes]


def _left_alone(last: LastWrite, differing: Set[str]) -> tuple[str, ...]:
    """Return a problem for each of our fields that shows what somebody else set."""
    left = {name for name, (_, why) in last.refused.items() if why == LEFT_ALONE}
    return tuple(f"{name}: {LEFT_ALONE}" for name in sorted(left & differing))


def _try_at(route: Effect, now: datetime) -> datetime | None:
    """Return when to try a failed action again; None after the last of its attempts."""
    return now + ROUTE_WAITS[route.attempts] if route.attempts < len(ROUTE_WAITS) else None


def _next(decided: _Decided, tries: Iterable[datetime] = ()) -> datetime | None:
    """Return when to look again: a ticket that takes no more writes is left alone until a delivery names it."""
    awaited = [at for at in (decided.evaluation.next_wake_at, decided.due.next_at, *tries) if at is not None]
    if not awaited or decided.snapshot.frozen:
        return None
    return max(min(awaited), decided.now + SHORTEST_SLEEP)


def _left(decided: _Decided, last: LastWrite) -> Remembered:
    """Return what to remember of a ticket."""
    ticket, result = decided.snapshot.ticket, decided.evaluation.to_mapping()
    if decided.problems:
        result["problems"] = [*result["problems"], *decided.problems]
    return Remembered(
        standing=Standing.FROZEN if decided.snapshot.frozen else Standing.LIVE,
        state=result.get("state"),
        result=result,
        observations=decided.snapshot.observations,
        last_write=last,
        next_wake_at=decided.evaluation.next_wake_at,
        organization_id=ticket.organization.id if ticket.organization else None,
        requester_id=ticket.requester.id if ticket.requester else None,
        place=Place(ticket.url, decided.snapshot.shown.group),
    )
