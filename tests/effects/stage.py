"""The whole path by hand on a helpdesk in memory: real policies, the real engine's looks, a clock that is moved."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.base import Capability, Snapshot, Written
from core.errors import ConflictError, GoneError, RefusedError
from core.policy import Policy
from core.ticket import Ticket
from core.update import Field, Note, Reply, Shown, TicketRef, TicketUpdate
from tests.core.stories import at, policy, ticket
from tests.webhooks.conftest import make_settings
from tests.webhooks.helpers import deliver, look_at_due
from webhooks.links import link_of
from webhooks.policy_book import PolicyBook
from webhooks.service import Service, open_store
from webhooks.store.memory import EffectKind

END_USER = {"requester": {"id": "9", "role": "end_customer"}, "priority": None}
LADDER = policy("""
escalations:
  - metric: first_response
    clause: "3.1"
    levels:
      - {key: breach, at: breach, role: manager}
      - {key: later, at: 1 business hour after breach, role: director}
  - metric: resolution
    clause: "3.2"
    levels:
      - {key: night, at: 10 clock hours after start, role: night_owl, notify: working_hours}
""")
BREACH, LATER, NIGHT = "first_response/1/breach", "first_response/1/later", "resolution/1/night"


class Helpdesk:
    """An adapter to tickets in memory. ``groups`` are those that exist; an update with another is refused whole.

    ``replies`` are those that the requester got; ``lags`` says that they are not shown yet. ``answers`` is what happens
    to the next attempts: an error, and whether the reply was taken all the same.
    """

    name = "desk"
    supports = frozenset({Capability.NOTES, Capability.NOTE_IN_UPDATE})

    def __init__(self) -> None:
        self.connection = "desk"
        self.tickets: dict[str, Ticket] = {}
        self.shown: dict[str, Shown] = {}
        self.notes: list[Note] = []
        self.updates: list[TicketUpdate] = []
        self.groups = {"7", "8"}
        self.replies: list[Reply] = []
        self.answers: list[tuple[Exception | bool, bool]] = []
        self.lags = self.frozen = False

    def open(self, created: str, *events: str, **fields: Any) -> None:
        """Open ticket 1, or let it have a history."""
        self.tickets["1"] = ticket(created, *events, **{"url": "https://desk.example.com/1", **fields})
        self.shown.setdefault("1", Shown(fields=dict.fromkeys(Field)))

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        if ref.ticket_id not in self.tickets:
            raise GoneError("gone", platform="desk", ticket_id=ref.ticket_id)
        seen = frozenset() if self.lags else frozenset(reply.key for reply in self.replies)
        shown = replace(self.shown[ref.ticket_id], reply_keys=seen)
        return Snapshot(self.tickets[ref.ticket_id], shown, frozen=self.frozen)

    def reply(self, reply: Reply) -> bool:
        answer, taken = self.answers.pop(0) if self.answers else (True, True)
        if taken:
            self.replies.append(reply)
        if isinstance(answer, ConflictError):
            self.open("mon 17:00", "mon 17:00 reply", **END_USER)  # an agent was quicker
        if isinstance(answer, Exception):
            raise answer
        return answer

    def apply(self, update: TicketUpdate) -> Written:
        if update.group and update.group not in self.groups:
            raise RefusedError(f"desk: there is no group {update.group}", platform="desk", status=422)
        shown = self.shown[update.ref.ticket_id]
        self.shown[update.ref.ticket_id] = replace(
            shown,
            fields={**shown.fields, **update.fields},
            tags=(shown.tags - update.remove_tags) | update.add_tags,
            priority=update.priority or shown.priority,
            group=update.group or shown.group,
            assignee=update.assignee or shown.assignee,
            followers=shown.followers | update.add_followers,
            note_keys=shown.note_keys | {note.key for note in update.notes},
        )
        self.notes += update.notes
        self.updates.append(update)
        return Written(update.fields, tuple(note.key for note in update.notes))

    def verify(self, request: Any) -> None:
        raise NotImplementedError

    read = changed_since = tickets_of = set_up = verify  # type: ignore[assignment]

    def check(self) -> Iterator[Any]:
        raise NotImplementedError


class Stage:
    """A service with one connection to the helpdesk, whose looks are run by hand."""

    def __init__(self, url: str, book: Policy | PolicyBook, **connection: Any) -> None:
        self.helpdesk = Helpdesk()
        self.url, self.options = url, {"may_write": list(MAY_WRITE), **connection}
        self.book = PolicyBook(book) if isinstance(book, Policy) else book
        settings = make_settings(url, connection=self.options)
        own = settings.connections["desk"]
        self.service = Service(settings, open_store(settings), lambda *_: link_of(own, self.book, self.helpdesk))
        self.store = self.service.store
        self.deliveries = 0

    def now(self, moment: str) -> None:
        """Move the clock, and do nothing."""
        self.store.clock.set_offset(at(moment) - datetime.now(UTC))

    def at(self, moment: str) -> None:
        """Move the clock, and do what is due by then."""
        self.now(moment)
        while look_at_due(self.service):
            pass

    def happen(self, moment: str, created: str, *events: str, **fields: Any) -> None:
        """Let something happen to ticket 1 at a moment, deliver it, and look."""
        self.now(moment)
        self.helpdesk.open(created, *events, **fields)
        self.deliveries += 1
        deliver(self.store, f"d{self.deliveries}", "1")
        self.store.clock.set_offset(at(moment) - datetime.now(UTC) + 2 * self.store.looks.window)
        while look_at_due(self.service):
            pass

    def states(self, kind: EffectKind | None = None) -> dict[str, str]:
        """Return what became of what was recorded: ``kind key`` to state, or of one kind key to state."""
        rows = self.store.listings.escalations("desk")
        if kind is None:
            return {f"{row['kind']} {row['key']}": row["state"] for row in rows}
        return {row["key"]: row["state"] for row in rows if row["kind"] == kind.value}

    def reasons(self) -> list[str]:
        """Return why something failed or waits."""
        return [row["reason"] for row in self.store.listings.escalations("desk") if row["reason"]]

    def noted(self) -> list[str]:
        """Return the keys of our notes, in order, repeated ones too."""
        return [note.key for note in self.helpdesk.notes]

    def close(self) -> None:
        self.service.stop()


MAY_WRITE = ("fields", "tags", "notes", "priority", "group", "assignee", "followers")
