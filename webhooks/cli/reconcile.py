"""``sla-sidecar reconcile``: what webhooks lost, and what somebody else changed of what was written."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
from prometheus_client import CollectorRegistry

from adapters.base import Adapter
from webhooks.backfill.pacing import Pacing, link_of
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.cli.progress import counted
from webhooks.engine.audit import Audited, Auditor, DriftCounter, Seen
from webhooks.engine.feeds import FeedLook
from webhooks.service import Store

_BATCH = 50


@click.command()
@click.argument("connection")
@click.option("--tickets", type=click.IntRange(min=0), help="Audit so many tickets; without it all of them.")
@settings_option
def reconcile(connection: str, tickets: int | None, settings: Path) -> None:
    """Compare what the tickets of CONNECTION show with what was written, then read its change feed once.

    What differs is reported and looked at again, which repairs it; a field that drifts a second time, or that people
    may set (`drift: respect`), is left alone. The looks are the service's.
    """
    with opened(settings) as (loaded, store):
        own = loaded.connections[require_connection(loaded, connection)]
        pacing = Pacing(tell=partial(click.echo, err=True))
        adapters = {connection: link_of(loaded, store, connection, pacing).adapter}
        auditor = Auditor(
            database=store.database,
            clock=store.clock,
            looks=store.looks,
            runtime=store.runtime,
            adapters=adapters,
            counter=DriftCounter(CollectorRegistry()),
            respects=frozenset({connection} if own.drift == "respect" else ()),
        )
        total = auditor.how_many(connection) if tickets is None else tickets
        seen: Counter[Seen] = Counter()
        for each in counted("auditing", total, _audit(auditor, connection, total, pacing)):
            seen[each.seen] += 1
            _say(each)
        said = ", ".join(f"{number} {what.value.replace('_', ' ')}" for what, number in sorted(seen.items()))
        click.echo(f"audit of {sum(seen.values())} tickets: {said or 'nothing has been written yet'}")
        changes = _read_feed(store, connection, adapters, pacing)  # last, since its looks repair what the audit reports
        click.echo(f"change feed: {changes} changes, each looked at soon")
        click.echo(f"{pacing.calls} calls, {pacing.limited_by()}")


def _read_feed(store: Store, name: str, adapters: dict[str, Adapter], pacing: Pacing) -> int:
    feed = FeedLook(store.database, store.clock, store.looks, store.runtime, adapters, {})
    return pacing.patiently(lambda: feed.read(name))


def _audit(auditor: Auditor, name: str, limit: int, pacing: Pacing) -> Iterator[Audited]:
    """Yield what is seen on up to ``limit`` tickets, once round."""
    done: set[str] = set()
    while len(done) < limit:
        batch = [each for each in auditor.next_tickets(name, min(_BATCH, limit - len(done))) if each not in done]
        if not batch:
            return
        for ticket_id in batch:
            yield pacing.patiently(partial(auditor.audit, name, ticket_id))
        done.update(batch)


def _say(each: Audited) -> None:
    if each.drift.repair:
        click.echo(f"{each.ticket_id}: drifted, is written again: {', '.join(each.drift.repair)}")
    if each.drift.leave:
        click.echo(f"{each.ticket_id}: drifted, left as somebody else set it: {', '.join(each.drift.leave)}")
    if each.seen in (Seen.GONE, Seen.UNREADABLE):
        click.echo(f"{each.ticket_id}: {each.seen.value}")
