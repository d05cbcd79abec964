"""Which issues changed: every open one to begin with, then a search from the cursor on.

The search knows minutes only, and is seconds to minutes behind: each one goes back over what it may have missed, and
looking twice is harmless.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.base import Change
from adapters.http import ApiClient
from adapters.jira.payloads import FoundIssue, SearchPage
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PLATFORM
from adapters.jira.values import ids_in, value_of
from core.errors import ConfigError, RefusedError
from core.update import TicketRef

PAGE_SIZE = 100
MOST_PAGES = 10_000
OVERLAP = timedelta(minutes=10)
_CURSOR = "from:"
_OPEN = "statusCategory != Done"


def changes(
    connection: str, client: ApiClient, settings: JiraSettings, cursor: str | None, now: datetime
) -> Iterator[Change]:
    """Yield the issues that changed since ``cursor``, oldest change first; None: every open one.

    The cursor of all but the last change is that change's instant: going on from there brings the later ones again.

    Raises:
        ConfigError: the cursor is not one of ours.
    """
    jql = f"{_projects(settings)} AND {_OPEN if cursor is None else _since(cursor, now, connection)}"
    held: Change | None = None
    for issue in _search(client, settings, f"{jql} ORDER BY updated ASC, key ASC", ["updated"]):
        if held:
            yield held
        at = _updated(issue)
        held = Change(TicketRef(connection, issue.id), at, f"{_CURSOR}{int(at.timestamp())}")
    if held:
        yield Change(held.ref, held.updated_at, f"{_CURSOR}{int(now.timestamp())}")


def tickets_of(connection: str, client: ApiClient, settings: JiraSettings, organization_id: str) -> Iterator[TicketRef]:
    """Yield the open tickets of one organization, picked from all open ones: its JQL needs names, which change."""
    field = settings.organizations_field
    if field is None:
        return
    for issue in _search(client, settings, f"{_projects(settings)} AND {_OPEN} ORDER BY key ASC", [field]):
        if organization_id in ids_in(value_of(issue.fields.get(field))):
            yield TicketRef(connection, issue.id)


def _search(client: ApiClient, settings: JiraSettings, jql: str, fields: Sequence[str]) -> Iterator[FoundIssue]:
    """Yield what a search finds. The length of a page proves nothing; there is no total on Cloud."""
    differences = settings.differences
    query: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": PAGE_SIZE}
    seen = 0
    for _ in range(MOST_PAGES):
        page = client.post(differences.api + differences.search, query).read(SearchPage, PLATFORM)
        yield from page.issues
        seen += len(page.issues)
        if differences.search_by_token:
            if page.is_last or not page.next_token:
                return
            query["nextPageToken"] = page.next_token
        else:
            if not page.issues or seen >= (page.total or 0):
                return
            query["startAt"] = seen


def _projects(settings: JiraSettings) -> str:
    return "project in ({})".format(", ".join(f'"{key}"' for key in settings.projects))


def _since(cursor: str, now: datetime, connection: str) -> str:
    """Return the condition, relative to now: absolute times would be read in somebody's zone."""
    text = cursor.removeprefix(_CURSOR)
    if not cursor.startswith(_CURSOR) or not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ConfigError(f"{cursor[:40]!r} is no cursor of a Jira search; run sla-sidecar backfill {connection}")
    span = now - datetime.fromtimestamp(int(text), UTC) + OVERLAP
    return f'updated >= "-{max(1, math.ceil(span.total_seconds() / 60))}m"'


def _updated(issue: FoundIssue) -> datetime:
    try:
        return issue.updated_at().astimezone(UTC)
    except ValueError:
        said = f"jira: the search does not say when issue {issue.id} changed; report this"
        raise RefusedError(said, platform=PLATFORM, ticket_id=issue.id) from None
