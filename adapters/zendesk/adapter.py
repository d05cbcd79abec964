"""Zendesk Support: signed webhooks in, tickets read, one update out. What it relies on: README.md in this folder."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters.base import (
    Capability,
    Change,
    Delivery,
    FetchRest,
    Finding,
    SetUpPlan,
    SetUpResult,
    Snapshot,
    WebhookRequest,
    Written,
)
from adapters.http import ApiClient
from adapters.services import Services
from adapters.signing import base64_hmac, require_fresh, require_signature
from adapters.zendesk.account import ZendeskManners
from adapters.zendesk.auth import API_TOKENS_END_AT, ApiToken, credential
from adapters.zendesk.check import findings
from adapters.zendesk.deliveries import SIGNATURE_HEADER, TIMESTAMP_HEADER, event_delivery, trigger_delivery
from adapters.zendesk.feed import changes, tickets_of
from adapters.zendesk.jobs import MOST_TICKETS, Jobs
from adapters.zendesk.payloads import TicketBody, UpdateAnswer
from adapters.zendesk.people import Directory
from adapters.zendesk.reading import MOST_BODIES, Reader
from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.setup import set_up
from adapters.zendesk.tables import FROZEN_STATUSES, PLATFORM, TEST_SECRET
from adapters.zendesk.writing import Request, outcome, public_comments, reply_body, to_line, to_request, written
from core.errors import FrozenError, GoneError, PlatformError, RefusedError
from core.update import Reply, TicketRef, TicketUpdate

log = logging.getLogger(__name__)

SET_UP_SCOPE = "read write"  # fields, forms, triggers, views and webhooks have no narrower one
MOST_READ_TICKETS = 1000
FEWEST_LINES = 4  # of a job: it costs three calls to start it, to wait for it and to read what it did


class ZendeskAdapter:
    """One Zendesk account. Thread-safe."""

    name = PLATFORM
    most_read, most_written = MOST_BODIES, MOST_TICKETS
    supports = frozenset(
        {
            Capability.NOTES,
            Capability.NOTE_IN_UPDATE,
            Capability.TAGS,
            Capability.FOLLOWERS,
            Capability.GROUPS,
            Capability.HISTORY,
        }
    )

    def __init__(
        self, connection: str, settings: ZendeskSettings, secrets: Mapping[str, str], services: Services
    ) -> None:
        self.connection, self._settings, self._secrets, self._services = connection, settings, secrets, services
        self._manners = ZendeskManners()
        self._auth = credential(connection, settings, secrets, services)
        self._client = ApiClient(PLATFORM, connection, settings.url, services, auth=self._auth, manners=self._manners)
        directory = Directory(connection, self._client, services.cache)
        self._reader = Reader(connection, self._client, directory, settings)
        self._jobs = Jobs(self._client, services.sleep)
        signing = (secrets.get("signing_secret"), secrets.get("signing_secret_previous"))
        self._signing_secrets = [secret for secret in signing if secret and secret != TEST_SECRET]
        self._tags_read: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def credential_ends_at(self) -> datetime | None:
        """When the credential stops working: an API token with all others, an OAuth token never by itself."""
        return API_TOKENS_END_AT if isinstance(self._auth, ApiToken) else None

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless one of our secrets signed these raw bytes within the replay window.

        Each attempt of a delivery is signed anew with its own timestamp, so a late retry passes.
        """
        signed_at = request.header(TIMESTAMP_HEADER)
        message = signed_at.encode() + request.body
        require_signature(PLATFORM, base64_hmac, self._signing_secrets, message, request.header(SIGNATURE_HEADER))
        require_fresh(
            PLATFORM, signed_at, self._services.now(), timedelta(seconds=self._settings.replay_window_seconds)
        )

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return which tickets, or which organization's, to look at; None for a kind that moves no clock."""
        if self._settings.webhook == "trigger":
            return trigger_delivery(self.connection, request)
        return event_delivery(self.connection, request)

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket with its whole history and what it shows."""
        return self._snapshot(self._reader.body(_ticket_id(ref)), observations)

    def fetch_many(self, refs: Sequence[TicketRef]) -> Mapping[TicketRef, FetchRest]:
        """Read tickets, users and organizations at once; each ticket's history is left to be asked for."""
        bodies = self._reader.bodies([ref.ticket_id for ref in refs if _is_id(ref.ticket_id)])
        rest = partial(self._snapshot, may_be_old=True)
        return {TicketRef(self.connection, str(body.id)): partial(rest, body) for body in bodies}

    def apply(self, update: TicketUpdate) -> Written:
        """Send the whole update as one PUT and return what Zendesk really took; nothing to say sends nothing."""
        ticket_id, request = _ticket_id(update.ref), self._request(update)
        if not request.ticket:
            return Written(refused=request.refused, version=update.version)
        try:
            answer = self._put(ticket_id, request.ticket)
        except RefusedError as err:
            if err.status != 422:
                raise
            request = self._without_note(ticket_id, request, err)
            answer = self._put(ticket_id, request.ticket)
        for comment_id in public_comments(answer.audit):
            self._hide(ticket_id, comment_id)
        return written(update, request, answer, self._settings)

    def apply_many(self, updates: Sequence[TicketUpdate]) -> Mapping[TicketRef, Written | PlatformError]:
        """Send updates without notes as one job, wait for its end, and return what Zendesk really took of each."""
        requests = [(update, self._request(update)) for update in updates if _is_id(update.ref.ticket_id)]
        lines = {line["id"]: line for update, request in requests if (line := to_line(update, request))}
        if len(lines) < FEWEST_LINES:
            return {}
        done = self._jobs.update(list(lines.values()))
        after = {str(body.id): body for body in self._reader.bodies([str(id_) for id_ in lines])}
        came_of: dict[TicketRef, Written | PlatformError] = {}
        for update, request in requests:
            ticket_id = update.ref.ticket_id
            if int(ticket_id) in lines and ticket_id in after:
                it = outcome(update, request, after[ticket_id], self._settings, is_done=ticket_id in done)
                came_of |= {update.ref: it} if it else {}
        return came_of

    def reply(self, reply: Reply) -> bool:
        """Send one public comment, unless the ticket changed; False where our account may not write in public."""
        return bool(public_comments(self._put(_ticket_id(reply.ref), reply_body(reply)).audit))

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the tickets that changed since ``cursor``; None: every open ticket. Needs an admin's credential."""
        return changes(self.connection, self._client, cursor, self._services.now())

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one organization."""
        return tickets_of(self.connection, self._client, organization_id)

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Create, find or remove fields, form entries, webhook, trigger and views; safe to repeat."""
        settings = self._settings.model_copy(update={"scope": SET_UP_SCOPE})
        auth = credential(self.connection, settings, self._secrets, self._services)
        client = ApiClient(PLATFORM, self.connection, settings.url, self._services, auth=auth, manners=self._manners)
        return set_up(client, settings, plan)

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports: credential, rights, fields, webhook, clock, competing policies."""
        return findings(self._client, self._settings, self._auth, self._services.now)

    def _snapshot(
        self, body: TicketBody, observations: Mapping[str, Any] | None, *, may_be_old: bool = False
    ) -> Snapshot:
        """Return the ticket with its history, and remember its tags for the write that may follow."""
        snapshot = self._reader.snapshot(body, observations, self._services.now(), may_be_old=may_be_old)
        with self._lock:
            self._tags_read[(str(body.id), snapshot.version or "")] = snapshot.shown.tags
            while len(self._tags_read) > MOST_READ_TICKETS:
                self._tags_read.popitem(last=False)
        return snapshot

    def _request(self, update: TicketUpdate) -> Request:
        tags = self._tags(update) if update.add_tags or update.remove_tags else frozenset()
        return to_request(update, self._settings, tags)

    def _tags(self, update: TicketUpdate) -> frozenset[str]:
        """Return the ticket's tags in the version that the update was decided on; asks again if nobody here read it."""
        with self._lock:
            tags = self._tags_read.get((update.ref.ticket_id, update.version or ""))
        return tags if tags is not None else frozenset(self._reader.body(_ticket_id(update.ref)).tags)

    def _put(self, ticket_id: str, ticket: Mapping[str, Any]) -> UpdateAnswer:
        answer = self._client.put(f"/api/v2/tickets/{ticket_id}", {"ticket": dict(ticket)}, ticket_id=ticket_id)
        return answer.read(UpdateAnswer, PLATFORM, ticket_id)

    def _hide(self, ticket_id: str, comment_id: int) -> None:
        """Make a note of ours private that came out public; the alarm is raised whether or not that works."""
        log.error("zendesk: the note %s on ticket %s came out public; making it private", comment_id, ticket_id)
        try:
            self._client.put(f"/api/v2/tickets/{ticket_id}/comments/{comment_id}/make_private")
        except PlatformError as err:
            log.error("zendesk: the note %s is still public, make it private by hand: %s", comment_id, err)

    def _without_note(self, ticket_id: str, request: Request, err: PlatformError) -> Request:
        """Return what is worth sending after a 422: nothing to a closed ticket, and no note to a full one.

        A ticket takes 5,000 comments; field-only updates still pass. Texts of errors are in the user's language, so
        the ticket's status tells.
        """
        if self._reader.body(ticket_id).status in FROZEN_STATUSES:
            raise FrozenError(str(err), platform=PLATFORM, ticket_id=ticket_id, status=422) from err
        rest = {key: value for key, value in request.ticket.items() if key not in ("comment", "metadata")}
        if not rest or len(rest) == len(request.ticket):
            raise err
        return Request(rest, request.fields, {**request.refused, "note": str(err)})


def _ticket_id(ref: TicketRef) -> str:
    """Return the id, which goes into a path: digits and nothing else."""
    if not _is_id(ref.ticket_id):
        raise GoneError("zendesk: a ticket's id is a number", platform=PLATFORM, ticket_id=ref.ticket_id[:40])
    return ref.ticket_id


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()
