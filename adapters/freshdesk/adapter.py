"""Freshdesk: rules' webhooks in, tickets read, one update out. What it relies on: README.md in this folder."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from adapters.base import (
    Capability,
    Change,
    Delivery,
    Finding,
    SetUpPlan,
    SetUpResult,
    Snapshot,
    WebhookRequest,
    Written,
)
from adapters.freshdesk.account import FreshdeskManners, RefusedFieldsError
from adapters.freshdesk.auth import ApiKey
from adapters.freshdesk.check import findings
from adapters.freshdesk.deliveries import require_key, rule_delivery
from adapters.freshdesk.feed import Feed
from adapters.freshdesk.native import due_dates
from adapters.freshdesk.payloads import NoteAnswer, TicketBody
from adapters.freshdesk.people import Directory
from adapters.freshdesk.reading import Reader
from adapters.freshdesk.settings import FreshdeskSettings
from adapters.freshdesk.setup import set_up
from adapters.freshdesk.tables import PLATFORM
from adapters.freshdesk.writing import NATIVE_KEYS, NOTIFY, Request, refused_by, reply_html, to_request, written
from adapters.http import ApiClient
from adapters.services import Services
from core.errors import ConfigError, GoneError, PlatformError
from core.update import Reply, TicketRef, TicketUpdate

log = logging.getLogger(__name__)

MOST_READ_TICKETS = 1000


class FreshdeskAdapter:
    """One Freshdesk account. Thread-safe."""

    name = PLATFORM

    def __init__(
        self, connection: str, settings: FreshdeskSettings, secrets: Mapping[str, str], services: Services
    ) -> None:
        if not secrets.get("api_key"):
            raise ConfigError(f"connection {connection}: Freshdesk needs the secret `api_key`, an agent's API key")
        self.connection, self._settings, self._secrets, self._services = connection, settings, secrets, services
        native = {Capability.NATIVE_DUE_DATE} if settings.native_due == "on" else set()
        self.supports = frozenset({Capability.NOTES, Capability.TAGS, Capability.GROUPS} | native)
        self._manners = FreshdeskManners()
        auth = ApiKey(secrets["api_key"])
        self._client = ApiClient(PLATFORM, connection, settings.url, services, auth=auth, manners=self._manners)
        self._directory = Directory(connection, self._client, services.cache)
        self._reader = Reader(connection, self._client, self._directory, settings)
        self._feed = Feed(connection, self._client, self._manners, self._directory, settings)
        self._keys = [secrets.get("webhook_key", ""), secrets.get("webhook_key_previous", "")]
        self._read_lately: OrderedDict[str, TicketBody] = OrderedDict()
        self._lock = threading.Lock()

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the request carries our secret; Freshdesk does not sign bodies."""
        require_key(self._keys, request)

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return which ticket to look at; None for our own echo and for what is no ticket of this account."""
        settings = self._settings
        return rule_delivery(
            self.connection, request, self._services.now(), domain=settings.domain, our_email=settings.agent_email
        )

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket with its history, as far as it was seen, and what it shows."""
        read = self._reader.read(_ticket_id(ref), observations, self._services.now())
        with self._lock:
            self._read_lately[ref.ticket_id] = read.body
            self._read_lately.move_to_end(ref.ticket_id)
            while len(self._read_lately) > MOST_READ_TICKETS:
                self._read_lately.popitem(last=False)
        return read.snapshot

    def apply(self, update: TicketUpdate) -> Written:
        """Send the whole update as one PUT and, when a note is due, one note; nothing to say sends nothing.

        A note is never sent twice from here: when its answer is lost, the next look finds it by its marker or not.
        """
        ticket_id = _ticket_id(update.ref)
        changes_tags = bool(update.add_tags or update.remove_tags)
        native = self._settings.native_due == "on"
        body = self._as_read(update, ticket_id) if changes_tags or native else None
        emails = self._directory.agents() if any(who.isdigit() for who in update.add_followers) else None
        request = to_request(
            update,
            self._settings,
            tags=body.tags if body else (),
            native=due_dates(update, body) if native and body else None,
            emails=emails,
        )
        result = Written(refused=request.refused, version=update.version)
        if request.ticket:
            result = self._put(ticket_id, update, request)
        return self._with_note(ticket_id, update, request, result) if request.note else result

    def reply(self, reply: Reply) -> bool:
        """Send one public reply, which the requester gets by mail; any success is one."""
        ticket_id = _ticket_id(reply.ref)
        path, body = f"/api/v2/tickets/{ticket_id}/reply", {"body": reply_html(reply)}
        self._client.call("POST", path, body=body, ticket_id=ticket_id)
        return True

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the tickets that changed since ``cursor``; None: every open ticket."""
        return self._feed.changes(cursor, self._services.now())

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one company."""
        return (TicketRef(self.connection, str(body.id)) for body in self._feed.open_tickets_of(int(organization_id)))

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Create, find or remove fields and rules; safe to repeat."""
        return set_up(self._client, self._settings, plan, self._secrets.get("webhook_key", ""), self._services.sleep)

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports: credential, rights, fields, rules, statuses, clock, competing policies."""
        return findings(self._client, self._settings, self._manners, self._services.now)

    def _as_read(self, update: TicketUpdate, ticket_id: str) -> TicketBody:
        """Return the ticket in the version that the update was decided on; asks again if nobody here read it."""
        with self._lock:
            body = self._read_lately.pop(update.ref.ticket_id, None)
        return body if body is not None and body.updated_stamp == update.version else self._reader.body(ticket_id)

    def _put(self, ticket_id: str, update: TicketUpdate, request: Request) -> Written:
        """Send the PUT; if Freshdesk complains about single fields, send the rest once without them."""
        try:
            answer = self._put_once(ticket_id, request)
        except RefusedFieldsError as err:
            refused = refused_by(err.fields, update, self._settings)
            dates = NATIVE_KEYS & set(request.ticket) if err.fields & NATIVE_KEYS else frozenset()
            if not refused and not dates:
                raise
            if dates:
                log.warning("freshdesk refused its own due dates on ticket %s; sent without them", ticket_id)
            update = _without(update, refused)
            tags = request.ticket.get("tags", ())
            native = {key: request.ticket[key] for key in NATIVE_KEYS - dates if key in request.ticket}
            again = to_request(update, self._settings, tags=tags, native=native)
            rest = self._put_once(ticket_id, again) if again.ticket else None
            result = written(update, again, rest, self._settings)
            return replace(result, refused={**request.refused, **result.refused, **refused})
        return written(update, request, answer, self._settings)

    def _put_once(self, ticket_id: str, request: Request) -> TicketBody:
        answer = self._client.put(f"/api/v2/tickets/{ticket_id}", dict(request.ticket), ticket_id=ticket_id)
        return answer.read(TicketBody, PLATFORM, ticket_id)

    def _with_note(self, ticket_id: str, update: TicketUpdate, request: Request, result: Written) -> Written:
        """Write the note and return the result with it. One that came out public is deleted, and never tried again."""
        try:
            answer = self._post_note(ticket_id, request.note)
        except RefusedFieldsError as err:
            return replace(result, refused={**result.refused, "note": str(err)})
        public = answer.private is False
        if public:
            self._delete_note(ticket_id, answer.id)
        return replace(result, note_keys=tuple(note.key for note in update.notes), public=public)

    def _post_note(self, ticket_id: str, note: Mapping[str, Any]) -> NoteAnswer:
        """Write the note; an address that Freshdesk does not take must not cost the note."""
        try:
            return self._post_note_once(ticket_id, note)
        except RefusedFieldsError as err:
            if NOTIFY not in note or NOTIFY not in err.fields:
                raise
            log.warning("freshdesk did not take the addresses to notify on ticket %s; sent without them", ticket_id)
            return self._post_note_once(ticket_id, {key: value for key, value in note.items() if key != NOTIFY})

    def _post_note_once(self, ticket_id: str, note: Mapping[str, Any]) -> NoteAnswer:
        answer = self._client.call("POST", f"/api/v2/tickets/{ticket_id}/notes", body=dict(note), ticket_id=ticket_id)
        return answer.read(NoteAnswer, PLATFORM, ticket_id)

    def _delete_note(self, ticket_id: str, note_id: int) -> None:
        """Delete a note of ours that came out public; the alarm is raised whether or not that works."""
        log.error("freshdesk: the note %s on ticket %s came out public; deleting it", note_id, ticket_id)
        try:
            self._client.delete(f"/api/v2/conversations/{note_id}")
        except PlatformError as err:
            log.error("freshdesk: the note %s is still public, delete it by hand: %s", note_id, err)


def _without(update: TicketUpdate, refused: Mapping[str, str]) -> TicketUpdate:
    """Return an update without the parts that were refused."""
    fields = {name: value for name, value in update.fields.items() if name.value not in refused}
    keep_tags = "tags" not in refused
    return replace(
        update,
        fields=fields,
        add_tags=update.add_tags if keep_tags else frozenset(),
        remove_tags=update.remove_tags if keep_tags else frozenset(),
        priority=update.priority if "priority" not in refused else None,
        group=update.group if "group" not in refused else None,
        assignee=update.assignee if "assignee" not in refused else None,
    )


def _ticket_id(ref: TicketRef) -> str:
    """Return the id, which goes into a path: digits and nothing else."""
    if not (ref.ticket_id.isascii() and ref.ticket_id.isdigit()):
        raise GoneError("freshdesk: a ticket's id is a number", platform=PLATFORM, ticket_id=ref.ticket_id[:40])
    return ref.ticket_id
