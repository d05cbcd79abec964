"""What is remembered of a ticket between two looks, and which effects were meant, done and in vain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.ticket import Event, Ticket
from webhooks.store.database import Database
from webhooks.store.deadlines import deadline_events
from webhooks.store.summaries import Place
from webhooks.store.tables import effects, tickets


class Standing(StrEnum):
    """Whether a ticket can still be written: frozen is closed for good, gone can no longer be read."""

    LIVE = "live"
    FROZEN = "frozen"
    GONE = "gone"


class EffectKind(StrEnum):
    """What takes effect once: a level reached or an end customer turned back, and each action that it brings.

    ESCALATION and TURN_BACK stand for the thing itself, which is done once its note stands; ROUTE is what it does to
    people and tags on the platform, REPLY what the requester is told there; EMAIL and WEBHOOK leave the platform.
    """

    ESCALATION = "escalation"
    TURN_BACK = "turn_back"
    NOTE = "note"
    ROUTE = "route"
    REPLY = "reply"
    EMAIL = "email"
    WEBHOOK = "webhook"


MESSAGES = frozenset({EffectKind.EMAIL, EffectKind.WEBHOOK})


class EffectState(StrEnum):
    """INTENDED: recorded, not known to be done. SKIPPED: reached before the ticket was first seen. REPORTED: reached
    while writing was off, so it is shown and never done. DONE: it stands on the ticket, or was sent. PARKED: it failed
    too often and waits for a person."""

    INTENDED = "intended"
    DONE = "done"
    SKIPPED = "skipped"
    REPORTED = "reported"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that takes effect once on one ticket.

    Attributes:
        key: unique for its ticket and kind.
        reached_at: when its level was reached; None for a note.
        effect_at: not before this instant: working hours have to begin, or it failed and is tried again then.
        attempts: how often it failed.
        reason: why the last attempt failed, or what of it was not done.
        detail: our own words to send, for what leaves the platform.
    """

    kind: EffectKind
    key: str
    state: EffectState
    reached_at: datetime | None = None
    effect_at: datetime | None = None
    attempts: int = 0
    reason: str | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LastWrite:
    """The last update that was sent.

    Attributes:
        at: when.
        digest: a hash of what was asked.
        repeats: how often the very same change of tags and people was sent in a row: others set it back.
        wrote: fields to the value that was written last, and how often others had set the field back by then.
        refused: fields that the platform did not take, to the value that was refused and the reason.
        withheld: what would have been written, while writing is off or paused.
    """

    at: str | None = None
    digest: str = ""
    repeats: int = 0
    wrote: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    withheld: Mapping[str, Any] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Return the JSON object that is stored."""
        wrote = {name: list(pair) for name, pair in self.wrote.items()}
        refused = {name: list(pair) for name, pair in self.refused.items()}
        kept = {"at": self.at, "digest": self.digest, "repeats": self.repeats, "wrote": wrote}
        return {**kept, "refused": refused, "withheld": dict(self.withheld)}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "LastWrite":
        """Return what :meth:`to_mapping` stored."""
        refused = {name: (str(value), str(reason)) for name, (value, reason) in mapping.get("refused", {}).items()}
        return cls(
            at=mapping.get("at"),
            digest=mapping.get("digest", ""),
            repeats=mapping.get("repeats", 0),
            wrote={name: (str(value), int(times)) for name, (value, times) in mapping.get("wrote", {}).items()},
            refused=refused,
            withheld=mapping.get("withheld", {}),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """A ticket as the last look left it; ``result`` is the decision (``core.result``), None at first sight."""

    observations: Mapping[str, Any] = field(default_factory=dict)
    last_write: LastWrite = LastWrite()
    effects: tuple[Effect, ...] = ()
    deadlines: tuple[Event, ...] = ()
    result: Mapping[str, Any] | None = None

    def added_to(self, ticket: Ticket) -> Ticket:
        """Return the ticket as it is judged: with what people set here rather than on the platform."""
        return replace(ticket, events=ticket.events + self.deadlines) if self.deadlines else ticket

    def of(self, kind: EffectKind) -> dict[str, EffectState]:
        """Return the known effects of one kind: key to state."""
        return {effect.key: effect.state for effect in self.effects if effect.kind is kind}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a look leaves behind. A None keeps what an earlier look knew."""

    standing: Standing
    state: str | None = None
    result: Mapping[str, Any] | None = None
    observations: Mapping[str, Any] | None = None
    last_write: LastWrite | None = None
    next_wake_at: datetime | None = None
    organization_id: str | None = None
    requester_id: str | None = None
    place: Place | None = None


