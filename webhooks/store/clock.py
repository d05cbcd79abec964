"""The one clock: what time it is for tickets, and what time it really is for leases and rates."""

from datetime import UTC, datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.database import Database
from webhooks.store.tables import clock

_OFFSET = sa.select(clock.c.offset_seconds)
_NOW = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)), _OFFSET.scalar_subquery())


class Clock:
    """The time by which deadlines are judged, the same for every process on one database.

    It is the machine's time (:meth:`Database.machine_now`) plus an offset that only the demo and simulations set.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        with self._database.read() as connection:
            return self.now_in(connection)

    def now_in(self, connection: Connection) -> datetime:
        """Return the time within a transaction that is already open."""
        if self._database.is_sqlite:
            offset = connection.execute(_OFFSET).scalar()
            return self._database.machine_now(connection) + timedelta(seconds=offset or 0)
        at, offset = connection.execute(_NOW).one()  # one round trip, since every transaction asks
        return cast(datetime, at).astimezone(UTC) + timedelta(seconds=offset or 0)

    def set_offset(self, offset: timedelta) -> None:
        """Move the time for all processes: demo and simulations only."""
        seconds = offset.total_seconds()
        with self._database.write() as connection:
            connection.execute(
                self._database.insert(clock)
                .values(id=1, offset_seconds=seconds)
                .on_conflict_do_update(index_elements=["id"], set_={"offset_seconds": seconds})
            )
