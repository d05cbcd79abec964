"""What should stand on every ticket and have been done about it, worked out anew from the platform alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from adapters.base import Adapter
from adapters.services import Services
from adapters.zendesk.entries import MARKER
from core.errors import GoneError
from core.evaluate import Evaluation, evaluate
from core.ticket import Ticket
from core.update import TicketRef, Wanted, difference
from sandbox.zendesk.tickets_model import CommentEvent
from tests.simulation.process import Unlimited
from tests.simulation.stage import NAME, Stage
from webhooks.engine.wanted import EXCLUDED, NOT_COVERED, fields
from webhooks.links import adapter_of, books_of
from webhooks.store.memory import EffectKind, EffectState
from webhooks.store.tables import effects, looks

TICK = timedelta(seconds=1)


class Truth:
    """Looks at a stage with eyes of its own: a fresh reader, which remembers nothing, and the core."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.policy = stage, books_of(stage.settings)[NAME].default
        services = Services(budget=Unlimited(), now=stage.store.clock.now)
        self.adapter: Adapter = adapter_of(NAME, stage.settings.connections[NAME], services)
        with stage.store.database.read() as connection:
            asked = sa.select(looks.c.subject, looks.c.first_asked_at).where(looks.c.kind == "ticket")
            self.first_asked_at: dict[str, datetime] = {
                row.subject: row.first_asked_at for row in connection.execute(asked)
            }
            kept = sa.select(effects).where(effects.c.kind == EffectKind.ESCALATION.value)
            self.effects = [dict(row) for row in connection.execute(kept).mappings()]

    def wrong(self) -> list[str]:
        """Return what is wrong, one line each; nothing where all is as it has to be."""
        return [line for ticket in self.stage.tickets.values() for line in self._wrong_with(str(ticket.id))]

    def _wrong_with(self, ticket_id: str) -> Iterator[str]:
        done = self._done(ticket_id)
        yield from (f"{ticket_id}: {key} was done {count} times" for key, count in done.items() if count > 1)
        try:
            snapshot = self.adapter.fetch(TicketRef(NAME, ticket_id))
        except GoneError:
            return
        found = evaluate(snapshot.ticket, self.policy, self.stage.store.clock.now())
        wrong = difference(TicketRef(NAME, ticket_id), Wanted(fields=fields(found)), snapshot.shown).fields
        for name, value in wrong.items():
            yield f"{ticket_id}: shows {snapshot.shown.fields[name]} for {name}, not {value}"
        marks = {NOT_COVERED: found.refusal is not None, EXCLUDED: found.suspension.exclusion is not None}
        for tag, wanted in marks.items():
            if (tag in snapshot.shown.tags) is not (wanted and not (tag == EXCLUDED and found.refusal is not None)):
                yield f"{ticket_id}: has the tag {tag} wrong"
        yield from self._wrong_escalations(ticket_id, found, done)

    def _wrong_escalations(self, ticket_id: str, found: Evaluation, done: Counter[str]) -> Iterator[str]:
        """Yield what was reached and not done, and what was done or skipped against the rules."""
        known = {row["key"]: row for row in self.effects if row["ticket_id"] == ticket_id}
        for each in found.escalations:
            seen = each.reached_at >= self.first_asked_at[ticket_id]
            state = known[each.key]["state"] if each.key in known else "never recorded"
            expected = EffectState.DONE if seen else EffectState.SKIPPED
            if state != expected or done[each.key] != int(seen):
                yield f"{ticket_id}: {each.key}, reached at {each.reached_at}, is {state} and stands {done[each.key]} x"
        for key in done:
            if key not in known or not self._was_reached(found.ticket, known[key]):
                yield f"{ticket_id}: {key} was done and never reached"

    def _was_reached(self, ticket: Ticket, effect: dict[str, Any]) -> bool:
        """Return whether a level had been reached at some time before it was done; a later change may withdraw it."""
        until = effect["recorded_at"]
        instants = {until, *(event.at + TICK for event in ticket.events if event.at <= until)}
        instants |= {event.at - TICK for event in ticket.events if event.at <= until}
        return any(
            each.key == effect["key"]
            for at in sorted(instants, reverse=True)
            if at >= effect["reached_at"]
            for each in evaluate(ticket, self.policy, at).escalations
        )

    def _done(self, ticket_id: str) -> Counter[str]:
        """Return how often each escalation stands on a ticket, by the marks in its notes."""
        audits = self.stage.state.tickets[int(ticket_id)].audits
        bodies = [event.body for audit in audits for event in audit.events if isinstance(event, CommentEvent)]
        return Counter(key for body in bodies for mark in MARKER.findall(body) for key in mark.split())
