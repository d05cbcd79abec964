"""A policy has a new version: which tickets were judged by another one, and having them judged again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from webhooks.engine.feeds import batches
from webhooks.engine.verdicts import JUDGED_BY, REJUDGE
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, Looks
from webhooks.store.memory import Standing
from webhooks.store.runtime import Runtime
from webhooks.store.tables import tickets

BATCH_EVERY = timedelta(minutes=2)  # of 200 tickets: the updates that the smallest plans allow
TAKEN_UP = "policy"  # the names among a connection's cursors: the versions by which every ticket was made due
REJUDGE_BY = "rejudge"  # the versions that also judge anew what had ended


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """The queries on tickets that another version of a policy has judged."""

    database: Database
    clock: Clock
    looks: Looks
    runtime: Runtime

    def concerned(self, name: str, versions: Collection[str], *, also_finished: bool = False) -> list[str]:
        """Return the tickets, not yet closed for good, whose stored result comes from none of these versions.

        Args:
            also_finished: also those on which only a verdict does.
        """
        version = tickets.c.result["policy_version"].as_string()
        other = sa.and_(version.is_not(None), version.not_in(versions))
        if also_finished:
            other = sa.or_(other, sa.cast(tickets.c.result, sa.Text).contains(f'"{JUDGED_BY}"'))
        query = sa.select(tickets.c.ticket_id).where(
            tickets.c.connection == name, tickets.c.standing == Standing.LIVE.value, other
        )
        with self.database.read() as connection:
            return list(connection.execute(query.order_by(tickets.c.ticket_id)).scalars())

    def make_due(self, name: str, ticket_ids: Sequence[str], *, also_finished: bool = False) -> None:
        """Have tickets looked at from now on, a batch at a time, so that what happens meanwhile has its turn between.

        Args:
            also_finished: judge anew what has ended, too.
        """
        for number, batch in enumerate(batches(ticket_ids)):
            with self.database.write() as connection:
                at = self.clock.now_in(connection) + number * BATCH_EVERY
                self.looks.request(connection, [LookKey.ticket(name, ticket_id) for ticket_id in batch], at)
                if also_finished:  # after the looks, which a run locks first, too
                    self._give_up_verdicts(connection, name, batch)

    def rejudge(self, name: str, versions: Collection[str]) -> None:
        """Say that these versions, once the service has them, judge anew what has ended, too."""
        with self.database.write() as connection:
            self.runtime.move_cursor(connection, name, REJUDGE_BY, _written(versions))

    def catch_up(self, name: str, versions: Collection[str]) -> int:
        """Make due what other versions judged, once for these versions; return how many tickets that is.

        For the service, which may have been started with a new file, whether or not a command announced it.
        """
        now = _written(versions)
        if not versions or self.runtime.cursor(name, TAKEN_UP) == now:
            return 0
        found = self.concerned(name, versions)
        self.make_due(name, found, also_finished=self.runtime.cursor(name, REJUDGE_BY) == now)
        with self.database.write() as connection:
            self.runtime.move_cursor(connection, name, TAKEN_UP, now)
        return len(found)

    def _give_up_verdicts(self, connection: sa.Connection, name: str, batch: Collection[str]) -> None:
        which = (tickets.c.connection == name, tickets.c.ticket_id.in_(batch))
        query = sa.select(tickets.c.ticket_id, tickets.c.result).where(*which).with_for_update()
        for row in connection.execute(query).all():
            marked: dict[str, Any] = {**(row.result or {}), REJUDGE: True}
            mine = (tickets.c.connection == name, tickets.c.ticket_id == row.ticket_id)
            connection.execute(sa.update(tickets).where(*mine).values(result=marked))


def _written(versions: Collection[str]) -> str:
    return " ".join(sorted(versions))
