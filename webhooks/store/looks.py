"""What is due when: claimed by one worker at a time, fenced by a generation, parked when it keeps failing.

A look is anything that is done again and again at an instant: a ticket, an organization's tickets, a change feed,
the purge. An event, a retry, a deadline and a poll are all the same here: ``look_at`` is set, and an index finds it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from core.errors import SidecarError
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.tables import IS_FREE, looks
from webhooks.store.types import Instant

SUSPECT_CRASHES = 2  # from here on a look runs alone, so that others do not crash with it


class LookKind(StrEnum):
    """What is looked at."""

    TICKET = "ticket"
    MESSAGES = "messages"
    ORGANIZATION = "organization"
    FEED = "feed"
    PURGE = "purge"
    AUDIT = "audit"
    REPORT = "report"


class State(StrEnum):
    """Whether a look is done when it is due.

    PARKED: it failed too often; the next delivery about it gives it one more try. POISONED: it ended the process
    too often; only a person's retry starts it again.
    """

    OPEN = "open"
    PARKED = "parked"
    POISONED = "poisoned"


class SupersededError(SidecarError):
    """This run outlived its lease and another one has taken over: stop, and write nothing."""


@dataclass(frozen=True, slots=True, order=True)
class LookKey:
    """What a look is about; ``subject`` is a ticket's or an organization's id, or "" where there is only one."""

    connection: str
    kind: LookKind
    subject: str = ""

    @classmethod
    def ticket(cls, connection: str, ticket_id: str) -> "LookKey":
        """Return the key of one ticket."""
        return cls(connection, LookKind.TICKET, ticket_id)

    def __str__(self) -> str:
        return f"{self.connection}/{self.kind}/{self.subject}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A due look that this worker was given. A run of an older generation can no longer change anything."""

    key: LookKey
    generation: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that may start.

    Attributes:
        arrived: how many deliveries there were so far; all of them are covered by this run.
        attempts: which attempt this is, from 1.
        failing_since: when the first of the failed attempts was.
        first_asked_at: when it was first asked to look at this: what happened before was never ours to act on.
    """

    claim: Claim
    arrived: int
    attempts: int
    failing_since: datetime | None
    first_asked_at: datetime


class Looks:
    """The queries on what is due.

    Args:
        window: how long a delivery waits for others about the same ticket.
        lease: how long a run counts as alive without a heartbeat.
    """

    def __init__(self, database: Database, clock: Clock, window: timedelta, lease: timedelta) -> None:
        self._database, self._clock = database, clock
        self.window, self.lease = window, lease
        self._upsert = asked(database.insert(looks))

    def request(
        self, connection: Connection, keys: Iterable[LookKey], at: datetime, now: datetime | None = None
    ) -> None:
        """Make each key due at ``at`` or earlier and count one arrival; inside the caller's transaction.

        Args:
            now: the time in this transaction, where the caller knows it.
        """
        now = now or self._clock.now_in(connection)
        for key in sorted(set(keys)):  # one order for everybody, so that two deliveries cannot block each other
            connection.execute(self._upsert, {**_columns(key), "look_at": at, "arrived": 1, "first_asked_at": now})

    def ensure(self, key: LookKey) -> None:
        """Make a look that repeats by itself due now, unless it is there already."""
        with self._database.write() as connection:
            now = self._clock.now_in(connection)
            row = self._database.insert(looks).values(**_columns(key), look_at=now, first_asked_at=now)
            connection.execute(row.on_conflict_do_nothing())

    def next_due_at(self) -> datetime | None:
        """Return when the next look that nobody holds is due; None when nothing waits."""
        waiting = sa.select(looks.c.look_at).where(IS_FREE).order_by(looks.c.look_at).limit(1)
        with self._database.read() as connection:
            at: datetime | None = connection.execute(waiting).scalar()
            return at

    def claim(self, connection: Connection, limit: int, lease: timedelta) -> list[Claim]:
        """Take up to ``limit`` due looks, earliest first; inside the caller's transaction."""
        if limit <= 0:
            return []
        due = sa.and_(IS_FREE, looks.c.look_at <= self._clock.now_in(connection))
        steady = self._take(connection, sa.and_(due, looks.c.crashes < SUSPECT_CRASHES), limit, lease)
        suspects = sa.and_(due, looks.c.crashes >= SUSPECT_CRASHES)
        if len(steady) == limit or not _any(connection, suspects):
            return steady
        if _any(connection, sa.and_(looks.c.lease_until.is_not(None), looks.c.crashes >= SUSPECT_CRASHES)):
            return steady
        return steady + self._take(connection, suspects, 1, lease)

    def _take(self, connection: Connection, which: Any, limit: int, lease: timedelta) -> list[Claim]:
        chosen = sa.select(looks.c.id).where(which).order_by(looks.c.look_at).limit(limit)
        taken = connection.execute(
            sa.update(looks)
            .where(looks.c.id.in_(chosen.with_for_update(skip_locked=True).scalar_subquery()))
            .values(
                generation=looks.c.generation + 1,
                lease_until=self._database.machine_now(connection) + lease,
                running=False,
            )
            .returning(*_KEY, looks.c.generation, looks.c.look_at)
        )
        return [Claim(_key(row), row.generation) for row in sorted(taken.all(), key=lambda row: row.look_at)]

    def held(self, connection: Connection) -> int:
        """Return how many looks are handed out now, by all workers."""
        count: int = connection.execute(
            sa.select(sa.func.count()).select_from(looks).where(looks.c.lease_until.is_not(None))
        ).scalar_one()
        return count

    def recover(self, connection: Connection, max_crashes: int, everything: bool = False) -> list[LookKey]:
        """Free the looks whose worker is gone, and park for good those that keep ending it.

        Args:
            max_crashes: how often one look may end its process.
            everything: no other worker can be alive, so every lease is over.

        Returns:
            The looks that were parked.
        """
        over: sa.ColumnElement[bool] = looks.c.lease_until.is_not(None)
        if not everything:
            over = looks.c.lease_until <= self._database.machine_now(connection)
        crashed = sa.case((looks.c.running, 1), else_=0)
        freed = connection.execute(
            sa.update(looks)
            .where(over)
            .values(lease_until=None, running=False, crashes=looks.c.crashes + crashed)
            .returning(looks.c.id, looks.c.crashes, *_KEY)
        ).all()
        poisoned = [row for row in freed if row.crashes >= max_crashes]
        if poisoned:
            reason = f"the look ended its process {max_crashes} times; find out why, then retry it"
            connection.execute(
                sa.update(looks)
                .where(looks.c.id.in_([row.id for row in poisoned]))
                .values(state=State.POISONED.value, look_at=None, error=reason)
            )
        return [_key(row) for row in poisoned]

    def begin(self, connection: Connection, claim: Claim) -> Begun | None:
        """Count the attempt, before any work, and cover every delivery so far; None if the claim is superseded."""
        row = connection.execute(
            sa.update(looks)
            .where(_is(claim.key), looks.c.generation == claim.generation, sa.not_(looks.c.running))
            .where(looks.c.lease_until.is_not(None))
            .values(
                running=True,
                attempts=looks.c.attempts + 1,
                lease_until=self._database.machine_now(connection) + self.lease,
            )
            .returning(looks.c.arrived, looks.c.attempts, looks.c.failing_since, looks.c.first_asked_at)
        ).first()
        return Begun(claim, row.arrived, row.attempts, row.failing_since, row.first_asked_at) if row else None

    def heartbeat(self, claims: Iterable[Claim]) -> None:
        """Say that these runs are alive."""
        with self._database.write() as connection:
            until = self._database.machine_now(connection) + self.lease
            for claim in claims:
                connection.execute(sa.update(looks).where(_is_running(claim)).values(lease_until=until))

    def give_back(self, connection: Connection, claims: Iterable[Claim]) -> None:
        """Make due again what a living worker could not begin or not end, because the database did not answer."""
        for claim in claims:
            mine = sa.and_(_is(claim.key), looks.c.generation == claim.generation)
            connection.execute(sa.update(looks).where(mine).values(lease_until=None, running=False))

    def check(self, connection: Connection, claim: Claim) -> None:
        """Hold the row for the rest of the transaction.

        Raises:
            SupersededError: another run has taken over.
        """
        mine = sa.select(looks.c.id).where(_is_running(claim)).with_for_update()
        if connection.execute(mine).first() is None:
            raise SupersededError(f"{claim.key}: another run has taken over")

    def finish(self, connection: Connection, begun: Begun, next_look_at: datetime | None) -> None:
        """Set when to look next; what arrived during the run is looked at after the window.

        Raises:
            SupersededError: another run has taken over.
        """
        soon = self._clock.now_in(connection) + self.window
        if next_look_at is not None:
            soon = min(soon, next_look_at)
        self._release(
            connection,
            begun,
            look_at=sa.case((looks.c.arrived > begun.arrived, _instant(soon)), else_=_instant(next_look_at)),
            attempts=0,
            seen=begun.arrived,
            failing_since=None,
            error=None,
        )

    def retry(self, connection: Connection, begun: Begun, at: datetime, error: str, counts: bool) -> None:
        """Set when to try again; ``counts`` is False when nothing but a rate limit stood in the way."""
        since = begun.failing_since or (self._clock.now_in(connection) if counts else None)
        attempts = begun.attempts if counts else begun.attempts - 1
        self._release(connection, begun, look_at=at, attempts=attempts, error=error, failing_since=since)

    def park(self, connection: Connection, begun: Begun, error: str) -> None:
        """Stop trying until a person or a new delivery asks for it."""
        since = begun.failing_since or self._clock.now_in(connection)
        self._release(connection, begun, look_at=None, state=State.PARKED.value, error=error, failing_since=since)

    def _release(self, connection: Connection, begun: Begun, **values: Any) -> None:
        done = sa.update(looks).where(_is_running(begun.claim)).returning(looks.c.id)
        if connection.execute(done.values(lease_until=None, running=False, crashes=0, **values)).first() is None:
            raise SupersededError(f"{begun.claim.key}: another run has taken over")


