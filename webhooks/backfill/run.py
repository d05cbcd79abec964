"""``backfill``: every open ticket of an account is looked at once; a run that was cut off goes on where it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from adapters.base import Adapter, Change
from webhooks.backfill.pacing import Pacing
from webhooks.engine.feeds import CHANGES
from webhooks.service import Store
from webhooks.store.looks import LookKey, LookKind, State
from webhooks.store.memory import EffectKind, EffectState
from webhooks.store.tables import effects, looks, tickets

BACKFILL = "backfill"  # the name of its place among a connection's cursors
ROOM = 50  # looks that wait at a time for a service: a webhook that comes meanwhile has no more before it
POLL_SECONDS = 0.5
_SINCE, _DONE = "since:", "done:"
OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backfill came to.

    Attributes:
        states: how many tickets are in which state now.
        withheld: tickets on which something would have been written, were writing on.
        skipped: levels that had been reached before the ticket was first seen, and have no effect.
        parked: tickets that could not be looked at.
    """

    states: dict[str, int] = field(default_factory=dict)
    withheld: int = 0
    skipped: int = 0
    parked: int = 0


def open_tickets(adapter: Adapter, pacing: Pacing) -> tuple[list[str], str | None]:
    """Return the account's open tickets in the feed's order, and the place from which the feed goes on after them.

    Raises:
        RetryLaterError: the platform does not answer for long.
    """
    found: dict[str, Change] = {}

    def read() -> None:  # a list that broke off is read again from its beginning
        found.update((change.ref.ticket_id, change) for change in adapter.changed_since(None))

    pacing.patiently(read)
    return list(found), next(reversed(found.values())).cursor if found else None


class Backfill:
    """One connection's backfill. The looks are a service's: this asks for them, a few at a time, and waits."""

    def __init__(self, store: Store, name: str, pacing: Pacing) -> None:
        self._store, self._name, self._pacing = store, name, pacing
        self.began_at = self._began_at()

    def left(self, ticket_ids: Sequence[str]) -> list[str]:
        """Return the tickets that have not been looked at since the backfill began."""
        done = sa.select(tickets.c.ticket_id).where(self._looked_at())
        with self._store.database.read() as connection:
            looked_at = set(connection.execute(done).scalars())
        return [ticket_id for ticket_id in ticket_ids if ticket_id not in looked_at]

    def begin(self, feed_cursor: str | None) -> None:
        """Remember when it began; before any service runs here, or its feed would ask for every open ticket as well.

        Args:
            feed_cursor: from where the change feed goes on, for a connection whose feed was never read.
        """
        move = self._store.runtime.move_cursor
        with self._store.database.write() as connection:
            move(connection, self._name, BACKFILL, f"{_SINCE}{self.began_at.isoformat()}")
            if feed_cursor and self._store.runtime.cursor(self._name, CHANGES) is None:
                move(connection, self._name, CHANGES, feed_cursor)

    def run(self, ticket_ids: Sequence[str], on_progress: OnProgress, room: int = ROOM) -> None:
        """Have tickets looked at; returns when the last look is done or parked.

        Args:
            on_progress: hears how many of them are done.
            room: how many may wait to be looked at.
        """
        for begin in range(0, len(ticket_ids), room):
            asked = ticket_ids[begin : begin + room]
            with self._store.database.write() as connection:
                keys = [LookKey.ticket(self._name, ticket_id) for ticket_id in asked]
                self._store.looks.request(connection, keys, self._store.clock.now_in(connection))
            self._wait(begin + len(asked), room, on_progress)
        self._wait(len(ticket_ids), 0, on_progress)
        with self._store.database.write() as connection:
            now = self._store.clock.now_in(connection)
            self._store.runtime.move_cursor(connection, self._name, BACKFILL, f"{_DONE}{now.isoformat()}")

    def summary(self) -> Summary:
        """Return what all looks since the beginning came to."""
        count = sa.func.count()
        states = sa.select(tickets.c.state, count).where(self._looked_at()).group_by(tickets.c.state)
        withheld = sa.func.coalesce(tickets.c.written["withheld"].as_string(), "{}")
        skipped = sa.select(count).where(
            effects.c.connection == self._name,
            effects.c.kind == EffectKind.ESCALATION.value,
            effects.c.state == EffectState.SKIPPED.value,
            effects.c.recorded_at >= self.began_at,
        )
        with self._store.database.read() as connection:
            return Summary(
                states={state or "unknown": number for state, number in connection.execute(states)},
                withheld=connection.execute(sa.select(count).where(self._looked_at(), withheld != "{}")).scalar_one(),
                skipped=connection.execute(skipped).scalar_one(),
                parked=connection.execute(
                    sa.select(count).where(self._ticket_looks(), looks.c.state != State.OPEN.value)
                ).scalar_one(),
            )

    def _began_at(self) -> datetime:
        """Return when the backfill that was cut off began; now for a new one."""
        place = self._store.runtime.cursor(self._name, BACKFILL) or ""
        if place.startswith(_SINCE):
            return datetime.fromisoformat(place.removeprefix(_SINCE)).astimezone(UTC)
        return self._store.clock.now()

    def _wait(self, asked: int, room: int, on_progress: OnProgress) -> None:
        while (waiting := self._waiting()) > room:
            on_progress(max(asked - waiting, 0))
            self._pacing.sleep(POLL_SECONDS)
        on_progress(asked - waiting)

    def _waiting(self) -> int:
        """Return how many tickets have been asked for and not looked at since."""
        waiting = (looks.c.state == State.OPEN.value, looks.c.seen < looks.c.arrived)
        query = sa.select(sa.func.count()).where(self._ticket_looks(), *waiting)
        with self._store.database.read() as connection:
            count: int = connection.execute(query).scalar_one()
        return count

    def _ticket_looks(self) -> sa.ColumnElement[bool]:
        return sa.and_(looks.c.connection == self._name, looks.c.kind == LookKind.TICKET.value)

    def _looked_at(self) -> sa.ColumnElement[bool]:
        return sa.and_(tickets.c.connection == self._name, tickets.c.looked_at >= self.began_at)
