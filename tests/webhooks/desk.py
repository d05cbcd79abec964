"""A helpdesk in one file: what happens on it, what was written to it, by whom, and faults on demand.

Several processes may use it at once, so a process that is killed leaves a true record.
"""

import hmac
import json
import sqlite3
from collections.abc import Container, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from adapters.base import Capability, Change, Delivery, Snapshot, WebhookRequest, Written
from core.errors import ConflictError, GoneError, SignatureError
from core.ticket import Event, Kind, Organization, Status, Ticket
from core.update import Field, Note, Shown, TicketRef, TicketUpdate, Wanted
from webhooks.engine.ticket import Evaluation, Link
from webhooks.engine.updates import Writes
from webhooks.store.memory import EffectState

SECRET = b"desk-secret"
TOKEN = "token-of-16-characters"
DECIDED = {
    "policy": "desk",
    "policy_version": "",
    "tzdata": "1",
    "now": "2026-11-20T15:00:00Z",
    "covered": True,
    "problems": [],
}
OPENED_AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


class Body(BaseModel):
    """What the desk's webhook sends."""

    model_config = ConfigDict(strict=True)

    id: str
    kind: str = "ticket.changed"
    event_id: str | None = None
    tickets: list[str] = []
    organization: str | None = None


class Desk:
    """The platform itself; ``happen`` is what people do there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._execute(
            "CREATE TABLE IF NOT EXISTS tickets"
            " (id TEXT PRIMARY KEY, events INTEGER, levels TEXT, state TEXT, gone INTEGER)"
        )
        self._execute("CREATE TABLE IF NOT EXISTS notes (ticket TEXT, key TEXT)")
        self._execute("CREATE TABLE IF NOT EXISTS calls (what TEXT, ticket TEXT)")

    def happen(self, ticket: str, level_at: datetime | None = None) -> None:
        """Let one thing happen on a ticket, and reach another escalation level if an instant is given."""
        self._execute("INSERT OR IGNORE INTO tickets VALUES (?, 0, '[]', NULL, 0)", ticket)
        levels = json.loads(self._one("SELECT levels FROM tickets WHERE id = ?", ticket))
        if level_at:
            levels.append(level_at.isoformat())
        self._execute("UPDATE tickets SET events = events + 1, levels = ? WHERE id = ?", json.dumps(levels), ticket)

    def delete(self, ticket: str) -> None:
        self._execute("UPDATE tickets SET gone = 1 WHERE id = ?", ticket)

    def delete_notes(self) -> None:
        """Let somebody delete every note of ours."""
        self._execute("DELETE FROM notes")

    def show(self, ticket: str, state: str) -> None:
        """Let somebody else set our field."""
        self._execute("UPDATE tickets SET state = ? WHERE id = ?", state, ticket)

    def state(self, ticket: str) -> str | None:
        """Return what our field shows: ``seen N`` of the N things that happened."""
        return self._one("SELECT state FROM tickets WHERE id = ?", ticket)

    def notes(self, ticket: str) -> list[str]:
        """Return the keys of our notes, in order, repeated ones too."""
        return [row[0] for row in self._execute("SELECT key FROM notes WHERE ticket = ? ORDER BY rowid", ticket)]

    def calls(self, what: str, ticket: str | None = None) -> int:
        """Return how many reads or writes there were."""
        if ticket is None:
            return int(self._one("SELECT count(*) FROM calls WHERE what = ?", what))
        return int(self._one("SELECT count(*) FROM calls WHERE what = ? AND ticket = ?", what, ticket))

    def behind(self) -> list[str]:
        """Return the tickets whose field does not cover all that happened."""
        return [
            row[0] for row in self._execute("SELECT id FROM tickets WHERE state IS NOT 'seen ' || events AND NOT gone")
        ]

    def row(self, ticket: str) -> Any:
        rows = self._execute("SELECT events, levels, state, gone FROM tickets WHERE id = ?", ticket)
        return rows[0] if rows else None

    def write(self, update: TicketUpdate, refused: Container[Field] = ()) -> None:
        """Take an update: one transaction, as a platform's own."""
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT INTO calls VALUES ('write', ?)", (update.ref.ticket_id,))
            if Field.STATE in update.fields and Field.STATE not in refused:
                shown = (update.fields[Field.STATE], update.ref.ticket_id)
                connection.execute("UPDATE tickets SET state = ? WHERE id = ?", shown)
            for note in update.notes:
                connection.execute("INSERT INTO notes VALUES (?, ?)", (update.ref.ticket_id, note.key))

    def count_read(self, ticket: str) -> None:
        self._execute("INSERT INTO calls VALUES ('read', ?)", ticket)

    def tickets(self) -> list[str]:
        return [row[0] for row in self._execute("SELECT id FROM tickets ORDER BY rowid")]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30)
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    def _execute(self, statement: str, *values: object) -> list[Any]:
        with closing(self._connect()) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def _one(self, statement: str, *values: object) -> Any:
        rows = self._execute(statement, *values)
        return rows[0][0] if rows else None


