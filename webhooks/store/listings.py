"""What the command line and the console list and retry: deliveries, looks, escalations, the audit."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, LookKind, Looks, State
from webhooks.store.memory import MESSAGES, EffectKind, EffectState, Memories
from webhooks.store.tables import audit, deliveries, effects, looks, summaries, tickets

Row = Mapping[str, Any]


class Listings:
    """Read by name of column; every list is newest or most urgent first and bounded by ``limit``."""

    def __init__(self, database: Database, clock: Clock, due: Looks) -> None:
        self._database, self._clock, self._looks = database, clock, due

    def deliveries(self, name: str | None = None, ticket_id: str | None = None, limit: int = 100) -> list[Row]:
        """Return stored deliveries without their bodies, newest first."""
        columns = [column for column in deliveries.c if column.name != "body"]
        query = sa.select(*columns).order_by(deliveries.c.id.desc()).limit(limit)
        if name:
            query = query.where(deliveries.c.connection == name)
        if ticket_id:
            query = query.where(names_ticket(ticket_id))
        return self._rows(query)

    def looks(self, name: str | None = None, state: State | None = None, limit: int = 100) -> list[Row]:
        """Return looks, the earliest due first; those that wait for nothing come last."""
        columns = [column for column in looks.c if column.name != "id"]
        query = sa.select(*columns).order_by(looks.c.look_at.asc().nulls_last(), looks.c.id).limit(limit)
        if name:
            query = query.where(looks.c.connection == name)
        if state:
            query = query.where(looks.c.state == state.value)
        return self._rows(query)

    def tickets(self, name: str | None = None, state: str | None = None, limit: int = 100) -> list[Row]:
        """Return tickets as the last look judged them, the earliest due first; ``result`` is the whole decision."""
        same = sa.and_(tickets.c.connection == summaries.c.connection, tickets.c.ticket_id == summaries.c.ticket_id)
        shown = [summaries.c[name] for name in ("due_at", "metric", "plan", "priority", "tier")]
        known = [tickets.c[name] for name in ("connection", "ticket_id", "state", "looked_at", "result")]
        order = (summaries.c.due_at.asc().nulls_last(), tickets.c.connection, tickets.c.ticket_id)
        query = sa.select(*known, *shown).outerjoin_from(tickets, summaries, same).order_by(*order).limit(limit)
        if name:
            query = query.where(tickets.c.connection == name)
        if state:
            query = query.where(tickets.c.state == state)
        return self._rows(query)

    def escalations(self, name: str | None = None, limit: int = 100) -> list[Row]:
        """Return escalations that were recorded and what they do, newest first, with what became of each.

        A message whose look is parked is shown as parked; ``reason`` says why something failed, or waits.
        """
        sending = sa.and_(
            looks.c.connection == effects.c.connection,
            looks.c.kind == LookKind.MESSAGES.value,
            looks.c.subject == effects.c.ticket_id,
            effects.c.kind.in_([kind.value for kind in MESSAGES]),
            effects.c.state == EffectState.INTENDED.value,
        )
        stopped = sa.and_(looks.c.state.is_not(None), looks.c.state != State.OPEN.value)
        state = sa.case((stopped, EffectState.PARKED.value), else_=effects.c.state).label("state")
        reason = sa.func.coalesce(effects.c.reason, looks.c.error).label("reason")
        shown = [column for column in effects.c if column.name not in ("state", "reason", "detail")]
        query = sa.select(*shown, state, reason).select_from(effects.outerjoin(looks, sending))
        query = query.where(effects.c.kind != EffectKind.NOTE.value)
        if name:
            query = query.where(effects.c.connection == name)
        return self._rows(query.order_by(effects.c.recorded_at.desc(), effects.c.key).limit(limit))

    def audit(self, name: str | None = None, subject: str | None = None, limit: int = 100) -> list[Row]:
        """Return the audit, newest first."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if name:
            query = query.where(audit.c.connection == name)
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        return self._rows(query)

    def retry(self, key: LookKey) -> None:
        """Look now, with all attempts again, whatever state the look is in; it need not exist."""
        with self._database.write() as connection:
            now = self._clock.now_in(connection)
            self._looks.request(connection, [key], now)
            connection.execute(_fresh(now).where(*(looks.c[name] == value for name, value in _parts(key))))

    def retry_escalations(self, name: str, ticket_id: str) -> int:
        """Try now what failed of a ticket's escalations, with all attempts anew; return how many actions that is."""
        with self._database.write() as connection:
            now = self._clock.now_in(connection)
            count = Memories(self._database).take_up(connection, name, ticket_id, now)
        for kind in (LookKind.TICKET, LookKind.MESSAGES) if count else ():
            self.retry(LookKey(name, kind, ticket_id))
        return count

    def retry_stopped(self, name: str | None = None) -> int:
        """Look now at everything that is parked, of one connection or of all; return how many looks that is."""
        with self._database.write() as connection:
            retried = _fresh(self._clock.now_in(connection)).where(looks.c.state != State.OPEN.value)
            if name:
                retried = retried.where(looks.c.connection == name)
            return len(connection.execute(retried.returning(looks.c.id)).all())

    def look_at_all(self, name: str) -> int:
        """Look now, or again after the look that runs, at every ticket of a connection; return how many those are."""
        known = sa.select(looks.c.subject).where(looks.c.connection == name, looks.c.kind == LookKind.TICKET.value)
        with self._database.write() as connection:
            keys = [LookKey.ticket(name, subject) for subject in connection.execute(known).scalars()]
            self._looks.request(connection, keys, self._clock.now_in(connection))
        return len(keys)

    def retry_delivery(self, name: str, delivery_id: str) -> list[LookKey]:
        """Look now at what a stored delivery named; return it, or nothing if no such delivery is stored."""
        query = sa.select(deliveries.c.ticket_ids, deliveries.c.organization_id).where(
            deliveries.c.connection == name, deliveries.c.delivery_id == delivery_id
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return []
        keys = [LookKey.ticket(name, ticket_id) for ticket_id in row.ticket_ids]
        if row.organization_id:
            keys.append(LookKey(name, LookKind.ORGANIZATION, row.organization_id))
        for key in keys:
            self.retry(key)
        return keys

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def names_ticket(ticket_id: str) -> sa.ColumnElement[bool]:
    """Return the condition that a delivery is about a ticket; ids are stored as a list of JSON strings."""
    quoted = sa.cast(deliveries.c.ticket_ids, sa.Text)
    return quoted.contains(json.dumps(ticket_id), autoescape=True)


def _parts(key: LookKey) -> list[tuple[str, str]]:
    return [("connection", key.connection), ("kind", key.kind.value), ("subject", key.subject)]


def _fresh(now: datetime) -> Any:
    return sa.update(looks).values(
        look_at=now, state=State.OPEN.value, attempts=0, crashes=0, failing_since=None, error=None
    )
