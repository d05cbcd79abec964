"""The slow audit: does the platform still show what was written? A few tickets an hour, in turn.

The change feed finds what webhooks lost; this finds what neither tells: somebody set our fields, and a look saw no
reason to write. An ordinary look repairs; a field that somebody sets again is left alone and reported.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy.engine import Connection

from adapters.base import Adapter
from core.errors import GoneError, RefusedError
from core.update import TicketRef
from webhooks.engine.drift import Drift, drift
from webhooks.engine.look import Outcome
from webhooks.engine.rewrites import leave
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, LookKey, Looks
from webhooks.store.memory import LastWrite, Standing
from webhooks.store.runtime import Runtime
from webhooks.store.tables import looks, tickets

AUDIT = "audit"  # the name of the audit's place among a connection's cursors
DRIFT = "drift"  # the audit table's word for it
EVERY = timedelta(hours=1)
TICKETS = 10  # an hour, at two calls each: with the feed under 1% of every platform's smallest plan


class Seen(StrEnum):
    """What an audit saw on a ticket."""

    RIGHT = "right"
    REPAIRED = "repaired"
    LEFT_ALONE = "left_alone"
    GONE = "gone"
    UNREADABLE = "unreadable"
    MOVED_ON = "moved_on"  # a look came between: the next audit sees


@dataclass(frozen=True, slots=True)
class Audited:
    """One ticket, and what was seen on it."""

    ticket_id: str
    seen: Seen
    drift: Drift = field(default_factory=Drift)


class DriftCounter:
    """Counts audited tickets by what was seen, for the metrics."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counter = Counter(
            "sidecar_audited", "Tickets audited, by what was seen", ["connection", "result"], registry=registry
        )

    def count(self, connection: str, seen: Seen) -> None:
        """Count one ticket."""
        self._counter.labels(connection, seen.value).inc()


@dataclass(frozen=True, slots=True)
class Auditor:
    """Compares tickets with what was written to them.

    Attributes:
        respects: the connections on which people may change our fields.
    """

    database: Database
    clock: Clock
    looks: Looks
    runtime: Runtime
    adapters: Mapping[str, Adapter]
    counter: DriftCounter
    respects: Set[str] = frozenset()

    def next_tickets(self, name: str, limit: int) -> list[str]:
        """Return the tickets whose turn it is, after those of the last time; round and round."""
        place = self.runtime.cursor(name, AUDIT) or ""
        with self.database.read() as connection:
            found = self._after(connection, name, place, limit)
            return found or (self._after(connection, name, "", limit) if place else [])

    def how_many(self, name: str) -> int:
        """Return how many tickets an audit of all would look at."""
        query = sa.select(sa.func.count()).select_from(tickets).where(*_audited(name))
        with self.database.read() as connection:
            count: int = connection.execute(query).scalar_one()
        return count

    def audit(self, name: str, ticket_id: str) -> Audited:
        """Look at one ticket; report what drifted, and have it repaired or left alone.

        Raises:
            RetryLaterError: the platform or its budget wants a pause.
        """
        found = self._audit(name, ticket_id)
        self.counter.count(name, found.seen)
        return found

    def _audit(self, name: str, ticket_id: str) -> Audited:
        with self.database.read() as reading:
            place, row = _at_rest(reading, name, ticket_id), _row(reading, name, ticket_id)
        if place is None or row is None:
            return self._done(name, Audited(ticket_id, Seen.MOVED_ON))
        ref = TicketRef(name, ticket_id)
        try:
            shown = self.adapters[name].fetch(ref, row.observations).shown
        except (GoneError, RefusedError) as err:  # a look records the one and parks the other with its reason
            seen = Seen.GONE if isinstance(err, GoneError) else Seen.UNREADABLE
            return self._done(name, Audited(ticket_id, seen), look=True)
        last = LastWrite.from_mapping(row.written)
        with self.database.write() as connection:
            if _at_rest(connection, name, ticket_id, lock=True) != place:
                self.runtime.move_cursor(connection, name, AUDIT, ticket_id)
                return Audited(ticket_id, Seen.MOVED_ON)
            found = drift(ref, row.result, last, shown, respect=name in self.respects)
            if found.repair:
                self.looks.request(connection, [LookKey.ticket(name, ticket_id)], self.clock.now_in(connection))
            if found.leave:
                _store(connection, name, ticket_id, leave(last, found.leave))
            if found:
                detail = {"repair": dict(found.repair), "leave": dict(found.leave)}
                self.runtime.note(connection, name, ticket_id, "audit", DRIFT, detail)
            self.runtime.move_cursor(connection, name, AUDIT, ticket_id)
        seen = Seen.REPAIRED if found.repair else Seen.LEFT_ALONE if found.leave else Seen.RIGHT
        return Audited(ticket_id, seen, found)

    def _done(self, name: str, found: Audited, *, look: bool = False) -> Audited:
        with self.database.write() as connection:
            if look:
                key = LookKey.ticket(name, found.ticket_id)
                self.looks.request(connection, [key], self.clock.now_in(connection))
            self.runtime.move_cursor(connection, name, AUDIT, found.ticket_id)
        return found

    def _after(self, connection: Connection, name: str, place: str, limit: int) -> list[str]:
        query = sa.select(tickets.c.ticket_id).where(*_audited(name), tickets.c.ticket_id > place)
        return list(connection.execute(query.order_by(tickets.c.ticket_id).limit(limit)).scalars())


