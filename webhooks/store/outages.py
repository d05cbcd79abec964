"""Outages of the service that people enter: kept with who entered and withdrew each, and never overwritten."""

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
            if replaces is not None and not self._withdraw(connection, name, replaces, actor, now):
                raise ConfigError((Fault(f"{replaces!r} is not recorded any more; look at the list again", "id"),))
            row = self.database.insert(outages).values(
                connection=name, **_values(outage), entered_at=now, entered_by=actor
            )
            in_force = {"index_elements": ["connection", "name"], "index_where": IN_FORCE}
            if connection.execute(row.on_conflict_do_nothing(**in_force).returning(outages.c.id)).first() is None:
                raise ConfigError((Fault("is recorded already; choose another, or change that outage", "id"),))
            detail = {"replaces": replaces} if replaces is not None else {}
            self.runtime.note(connection, name, "", actor, "outage entered", _detail(outage) | detail)

    def withdraw(self, name: str, outage_id: str, actor: str) -> bool:
        """Let an outage no longer count, with a line in the audit; return whether it was in force."""
        with self.database.write() as connection:
            found = self._withdraw(connection, name, outage_id, actor, self.clock.now_in(connection))
            if found:
                self.runtime.note(connection, name, "", actor, "outage withdrawn", {"outage": outage_id})
        return found

    def _withdraw(self, connection: Connection, name: str, outage_id: str, actor: str, now: datetime) -> bool:
        in_force = (outages.c.connection == name, outages.c.name == outage_id, outages.c.withdrawn_at.is_(None))
        withdrawn = sa.update(outages).where(*in_force).values(withdrawn_at=now, withdrawn_by=actor)
        return connection.execute(withdrawn.returning(outages.c.id)).first() is not None


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
