"""``sla-sidecar doctor``: is everything as it should be, and if not, what to do about it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from adapters.base import Finding, Severity
from adapters.services import Services
from core.errors import CalendarError, SidecarError
from core.zones import TZDATA_VERSION
from webhooks.cli.options import require_connection, settings_option
from webhooks.console.check import console_findings
from webhooks.effects.check import people_findings
from webhooks.links import adapter_of, books_of
from webhooks.service import Store, open_store
from webhooks.settings import ConnectionSettings, Settings, load_settings
from webhooks.store.looks import State

_MARKS = {Severity.OK: "ok     ", Severity.WARNING: "warning", Severity.FAULT: "FAULT  "}


@click.command()
@click.argument("connection", required=False)
@settings_option
def doctor(connection: str | None, settings: Path) -> None:
    """Check CONNECTION, or all: settings, policies, store, credentials, rights, fields, webhook, clock, competition.

    Exit status 1 when a fault is found.
    """
    loaded = load_settings(settings)
    if connection is not None:
        require_connection(loaded, connection)
    findings = list(_findings(loaded, connection))
    for each in findings:
        remedy = f"; {each.remedy}" if each.remedy else ""
        click.echo(f"{_MARKS[each.severity]} {each.check}: {each.message}{remedy}")
    sys.exit(1 if any(each.severity is Severity.FAULT for each in findings) else 0)


def _findings(settings: Settings, only: str | None) -> Iterator[Finding]:
    yield Finding("settings", Severity.OK, f"{len(settings.connections)} connections")
    yield Finding("zone data", Severity.OK, f"tzdata {TZDATA_VERSION}, pinned; the system's copy is not used")
    books = books_of(settings)
    used = [f"{name}: {', '.join(policy.name for policy in book.policies)}" for name, book in books.items()]
    yield Finding("policies", Severity.OK, "; ".join(used) or "-")
    if settings.public_url is None:
        yield Finding("public_url", Severity.WARNING, "is not set", "write the https address that platforms can reach")
    elif not settings.public_url.startswith("https://"):
        yield Finding(
            "public_url", Severity.WARNING, "is not https", "put a proxy with a certificate before the service"
        )
    store = open_store(settings)
    try:
        yield from _store(store)
        yield from console_findings(settings, store.database)
        for name, connection in settings.connections.items():
            if only in (None, name):
                yield from _connection(name, connection, store)
                yield from people_findings(connection, books[name], name)
    finally:
        store.database.close()


def _store(store: Store) -> Iterator[Finding]:
    kind = "SQLite" if store.database.is_sqlite else "PostgreSQL"
    yield Finding("store", Severity.OK, f"{kind}, schema current")
    parked = store.listings.looks(state=State.PARKED, limit=1000)
    if parked:
        yield Finding("parked looks", Severity.WARNING, f"{len(parked)}", "see `sla-sidecar looks list --state parked`")


def _connection(name: str, connection: ConnectionSettings, store: Store) -> Iterator[Finding]:
    writing = "paused" if name in store.runtime.paused() else connection.write
    yield Finding(f"{name}: writing", Severity.OK, writing)
    try:
        adapter = adapter_of(name, connection, Services(now=store.clock.now))
        for each in adapter.check():
            yield Finding(f"{name}: {each.check}", each.severity, each.message, each.remedy)
    except (SidecarError, CalendarError) as err:
        yield Finding(f"{name}: connection", Severity.FAULT, str(err), "correct the settings or the credential")
