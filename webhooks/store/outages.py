"""Outages of the service, entered or marked on tickets: kept with who entered and withdrew each, never overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import ConfigError, Fault
from core.outages import Outage, OutageKind
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.runtime import Runtime
from webhooks.store.tables import IN_FORCE, outages

ENGINE = "engine"  # who enters what a ticket is marked as


@dataclass(frozen=True, slots=True)
class Recorded:
    """An outage in force, and who entered it when."""

    outage: Outage
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Outages:
    """Where they are kept. Each has an id that no other outage in force on its connection has."""

    database: Database
    clock: Clock
    runtime: Runtime

    def of(self, name: str) -> tuple[Recorded, ...]:
        """Return a connection's outages in force, in order of their begin."""
        query = sa.select(outages).where(outages.c.connection == name, outages.c.withdrawn_at.is_(None))
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(outages.c.begin_at, outages.c.name)).mappings().all()
        return tuple(_recorded(row) for row in rows)

    def enter(self, name: str, outage: Outage, actor: str, replaces: str | None = None) -> None:
        """Record an outage, with a line in the audit, in one transaction.

        Args:
            replaces: the id of the outage that this one corrects; it is withdrawn.

        Raises:
            ConfigError: the id is taken, or what should be replaced is not in force; the fault's path is ``id``.
        """
        with self.database.write() as connection:
            now = self.clock.now_in(connection)
            corrected = replaces and self._withdraw(connection, name, replaces, actor, now)
            if replaces and not corrected:
                raise ConfigError((Fault(f"{replaces!r} is not recorded any more; look at the list again", "id"),))
            ticket_id = corrected.ticket_id if corrected else None
            if not self._insert(connection, name, outage, actor, now, ticket_id):
                raise ConfigError((Fault("is recorded already; choose another, or change that outage", "id"),))
            detail = {"replaces": replaces} if replaces else {}
            self.runtime.note(connection, name, "", actor, "outage entered", _detail(outage) | detail)

    def mark(self, connection: Connection, name: str, ticket_id: str, outage: Outage | None) -> None:
        """Record, correct or withdraw what a ticket is marked as; in the transaction that stores the look at it.

        What a person has since corrected or withdrawn is left as that person decided.
        """
        of_ticket = sa.select(outages).where(outages.c.connection == name, outages.c.ticket_id == ticket_id)
        last = connection.execute(of_ticket.order_by(outages.c.id.desc()).limit(1)).mappings().first()
        if last is not None and {last["entered_by"], last["withdrawn_by"]} - {ENGINE, None}:
            return
        known = _recorded(last).outage if last is not None and last["withdrawn_at"] is None else None
        if known == outage:
            return
        now = self.clock.now_in(connection)
        if known is not None:
            self._withdraw(connection, name, known.id, ENGINE, now)
            if outage is None:
                self.runtime.note(connection, name, ticket_id, ENGINE, "outage withdrawn", {"outage": known.id})
        if outage is not None and self._insert(connection, name, outage, ENGINE, now, ticket_id):
            self.runtime.note(connection, name, ticket_id, ENGINE, "outage entered", _detail(outage))

    def withdraw(self, name: str, outage_id: str, actor: str) -> bool:
        """Let an outage no longer count, with a line in the audit; return whether it was in force."""
        with self.database.write() as connection:
            found = self._withdraw(connection, name, outage_id, actor, self.clock.now_in(connection))
            if found:
                self.runtime.note(connection, name, "", actor, "outage withdrawn", {"outage": outage_id})
        return found is not None

    def _insert(
        self,
        connection: Connection,
        name: str,
        outage: Outage,
        actor: str,
        now: datetime,
        ticket_id: str | None = None,
    ) -> bool:
        """Insert an outage unless its id is taken; return whether it was free."""
        values = {**_values(outage), "ticket_id": ticket_id, "entered_at": now, "entered_by": actor}
        row = self.database.insert(outages).values(connection=name, **values)
        free = row.on_conflict_do_nothing(index_elements=["connection", "name"], index_where=IN_FORCE)
        return connection.execute(free.returning(outages.c.id)).first() is not None

    def _withdraw(
        self, connection: Connection, name: str, outage_id: str, actor: str, now: datetime
    ) -> sa.Row[Any] | None:
        """Withdraw an outage and return its row; None if none of that id is in force."""
        in_force = (outages.c.connection == name, outages.c.name == outage_id, outages.c.withdrawn_at.is_(None))
        withdrawn = sa.update(outages).where(*in_force).values(withdrawn_at=now, withdrawn_by=actor)
        return connection.execute(withdrawn.returning(outages.c.ticket_id)).first()


def _recorded(row: Mapping[Any, Any]) -> Recorded:
    outage = Outage(
        id=row["name"],
        begin=row["begin_at"],
        kind=OutageKind(row["kind"]),
        end=row["end_at"],
        announced_at=row["announced_at"],
        cause=row["cause"],
        service=row["service"],
        source=row["source"],
    )
    return Recorded(outage, row["entered_by"], row["entered_at"])


def _values(outage: Outage) -> dict[str, Any]:
    return {
        "name": outage.id,
        "kind": outage.kind.value,
        "begin_at": outage.begin,
        "end_at": outage.end,
        "announced_at": outage.announced_at,
        "cause": outage.cause,
        "service": outage.service,
        "source": outage.source,
    }


def _detail(outage: Outage) -> dict[str, str | None]:
    end = None if outage.end is None else outage.end.isoformat()
    return {"outage": outage.id, "kind": outage.kind.value, "begin": outage.begin.isoformat(), "end": end}
