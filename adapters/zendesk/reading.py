"""Reading tickets: two calls for one, and one more for each further page of history that is new.

Many tickets come by the hundred; there is no such call for their histories.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.base import Snapshot
from adapters.http import ApiClient
from adapters.zendesk.entries import Entry, entries_from_json, entries_of, entries_to_json
from adapters.zendesk.fields import shown
from adapters.zendesk.history import Known, organization_ids, requester_ids, see_plans, to_ticket
from adapters.zendesk.payloads import AuditsPage, TicketAnswer, TicketBody, TicketsAnswer
from adapters.zendesk.people import Directory, Sightings
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.tables import DELETED, FROZEN_STATUSES, PLATFORM
from core.errors import GoneError
from core.update import Field, FieldValue, Shown
from core.zones import zone

PAGE_SIZE = 100
MOST_BODIES = 100
MOST_PAGES = 200  # 20,000 audits; a ticket takes at most 5,000 comments
_VERSION = 1  # of what is kept between looks


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a ticket between looks: the entries of its full pages of audits, and how far they reach.

    ``form`` names the fields that were kept; when the settings ask for others the pages are read again.
    """

    form: str
    cursor: str | None
    entries: tuple[Entry, ...]
    sightings: Sightings

    @classmethod
    def from_mapping(cls, kept: Mapping[str, Any] | None, form: str) -> "Kept":
        """Return what the last look kept, without the entries if they were kept for other settings."""
        if not kept:
            return cls(form, None, (), Sightings())
        sightings = Sightings.from_mapping(kept)
        if kept.get("form") != form:
            return cls(form, None, (), sightings)
        try:
            entries = entries_from_json(kept.get("entries", []))
        except ValueError:  # kept by another version of this program
            return cls(form, None, (), sightings)
        return cls(form, kept.get("cursor"), entries, sightings)

    def to_mapping(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "form": self.form,
            "cursor": self.cursor,
            "entries": entries_to_json(self.entries),
            **self.sightings.to_mapping(),
        }


class Reader:
    """Reads tickets of one connection."""

    def __init__(self, connection: str, client: ApiClient, directory: Directory, settings: ZendeskSettings) -> None:
        self._connection, self._client, self._directory, self._settings = connection, client, directory, settings
        tracked = ",".join(sorted(settings.tracked))
        self._form = f"{_VERSION}:{hashlib.sha256(tracked.encode()).hexdigest()[:16]}"

    def snapshot(
        self, body: TicketBody, observations: Mapping[str, Any] | None, now: datetime, *, may_be_old: bool = False
    ) -> Snapshot:
        """Return the ticket with its history and what it shows.

        Args:
            body: as :meth:`body` or :meth:`bodies` gave it.
            observations: what the last snapshot's ``observations`` were; None at first sight.
            now: when plans are seen that Zendesk has no history of.
            may_be_old: ``body`` waited for its turn; it is read again if the history has gone on since.
        """
        kept, tail = self._history(str(body.id), Kept.from_mapping(observations, self._form))
        seen = (*kept.entries, *tail)
        if may_be_old and seen and seen[-1].at > datetime.fromisoformat(body.updated_stamp):
            return self.snapshot(self.body(str(body.id)), observations, now)  # the body first, so that it is the older
        known = self._known(body, seen, kept.sightings)
        see_plans(known, self._settings, now)
        return Snapshot(
            ticket=to_ticket(known, self._settings, self._connection),
            shown=self._shown(known),
            version=body.updated_stamp,
            frozen=body.status in FROZEN_STATUSES,
            observations=kept.to_mapping(),
        )

    def body(self, ticket_id: str) -> TicketBody:
        """Return the ticket as it is now; users and organizations that come along are kept.

        Raises:
            GoneError: it is deleted, or cannot be seen.
        """
        path = f"/api/v2/tickets/{ticket_id}"
        answer = self._client.get(path, {"include": "users,organizations"}, ticket_id=ticket_id)
        read = answer.read(TicketAnswer, PLATFORM, ticket_id)
        self._directory.learn(read)
        if read.ticket.status == DELETED:
            raise GoneError(f"zendesk: ticket {ticket_id} is deleted", platform=PLATFORM, ticket_id=ticket_id)
        return read.ticket

    def bodies(self, ticket_ids: Sequence[str]) -> list[TicketBody]:
        """Return up to MOST_BODIES tickets as they are now, without those that are deleted or cannot be seen."""
        params = {"ids": ",".join(ticket_ids), "include": "users,organizations"}
        read = self._client.get("/api/v2/tickets/show_many", params).read(TicketsAnswer, PLATFORM)
        self._directory.learn(read)
        return [ticket for ticket in read.tickets if ticket.status != DELETED]

    def _history(self, ticket_id: str, kept: Kept) -> tuple[Kept, tuple[Entry, ...]]:
        """Return what to keep from now on, and the entries of the last page, which may still grow."""
        entries, cursor = list(kept.entries), kept.cursor
        for _ in range(MOST_PAGES):
            page = self._page(ticket_id, cursor)
            new = tuple(entries_of(page.audits, self._settings.tracked))
            if not page.meta.has_more or not page.meta.after_cursor or page.meta.after_cursor == cursor:
                break
            entries, cursor, new = [*entries, *new], page.meta.after_cursor, ()
        return Kept(kept.form, cursor, tuple(entries), kept.sightings), new

    def _page(self, ticket_id: str, cursor: str | None) -> AuditsPage:
        params: dict[str, Any] = {"page[size]": PAGE_SIZE, "include": "users"}
        if cursor:
            params["page[after]"] = cursor
        answer = self._client.get(f"/api/v2/tickets/{ticket_id}/audits", params, ticket_id=ticket_id)
        page = answer.read(AuditsPage, PLATFORM, ticket_id)
        self._directory.learn(page)
        return page

    def _known(self, body: TicketBody, entries: tuple[Entry, ...], sightings: Sightings) -> Known:
        """Return everything about the ticket, asking only for people whom nobody has seen."""
        authors = {entry.author for entry in entries} | {body.submitter_id}
        strangers = {author for author in authors if author is not None and author not in sightings.roles}
        users = self._directory.users(strangers | requester_ids(body, entries))
        for user in users.values():
            sightings.see_role(user)
        organizations = self._directory.organizations(organization_ids(body, entries))
        return Known(body, entries, users, organizations, sightings)

    def _shown(self, known: Known) -> Shown:
        body, settings = known.body, self._settings
        local = zone(settings.timezone)
        fields: dict[Field, FieldValue] = {
            name: shown(name, ids, body.custom, local)
            for name, ids in settings.fields.items()
            if all(id_ in body.custom for id_ in ids.ids())  # an inactive field is not on the ticket at all
        }
        priority = body.value(settings.priority_name)
        followers = self._directory.users(body.follower_ids).values()
        return Shown(
            fields=fields,
            tags=frozenset(body.tags),
            priority=settings.priorities.get(priority, priority) if priority else None,
            group=str(body.group_id) if body.group_id else None,
            assignee=str(body.assignee_id) if body.assignee_id else None,
            followers=frozenset(str(id_) for id_ in body.follower_ids)
            | frozenset(user.email for user in followers if user.email),
            note_keys=frozenset(key for entry in known.entries for key in entry.note_keys),
            reply_keys=frozenset(key for entry in known.entries if entry.public for key in entry.note_keys),
        )
