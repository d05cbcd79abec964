"""One update of one ticket: what changed becomes one audit, rules run on it, and its events go out.

Changes are made on a draft, so an update that is refused half way leaves nothing behind.
"""

import copy
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.conditions import Update
from sandbox.zendesk.fieldvalues import audited
from sandbox.zendesk.model import User, Via
from sandbox.zendesk.rules import Firing, run_rules
from sandbox.zendesk.snapshots import ALWAYS_CREATED, LISTS, ONLY_IF_SET, Snapshot, snapshot
from sandbox.zendesk.tickets_model import Audit, AuditEvent, CommentEvent, FieldEvent, Ticket
from sandbox.zendesk.webhooks.courier import Parcel
from sandbox.zendesk.webhooks.events import Change, ticket_parcels

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store


class Edit:
    """Change :attr:`draft`, then :meth:`commit`.

    Args:
        ticket: the ticket as it stands.
        actor: who the audit names as its author.
        via: how the update came in.
        custom: what the client sent as metadata; it is kept in the audit.
        creating: the ticket is new.
    """

    def __init__(
        self,
        store: "Store",
        ticket: Ticket,
        actor: User,
        via: Via,
        *,
        custom: dict[str, Any] | None = None,
        creating: bool = False,
    ) -> None:
        self.store, self.ticket, self.actor, self.via, self.creating = store, ticket, actor, via, creating
        self.draft = _draft(ticket)
        self.before: Snapshot = snapshot(ticket)
        self.comment: CommentEvent | None = None
        self.others: list[AuditEvent] = []
        self.extra: list[Change] = []
        self._custom = custom or {}
        self._audit_id = store.ids.record()

    def commit(self, *, silent: bool = False) -> Audit:
        """Put the draft in force and return its audit; without any change nothing is kept and nobody is told.

        That an update without a change leaves no audit and does not move ``updated_at`` is UNCONFIRMED.
        ``silent`` runs no rules.
        """
        store, draft = self.store, self.draft
        audit = Audit(self._audit_id, draft.id, store.now(), self.actor.id, self.via, self._custom)
        audit.events += [self.comment] if self.comment else []
        audit.events += self._field_events() + self.others
        if not audit.events and not self.extra:
            return audit
        draft.audits = [*self.ticket.audits, audit]
        draft.updated_at = draft.generated_at = audit.created_at
        firings = [] if silent else self._run_rules(audit)
        for field in fields(Ticket):
            setattr(self.ticket, field.name, getattr(draft, field.name))
        parcels = ticket_parcels(store, self.ticket, audit, self.extra)
        store.courier.post(parcels + [Parcel(f.webhook, f.event, f.body.encode()) for f in firings])
        return audit

    def _field_events(self) -> list[AuditEvent]:
        now = snapshot(self.draft)
        return list(self._created(now) if self.creating else changed_events(self.store, self.before, now))

    def _created(self, now: Snapshot) -> Iterator[FieldEvent]:
        names = [*ALWAYS_CREATED, *ONLY_IF_SET, *LISTS, *(name for name in now if name.isdigit())]
        for name in names:
            if name in ALWAYS_CREATED or now[name]:
                yield FieldEvent(self.store.ids.record(), "Create", name, _text(now[name]), raw=now[name])

    def _run_rules(self, audit: Audit) -> list[Firing]:
        update = Update(self.actor, self.via.channel, self.creating, self.before, self.comment)
        firings: list[Firing] = []
        for rule, before, fired in run_rules(self.store, self.draft, update):
            via = rule_via(rule.kind, rule.id, rule.title)
            events: list[AuditEvent] = list(changed_events(self.store, before, snapshot(self.draft), via))
            audit.events += events + fired.events
            firings += fired.firings
        return firings


def rule_via(kind: str, rule_id: int, title: str) -> Via:
    """Return the origin of what a trigger or automation changes."""
    return Via("rule", kind, {"deleted": False, "title": title, "id": rule_id})


def changed_events(store: "Store", before: Snapshot, after: Snapshot, via: Via | None = None) -> Iterator[FieldEvent]:
    """Yield a Change event for each value that differs."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield FieldEvent(store.ids.record(), "Change", name, _text(new), _text(old), via, new, old)


def _text(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else audited(value)


def _draft(ticket: Ticket) -> Ticket:
    """Return a copy whose lists and fields can be changed; the audits, which only grow, are shared."""
    draft = copy.copy(ticket)
    draft.tags, draft.custom = list(ticket.tags), dict(ticket.custom)
    draft.follower_ids, draft.email_cc_ids = list(ticket.follower_ids), list(ticket.email_cc_ids)
    draft.followup_ids = list(ticket.followup_ids)
    return draft
