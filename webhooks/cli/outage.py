"""``sla-sidecar outage``: outages of the service, recorded for a connection whose policy promises availability."""

from datetime import datetime
from pathlib import Path

import click

from core.errors import ConfigError, Fault
from core.outages import PRODUCTION, OutageKind
from webhooks.availability.reading import outage_from
from webhooks.availability.recorded import promising
from webhooks.cli.instant import Instant
from webhooks.cli.options import actor, opened, require_connection, settings_option
from webhooks.links import books_of

_ID = "id"  # the one attribute that is an argument; the others are options of their names


@click.group()
def outage() -> None:
    """Outages of the service itself. `sla-sidecar availability CONNECTION` says what they come to."""


@outage.command()
@click.argument("connection")
@click.argument("id_", metavar="ID")
@click.option("--begin", type=Instant(), required=True, help="When it began, or will.")
@click.option("--end", type=Instant(), help="When it ended; without it, it lasts.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in OutageKind]),
    default=OutageKind.UNPLANNED.value,
    show_default=True,
    help="How it came about.",
)
@click.option("--announced-at", type=Instant(), help="When customers were told; matters to scheduled downtime.")
@click.option("--cause", help="One of the policy's excused causes.")
@click.option("--service", default=PRODUCTION, show_default=True, help="Or one that the policy does not count.")
@click.option("--source", help="Where it was recorded, for people.")
@click.option("--replace", is_flag=True, help="It corrects the outage that has this ID.")
@settings_option
def enter(
    connection: str,
    id_: str,
    begin: datetime,
    end: datetime | None,
    kind: str,
    announced_at: datetime | None,
    cause: str | None,
    service: str,
    source: str | None,
    replace: bool,
    settings: Path,
) -> None:
    """Record an outage of CONNECTION under the name ID."""
    given = {_ID: id_, "begin": begin, "end": end, "kind": kind, "announced_at": announced_at}
    given |= {"cause": cause, "service": service, "source": source}
    with opened(settings) as (loaded, store):
        found = promising(books_of(loaded)[require_connection(loaded, connection)].policies)
        if found is None:
            raise ConfigError(f"no policy of the connection {connection!r} promises availability; name another")
        try:
            entered = outage_from(given, found[1])
            store.outages.enter(connection, entered, actor(), id_ if replace else None)
        except ConfigError as err:
            raise ConfigError(tuple(Fault(fault.message, _option(fault.path)) for fault in err.faults)) from None
    click.echo(f"{connection}: the outage {id_} is recorded; see `sla-sidecar availability {connection}`")


@outage.command()
@click.argument("connection")
@click.argument("id_", metavar="ID")
@settings_option
def withdraw(connection: str, id_: str, settings: Path) -> None:
    """Let the outage ID of CONNECTION no longer count; who entered and withdrew it stays in the store."""
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        if not store.outages.withdraw(connection, id_, actor()):
            known = ", ".join(each.outage.id for each in store.outages.of(connection)) or "none"
            raise ConfigError(f"no outage {id_!r} is recorded for {connection}; there is: {known}")
    click.echo(f"{connection}: the outage {id_} no longer counts")


def _option(attribute: str) -> str:
    return "ID" if attribute == _ID else f"--{attribute.replace('_', '-')}"
