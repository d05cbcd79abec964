"""``sla-sidecar backfill``: look once at every open ticket of an account."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from webhooks.backfill.helping import LOOKS_AT_ONCE, helping
from webhooks.backfill.pacing import Pacing, link_of
from webhooks.backfill.preview import previews
from webhooks.backfill.run import ROOM, Backfill, open_tickets
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.cli.progress import bar, counted
from webhooks.engine.ticket import Link
from webhooks.service import Service, Store
from webhooks.settings import Settings


@click.command()
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Print what would change on each ticket; write nothing.")
@settings_option
def backfill(connection: str, dry_run: bool, settings: Path) -> None:
    """Look once at every open ticket of CONNECTION, within its rate budget.

    Cut off, it goes on where it was when it is run again. Escalations that had been reached before a ticket was first
    seen are recorded as skipped: nobody is told. Where no service runs, this command does the looks itself.
    """
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        pacing = Pacing(tell=partial(click.echo, err=True))
        link = link_of(loaded, store, connection, pacing)
        ticket_ids, cursor = open_tickets(link.adapter, pacing)
        if dry_run:
            _preview(store, connection, link, ticket_ids, pacing)
        else:
            _run(loaded, store, connection, pacing, ticket_ids, cursor)


def _preview(store: Store, name: str, link: Link, ticket_ids: list[str], pacing: Pacing) -> None:
    states: Counter[str] = Counter()
    changed = skipped = 0
    found = previews(store, name, link, ticket_ids, pacing)
    for each in counted("reading", len(ticket_ids), found):
        states[each.state] += 1
        changed += bool(each.changes)
        skipped += len(each.skipped)
        said = f"would write {json.dumps(each.changes)}" if each.changes else "nothing to write"
        before = f"; reached before, would be skipped: {', '.join(each.skipped)}" if each.skipped else ""
        click.echo(f"{each.ticket_id}: {each.state}; {said}{before}")
    off = "" if link.writes else "; write is off in the settings, so a backfill would only report"
    click.echo(f"{len(ticket_ids)} open tickets: {_listed(states)}")
    click.echo(f"would change {changed}, skip {skipped} escalations{off}; {pacing.calls} calls, {pacing.limited_by()}")
    click.echo("dry run: nothing was written")


def _run(
    settings: Settings, store: Store, name: str, pacing: Pacing, ticket_ids: list[str], cursor: str | None
) -> None:
    work = Backfill(store, name, pacing)
    left = work.left(ticket_ids)
    if len(left) < len(ticket_ids):
        click.echo(f"going on: {len(ticket_ids) - len(left)} of {len(ticket_ids)} were looked at before")
    work.begin(cursor)
    with helping(settings, store) as service:
        if service is None:
            click.echo("the running service does the looks", err=True)
        with bar("looking", len(left)) as show:
            work.run(left, show, LOOKS_AT_ONCE if service else ROOM)
        done = work.summary()
        click.echo(f"{len(ticket_ids)} open tickets: {_listed(done.states)}")
        click.echo(f"skipped {done.skipped} escalations that had been reached before")
        click.echo(_effort(service, name, pacing, len(left)))
        if done.withheld:
            click.echo(f"{done.withheld} tickets would change: writing is off or paused, or others set it back")
        if done.parked:
            click.echo(f"{done.parked} parked; see `sla-sidecar looks list --connection {name} --state parked`")


def _effort(service: Service | None, name: str, pacing: Pacing, looks: int) -> str:
    """Return how many calls it took and by whom it was slowed; of another process's looks its own metrics tell."""
    if service is None:
        return f"{pacing.calls} calls to list them; of the looks' calls and limits the service's metrics tell"
    calls = _total(service, "sidecar_api_calls_total", connection=name)
    refusals = _total(service, "sidecar_api_calls_total", connection=name, status="429")
    waits = _total(service, "sidecar_waits_total", connection=name)
    said = f"{pacing.calls + calls} calls, {calls / max(looks, 1):.2f} a look"
    if not waits:
        return f"{said}, {pacing.limited_by()}"
    who = f"the platform ({refusals} x 429)" if refusals else "our share of the account's rate budget"
    return f"{said}, limited by {who}: {waits} looks waited"


def _total(service: Service, counter: str, **labels: str) -> int:
    """Return what a counter of this process says, over all its samples with these labels."""
    samples = (sample for metric in service.metrics.registry.collect() for sample in metric.samples)
    return int(sum(each.value for each in samples if each.name == counter and labels.items() <= each.labels.items()))


def _listed(states: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in sorted(states.items())) or "none"
