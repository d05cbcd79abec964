"""Deadlines that people set by hand: an appended record, which becomes events of the ticket before it is judged."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.ticket import Event, Kind, Metric
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, Looks
from webhooks.store.runtime import Runtime
from webhooks.store.tables import deadlines


@dataclass(frozen=True, slots=True)
class Deadline:
    """One entry of the record.

    Attributes:
        due_at: the deadline; None withdraws the one that holds.
        expires_at: when it stops counting by itself; None is never.
        actor: who decided it.
    """

    metric: Metric
    actor: str
    due_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Where they are kept."""

    database: Database
    clock: Clock
    looks: Looks
    runtime: Runtime

    def add(self, name: str, ticket_id: str, deadline: Deadline) -> None:
        """Append an entry, note it in the audit and look at the ticket now: one transaction."""
        with self.database.write() as connection:
            now = self.clock.now_in(connection)
            row = {"due_at": deadline.due_at, "expires_at": deadline.expires_at, "reason": deadline.reason}
            row |= {"metric": deadline.metric.value, "set_at": now, "actor": deadline.actor}
            connection.execute(sa.insert(deadlines).values(connection=name, ticket_id=ticket_id, **row))
            action = "deadline withdrawn" if deadline.due_at is None else "deadline set"
            detail = {"metric": deadline.metric.value, "reason": deadline.reason}
            detail |= {"due_at": _text(deadline.due_at), "until": _text(deadline.expires_at)}
            self.runtime.note(connection, name, ticket_id, deadline.actor, action, detail)
            self.looks.request(connection, [LookKey.ticket(name, ticket_id)], now)


def deadline_events(connection: Connection, name: str, ticket_id: str) -> tuple[Event, ...]:
    """Return a ticket's record as events, in order."""
    query = sa.select(deadlines).where(deadlines.c.connection == name, deadlines.c.ticket_id == ticket_id)
    return tuple(
        Event(
            at=row.set_at,
            kind=Kind.DEADLINE_WITHDRAWN if row.due_at is None else Kind.DEADLINE_SET,
            id=f"sla-sidecar-deadline-{row.id}",
            by=row.actor,
            by_role="agent",
            to=_text(row.due_at),
            metric=Metric(row.metric),
            reason=row.reason,
            expires_at=row.expires_at,
        )
        for row in connection.execute(query.order_by(deadlines.c.id))
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
