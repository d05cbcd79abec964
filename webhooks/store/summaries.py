"""What is kept of a result beside it: the ticket's summary, and the verdict on each clock. Pure, but for the writer."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.database import Database
from webhooks.store.results import ClockForm, Result
from webhooks.store.tables import summaries, tickets, verdicts

LONGEST_TEAM = 255  # as the column; a free text field of Jira may hold more
BATCH = 500  # tickets a transaction, so that a rebuild keeps no delivery waiting
MET, MISSED, BREACHED = "met", "missed", "breached"


@dataclass(frozen=True, slots=True)
class Summary:
    """A ticket as lists show it.

    Attributes:
        metric, due_at, remaining_seconds: of the clock that is owed next; all None if nothing is.
    """

    state: str
    policy: str
    plan: str | None
    priority: str | None
    tier: int | None
    metric: str | None
    due_at: datetime | None
    remaining_seconds: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket is found on its platform: its page, and the id of the group that it is assigned to, if any."""

    url: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one clock was in time, from the instant at which that was certain: it is counted once, on that day."""

    metric: str
    cycle: int
    verdict: str
    decided_on: date
    plan: str | None
    priority: str | None
    target: str
    due_at: datetime | None
    met_at: datetime | None
    late_seconds: float | None


def summary_of(result: Result) -> Summary:
    """Return a ticket's summary."""
    owed = result.owed
    return Summary(
        state=result.state,
        policy=result.policy,
        plan=result.plan,
        priority=result.priority,
        tier=result.tier,
        metric=owed.metric.value if owed else None,
        due_at=owed.due_at if owed else None,
        remaining_seconds=owed.remaining_seconds if owed else None,
    )


def verdicts_of(result: Result, zone: ZoneInfo) -> Iterator[Verdict]:
    """Yield the verdicts that are certain; a clock that runs, is cancelled or has no deadline has none.

    Args:
        result: the decision.
        zone: decides which day an instant belongs to.
    """
    for clock in result.clocks:
        decided_at = _decided_at(clock)
        if decided_at is None:
            continue
        late = None
        if clock.state == MISSED and clock.met_at and clock.due_at:
            late = (clock.met_at - clock.due_at).total_seconds()
        yield Verdict(
            metric=clock.metric.value,
            cycle=clock.cycle,
            verdict=clock.state,
            decided_on=decided_at.astimezone(zone).date(),
            plan=result.plan,
            priority=result.priority,
            target=clock.target,
            due_at=clock.due_at,
            met_at=clock.met_at,
            late_seconds=late,
        )


def _decided_at(clock: ClockForm) -> datetime | None:
    """Return the instant from which the verdict was certain; a miss is one from the breach on, answered or not."""
    if clock.state == MET:
        return clock.met_at if clock.due_at is not None else None
    if clock.state in (MISSED, BREACHED):
        return clock.breached_at or clock.due_at
    return None


class Summaries:
    """Writes both tables, in the transaction that stores the result.

    Args:
        zone: decides which day a verdict belongs to.
    """

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone

    def keep(
        self,
        connection: Connection,
        name: str,
        ticket_id: str,
        state: str | None,
        result: Mapping[str, Any] | None,
        place: Place | None = None,
    ) -> None:
        """Keep what a look left: its decision, or only the state of a ticket that can no longer be read."""
        if result is not None:
            self.store(connection, name, ticket_id, Result.from_stored(result), place)
        elif state is not None:
            self.gone(connection, name, ticket_id, state)

    def store(
        self, connection: Connection, name: str, ticket_id: str, result: Result, place: Place | None = None
    ) -> None:
        """Replace what is kept of a ticket.

        Args:
            place: as a look has just seen it; without it, and without a page in it, what is known stays.
        """
        key = {"connection": name, "ticket_id": ticket_id}
        values = asdict(summary_of(result))
        if place is not None:
            values |= {"team": (place.team or "")[:LONGEST_TEAM] or None} | ({"url": place.url} if place.url else {})
        row = self._database.insert(summaries).values(**key, **values)
        connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))
        found = [key | asdict(each) for each in verdicts_of(result, self._zone)]
        connection.execute(sa.delete(verdicts).where(*(verdicts.c[part] == value for part, value in key.items())))
        if found:
            connection.execute(sa.insert(verdicts), found)

    def gone(self, connection: Connection, name: str, ticket_id: str, state: str) -> None:
        """Set the state of a ticket that can no longer be read; nothing is owed on it, its verdicts stand."""
        connection.execute(
            sa.update(summaries)
            .where(summaries.c.connection == name, summaries.c.ticket_id == ticket_id)
            .values(state=state, metric=None, due_at=None, remaining_seconds=None)
        )

    def forget(self, connection: Connection, name: str, ticket_id: str) -> None:
        """Delete what is kept of a ticket."""
        for table in (summaries, verdicts):
            connection.execute(sa.delete(table).where(table.c.connection == name, table.c.ticket_id == ticket_id))

    def rebuild(self) -> int:
        """Derive both tables anew from every stored result, a batch at a time; return how many tickets that was."""
        done, last = 0, ("", "")
        while rows := self._after(last):
            with self._database.write() as connection:
                for row in rows:
                    result = Result.from_stored(row["result"])
                    self.store(connection, row["connection"], row["ticket_id"], result)
                    if row["state"] != result.state:  # the platform's answer was that it is gone
                        self.gone(connection, row["connection"], row["ticket_id"], row["state"])
            done += len(rows)
            last = (rows[-1]["connection"], rows[-1]["ticket_id"])
        return done

    def _after(self, last: tuple[str, str]) -> list[Mapping[str, Any]]:
        key = sa.tuple_(tickets.c.connection, tickets.c.ticket_id)
        query = (
            sa.select(tickets.c.connection, tickets.c.ticket_id, tickets.c.state, tickets.c.result)
            .where(key > last, tickets.c.state.is_not(None), tickets.c.result.is_not(sa.null()))
            .order_by(tickets.c.connection, tickets.c.ticket_id)
            .limit(BATCH)
        )
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
