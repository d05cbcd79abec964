"""Doing looks in a command's own process, beside whatever service runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ConfigError
from webhooks.links import linker
from webhooks.service import Service, Store
from webhooks.settings import Settings


@contextmanager
def helping(settings: Settings, store: Store) -> Iterator[Service | None]:
    """Do looks while the body runs: as one more worker on PostgreSQL; on SQLite only where no service runs.

    Yields:
        The service of this process; None where another process has the SQLite file and does the looks.
    """
    service = Service(settings, store, linker(settings))
    try:
        service.start()
    except ConfigError:
        yield None
        return
    try:
        yield service
    finally:
        service.stop()