class Memories:
    """The queries on what is remembered; all but :meth:`read` run inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, connection: Connection, name: str, ticket_id: str) -> Memory:
        """Return what is known of a ticket."""
        found = self.effects(connection, name, ticket_id)
        deadlines = deadline_events(connection, name, ticket_id)
        row = connection.execute(
            sa.select(tickets.c.observations, tickets.c.written, tickets.c.result).where(
                tickets.c.connection == name, tickets.c.ticket_id == ticket_id
            )
        ).first()
        if row is None:
            return Memory(effects=found, deadlines=deadlines)
        return Memory(row.observations, LastWrite.from_mapping(row.written), found, deadlines, row.result)

    def effects(self, connection: Connection, name: str, ticket_id: str) -> tuple[Effect, ...]:
        """Return what is recorded of a ticket's effects, in the order in which they were reached."""
        query = sa.select(*_EFFECT).where(effects.c.connection == name, effects.c.ticket_id == ticket_id)
        rows = connection.execute(query.order_by(effects.c.reached_at, effects.c.key)).mappings()
        return tuple(
            Effect(**{**row, "kind": EffectKind(row["kind"]), "state": EffectState(row["state"])}) for row in rows
        )

    def record(self, connection: Connection, name: str, ticket_id: str, found: Iterable[Effect], now: datetime) -> None:
        """Write each effect down; one that is known keeps the state it has, unless it was only intended."""
        for effect in found:
            row = self._database.insert(effects).values(
                connection=name,
                ticket_id=ticket_id,
                kind=effect.kind.value,
                key=effect.key,
                state=effect.state.value,
                reached_at=effect.reached_at,
                effect_at=effect.effect_at,
                reason=effect.reason,
                detail=effect.detail,
                recorded_at=now,
            )
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["connection", "ticket_id", "kind", "key"],
                    set_={"state": effect.state.value, "reason": effect.reason, "recorded_at": now},
                    where=effects.c.state == EffectState.INTENDED.value,
                )
            )

    def fail(
        self,
        connection: Connection,
        name: str,
        ticket_id: str,
        effect: Effect,
        reason: str,
        try_at: datetime | None = None,
    ) -> None:
        """Count a failed attempt at an intended effect.

        Args:
            try_at: the next try; None parks it, unless it is a message, whose look waits and parks.
        """
        parks = try_at is None and effect.kind not in MESSAGES
        values: dict[str, Any] = {"attempts": effects.c.attempts + 1, "reason": reason}
        values |= {"state": EffectState.PARKED.value} if parks else {}
        values |= {"effect_at": try_at} if try_at else {}
        connection.execute(sa.update(effects).where(*_is(name, ticket_id, effect)).values(values))

    def put_off(self, connection: Connection, name: str, ticket_id: str, effect: Effect) -> None:
        """Write down when an intended effect is looked at again, and why, without counting an attempt."""
        values = {"effect_at": effect.effect_at, "reason": effect.reason}
        connection.execute(sa.update(effects).where(*_is(name, ticket_id, effect)).values(values))

    def take_up(self, connection: Connection, name: str, ticket_id: str, now: datetime) -> int:
        """Intend again what failed on a ticket; return how many effects those are.

        A public reply of which nobody knows whether it was sent keeps its time: it is looked for before.
        """
        may_be_sent = sa.and_(effects.c.kind == EffectKind.REPLY.value, effects.c.state == EffectState.INTENDED.value)
        failed = sa.update(effects).where(
            effects.c.connection == name,
            effects.c.ticket_id == ticket_id,
            effects.c.state.in_([EffectState.INTENDED.value, EffectState.PARKED.value]),
            effects.c.attempts > 0,
            sa.not_(may_be_sent),
        )
        has_a_time = effects.c.kind.in_([EffectKind.ROUTE.value, EffectKind.REPLY.value])
        due = sa.case((has_a_time, sa.literal(now, effects.c.effect_at.type)))
        values = {"state": EffectState.INTENDED.value, "attempts": 0}
        values |= {"effect_at": sa.func.coalesce(due, effects.c.effect_at)}
        return len(connection.execute(failed.values(values).returning(effects.c.key)).all())

    def remember(self, connection: Connection, name: str, ticket_id: str, left: Remembered, now: datetime) -> None:
        """Store what a look leaves behind."""
        kept: dict[str, Any] = {
            "state": left.state,
            "result": left.result,
            "observations": left.observations,
            "written": left.last_write and left.last_write.to_mapping(),
            "organization_id": left.organization_id,
            "requester_id": left.requester_id,
        }
        values = {name: value for name, value in kept.items() if value is not None}
        values |= {"standing": left.standing.value, "looked_at": now, "next_wake_at": left.next_wake_at}
        new = {"observations": {}, "written": {}, "first_looked_at": now, **values}
        row = self._database.insert(tickets).values(connection=name, ticket_id=ticket_id, **new)
        connection.execute(row.on_conflict_do_update(index_elements=["connection", "ticket_id"], set_=values))

    def read(self, name: str, ticket_id: str) -> Mapping[str, Any] | None:
        """Return a ticket's stored row by column name, for pages and commands; None if it was never looked at."""
        query = sa.select(tickets).where(tickets.c.connection == name, tickets.c.ticket_id == ticket_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        return dict(row) if row else None


_EFFECT = [effects.c[name] for name in Effect.__dataclass_fields__]


def _is(name: str, ticket_id: str, effect: Effect) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        effects.c.connection == name,
        effects.c.ticket_id == ticket_id,
        effects.c.kind == effect.kind.value,
        effects.c.key == effect.key,
        effects.c.state == EffectState.INTENDED.value,
    )
