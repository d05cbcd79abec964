"""The one clock: what time it is for tickets, and what time it really is for leases and rates."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.database import Database
from webhooks.store.tables import clock
from webhooks.store.types import Instant

_OFFSET = sa.select(clock.c.offset_seconds)
_AHEAD = sa.func.coalesce(_OFFSET.scalar_subquery(), 0) * sa.literal_column("interval '1 second'", sa.Interval)
NOW = sa.type_coerce(sa.func.clock_timestamp() + _AHEAD, Instant())  # the time, as PostgreSQL works it out by itself


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
        at: datetime = connection.execute(sa.select(NOW)).scalar_one()
        return at

    def set_offset(self, offset: timedelta) -> None:
        """Move the time for all processes: demo and simulations only."""
        seconds = offset.total_seconds()
        with self._database.write() as connection:
            connection.execute(
                self._database.insert(clock)
                .values(id=1, offset_seconds=seconds)
                .on_conflict_do_update(index_elements=["id"], set_={"offset_seconds": seconds})
            )