_KEY: Sequence[Any] = (looks.c.connection, looks.c.kind, looks.c.subject)


def asked(new: Any) -> Any:
    """Return the statement that asks for looks, of their INSERT: never later than before; parked ones are tried once.

    Args:
        new: as :meth:`Database.insert` gives it.
    """
    wish = new.excluded.look_at
    later = sa.or_(looks.c.look_at.is_(None), looks.c.look_at > wish)
    earlier = sa.case((later, wish), else_=looks.c.look_at)
    parked = looks.c.state == State.PARKED.value
    return new.on_conflict_do_update(
        index_elements=["connection", "kind", "subject"],
        set_={
            "arrived": looks.c.arrived + 1,
            "look_at": sa.case((looks.c.state == State.POISONED.value, None), else_=earlier),
            "attempts": looks.c.attempts - sa.case((parked, 1), else_=0),
            "state": sa.case((parked, State.OPEN.value), else_=looks.c.state),
        },
    )


def _any(connection: Connection, which: sa.ColumnElement[bool]) -> bool:
    return connection.execute(sa.select(looks.c.id).where(which).limit(1)).first() is not None


def _instant(at: datetime | None) -> sa.ColumnElement[datetime | None]:
    return sa.literal(at, Instant())


def _key(row: Row[Any]) -> LookKey:
    return LookKey(row.connection, LookKind(row.kind), row.subject)


def _columns(key: LookKey) -> dict[str, Any]:
    return {"connection": key.connection, "kind": key.kind.value, "subject": key.subject}


def _is(key: LookKey) -> sa.ColumnElement[bool]:
    return sa.and_(looks.c.connection == key.connection, looks.c.kind == key.kind.value, looks.c.subject == key.subject)


def _is_running(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(_is(claim.key), looks.c.generation == claim.generation, looks.c.running)
