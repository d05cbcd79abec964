"""Forgetting: what is older than it needs to be, and what a person asks to have forgotten."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.listings import names_ticket
from webhooks.store.looks import LookKind
from webhooks.store.tables import (
    audit,
    budgets,
    deadlines,
    deliveries,
    effects,
    looks,
    outages,
    summaries,
    tickets,
    verdicts,
)

OF_A_TICKET = (LookKind.TICKET.value, LookKind.MESSAGES.value)
BATCH = 1000  # rows a transaction, so that a purge keeps no delivery waiting


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept for how long.

    Args:
        keep: deliveries, the audit, and tickets on which nothing happens any more. Never shorter than a platform
            goes on repeating a delivery, since a forgotten id is no longer known as a duplicate.
        keep_bodies: bodies of deliveries, where they are kept at all.
    """

    database: Database
    clock: Clock
    keep: timedelta
    keep_bodies: timedelta

    def purge(self) -> int:
        """Delete what is older than it needs to be, a batch at a time; return how many rows that was."""
        now = self.clock.now()
        old = now - self.keep
        idle = sa.select(looks.c.id).where(
            looks.c.kind.in_(OF_A_TICKET),
            looks.c.look_at.is_(None),
            looks.c.state == "open",
            looks.c.lease_until.is_(None),
            sa.exists().where(
                tickets.c.connection == looks.c.connection,
                tickets.c.ticket_id == looks.c.subject,
                tickets.c.looked_at < old,
            ),
        )
        purged = self._delete(deliveries, deliveries.c.received_at < old)
        purged += self._delete(audit, audit.c.at < old)
        purged += self._delete(looks, looks.c.id.in_(idle.scalar_subquery()))
        with self.database.write() as connection:
            orphan = sa.not_(
                sa.exists().where(
                    looks.c.connection == tickets.c.connection,
                    looks.c.kind.in_(OF_A_TICKET),
                    looks.c.subject == tickets.c.ticket_id,
                )
            )
            done = connection.execute(
                sa.delete(tickets)
                .where(tickets.c.looked_at < old, orphan)
                .returning(tickets.c.connection, tickets.c.ticket_id)
            ).all()
            for row in done:
                for table in (effects, deadlines, summaries, verdicts):
                    connection.execute(_all_of(table, row.connection, row.ticket_id))
            connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.body.is_not(None), deliveries.c.received_at < now - self.keep_bodies)
                .values(body=None)
            )
            a_day_ago = self.clock.now_in(connection).timestamp() - 86400
            connection.execute(sa.delete(budgets).where(budgets.c.free_at < a_day_ago))
        return purged + len(done)

    def _delete(self, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
        deleted = 0
        while True:
            some = sa.select(table.c.id).where(which).limit(BATCH).scalar_subquery()
            with self.database.write() as connection:
                rows = connection.execute(sa.delete(table).where(table.c.id.in_(some)).returning(table.c.id)).all()
            deleted += len(rows)
            if len(rows) < BATCH:
                return deleted

    def forget_ticket(self, name: str, ticket_id: str) -> bool:
        """Delete all that is stored of one ticket; return whether there was anything.

        If the platform still has the ticket, its next delivery makes it known again.
        """
        with self.database.write() as connection:
            found = [
                connection.execute(statement.returning(sa.literal(1))).first()
                for statement in (
                    sa.delete(deliveries).where(deliveries.c.connection == name, names_ticket(ticket_id)),
                    sa.delete(tickets).where(tickets.c.connection == name, tickets.c.ticket_id == ticket_id),
                    sa.delete(looks).where(
                        looks.c.connection == name,
                        looks.c.kind.in_(OF_A_TICKET),
                        looks.c.subject == ticket_id,
                    ),
                    sa.delete(audit).where(audit.c.connection == name, audit.c.subject == ticket_id),
                    _all_of(effects, name, ticket_id),
                    _all_of(deadlines, name, ticket_id),
                    _all_of(summaries, name, ticket_id),
                    _all_of(verdicts, name, ticket_id),
                    _all_of(outages, name, ticket_id),
                )
            ]
        return any(found)

    def forget_person(self, name: str, person_id: str) -> int:
        """Take a person's id off all that is stored; return how many rows named it.

        Their tickets stay known by number: what is stored of a ticket is instants, states and our own words.
        """
        with self.database.write() as connection:
            return self._blank(connection, deliveries, "actor", name, person_id) + self._blank(
                connection, tickets, "requester_id", name, person_id
            )

    def _blank(self, connection: Connection, table: sa.Table, column: str, name: str, person_id: str) -> int:
        which = (table.c.connection == name, table.c[column] == person_id)
        values = dict.fromkeys([column, "body"] if "body" in table.c else [column])
        rows = connection.execute(sa.update(table).where(*which).values(values).returning(sa.literal(1)))
        return len(rows.all())


def _all_of(table: sa.Table, name: str, ticket_id: str) -> sa.Delete:
    return sa.delete(table).where(table.c.connection == name, table.c.ticket_id == ticket_id)
