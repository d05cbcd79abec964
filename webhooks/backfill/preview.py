"""What looks would come to, without a trace: nothing is written, on the platform or in the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.base import Snapshot
from core.update import TicketRef, difference
from webhooks.backfill.pacing import Pacing
from webhooks.backfill.reading import sights
from webhooks.effects.due import due
from webhooks.engine.rewrites import set_back, without
from webhooks.engine.ticket import Link
from webhooks.engine.updates import permitted, still_to_do, summary
from webhooks.engine.verdicts import kept
from webhooks.service import Store
from webhooks.store.memory import EffectKind, EffectState, Memory


@dataclass(frozen=True, slots=True)
class Preview:
    """One ticket.

    Attributes:
        state: as it would be shown; why not, for a ticket that cannot be read.
        changes: what would be written, as the audit words it; empty when it stands there already.
        skipped: the levels that were reached before the ticket was first seen: they would have no effect.
    """

    ticket_id: str
    state: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()


def previews(store: Store, name: str, link: Link, ticket_ids: Sequence[str], pacing: Pacing) -> Iterator[Preview]:
    """Yield what a first look at each ticket would come to, at the pace that the account's budget allows.

    Raises:
        RetryLaterError: the platform does not answer for long.
    """
    for each in sights(store, link.adapter, ticket_ids, pacing):
        if each.snapshot is None:
            yield Preview(each.ticket_id, each.problem)
        else:
            yield _preview(store, TicketRef(name, each.ticket_id), link, each.memory, each.snapshot)


def _preview(store: Store, ref: TicketRef, link: Link, memory: Memory, snapshot: Snapshot) -> Preview:
    ticket, now = memory.added_to(snapshot.ticket), store.clock.now()
    evaluation = kept(link.evaluate(ticket, now), memory.result)
    first_asked_at = now  # by a backfill: what was reached earlier was never ours to act on
    shown = snapshot.shown
    taking = due(
        link.reached(evaluation),
        memory.effects,
        shown.note_keys,
        now,
        first_asked_at,
        writes=True,
        reply_keys=shown.reply_keys,
    )
    wish = link.wanted(ticket, evaluation, taking.states, taking.reply)
    wish = link.routed(wish, evaluation, {route.key for route in taking.routes})
    update = permitted(difference(ref, wish, shown, snapshot.version), link.may_write)
    update = still_to_do(update, memory.last_write, memory.of(EffectKind.NOTE))
    update = without(update, set_back(update, memory.last_write, now))
    changes = {} if snapshot.frozen else summary(update) | taking.reply_summary
    new = [each for each in taking.new if each.kind is EffectKind.ESCALATION and each.state is EffectState.SKIPPED]
    return Preview(ref.ticket_id, evaluation.state.value, changes, tuple(each.key for each in new))