@dataclass(frozen=True, slots=True)
class AuditLook:
    """Audits some tickets of a connection every hour.

    Attributes:
        tickets: how many at a time.
    """

    auditor: Auditor
    tickets: int = TICKETS
    every: timedelta = EVERY

    def __call__(self, begun: Begun) -> Outcome:
        """Audit the tickets whose turn it is."""
        name = begun.claim.key.connection
        turn = self.auditor.next_tickets(name, self.tickets)
        seen = {self.auditor.audit(name, ticket_id).seen for ticket_id in turn}
        drifted = seen & {Seen.REPAIRED, Seen.LEFT_ALONE}
        return Outcome(self.auditor.clock.now() + self.every, result="drift" if drifted else "done")


def _audited(name: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the condition for tickets that should show what we wrote: written to, and nothing withheld since."""
    withheld = tickets.c.written["withheld"].as_string()
    return (
        tickets.c.connection == name,
        tickets.c.standing == Standing.LIVE.value,
        tickets.c.written["at"].as_string().is_not(None),
        sa.or_(withheld.is_(None), withheld == "{}"),
    )


def _at_rest(connection: Connection, name: str, ticket_id: str, *, lock: bool = False) -> int | None:
    """Return how many runs a ticket's look has had; None while one is handed out, which may be writing.

    Args:
        lock: let no run end before this transaction does. A run locks its look before the ticket, as we do.
    """
    key = LookKey.ticket(name, ticket_id)
    query = sa.select(looks.c.generation).where(
        looks.c.connection == key.connection,
        looks.c.kind == key.kind.value,
        looks.c.subject == key.subject,
        looks.c.lease_until.is_(None),
    )
    generation: int | None = connection.execute(query.with_for_update() if lock else query).scalar()
    return generation


def _row(connection: Connection, name: str, ticket_id: str) -> Any:
    query = sa.select(tickets.c.result, tickets.c.written, tickets.c.observations).where(
        tickets.c.connection == name, tickets.c.ticket_id == ticket_id
    )
    row = connection.execute(query).first()
    return row if row is not None and row.result else None


def _store(connection: Connection, name: str, ticket_id: str, last: LastWrite) -> None:
    connection.execute(
        sa.update(tickets)
        .where(tickets.c.connection == name, tickets.c.ticket_id == ticket_id)
        .values(written=last.to_mapping())
    )
