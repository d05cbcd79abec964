"""What the pages read, straight from the tables. Every query is bounded or answered from one index alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from webhooks.console.filters import FACETS, NONE, TodayFilter
from webhooks.console.teams import Teams
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, LookKind
from webhooks.store.summaries import BREACHED, MISSED
from webhooks.store.tables import (
    IS_FREE,
    IS_MISS,
    IS_STOPPED,
    audit,
    budgets,
    deliveries,
    effects,
    looks,
    summaries,
    tickets,
    verdicts,
)

Row = Mapping[str, Any]
PAGE = 50
SOON = timedelta(hours=24)
_ENVELOPE = [column for column in deliveries.c if column.name != "body"]


@dataclass(frozen=True, slots=True)
class CubeRow:
    """How many tickets share a state and every facet; ``team`` is the group's name."""

    state: str
    connection: str
    plan: str | None
    priority: str | None
    tier: int | None
    team: str | None
    count: int

    @property
    def facets(self) -> dict[str, str | int | None]:
        """The values by which one can filter."""
        return {name: getattr(self, name) for name in FACETS}


@dataclass(frozen=True, slots=True)
class DayRow:
    """How many clocks of one kind got one verdict on one day."""

    decided_on: date
    connection: str
    metric: str
    plan: str | None
    priority: str | None
    verdict: str
    count: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a connection is doing.

    Attributes:
        last_event_at: when the last delivery came.
        due: looks that could begin; ``lag`` is for how long the oldest has been due.
        parked: looks that wait for a person.
        error: why the latest failing look failed; None if none fails.
    """

    last_event_at: datetime | None
    due: int
    lag: timedelta
    parked: int
    error: str | None
    failing_since: datetime | None


_IDS = Teams({})  # for what lists no tickets


class Reading:
    """The console's own queries; none of them writes. Teams are asked for and answered by name."""

    def __init__(self, database: Database, teams: Teams = _IDS) -> None:
        self._database, self._teams = database, teams

    def cube(self) -> list[CubeRow]:
        """Return all counts at once: a page's every number is a sum of some of them."""
        keys = (summaries.c.state, *(summaries.c[name] for name in FACETS))
        query = sa.select(*keys, sa.func.count().label("count")).group_by(*keys)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return [CubeRow(**self._named(row)) for row in rows]

    def due_before(self, wanted: TodayFilter, at: datetime) -> int:
        """Return how many running tickets that pass the filters are due before an instant."""
        soon = [summaries.c.state == "running", summaries.c.due_at < at, *self._filtered(wanted)]
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(summaries).where(*soon)).scalar_one())

    def tickets(self, wanted: TodayFilter, now: datetime) -> tuple[list[Row], bool]:
        """Return one page of the tickets asked for, the earliest due first, and whether another page follows."""
        same = sa.and_(tickets.c.connection == summaries.c.connection, tickets.c.ticket_id == summaries.c.ticket_id)
        query = sa.select(summaries).where(*self._filtered(wanted))
        if wanted.states:
            query = query.where(summaries.c.state.in_(wanted.states))
        if wanted.show == "due_soon":
            query = query.where(summaries.c.due_at < now + SOON)
        if wanted.show == "no_target":
            query = query.add_columns(tickets.c.result["problems"].label("problems")).join(tickets, same)
        if wanted.show in ("all", "no_target"):
            query = query.order_by(summaries.c.connection, summaries.c.ticket_id)
        elif wanted.show == "paused":
            query = query.order_by(summaries.c.remaining_seconds.asc().nulls_last(), summaries.c.ticket_id)
        else:
            query = query.order_by(summaries.c.due_at.asc().nulls_last(), summaries.c.ticket_id)
        rows = self._rows(query.limit(PAGE + 1).offset((wanted.page - 1) * PAGE))
        return [self._named(row) for row in rows[:PAGE]], len(rows) > PAGE

    def ticket(self, name: str, ticket_id: str) -> Row | None:
        """Return one ticket's summary."""
        rows = self._rows(
            sa.select(summaries).where(summaries.c.connection == name, summaries.c.ticket_id == ticket_id)
        )
        return self._named(rows[0]) if rows else None

    def effects(self, name: str, ticket_id: str) -> list[Row]:
        """Return the escalations recorded for a ticket, in order of time."""
        query = sa.select(effects).where(
            effects.c.connection == name, effects.c.ticket_id == ticket_id, effects.c.kind == "escalation"
        )
        return self._rows(query.order_by(effects.c.reached_at))

    def look(self, key: LookKey) -> Row | None:
        """Return how the looks at one thing are doing."""
        return next(iter(self._rows(sa.select(looks).where(*_is(key)))), None)

    def looks_at(self, name: str, ticket_ids: Sequence[str]) -> dict[str, Row]:
        """Return how the looks at some tickets of one connection are doing, by ticket."""
        query = sa.select(looks).where(
            looks.c.connection == name, looks.c.kind == LookKind.TICKET.value, looks.c.subject.in_(ticket_ids)
        )
        return {row["subject"]: row for row in self._rows(query)} if ticket_ids else {}

    def stopped(self, name: str = "", limit: int = PAGE) -> list[Row]:
        """Return the looks that nobody tries any more, those that failed first first."""
        query = sa.select(looks).where(IS_STOPPED)
        if name:
            query = query.where(looks.c.connection == name)
        return self._rows(query.order_by(looks.c.failing_since.asc().nulls_last(), looks.c.id).limit(limit))

    def deliveries(self, name: str = "", before: int | None = None) -> list[Row]:
        """Return one page of deliveries without their bodies, newest first, and one more if there is another page."""
        query = sa.select(*_ENVELOPE).order_by(deliveries.c.id.desc()).limit(PAGE + 1)
        if name:
            query = query.where(deliveries.c.connection == name)
        if before is not None:
            query = query.where(deliveries.c.id < before)
        return self._rows(query)

    def delivery(self, number: int) -> Row | None:
        """Return one delivery with its body, where that is kept."""
        return next(iter(self._rows(sa.select(deliveries).where(deliveries.c.id == number))), None)

    def pulse(self, name: str, now: datetime) -> Pulse:
        """Return how one connection is doing."""
        mine = looks.c.connection == name
        waiting = sa.select(sa.func.count(), sa.func.min(looks.c.look_at, type_=looks.c.look_at.type)).where(
            mine, IS_FREE, looks.c.look_at <= now
        )
        last = sa.select(deliveries.c.received_at).where(deliveries.c.connection == name)
        failing = sa.select(looks.c.error, looks.c.failing_since).where(mine, looks.c.failing_since.is_not(None))
        parked = sa.select(sa.func.count()).select_from(looks).where(mine, IS_STOPPED)
        with self._database.read() as connection:
            due, oldest = connection.execute(waiting).one()
            fault = connection.execute(failing.order_by(looks.c.failing_since.desc()).limit(1)).first()
            return Pulse(
                last_event_at=connection.execute(last.order_by(deliveries.c.id.desc()).limit(1)).scalar(),
                due=due,
                lag=now - oldest if oldest else timedelta(0),
                parked=connection.execute(parked).scalar_one(),
                error=fault.error if fault else None,
                failing_since=fault.failing_since if fault else None,
            )

    def budget(self, name: str) -> dict[str, float]:
        """Return for how many seconds each kind of call is already spoken for; a kind that is free is absent."""
        query = sa.select(budgets.c.kind, budgets.c.free_at).where(budgets.c.account == name)
        with self._database.read() as connection:
            now = Clock(self._database).now_in(connection).timestamp()
            found = connection.execute(query.where(budgets.c.free_at > now)).all()
            return {row.kind: row.free_at - now for row in found}

    def days(self, first: date, after: date, connection_name: str = "") -> list[DayRow]:
        """Return the verdicts from ``first`` up to ``after``, counted by day and every facet."""
        names = ("decided_on", "connection", "metric", "plan", "priority", "verdict")
        keys = [verdicts.c[name] for name in names]
        query = sa.select(*keys, sa.func.count()).where(*_between(first, after, connection_name)).group_by(*keys)
        with self._database.read() as connection:
            if not self._database.is_sqlite:  # before its first ANALYZE it takes the days for few, and sorts on disk
                connection.execute(sa.text("SET LOCAL enable_sort = off"))
            return [DayRow(*tuple(row)) for row in connection.execute(query)]

    def misses(self, first: date, after: date, now: datetime, connection_name: str = "", limit: int = 20) -> list[Row]:
        """Return the worst misses of some days, the latest first; one that is still open is late until ``now``."""
        days = _between(first, after, connection_name)
        found = [
            *self._worst(BREACHED, verdicts.c.due_at.asc(), days, limit),
            *self._worst(MISSED, verdicts.c.late_seconds.desc(), days, limit),
        ]
        rows: list[Row] = [{**row, "late_seconds": _late(row, now)} for row in found]
        return sorted(rows, key=lambda row: -row["late_seconds"])[:limit]

    def _worst(self, verdict: str, order: Any, days: Sequence[Any], limit: int) -> list[Row]:
        """Return the first verdicts of one kind: found in the index alone, then read."""
        key = list(verdicts.primary_key.columns)
        found = sa.select(*key).where(IS_MISS, verdicts.c.verdict == verdict, *days).order_by(order).limit(limit)
        few = found.subquery()
        return self._rows(sa.select(verdicts).join(few, sa.and_(*(column == few.c[column.name] for column in key))))

    def verdicts(self, first: date, after: date, connection_name: str = "") -> Iterator[Mapping[Any, Any]]:
        """Yield every verdict of some days, in order, without holding them all."""
        query = sa.select(verdicts).where(*_between(first, after, connection_name))
        query = query.order_by(verdicts.c.decided_on, verdicts.c.connection, verdicts.c.ticket_id, verdicts.c.metric)
        with self._database.read() as connection:
            yield from connection.execution_options(yield_per=PAGE * 20).execute(query).mappings()

    def escalations_between(self, begin: datetime, end: datetime) -> int:
        """Return how many escalations were reached between two instants and took effect or were reported."""
        query = sa.select(sa.func.count()).where(
            effects.c.kind == "escalation",
            effects.c.state != "skipped",
            effects.c.recorded_at >= begin,
            effects.c.reached_at >= begin,
            effects.c.reached_at < end,
        )
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def last_note(self, name: str, subject: str, action: str) -> Row | None:
        """Return the latest line of the audit about one thing that was done."""
        query = sa.select(audit).where(audit.c.connection == name, audit.c.subject == subject, audit.c.action == action)
        return next(iter(self._rows(query.order_by(audit.c.id.desc()).limit(1))), None)

    def _filtered(self, wanted: TodayFilter) -> Iterator[sa.ColumnElement[bool]]:
        for each in wanted.chosen:
            column: sa.Column[Any] = summaries.c[each.facet]
            if each.value == NONE:
                yield column.is_(None)
            elif each.facet == "team":
                yield self._teams.is_called(each.value)
            else:
                yield column == (int(each.value) if each.facet == "tier" else each.value)

    def _named(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a row of summaries with the team's name for its id."""
        return {**row, "team": self._teams.name(row["connection"], row["team"])}

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _is(key: LookKey) -> list[sa.ColumnElement[bool]]:
    return [looks.c.connection == key.connection, looks.c.kind == key.kind.value, looks.c.subject == key.subject]


def _between(first: date, after: date, connection_name: str) -> Sequence[sa.ColumnElement[bool]]:
    days = [verdicts.c.decided_on >= first, verdicts.c.decided_on < after]
    return [*days, verdicts.c.connection == connection_name] if connection_name else days


def _late(row: Row, now: datetime) -> float:
    late: float | None = row["late_seconds"]
    return late if late is not None else (now - row["due_at"]).total_seconds()
