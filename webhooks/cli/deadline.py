"""``sla-sidecar deadline``: a deadline set by hand, shown beside the derived one until it expires or is withdrawn."""

from datetime import datetime
from pathlib import Path

import click

from core.result import written
from core.ticket import Metric
from webhooks.cli.instant import Instant
from webhooks.cli.options import actor, opened, require_connection, settings_option
from webhooks.service import Store
from webhooks.store.deadlines import Deadline

_METRIC = click.option(
    "--metric",
    type=click.Choice([metric.value for metric in Metric]),
    default=Metric.RESOLUTION.value,
    show_default=True,
    help="Whose deadline.",
)


@click.group()
def deadline() -> None:
    """Deadlines set by hand. They win over the policy's until they expire or are withdrawn, and never erase it."""


@deadline.command("set")
@click.argument("connection")
@click.argument("ticket")
@click.option("--at", type=Instant(), required=True, help="The deadline.")
@_METRIC
@click.option("--reason", required=True, help="Why; agents read it in the explanation.")
@click.option("--until", type=Instant(), help="When it stops counting by itself.")
@settings_option
def set_deadline(
    connection: str, ticket: str, at: datetime, metric: str, reason: str, until: datetime | None, settings: Path
) -> None:
    """Set a deadline of TICKET, and look at the ticket now."""
    if not 0 < len(reason) <= 500:
        raise click.UsageError("--reason takes 1 to 500 characters")
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        _require_ahead("--at", at, store)
        if until is not None:
            _require_ahead("--until", until, store)
        store.deadlines.add(connection, ticket, Deadline(Metric(metric), actor(), at, until, reason))
    click.echo(f"{connection}: the {metric} of ticket {ticket} is due {written(at)}; looking at it")


@deadline.command("clear")
@click.argument("connection")
@click.argument("ticket")
@_METRIC
@click.option("--reason", help="Why.")
@settings_option
def clear_deadline(connection: str, ticket: str, metric: str, reason: str | None, settings: Path) -> None:
    """Withdraw the deadline that was set by hand: the policy's holds again. Looks at the ticket now."""
    if reason is not None and len(reason) > 500:
        raise click.UsageError("--reason takes up to 500 characters")
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        store.deadlines.add(connection, ticket, Deadline(Metric(metric), actor(), reason=reason))
    click.echo(f"{connection}: the {metric} of ticket {ticket} is due as the policy says; looking at it")


def _require_ahead(option: str, at: datetime, store: Store) -> None:
    now = store.clock.now()
    if at <= now:
        raise click.UsageError(f"{option} {written(at)} has passed (it is {written(now.replace(microsecond=0))})")
