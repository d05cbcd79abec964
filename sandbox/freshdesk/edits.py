"""One update of a ticket: what changed, which instants move with it, which rules run, which webhooks go out."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk import timer
from sandbox.freshdesk.automation.happening import Happening, Performer
from sandbox.freshdesk.automation.run import run_rules
from sandbox.freshdesk.model import DONE, Agent, Contact, Status
from sandbox.freshdesk.tickets import Activity, Conversation, Ticket
from sandbox.freshdesk.webhooks.deliveries import Call

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

UNSEEN = {
    "id",
    "created_at",
    "updated_at",
    "custom_fields",
    "conversations",
    "activities",
    "stats",
    "timer",
    "watchers",
}
SEEN = [name.name for name in fields(Ticket) if name.name not in UNSEEN]
Snapshot = dict[str, Any]


def snapshot(ticket: Ticket) -> Snapshot:
    """Return the values in which an update can be seen, custom fields by their keys."""
    values = {name: getattr(ticket, name) for name in SEEN}
    return values | {"tags": list(ticket.tags), "cc_emails": list(ticket.cc_emails)} | dict(ticket.custom_fields)


def changes(before: Snapshot, after: Snapshot) -> dict[str, tuple[Any, Any]]:
    """Return what differs: name to old and new value."""
    names = dict.fromkeys([*before, *after])
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


class Edit:
    """Make one, change the ticket, then :meth:`commit`.

    Args:
        ticket: as it stands.
        performer: who does it; None is the system.
        how: the way it came in: api, web, email, or a rule's name.
        creating: the ticket is new.
    """

    def __init__(
        self, store: "Store", ticket: Ticket, performer: Performer | None, how: str, *, creating: bool = False
    ) -> None:
        self.store, self.ticket, self.performer, self.how, self.creating = store, ticket, performer, how, creating
        self._before: Snapshot = {} if creating else snapshot(ticket)

    def commit(self, said: Conversation | None = None, *, action: str = "") -> None:
        """Put the update in force; without any difference nothing moves and nobody is told.

        Args:
            said: the reply or note that came with it.
            action: delete, restore or marked_as_spam, where the update is one of these.
        """
        changed = self._take(self.performer, self.how)
        if not (changed or said or self.creating):
            return
        if said:
            self.ticket.conversations.append(said)
            _note_said(self.ticket, said, self.performer)
        if changed or self.store.switches.conversations_move_updated_at:
            self.ticket.updated_at = self.store.now()
        seen = {} if self.creating else changed
        self.run(Happening(self.performer, seen, creating=self.creating, said=said, action=action))

    def run(self, happening: Happening) -> None:
        """Let the rules answer to what happened, and send their webhooks."""
        calls: list[Call] = []
        for rule, fired in run_rules(self.store, self.ticket, happening):
            by_rule = self._take(None, rule.name)
            happening.changes |= by_rule
            if by_rule or fired.notes:
                self.ticket.updated_at = self.store.now()
            calls += fired.calls
        self.store.courier.send(calls)

    def _take(self, who: Performer | None, how: str) -> dict[str, tuple[Any, Any]]:
        """Note what changed since the last look, with the instants and the timer that follow from it."""
        after = snapshot(self.ticket)
        found = changes(self._before, after)
        if self._before and not found:
            return {}
        now, stats = self.store.now(), self.ticket.stats
        if "status" in found:
            old, new = found["status"]
            stats.status_updated_at = now
            stats.pending_since = now if new == Status.PENDING else None
            if old in DONE and new not in DONE:
                stats.reopened_at, stats.resolved_at, stats.closed_at = now, None, None
            if new in DONE:
                stats.resolved_at = stats.resolved_at or now
                stats.closed_at = now if new == Status.CLOSED else None
        if self._before:
            self.ticket.activities.append(Activity(now, who.id if who else None, how, found))
            timer.on_changed(self.store, self.ticket, set(found))
        self._before = after
        return found


def _note_said(ticket: Ticket, said: Conversation, performer: Performer | None) -> None:
    """Move the instants of answers: an agent's reply or public note is one, a private note or a rule's note is not.

    On an outbound ticket the first response counts only after the customer has answered.
    """
    stats = ticket.stats
    if said.incoming or isinstance(performer, Contact):
        stats.requester_responded_at = said.created_at
    elif isinstance(performer, Agent) and not said.private and said.automation_id is None:
        stats.agent_responded_at = said.created_at
        if not ticket.outbound or stats.requester_responded_at:
            stats.first_responded_at = stats.first_responded_at or said.created_at
