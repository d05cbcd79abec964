"""How the service is doing, straight from the tables, for ``/metrics``, ``/readyz`` and the console."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.tables import IS_FREE, IS_STOPPED, looks


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due now.

    Attributes:
        due: looks that could begin.
        held: looks that are handed out or running.
        parked: looks that nobody tries any more.
        lag: for how long the oldest due look has been due.
    """

    due: int
    held: int
    parked: int
    lag: timedelta


def backlog(database: Database, clock: Clock) -> Backlog:
    """Return what is due now."""
    count = sa.func.count()
    with database.read() as connection:
        now = clock.now_in(connection)
        oldest_at = sa.func.min(looks.c.look_at, type_=looks.c.look_at.type)
        waiting = sa.select(count, oldest_at).where(IS_FREE, looks.c.look_at <= now)
        due, oldest = connection.execute(waiting).one()
        held = connection.execute(sa.select(count).where(looks.c.lease_until.is_not(None))).scalar_one()
        parked = connection.execute(sa.select(count).select_from(looks).where(IS_STOPPED)).scalar_one()
    return Backlog(due, held, parked, now - oldest if oldest else timedelta(0))
