"""When a ticket's status changed: from the instants that its statistics give, else by observation. Pure.

``status_updated_at`` dates the last change exactly; ``pending_since``, ``resolved_at``, ``closed_at`` and
``reopened_at`` date some of those before it. What came and went between two looks and is in none of them, nobody can
know.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from adapters.freshdesk.observed import Raw, Response, Seen
from adapters.freshdesk.payloads import Stats, TicketBody
from adapters.freshdesk.tables import CLOSED, OPEN, PENDING, RESOLVED

AT_ONCE = timedelta(seconds=5)  # what creation rules do, and how far two stamps of one act may lie apart


def first_status(body: TicketBody) -> Seen:
    """Return what to take for the status at creation, at a ticket's first look: today's, unless it changed since.

    A status that changed before the first look was something else before; tickets begin as open.
    """
    stats = body.stats or Stats()
    dated = [stats.status_updated_at, stats.pending_since, stats.resolved_at, stats.closed_at, stats.reopened_at]
    changed = any(at is not None and at > body.created_at + AT_ONCE for at in dated)
    return Seen(body.created_at, OPEN if changed else body.status)


def status_changes(seen: Sequence[Seen], body: TicketBody, changed_at: datetime) -> list[Seen]:
    """Return the changes since the last one seen, oldest first.

    Args:
        seen: what was seen so far, at least one.
        body: the ticket as it is now.
        changed_at: when a change that no statistic dates happened at the latest.
    """
    last = seen[-1]
    stats = body.stats or Stats()
    end = stats.status_updated_at
    known: list[tuple[datetime, int]] = [
        (at, status)
        for at, status in (
            (stats.pending_since, PENDING),
            (stats.resolved_at, RESOLVED),
            (stats.closed_at, CLOSED),
            (stats.reopened_at, OPEN),
        )
        if at is not None and last.at < at and (end is None or at < end)
    ]
    if end is not None and end > last.at:
        known.append((end, body.status))
    changes = list(_changes(sorted(known), last.value))
    if (changes or [last])[-1].value != body.status:
        after = max(changed_at, (changes or [last])[-1].at)
        changes.append(Seen(after, body.status, observed=True))
    return changes


def unexplained(stats: Stats | None, created_at: datetime, said_at: Sequence[datetime]) -> set[Response]:
    """Return the answers that only the statistics tell.

    An instant near any conversation's, of whatever kind, is explained by it; one at creation is the description's.

    Args:
        stats: the ticket's statistics.
        created_at: the ticket's.
        said_at: when each conversation that was ever seen was written.
    """
    if stats is None:
        return set()
    told = {
        Response(at, by_support)
        for at, by_support in (
            (stats.first_responded_at, True),
            (stats.agent_responded_at, True),
            (stats.requester_responded_at, False),
        )
        if at is not None and at > created_at + AT_ONCE
    }
    return {each for each in told if not is_explained(each, said_at)}


def is_explained(response: Response, said_at: Sequence[datetime]) -> bool:
    """Return whether a conversation was written at that instant."""
    return any(abs(response.at - at) <= AT_ONCE for at in said_at)


def _changes(known: Sequence[tuple[datetime, int]], before: Raw) -> Iterator[Seen]:
    for at, status in known:
        if status != before:
            yield Seen(at, status)
            before = status
