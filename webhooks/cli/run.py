"""``serve``, ``worker``, ``upgrade``, ``pause`` and ``resume``: running the service."""

import signal
import threading
from pathlib import Path

import click

from webhooks.cli.options import actor, opened, require_connection, settings_option
from webhooks.links import linker
from webhooks.logs import configure
from webhooks.service import Service, open_store
from webhooks.settings import listening, load_settings
from webhooks.store.schema import upgrade as upgrade_schema


@click.command()
@click.option("--listen", envvar="SIDECAR_LISTEN", help="Address and port, over the settings' (or SIDECAR_LISTEN).")
@settings_option
def serve(listen: str | None, settings: Path) -> None:
    """Receive webhooks and look at tickets, until stopped.

    On SQLite one process does everything; on PostgreSQL any number may run, and workers beside them.
    """
    from webhooks.server import serve as serve_http

    loaded = load_settings(settings)
    if listen is not None:
        loaded = listening(loaded, listen)
    configure()
    serve_http(loaded, linker(loaded))


@click.command()
@settings_option
def worker(settings: Path) -> None:
    """Look at tickets without receiving webhooks; PostgreSQL only, any number of processes."""
    loaded = load_settings(settings)
    link = linker(loaded)
    store = open_store(loaded)
    if store.database.is_sqlite:
        store.database.close()
        raise click.UsageError("SQLite has one process for everything: run `serve`, or set `database` to PostgreSQL")
    configure()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    service = Service(loaded, store, link)
    service.start()
    try:
        stopped.wait()
    finally:
        service.stop()


@click.command()
@settings_option
def upgrade(settings: Path) -> None:
    """Bring the database to this version's schema; safe to repeat. SQLite does it by itself.

    The console's lists and figures are derived anew; do this too after changing `console.timezone`.
    """
    upgrade_schema(load_settings(settings).database)
    with opened(settings) as (_, store):
        count = store.summaries.rebuild()
    click.echo(f"the schema is current; the console's figures stand for {count} tickets")


@click.command()
@click.argument("connection")
@settings_option
def pause(connection: str, settings: Path) -> None:
    """Stop all writing through CONNECTION at once; looks go on and report."""
    with opened(settings) as (loaded, store):
        store.runtime.pause(require_connection(loaded, connection), actor())
    click.echo(f"{connection}: nothing is written until `sla-sidecar resume {connection}`")


@click.command()
@click.argument("connection")
@settings_option
def resume(connection: str, settings: Path) -> None:
    """Let CONNECTION write again; what was held back is written at the next look."""
    with opened(settings) as (loaded, store):
        store.runtime.resume(require_connection(loaded, connection), actor())
        retried = store.listings.look_at_all(connection)
        write = loaded.connections[connection].write
    shadow = "; write is off in the settings, so looks only report" if write == "off" else ""
    click.echo(f"{connection}: resumed, {retried} tickets are looked at again{shadow}")
