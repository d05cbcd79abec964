"""What is remembered of a ticket between two looks, and which effects were meant and done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.store.database import Database
from webhooks.store.tables import effects, tickets


class Standing(StrEnum):
    """Whether a ticket can still be written: frozen is closed for good, gone can no longer be read."""

    LIVE = "live"
    FROZEN = "frozen"
    GONE = "gone"


class EffectKind(StrEnum):
    """What takes effect once."""

    ESCALATION = "escalation"
    NOTE = "note"


class EffectState(StrEnum):
    """INTENDED: recorded, not known to be done. SKIPPED: reached before the ticket was first seen. REPORTED: reached
    while writing was off, so it is shown and never done. DONE: it stands on the ticket."""

    INTENDED = "intended"
    DONE = "done"
    SKIPPED = "skipped"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Effect:
    """One escalation or note of one ticket; ``reached_at`` is None for a note."""

    kind: EffectKind
    key: str
    state: EffectState
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastWrite:
    """The last update that was sent.

    Attributes:
        at: when.
        digest: a hash of what was asked.
        repeats: how often the very same update was sent in a row: others set it back.
        refused: fields that the platform did not take, to the value that was refused and the reason.
        withheld: what would have been written, while writing is off or paused.
    """

    at: str | None = None
    digest: str = ""
    repeats: int = 0
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    withheld: Mapping[str, Any] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Return the JSON object that is stored."""
        refused = {name: list(pair) for name, pair in self.refused.items()}
        kept = {"at": self.at, "digest": self.digest, "repeats": self.repeats}
        return {**kept, "refused": refused, "withheld": dict(self.withheld)}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "LastWrite":
        """Return what :meth:`to_mapping` stored."""
        refused = {name: (str(value), str(reason)) for name, (value, reason) in mapping.get("refused", {}).items()}
        return cls(
            at=mapping.get("at"),
            digest=mapping.get("digest", ""),
            repeats=mapping.get("repeats", 0),
            refused=refused,
            withheld=mapping.get("withheld", {}),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """A ticket as the last look left it."""

    observations: Mapping[str, Any] = field(default_factory=dict)
    last_write: LastWrite = LastWrite()
    effects: tuple[Effect, ...] = ()

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


class Memories:
    """The queries on what is remembered; all but :meth:`read` run inside the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, connection: Connection, name: str, ticket_id: str) -> Memory:
        """Return what is known of a ticket."""
        known = connection.execute(
            sa.select(effects.c.kind, effects.c.key, effects.c.state, effects.c.reached_at).where(
                effects.c.connection == name, effects.c.ticket_id == ticket_id
            )
        )
        found = tuple(Effect(EffectKind(row.kind), row.key, EffectState(row.state), row.reached_at) for row in known)
        row = connection.execute(
            sa.select(tickets.c.observations, tickets.c.written).where(
                tickets.c.connection == name, tickets.c.ticket_id == ticket_id
            )
        ).first()
        if row is None:
            return Memory(effects=found)
        return Memory(row.observations, LastWrite.from_mapping(row.written), found)

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
                recorded_at=now,
            )
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["connection", "ticket_id", "kind", "key"],
                    set_={"state": effect.state.value, "recorded_at": row.excluded.recorded_at},
                    where=effects.c.state == EffectState.INTENDED.value,
                )
            )

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
