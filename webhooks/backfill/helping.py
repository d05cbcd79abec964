"""Doing looks in a command's own process, beside whatever service runs: many at once, so that they fill batches."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from adapters.services import Services
from core.errors import ConfigError
from webhooks.backfill.batches import Crowd
from webhooks.backfill.gathered import Gathered
from webhooks.engine.base import Look
from webhooks.engine.ticket import Link
from webhooks.links import linker
from webhooks.service import LinkOf, Service, Store
from webhooks.settings import Settings
from webhooks.store.looks import Claim, LookKind

LOOKS_AT_ONCE = 50  # fills a batch; more of them would stand in line for SQLite's one writer when a batch is back


@contextmanager
def helping(settings: Settings, store: Store) -> Iterator[Service | None]:
    """Do looks while the body runs: as one more worker on PostgreSQL; on SQLite only where no service runs.

    Yields:
        The service of this process; None where another process has the SQLite file and does the looks.
    """
    crowds = {name: Crowd() for name in settings.connections}
    few = threading.Semaphore(settings.engine.threads)
    wide = settings.model_copy(update={"engine": settings.engine.model_copy(update={"threads": LOOKS_AT_ONCE})})
    service = Service(wide, store, _gathered(linker(settings), crowds, few))
    service.look = _counted(service.look, crowds)
    try:
        service.start()
    except ConfigError:
        yield None
        return
    try:
        yield service
    finally:
        service.stop()


def _gathered(link_of: LinkOf, crowds: Mapping[str, Crowd], few: threading.Semaphore) -> LinkOf:
    """Return what makes links whose reads and writes travel in batches."""

    def link(name: str, services: Services) -> Link:
        made = link_of(name, services)
        return replace(made, adapter=Gathered(made.adapter, crowds[name], few))

    return link


def _counted(look: Look, crowds: Mapping[str, Crowd]) -> Look:
    """Return the same look, counted in its connection's crowd while it runs."""

    def counted(claim: Claim) -> None:
        crowd = crowds.get(claim.key.connection)  # none: of a connection that is no longer in the settings
        if crowd is None or claim.key.kind is not LookKind.TICKET:
            look(claim)
            return
        with crowd.look():
            look(claim)

    return counted