class DeskAdapter:
    """The adapter to it. ``faults`` are raised one after the other: (fetch or apply, error)."""

    name = "desk"
    supports = frozenset({Capability.NOTES, Capability.NOTE_IN_UPDATE})

    def __init__(self, connection: str, desk: Desk) -> None:
        self.connection, self.desk = connection, desk
        self.faults: list[tuple[str, Exception]] = []
        self.refuses: dict[Field, str] = {}

    def verify(self, request: WebhookRequest) -> None:
        expected = sign(request.body)
        if not hmac.compare_digest(expected, request.header("X-Signature")):
            raise SignatureError("desk: the signature does not match the body")

    def read(self, request: WebhookRequest) -> Delivery | None:
        body = request.read(Body)
        if body.kind == "ticket.viewed":
            return None
        return Delivery(
            id=body.id,
            kind=body.kind,
            refs=tuple(TicketRef(self.connection, ticket) for ticket in body.tickets),
            event_id=body.event_id,
            organization_id=body.organization,
        )

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        self._fault("fetch")
        self.desk.count_read(ref.ticket_id)
        row = self.desk.row(ref.ticket_id)
        if row is None or row[3]:
            raise GoneError(f"ticket {ref.ticket_id} is gone", platform="desk", ticket_id=ref.ticket_id)
        events, levels, state, _ = row
        ticket = Ticket(
            id=ref.ticket_id,
            platform="desk",
            connection=ref.connection,
            created_at=OPENED_AT,
            status=Status.OPEN,
            facts={"events": events, "levels": levels},
            organization=Organization(id="org"),
            events=tuple(Event(at=OPENED_AT, kind=Kind.NOTE_ADDED, id=str(n)) for n in range(events)),
        )
        notes = frozenset(self.desk.notes(ref.ticket_id))
        shown = Shown(fields={Field.STATE: state}, note_keys=notes, group="second line")
        looked = (observations or {}).get("looked", 0)
        return Snapshot(ticket, shown, version=str(events), observations={"looked": looked + 1})

    def apply(self, update: TicketUpdate) -> Written:
        self._fault("apply")
        if update.version != str(self.desk.row(update.ref.ticket_id)[0]):
            raise ConflictError("the ticket changed", platform="desk", ticket_id=update.ref.ticket_id)
        self.desk.write(update)
        return Written(
            update.fields, tuple(note.key for note in update.notes), {k.value: v for k, v in self.refuses.items()}
        )

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        for n, ticket in enumerate(self.desk.tickets(), start=1):
            if n > int(cursor or 0):
                yield Change(TicketRef(self.connection, ticket), OPENED_AT, str(n))

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        for ticket in self.desk.tickets():
            yield TicketRef(self.connection, ticket)

    def set_up(self, plan: Any) -> Any:
        raise NotImplementedError

    def check(self) -> Iterator[Any]:
        raise NotImplementedError

    def _fault(self, where: str) -> None:
        if self.faults and self.faults[0][0] == where:
            raise self.faults.pop(0)[1]


@dataclass(frozen=True)
class Level:
    """An escalation that was reached."""

    key: str
    reached_at: datetime


@dataclass(frozen=True)
class Verdict:
    """A stand-in for the core's evaluation: it counts what happened."""

    ticket: Ticket
    next_wake_at: datetime | None = None
    escalations: tuple[Level, ...] = field(default_factory=tuple)

    def to_mapping(self) -> dict[str, Any]:
        return {"ticket": self.ticket.id, "state": "running", "events": len(self.ticket.events), **DECIDED}


def evaluate(ticket: Ticket, now: datetime) -> Verdict:
    """Return a verdict that reaches a level for each instant in the ticket's facts."""
    instants = [datetime.fromisoformat(at) for at in json.loads(str(ticket.facts["levels"]))]
    levels = tuple(Level(f"resolution/1/step{n}", at) for n, at in enumerate(instants, start=1) if at <= now)
    later = [at for at in instants if at > now]
    return Verdict(ticket, min(later) if later else None, levels)


def wanted(ticket: Ticket, evaluation: Evaluation, states: Mapping[str, EffectState], reply: object = None) -> Wanted:
    """Return that the field should count what happened, with a note for each escalation that takes effect."""
    due = sorted(key for key, state in states.items() if state is EffectState.INTENDED)
    notes = tuple(Note(key, "Escalated.") for key in due)
    return Wanted(fields={Field.STATE: f"seen {len(ticket.events)}"}, notes=notes)


def link(adapter: DeskAdapter, writes: bool = True, may_write: frozenset[Writes] = frozenset(Writes)) -> Link:
    """Return the connection to the desk."""
    return Link(adapter, evaluate, wanted, writes, may_write)


def sign(body: bytes) -> str:
    return hmac.new(SECRET, body, "sha256").hexdigest()
