"""``deliveries``, ``looks``, ``tickets``, ``escalations``: what arrived, is due, was judged, was told; and retry."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.evaluate import Overall
from core.result import written
from webhooks.cli.options import opened, require_connection, settings_option
from webhooks.store.looks import LookKey, State

_CONNECTION = click.option("--connection", help="Only this connection.")
_LIMIT = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
_FORM = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group()
def deliveries() -> None:
    """What the platforms sent."""


@deliveries.command("list")
@_CONNECTION
@click.option("--ticket", help="Only those about this ticket.")
@_LIMIT
@_FORM
@settings_option
def list_deliveries(connection: str | None, ticket: str | None, limit: int, form: str, settings: Path) -> None:
    """List stored deliveries, newest first."""
    with opened(settings) as (_, store):
        rows = store.listings.deliveries(connection, ticket, limit)
    _print(rows, ["received_at", "connection", "delivery_id", "kind", "ticket_ids", "actor"], form)


@deliveries.command("retry")
@click.argument("connection")
@click.argument("delivery_id")
@settings_option
def retry_delivery(connection: str, delivery_id: str, settings: Path) -> None:
    """Look again, now, at what a stored delivery named."""
    with opened(settings) as (loaded, store):
        keys = store.listings.retry_delivery(require_connection(loaded, connection), delivery_id)
    if not keys:
        click.echo(f"{connection} has no stored delivery {delivery_id}; `deliveries list` shows those it has", err=True)
        sys.exit(1)
    click.echo("\n".join(f"looking at {key}" for key in keys))


@click.group()
def looks() -> None:
    """What is due, running or parked."""


@looks.command("list")
@_CONNECTION
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only looks in this state.")
@_LIMIT
@_FORM
@settings_option
def list_looks(connection: str | None, state: str | None, limit: int, form: str, settings: Path) -> None:
    """List looks, the next one due first."""
    with opened(settings) as (_, store):
        rows = store.listings.looks(connection, State(state) if state else None, limit)
    _print(rows, ["look_at", "connection", "kind", "subject", "state", "attempts", "error"], form)


@looks.command("retry")
@click.argument("connection")
@click.argument("ticket", required=False)
@click.option("--parked", is_flag=True, help="Everything of CONNECTION that is parked.")
@settings_option
def retry_look(connection: str, ticket: str | None, parked: bool, settings: Path) -> None:
    """Look at TICKET now, or at everything that is parked, with all attempts anew."""
    if parked == (ticket is not None):
        raise click.UsageError("name a ticket, or say --parked")
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        if ticket is not None:
            store.listings.retry(LookKey.ticket(connection, ticket))
            click.echo(f"looking at {LookKey.ticket(connection, ticket)}")
            return
        count = store.listings.retry_stopped(connection)
    click.echo(f"looking at {count} tickets")


@click.group()
def tickets() -> None:
    """What tickets came to when they were last looked at."""


@tickets.command("list")
@_CONNECTION
@click.option("--state", type=click.Choice([state.value for state in Overall]), help="Only tickets in this state.")
@_LIMIT
@_FORM
@settings_option
def list_tickets(connection: str | None, state: str | None, limit: int, form: str, settings: Path) -> None:
    """List tickets, the next one due first.

    `--state no_target` lists those without any deadline; the last column says why, or what else is in the way.
    """
    with opened(settings) as (_, store):
        found = store.listings.tickets(connection, state, limit)
    rows = [{**row, "problems": (row["result"] or {}).get("problems", ())} for row in found]
    _print(rows, ["due_at", "connection", "ticket_id", "state", "metric", "plan", "priority", "tier", "problems"], form)


@click.group()
def escalations() -> None:
    """Levels that were reached, and what became of each."""


@escalations.command("list")
@_CONNECTION
@_LIMIT
@_FORM
@settings_option
def list_escalations(connection: str | None, limit: int, form: str, settings: Path) -> None:
    """List escalations and what they do, newest first.

    States: intended, done, skipped (before first sight, or needless by then), reported (writing was off), parked
    (failed too often, or was refused).
    """
    with opened(settings) as (_, store):
        rows = store.listings.escalations(connection, limit)
    _print(rows, ["reached_at", "connection", "ticket_id", "kind", "key", "state", "attempts", "reason"], form)


@escalations.command("retry")
@click.argument("connection")
@click.argument("ticket")
@settings_option
def retry_escalations(connection: str, ticket: str, settings: Path) -> None:
    """Try again, now, what failed of the escalations of TICKET: mails, webhooks, groups, people, replies."""
    with opened(settings) as (loaded, store):
        count = store.listings.retry_escalations(require_connection(loaded, connection), ticket)
    if not count:
        click.echo(f"nothing failed on ticket {ticket}; `escalations list` shows what was done", err=True)
        sys.exit(1)
    click.echo(f"trying {count} again")


@click.command()
@click.argument("connection")
@click.argument("who", metavar="TICKET|PERSON")
@click.option("--person", is_flag=True, help="WHO is a person's id on the platform, not a ticket's.")
@settings_option
def forget(connection: str, who: str, person: bool, settings: Path) -> None:
    """Forget a ticket, or a person in everything that is stored. What stands on the platform stays there."""
    with opened(settings) as (loaded, store):
        require_connection(loaded, connection)
        if person:
            count = store.retention.forget_person(connection, who)
        else:
            count = int(store.retention.forget_ticket(connection, who))
    if not count:
        click.echo(f"nothing is stored about {'the person' if person else 'the ticket'} {who}")
        return
    click.echo(f"forgotten: {who}" + (f" in {count} places" if person else ""))


def _print(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    if form == "json":
        for row in rows:
            click.echo(json.dumps({name: _plain(value) for name, value in row.items()}))
        return
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_text(row.get(name))) for name in columns))
    Console().print(table if rows else "nothing")


def _plain(value: Any) -> Any:
    return written(value) if hasattr(value, "isoformat") else value


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(_plain(value))
