"""Which tickets changed: django-helpdesk cannot say, so every open ticket is read and compared with the last time.

The cursor is what was seen then: the open tickets, each with a short digest of what can move a clock (14 bytes a
ticket). So a sweep that is interrupted goes on where it was, and nothing else has to be kept.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.base import Change
from adapters.django_helpdesk.customers import domain_of
from adapters.django_helpdesk.entries import entries_of
from adapters.django_helpdesk.payloads import TicketBody, TicketsPage
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import PLATFORM
from adapters.http import ApiClient
from core.errors import ConfigError, RefusedError
from core.update import TicketRef

PAGE_SIZE = 100
MOST_PAGES = 10_000
DIGEST_LENGTH = 8
_FORM = "open1:"
_CURSOR = re.compile(rf"{_FORM}(\d{{1,19}}\.[0-9a-f]{{{DIGEST_LENGTH}}}(,\d{{1,19}}\.[0-9a-f]{{{DIGEST_LENGTH}}})*)?")


@dataclass(frozen=True, slots=True)
class _Open:
    """One open ticket, as far as the sweep is concerned."""

    id: int
    updated_at: datetime
    digest: str


def changes(
    connection: str, client: ApiClient, settings: DjangoHelpdeskSettings, cursor: str | None, now: datetime
) -> Iterator[Change]:
    """Yield the tickets that differ from what the cursor saw, those that left the open ones among them; oldest first.

    Raises:
        ConfigError: the cursor is not one of ours.
    """
    seen = _read_cursor(connection, cursor)
    tickets = {ticket.id: _seen_now(ticket, settings, now) for ticket in open_tickets(client, settings)}
    differ = [ticket for ticket in tickets.values() if seen.get(ticket.id) != ticket.digest]
    for ticket in sorted(differ, key=lambda each: (each.updated_at, each.id)):
        seen[ticket.id] = ticket.digest
        yield _change(connection, ticket.id, ticket.updated_at, seen)
    for ticket_id in sorted(set(seen) - set(tickets)):
        del seen[ticket_id]
        yield _change(connection, ticket_id, now, seen)


def tickets_of(
    connection: str, client: ApiClient, settings: DjangoHelpdeskSettings, organization_id: str
) -> Iterator[TicketRef]:
    """Yield the open tickets whose submitter writes from an organization's mail domain."""
    for ticket in open_tickets(client, settings):
        if domain_of(ticket.submitter_email) == organization_id.lower():
            yield TicketRef(connection, str(ticket.id))


def open_tickets(client: ApiClient, settings: DjangoHelpdeskSettings) -> Iterator[TicketBody]:
    """Yield every ticket in which something is left to do."""
    statuses = ",".join(map(str, settings.open_statuses))
    for number in range(1, MOST_PAGES + 1):
        params = {"status": statuses, "page_size": PAGE_SIZE, "page": number}
        try:
            page = client.get("/api/tickets/", params).read(TicketsPage, PLATFORM)
        except RefusedError as err:
            if err.status == 404 and number > 1:  # tickets were closed meanwhile, and the last page with them
                return
            raise
        yield from (ticket for ticket in page.results if ticket.status in settings.open_statuses)
        if page.next is None:
            return


def _seen_now(ticket: TicketBody, settings: DjangoHelpdeskSettings, now: datetime) -> _Open:
    entries = [entry for entry in entries_of(ticket, settings) if not entry.note_keys]
    moves = [
        [ticket.status, ticket.on_hold],
        [ticket.value(name) for name in settings.observed],
        [[entry.id, entry.what, entry.status] for entry in entries],
    ]
    digest = hashlib.sha256(json.dumps(moves).encode()).hexdigest()[:DIGEST_LENGTH]
    return _Open(ticket.id, max((entry.at for entry in entries), default=now), digest)


def _change(connection: str, ticket_id: int, at: datetime, seen: Mapping[int, str]) -> Change:
    cursor = _FORM + ",".join(f"{id_}.{digest}" for id_, digest in seen.items())
    return Change(ref=TicketRef(connection, str(ticket_id)), updated_at=at, cursor=cursor)


def _read_cursor(connection: str, cursor: str | None) -> dict[int, str]:
    if cursor is None:
        return {}
    if not _CURSOR.fullmatch(cursor):
        raise ConfigError(f"{cursor[:20]!r} is no cursor of {PLATFORM}; run sla-sidecar backfill {connection}")
    pairs = (pair.split(".") for pair in cursor.removeprefix(_FORM).split(",") if pair)
    return {int(id_): digest for id_, digest in pairs}
