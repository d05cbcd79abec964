"""What an admin or a run changes while the service is up: the pause switch, cursors, expiry dates, the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.tables import audit, connections, cursors


class Runtime:
    """The queries on the state of connections."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def pause(self, name: str, actor: str) -> None:
        """Stop all writing through a connection at once; looks go on and report."""
        with self._database.write() as connection:
            now = self._clock.now_in(connection)
            self._set(connection, name, paused_at=now)
            self.note(connection, name, "", actor, "paused", {})

    def resume(self, name: str, actor: str) -> None:
        """Let a connection write again."""
        with self._database.write() as connection:
            self._set(connection, name, paused_at=None)
            self.note(connection, name, "", actor, "resumed", {})

    def is_paused(self, connection: Connection, name: str) -> bool:
        """Return whether writing is stopped; inside the caller's transaction."""
        row = connection.execute(sa.select(connections.c.paused_at).where(connections.c.name == name)).first()
        return row is not None and row.paused_at is not None

    def set_credential_expiry(self, name: str, at: datetime | None) -> None:
        """Keep when the connection's credential stops working, for the metrics; None if it does not."""
        with self._database.write() as connection:
            self._set(connection, name, credential_expires_at=at)

    def credential_expiries(self) -> dict[str, datetime]:
        """Return when credentials stop working, by connection; those without an end are absent."""
        query = sa.select(connections.c.name, connections.c.credential_expires_at).where(
            connections.c.credential_expires_at.is_not(None)
        )
        with self._database.read() as connection:
            return {row.name: row.credential_expires_at for row in connection.execute(query)}

    def paused(self) -> list[str]:
        """Return the connections that must not write, by name."""
        query = sa.select(connections.c.name).where(connections.c.paused_at.is_not(None)).order_by(connections.c.name)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def _set(self, connection: Connection, name: str, **values: Any) -> None:
        row = self._database.insert(connections).values(name=name, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))

    def cursor(self, name: str, feed: str) -> str | None:
        """Return where a feed was left; None at the very first."""
        query = sa.select(cursors.c.cursor).where(cursors.c.connection == name, cursors.c.feed == feed)
        with self._database.read() as connection:
            return connection.execute(query).scalar()

    def move_cursor(self, connection: Connection, name: str, feed: str, cursor: str) -> None:
        """Set where a feed goes on, in the transaction that stores what came before it."""
        values = {"cursor": cursor, "moved_at": self._clock.now_in(connection)}
        row = self._database.insert(cursors).values(connection=name, feed=feed, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["connection", "feed"], set_=values))

    def note(
        self, connection: Connection, name: str, subject: str, actor: str, action: str, detail: Mapping[str, Any]
    ) -> None:
        """Add a line to the audit; ids and names of fields only, never a customer's text."""
        row = {"connection": name, "subject": subject, "actor": actor, "action": action, "detail": dict(detail)}
        connection.execute(sa.insert(audit).values(at=self._clock.now_in(connection), **row))
