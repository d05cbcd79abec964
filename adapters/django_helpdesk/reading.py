"""Reading one ticket: everything about it is in one answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from adapters.base import Snapshot
from adapters.django_helpdesk.entries import entries_of
from adapters.django_helpdesk.fields import is_shown, shown
from adapters.django_helpdesk.history import tags_of, to_ticket
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.sightings import Sightings
from adapters.django_helpdesk.tables import PLATFORM
from adapters.http import ApiClient
from core.errors import GoneError
from core.update import Field, Shown

UNSEEN_RETRY_SECONDS = (0.5, 1.5, 3.0)


class Reader:
    """Reads tickets of one connection."""

    def __init__(
        self, connection: str, client: ApiClient, settings: DjangoHelpdeskSettings, sleep: Callable[[float], None]
    ) -> None:
        self._connection, self._client, self._settings, self._sleep = connection, client, settings, sleep

    def snapshot(self, ticket_id: str, observations: Mapping[str, Any] | None, now: datetime) -> Snapshot:
        """Return the ticket with its history and what it shows.

        Args:
            ticket_id: digits.
            observations: what the last snapshot's ``observations`` were; None at first sight.
            now: when values are seen that have no history.
        """
        body = self.body(ticket_id) if observations else self._unseen(ticket_id)
        entries = entries_of(body, self._settings)
        seen = Sightings.from_mapping(observations)
        seen.see(body, entries, self._settings, now)
        return Snapshot(
            ticket=to_ticket(body, seen, self._settings, self._connection),
            shown=shown_on(body, self._settings),
            observations=seen.to_mapping(),
        )

    def body(self, ticket_id: str) -> TicketBody:
        """Return the ticket as it is now.

        Raises:
            GoneError: it is deleted, or cannot be seen.
        """
        answer = self._client.get(f"/api/tickets/{ticket_id}/", ticket_id=ticket_id)
        return answer.read(TicketBody, PLATFORM, ticket_id)

    def _unseen(self, ticket_id: str) -> TicketBody:
        """Return a ticket that was never read before: its event can come before its transaction is committed."""
        for seconds in UNSEEN_RETRY_SECONDS:
            try:
                return self.body(ticket_id)
            except GoneError:
                self._sleep(seconds)
        return self.body(ticket_id)


def shown_on(body: TicketBody, settings: DjangoHelpdeskSettings) -> Shown:
    """Return what a ticket shows, in our terms."""
    marked = [entry for entry in entries_of(body, settings) if entry.note_keys]
    return Shown(
        fields={name: shown(name, body, settings) for name in Field if is_shown(name, body, settings)},
        tags=tags_of(body, settings),
        priority=settings.priorities.get(body.priority, str(body.priority)),
        group=str(body.queue),
        assignee=str(body.assigned_to) if body.assigned_to else None,
        note_keys=frozenset(key for entry in marked for key in entry.note_keys),
        reply_keys=frozenset(key for entry in marked if entry.public for key in entry.note_keys),
    )
