"""An account's rate budget, shared by every worker through the database: one row a counter, one statement a call."""

import sqlalchemy as sa

from adapters.services import Rate
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.tables import budgets

PAUSE = ""  # the counter's name that holds until when the platform wants no call at all


class SharedBudget:
    """The calls that one connection's account may still make; see ``adapters.services.Budget``.

    Each counter is a generic cell rate algorithm: one number, the instant at which the bucket is empty again. A third
    of the calls may come at once, the rest is spread evenly, so that no span of ``rate.seconds`` ever sees more than
    ``rate.calls``. Time is the service's: where the demo moves it, its helpdesks' time moves along.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._database, self._clock, self._account = database, Clock(database), account

    def take(self, kind: str, rate: Rate) -> float:
        """Take one call and return 0.0; or take nothing and return the seconds after which to ask again."""
        burst = max(1, rate.calls // 3)
        spacing = rate.seconds / max(1, rate.calls - burst)
        tolerance = (burst - 1) * spacing
        with self._database.write() as connection:
            now = self._clock.now_in(connection).timestamp()
            wait = self._free_at(connection, PAUSE) - now
            if wait > 0:
                return wait
            free_at = budgets.c.free_at
            start = sa.case((free_at > now, free_at), else_=now)
            row = self._database.insert(budgets).values(account=self._account, kind=kind, free_at=now + spacing)
            taken = row.on_conflict_do_update(
                index_elements=["account", "kind"],
                set_={"free_at": start + spacing},
                where=free_at <= now + tolerance,
            ).returning(free_at)
            if connection.execute(taken).first():
                return 0.0
            return max(self._free_at(connection, kind) - tolerance - now, 0.001)

    def pause(self, seconds: float) -> None:
        """Let nobody take anything for ``seconds`` from now; never shortens an earlier pause."""
        with self._database.write() as connection:
            until = self._clock.now_in(connection).timestamp() + seconds
            row = self._database.insert(budgets).values(account=self._account, kind=PAUSE, free_at=until)
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["account", "kind"], set_={"free_at": until}, where=budgets.c.free_at < until
                )
            )

    def _free_at(self, connection: sa.Connection, kind: str) -> float:
        query = sa.select(budgets.c.free_at).where(budgets.c.account == self._account, budgets.c.kind == kind)
        at: float | None = connection.execute(query).scalar()
        return at or 0.0
