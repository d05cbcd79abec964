"""Which tickets changed: every open one to begin with, then the incremental export from its cursor on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.base import Change
from adapters.http import ApiClient
from adapters.zendesk.payloads import ExportPage, SearchPage, TicketBody, TicketsPage
from adapters.zendesk.tables import OPEN_STATUSES, PLATFORM
from core.errors import ConfigError
from core.update import TicketRef

PAGE_SIZE, EXPORT_PAGE_SIZE = 100, 500
EXPORT_LAG = timedelta(seconds=70)  # the export refuses its last minute
SEARCH_LAG = timedelta(minutes=10)  # the search index is minutes behind; going over them twice is harmless
MOST_PAGES = 10_000
_FROM, _AFTER = "from:", "after:"


def changes(connection: str, client: ApiClient, cursor: str | None, now: datetime) -> Iterator[Change]:
    """Yield the tickets that changed since ``cursor``; None: every open one, then whatever changed meanwhile.

    The cursor is kept by the page: going on after a ticket in the middle of one gives that page again.

    Raises:
        ConfigError: the cursor is not one of ours.
    """
    if cursor is None:
        start = f"{_FROM}{int((now - SEARCH_LAG).timestamp())}"
        for ticket in _open_tickets(client):
            yield _change(connection, ticket, start)
        return
    if not cursor.startswith((_FROM, _AFTER)):
        raise ConfigError(f"{cursor[:40]!r} is no cursor of the Zendesk export; run sla-sidecar backfill {connection}")
    yield from _exported(connection, client, cursor, now)


def tickets_of(connection: str, client: ApiClient, organization_id: str) -> Iterator[TicketRef]:
    """Yield the open tickets of one organization."""
    params: dict[str, Any] = {"page[size]": PAGE_SIZE}
    for _ in range(MOST_PAGES):
        answer = client.get(f"/api/v2/organizations/{int(organization_id)}/tickets", params)
        page = answer.read(TicketsPage, PLATFORM)
        for ticket in page.tickets:
            if ticket.status in OPEN_STATUSES:
                yield TicketRef(connection, str(ticket.id))
        if not page.meta.has_more or not page.meta.after_cursor:
            return
        params["page[after]"] = page.meta.after_cursor


def _open_tickets(client: ApiClient) -> Iterator[TicketBody]:
    params: dict[str, Any] = {"query": "status<solved", "filter[type]": "ticket", "page[size]": PAGE_SIZE}
    for _ in range(MOST_PAGES):
        page = client.get("/api/v2/search/export", params).read(SearchPage, PLATFORM)
        yield from page.results
        if not page.meta.has_more or not page.meta.after_cursor:
            return
        params["page[after]"] = page.meta.after_cursor


def _exported(connection: str, client: ApiClient, cursor: str, now: datetime) -> Iterator[Change]:
    for _ in range(MOST_PAGES):
        page = client.get("/api/v2/incremental/tickets/cursor", _export_params(cursor, now)).read(ExportPage, PLATFORM)
        after = f"{_AFTER}{page.after_cursor}" if page.after_cursor else cursor
        for number, ticket in enumerate(page.tickets, start=1):
            yield _change(connection, ticket, after if number == len(page.tickets) else cursor)
        if page.end_of_stream or after == cursor:  # not: an empty page; the stream may go on behind one
            return
        cursor = after


def _export_params(cursor: str, now: datetime) -> dict[str, Any]:
    if cursor.startswith(_AFTER):
        return {"cursor": cursor.removeprefix(_AFTER), "per_page": EXPORT_PAGE_SIZE}
    latest = int((now - EXPORT_LAG).timestamp())
    return {"start_time": min(int(cursor.removeprefix(_FROM)), latest), "per_page": EXPORT_PAGE_SIZE}


def _change(connection: str, ticket: TicketBody, cursor: str) -> Change:
    updated_at = datetime.fromisoformat(ticket.updated_stamp).astimezone(UTC)
    return Change(ref=TicketRef(connection, str(ticket.id)), updated_at=updated_at, cursor=cursor)
