"""Jira Service Management: signed webhooks in, issues read, one update out. What it relies on: README.md here."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
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
from adapters.jira.account import FieldsRefusedError, JiraManners
from adapters.jira.auth import credential
from adapters.jira.bulk import MOST_ISSUES, Bulk
from adapters.jira.check import findings
from adapters.jira.deliveries import delivery_of, require_jiras_signature
from adapters.jira.feed import changes, tickets_of
from adapters.jira.notes import Notes
from adapters.jira.payloads import IssueBody
from adapters.jira.people import Directory
from adapters.jira.place import Place
from adapters.jira.reading import Reader
from adapters.jira.replies import send_reply
from adapters.jira.rights import Rights
from adapters.jira.settings import JiraSettings
from adapters.jira.setup import set_up
from adapters.jira.tables import PLATFORM
from adapters.jira.writing import Request, to_request, written
from adapters.services import Services
from core.errors import FrozenError, GoneError
from core.update import Reply, TicketRef, TicketUpdate

MOST_PLACES = 10_000
FEWEST_ISSUES = 3


class JiraAdapter:
    """One Jira site. Thread-safe."""

    name = PLATFORM

    def __init__(self, connection: str, settings: JiraSettings, secrets: Mapping[str, str], services: Services) -> None:
        self.connection, self._settings, self._services = connection, settings, services
        self.most_read = MOST_ISSUES if settings.differences.reads_in_bulk else 0
        self.supports = frozenset(
            {Capability.NOTES, Capability.TAGS, Capability.HISTORY}
            | ({Capability.GROUPS} if settings.group_field else set())
        )
        auth = credential(connection, settings, secrets)
        self._client = ApiClient(PLATFORM, connection, settings.url, services, auth=auth, manners=JiraManners())
        directory = Directory(connection, self._client, services.cache, settings)
        self._reader = Reader(connection, self._client, directory, settings)
        self._bulk = Bulk(self._client, settings)
        self._rights = Rights(connection, self._client, services.cache, settings)
        self._notes = Notes(self._client, settings)
        signing = (secrets.get("webhook_secret"), secrets.get("webhook_secret_previous"))
        self._signing_secrets = [secret for secret in signing if secret]
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def credential_ends_at(self) -> datetime | None:
        """When the token ends, as the settings say; Jira tells nobody."""
        ends_on = self._settings.token_ends_on
        return datetime.combine(ends_on, time(), UTC) if ends_on else None

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless one of our secrets signed these raw bytes.

        Nothing in them says when, so a delivery that is replayed is told by its id. Where a Data Center cannot sign
        (``signed: false``), the token in the webhook's address, which the service compares, is all there is.
        """
        if self._settings.signed:
            require_jiras_signature(self._signing_secrets, request)

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return which issue to look at; None for a kind that moves no clock and for what we did ourselves."""
        return delivery_of(self.connection, request, self._settings)

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket with its whole history and what it shows."""
        issue = self._issue(_ticket_id(ref))
        return self._snapshot(issue, observations)

    def fetch_many(self, refs: Sequence[TicketRef]) -> Mapping[TicketRef, FetchRest]:
        """Read issues, comments and histories at once; comments beyond a page are left to be asked for (Cloud).

        Two calls: for fewer than three issues they save nothing.
        """
        ids = [ref.ticket_id for ref in refs if _is_id(ref.ticket_id)]
        if len(ids) < FEWEST_ISSUES:
            return {}
        issues = self._bulk.issues(ids)
        for issue in issues:
            self._remember(issue)
        return {TicketRef(self.connection, issue.id): partial(self._snapshot, issue) for issue in issues}

    def apply(self, update: TicketUpdate) -> Written:
        """Send fields, labels and property as one PUT and a note as one POST; nothing to say sends nothing."""
        if not update:
            return Written(version=update.version)
        ticket_id = _ticket_id(update.ref)
        with self._lock:
            place = self._places.get(ticket_id)
        place = place or Place.of(self._issue(ticket_id), self._settings)
        done = Written(version=update.version)
        if replace(update, notes=()):
            done = self._edit(update, place)
        if not update.notes:
            return done
        noted = self._notes.write(place, update.notes)
        refused = {**done.refused, **noted.refused}
        return replace(done, note_keys=noted.note_keys, refused=refused, public=noted.public)

    def reply(self, reply: Reply) -> bool:
        """Send one public comment on a customer's request."""
        return send_reply(self._client, _ticket_id(reply.ref), reply)

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the issues that changed since ``cursor``; None: every open one of the connection's projects."""
        return changes(self.connection, self._client, self._settings, cursor, self._services.now())

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one organization."""
        return tickets_of(self.connection, self._client, self._settings, organization_id)

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Create, find or remove fields, their places on screens, and the webhook; safe to repeat."""
        return set_up(self._client, self._settings, plan, has_secret=bool(self._signing_secrets))

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports: credential, rights, fields, webhook, statuses, clock, native SLAs."""
        return findings(self._client, self._settings, self._services.now)

    def _snapshot(self, issue: IssueBody, observations: Mapping[str, Any] | None) -> Snapshot:
        return self._reader.snapshot(issue, observations, self._services.now())

    def _issue(self, ticket_id: str) -> IssueBody:
        """Return the issue as it is now, and remember where it stands."""
        issue = self._reader.issue(ticket_id)
        self._remember(issue)
        return issue

    def _remember(self, issue: IssueBody) -> None:
        """Keep where an issue stands, for the write that may follow."""
        with self._lock:
            self._places[issue.id] = Place.of(issue, self._settings)
            self._places.move_to_end(issue.id)
            while len(self._places) > MOST_PLACES:
                self._places.popitem(last=False)

    def _edit(self, update: TicketUpdate, place: Place) -> Written:
        """Edit the issue; what Jira names as not editable is left out and the rest sent once more.

        Raises:
            FrozenError: nothing of the issue can be edited in its status.
        """
        request = to_request(update, self._settings, self._editable(place))
        if not request:
            return Written(refused=request.refused, version=update.version)
        try:
            after = self._put(place, request)
        except FieldsRefusedError as err:
            self._rights.forget(place)
            request = request.without(err.fields)
            if not request:
                self._editable(place)
                return Written(refused=request.refused, version=update.version)
            after = self._put(place, request)
        return written(update, request, after, self._settings)

    def _editable(self, place: Place) -> Mapping[str, Any]:
        editable = self._rights.editable(place)
        if not editable.anything:
            said = f"jira: issue {place.issue_id} cannot be edited in its status"
            raise FrozenError(said, platform=PLATFORM, ticket_id=place.issue_id)
        return editable.fields

    def _put(self, place: Place, request: Request) -> Mapping[str, Any]:
        """Send one edit and return the fields as they became, as far as the answer tells."""
        differences = self._settings.differences
        params = {"returnIssue": "true"} if differences.returns_issue else {}
        if self._rights.may_be_silent(place.project_key):
            params["notifyUsers"] = "false"  # the word: 0 and False are misread
        path = f"{differences.api}/issue/{place.issue_id}"
        body = request.body(place.held)
        answer = self._client.call("PUT", path, params=params, body=body, ticket_id=place.issue_id)
        fields = answer.body.get("fields") if isinstance(answer.body, dict) else None
        return fields if isinstance(fields, dict) else {}


def _ticket_id(ref: TicketRef) -> str:
    """Return the issue's id, which goes into a path and outlives every key: digits and nothing else."""
    if not _is_id(ref.ticket_id):
        raise GoneError("jira: an issue's id is a number", platform=PLATFORM, ticket_id=ref.ticket_id[:40])
    return ref.ticket_id


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
