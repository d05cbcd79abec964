"""Reading one ticket: two calls, and one more for each further page of conversations that is new.

The ticket is read last, so that the tags and due dates which a write sends back are as fresh as they can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.base import Snapshot
from adapters.freshdesk.entries import Side, entry_of
from adapters.freshdesk.fields import shown
from adapters.freshdesk.history import Known, to_ticket
from adapters.freshdesk.observed import Kept, Seen, raw_of
from adapters.freshdesk.paging import PAGE_SIZE, has_next, read_page
from adapters.freshdesk.payloads import CompanyBody, ContactBody, ConversationBody, Conversations, Person, TicketBody
from adapters.freshdesk.people import Directory
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.statuses import first_status, is_explained, status_changes, unexplained
from adapters.freshdesk.tables import PLATFORM
from adapters.freshdesk.values import id_of, others_tags, owner_value, plan_name, plan_of
from adapters.http import ApiClient
from core.errors import GoneError
from core.update import Field, FieldValue, Shown
from core.zones import zone

EMBEDDED = "stats,requester,company"
MOST_PAGES = 200
_TICKETS, _ARCHIVED = "/api/v2/tickets", "/api/v2/tickets/archived"


@dataclass(frozen=True, slots=True)
class Read:
    """A ticket as it was read, for a write that follows at once."""

    body: TicketBody
    snapshot: Snapshot


class Reader:
    """Reads tickets of one connection."""

    def __init__(self, connection: str, client: ApiClient, directory: Directory, settings: FreshdeskSettings) -> None:
        self._connection, self._client, self._directory, self._settings = connection, client, directory, settings

    def read(self, ticket_id: str, observations: Mapping[str, Any] | None, now: datetime) -> Read:
        """Return the ticket with its history and what it shows.

        Args:
            ticket_id: digits.
            observations: what the last snapshot's ``observations`` were; None at first sight.
            now: when this look is taken.

        Raises:
            GoneError: it is deleted, spam, or cannot be seen.
        """
        kept = Kept.from_mapping(observations)
        try:
            pages = self._conversations(_TICKETS, ticket_id, kept)
            body = self.body(ticket_id)
        except GoneError:
            body, pages = self._archived(ticket_id, kept)
        self._keep(kept, body, pages, now)
        snapshot = Snapshot(
            ticket=to_ticket(self._known(body, kept), self._settings, self._connection),
            shown=self._shown(body, kept),
            version=body.updated_stamp,
            frozen=bool(body.archived),
            observations=kept.to_mapping(),
        )
        return Read(body, snapshot)

    def body(self, ticket_id: str) -> TicketBody:
        """Return the ticket as it is now.

        Raises:
            GoneError: it is deleted, spam, or cannot be seen.
        """
        answer = self._client.get(f"{_TICKETS}/{ticket_id}", {"include": EMBEDDED}, ticket_id=ticket_id)
        body = answer.read(TicketBody, PLATFORM, ticket_id)
        if body.deleted or body.spam:
            why = "deleted" if body.deleted else "marked as spam"
            raise GoneError(f"freshdesk: ticket {ticket_id} is {why}", platform=PLATFORM, ticket_id=ticket_id)
        return body

    def _archived(self, ticket_id: str, kept: Kept) -> tuple[TicketBody, list[ConversationBody]]:
        """Return a ticket from the archive, where tickets lie that were closed and idle for months."""
        answer = self._client.get(f"{_ARCHIVED}/{ticket_id}", ticket_id=ticket_id)
        body = answer.read(TicketBody, PLATFORM, ticket_id).model_copy(update={"archived": True})
        return body, self._conversations(_ARCHIVED, ticket_id, kept)

    def _conversations(self, base: str, ticket_id: str, kept: Kept) -> list[ConversationBody]:
        """Return what was added since the last look, and move the page on.

        Reading goes on with the page that was the last one. If nothing on it is known, deleted conversations have moved
        newer ones to an earlier page: then it goes back until something is known.
        """
        page, found = kept.page, list[ConversationBody]()
        for _ in range(MOST_PAGES):
            params = {"per_page": PAGE_SIZE, "page": page}
            answer = self._client.get(f"{base}/{ticket_id}/conversations", params, ticket_id=ticket_id)
            rows = read_page(answer, Conversations, ticket_id).rows
            found += rows
            if page > 1 and kept.entries and not any(row.id in kept.entries for row in found):
                page -= 1
            elif has_next(answer.headers):
                page += 1
            else:
                break
        kept.page = page
        return found

    def _keep(self, kept: Kept, body: TicketBody, rows: list[ConversationBody], now: datetime) -> None:
        """Note everything that this look saw and the next one may not see any more."""
        settings, created = self._settings, body.created_at
        for row in rows:
            if row.id not in kept.entries:
                kept.entries[row.id] = entry_of(
                    row, settings.merges, lambda row: self._side(row, body.requester_id), settings.agent_id
                )
        said_at = [entry.at for entry in kept.entries.values()]
        told = kept.responses | unexplained(body.stats, created, said_at)
        kept.responses = {response for response in told if not is_explained(response, said_at)}
        changed_at = kept.changed_at(body.updated_at, now)
        statuses = kept.values.setdefault("status", [first_status(body)])
        statuses += status_changes(statuses, body, changed_at)
        for name in settings.tracked:
            value = self._value(body, name)
            first = Seen(created, False if name in settings.tick_boxes else raw_of(value))  # a tick is an event
            kept.see(name, value, first, changed_at)
        self._keep_plans(kept, created, now)
        kept.seen_until = max(body.updated_at, kept.seen_until or body.updated_at)

    def _keep_plans(self, kept: Kept, created: datetime, now: datetime) -> None:
        """Note today's plan of everybody whom the ticket ever belonged to: nobody keeps a history of it."""
        for source in self._settings.plan:
            if not (source.is_of_company or source.is_of_contact):
                continue
            for id_ in _ids(kept, "company_id" if source.is_of_company else "requester_id"):
                owner = self._directory.company(id_) if source.is_of_company else self._directory.contact(id_)
                if owner is not None:
                    plan = plan_of(source, owner_value(source, owner))
                    kept.see(plan_name(source, id_), plan, Seen(created, plan), now)

    def _value(self, body: TicketBody, name: str) -> Any:
        if name == "company_id" and body.company_id is None:
            contact = self._directory.contact(body.requester_id)
            return contact.company_id if contact else None
        return list(others_tags(tuple(body.tags))) if name == "tags" else body.value(name)

    def _side(self, row: ConversationBody, requester_id: int | None) -> Side:
        """Return whose a conversation is. Only what goes out can be the support side's."""
        if row.incoming:
            return "customer"
        if row.user_id is None:
            return ""
        support = self._directory.is_support(row.user_id)
        if support is None:
            support = row.user_id != requester_id
        return "support" if support else "customer"

    def _known(self, body: TicketBody, kept: Kept) -> Known:
        """Return everything about the ticket, asking only for people and companies whom it does not carry along."""
        people: dict[int, ContactBody | Person] = {}
        if body.requester is not None:
            people[body.requester.id] = body.requester
        for id_ in _ids(kept, "requester_id"):
            if id_ not in people or self._settings.needs_contact:
                contact = self._directory.contact(id_)
                people |= {id_: contact} if contact else {}
        companies: dict[int, CompanyBody] = {}
        for id_ in _ids(kept, "company_id"):
            company = self._directory.company(id_)
            companies |= {id_: company} if company else {}
        agents = self._directory.agents() or {}
        return Known(body, kept, people, companies, frozenset(id_ for id_ in agents))

    def _shown(self, body: TicketBody, kept: Kept) -> Shown:
        settings, local = self._settings, zone(self._settings.timezone)
        marked = [entry for entry in kept.entries.values() if entry.note_keys]
        fields: dict[Field, FieldValue] = {
            name: shown(name, names, body.custom_fields, local)
            for name, names in settings.fields.items()
            if all(field in body.custom_fields for field in names.names())  # a deleted field is not on the ticket
        }
        return Shown(
            fields=fields,
            tags=frozenset(body.tags),
            priority=settings.priority(body.value(settings.priority_field or "priority")),
            group=str(body.group_id) if body.group_id else None,
            assignee=str(body.responder_id) if body.responder_id else None,
            note_keys=frozenset(key for entry in marked for key in entry.note_keys),
            reply_keys=frozenset(key for entry in marked if not entry.private for key in entry.note_keys),
        )


def _ids(kept: Kept, name: str) -> list[int]:
    """Return every id that a field was ever seen to hold."""
    return sorted({id_ for seen in kept.values.get(name, []) if (id_ := id_of(seen.value)) is not None})
