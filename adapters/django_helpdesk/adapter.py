"""django-helpdesk: webhooks in, tickets read, one update out. What it relies on: README.md in this folder."""

import logging
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
from adapters.django_helpdesk.auth import credential, webhook_authorization
from adapters.django_helpdesk.check import findings
from adapters.django_helpdesk.deliveries import delivery_of
from adapters.django_helpdesk.feed import changes, tickets_of
from adapters.django_helpdesk.manners import BadFieldsError, DjangoHelpdeskManners
from adapters.django_helpdesk.payloads import FollowUpBody, TicketBody
from adapters.django_helpdesk.reading import Reader, shown_on
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.setup import set_up
from adapters.django_helpdesk.tables import PLATFORM
from adapters.django_helpdesk.writing import (
    Request,
    is_public,
    note_body,
    notes_to_write,
    reply_body,
    takes_comments,
    to_request,
    written,
)
from adapters.http import ApiClient
from adapters.services import Services
from adapters.signing import require_signature
from core.errors import ConflictError, GoneError, PlatformError
from core.update import Note, Reply, TicketRef, TicketUpdate

log = logging.getLogger(__name__)

MOST_DIGITS = 18  # a longer number is an error of the site's database, not a missing ticket


class DjangoHelpdeskAdapter:
    """One django-helpdesk site. Thread-safe."""

    name = PLATFORM

    def __init__(
        self, connection: str, settings: DjangoHelpdeskSettings, secrets: Mapping[str, str], services: Services
    ) -> None:
        self.connection, self._settings, self._services = connection, settings, services
        auth, manners = credential(settings, secrets), DjangoHelpdeskManners()
        self._client = ApiClient(PLATFORM, connection, settings.base_url, services, auth=auth, manners=manners)
        self._reader = Reader(connection, self._client, settings, services.sleep)
        both = (secrets.get("webhook_secret"), secrets.get("webhook_secret_previous"))
        self._webhook_secrets = [secret for secret in both if secret]
        self.supports = frozenset({Capability.NOTES, Capability.NATIVE_DUE_DATE, Capability.GROUPS}) | (
            {Capability.TAGS} if settings.tags_field else set()
        )

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the request carries the password of the webhook's address.

        django-helpdesk signs nothing, so the body proves nothing: it only names a ticket, which is then read. A
        connection without a ``webhook_secret`` relies on the token in the address alone, which the service checks.
        """
        if self._webhook_secrets:
            given = request.header("Authorization")
            require_signature(PLATFORM, webhook_authorization, self._webhook_secrets, request.body, given)

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return which ticket to look at; None for a note of our own, which moves no clock."""
        return delivery_of(self.connection, request)

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket with its history and what it shows, by one read."""
        return self._reader.snapshot(_ticket_id(ref), observations, self._services.now())

    def apply(self, update: TicketUpdate) -> Written:
        """Send the fields as one PATCH and the notes as one follow-up; nothing to say sends nothing.

        With tags or notes the ticket is read once more just before: tags are written whole, and a note must not go
        onto a ticket that was solved meanwhile.
        """
        ticket_id = _ticket_id(update.ref)
        needs_reading = bool(update.notes or update.add_tags or update.remove_tags)
        before = self._reader.body(ticket_id) if needs_reading else None
        request = to_request(update, self._settings, before)
        after = None
        if request.patch:
            request, after = self._patch(ticket_id, request)
        result = written(update, request, after, self._settings)
        if before is None or not update.notes:
            return result
        notes, why_not = notes_to_write(update, after or before, self._settings)
        if why_not:
            return replace(result, refused={**result.refused, "note": why_not})
        public = self._write_note(ticket_id, notes, before) if notes else False
        return replace(result, note_keys=tuple(note.key for note in update.notes), public=public)

    def reply(self, reply: Reply) -> bool:
        """Write one public follow-up, which the site mails to the submitter.

        The ticket is read once more just before: there are no versions, and a comment on a solved ticket would be its
        resolution.
        """
        ticket_id = _ticket_id(reply.ref)
        before = self._reader.body(ticket_id)
        if reply.key in shown_on(before, self._settings).reply_keys or not takes_comments(before, self._settings):
            said = f"{PLATFORM}: ticket {ticket_id} was solved or answered meanwhile"
            raise ConflictError(said, platform=PLATFORM, ticket_id=ticket_id)
        answer = self._client.call("POST", "/api/followups/", body=reply_body(reply), ticket_id=ticket_id)
        return answer.read(FollowUpBody, PLATFORM, ticket_id).public

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the tickets that changed since ``cursor``; None: every open ticket."""
        return changes(self.connection, self._client, self._settings, cursor, self._services.now())

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one organization, which is a mail domain."""
        return tickets_of(self.connection, self._client, self._settings, organization_id)

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Find the custom fields and say what an admin has to add: the API can create neither fields nor webhooks."""
        return set_up(self._client, self._settings, plan, self._webhook_secrets)

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports: credential, tickets, fields, statuses, priorities, webhook, clock."""
        return findings(self._client, self._settings, bool(self._webhook_secrets), self._services.now)

    def _patch(self, ticket_id: str, request: Request) -> tuple[Request, TicketBody | None]:
        """Send the fields; one that the site does not take is left out, since a 400 took none of them."""
        try:
            return request, self._send(ticket_id, request.patch)
        except BadFieldsError as err:
            rest = request.without(err.fields)
            if len(rest.patch) == len(request.patch):
                raise
        return rest, self._send(ticket_id, rest.patch) if rest.patch else None

    def _send(self, ticket_id: str, patch: Mapping[str, Any]) -> TicketBody:
        answer = self._client.call("PATCH", f"/api/tickets/{ticket_id}/", body=dict(patch), ticket_id=ticket_id)
        return answer.read(TicketBody, PLATFORM, ticket_id)

    def _write_note(self, ticket_id: str, notes: tuple[Note, ...], ticket: TicketBody) -> bool:
        """Write one internal follow-up; return True if a customer can read it, which is an alarm."""
        body = note_body(ticket_id, notes)
        answer = self._client.call("POST", "/api/followups/", body=body, ticket_id=ticket_id)
        note = answer.read(FollowUpBody, PLATFORM, ticket_id)
        if note.public:
            log.error("%s: the note %s on ticket %s came out public; making it private", PLATFORM, note.id, ticket_id)
            try:
                self._client.patch(f"/api/followups/{note.id}/", {"public": False})
            except PlatformError as err:
                log.error("%s: the note %s is still public, make it private by hand: %s", PLATFORM, note.id, err)
        return is_public(note, ticket)


def _ticket_id(ref: TicketRef) -> str:
    """Return the id, which goes into a path: digits and nothing else."""
    id_ = ref.ticket_id
    if not (id_.isascii() and id_.isdigit() and len(id_) <= MOST_DIGITS):
        raise GoneError(f"{PLATFORM}: a ticket's id is a number", platform=PLATFORM, ticket_id=id_[:40])
    return id_
