"""What an adapter is: the contract between a helpdesk platform and everything else here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ValidationError

from core.errors import PayloadError, PlatformError
from core.ticket import Ticket
from core.update import Field, FieldValue, Reply, Shown, TicketRef, TicketUpdate

Model = TypeVar("Model", bound=BaseModel)


class Capability(StrEnum):
    """What a platform can do, so that nothing is asked of it that it cannot."""

    NOTES = "notes"
    NOTE_IN_UPDATE = "note_in_update"
    TAGS = "tags"
    FOLLOWERS = "followers"
    GROUPS = "groups"
    HISTORY = "history"
    NATIVE_DUE_DATE = "native_due_date"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One HTTP request as it came: raw bytes, header names in any case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return a header's value, or "" where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")

    def read(self, model: type[Model]) -> Model:
        """Return the JSON body as ``model``.

        Raises:
            PayloadError: the body is not JSON or a field is wrong; the message names the field, never its value.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError as err:
            first = err.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            raise PayloadError(f"{where}: {first['type']}") from None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one webhook request says: look at these tickets.

    Attributes:
        id: the platform's id of the delivery, the same for each attempt; unique per connection.
        event_id: the platform's id of the event, the same over several webhooks; None if it gives none.
        kind: the platform's name of the event.
        refs: the tickets to look at; empty for an event that moves no clock.
        organization_id: look at the open tickets of this organization.
        actor: who did it, by the platform's id.
        at: when it happened, as the platform says.
    """

    id: str
    kind: str
    refs: tuple[TicketRef, ...] = ()
    event_id: str | None = None
    organization_id: str | None = None
    actor: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket as it was read: what happened, what is shown, and the platform's mark of the version.

    ``frozen`` says that the platform takes no more writes (closed, archived); ``observations`` is what an adapter
    without a history wants to be handed back at the next look.
    """

    ticket: Ticket
    shown: Shown
    version: str | None = None
    frozen: bool = False
    observations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What the platform really took of an update.

    ``refused`` maps a field's name to the reason why the platform did not take it; ``public`` is True when a note
    turned out to be visible to the customer, which is an alarm.
    """

    fields: Mapping[Field, FieldValue] = field(default_factory=dict)
    note_keys: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One ticket of a change feed, and the cursor from which to go on after it."""

    ref: TicketRef
    updated_at: datetime
    cursor: str


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``sla-sidecar doctor``: what was looked at, how it is, and what to do about it."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that ``connect`` creates, finds or removes.

    ``action`` is one of create, found, change, remove, skip; ``id`` is the platform's id once it is known.
    """

    action: str
    what: str
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetUpPlan:
    """What ``connect`` should bring about on the platform.

    Attributes:
        webhook_url: where deliveries are to go, with the connection's token.
        fields: our fields, with the values that a drop-down offers (empty: free).
        inputs: the facts that agents fill in, with their values (empty: a tick-box).
        dry_run: ask the platform, change nothing.
        remove: take away what an earlier run created.
        delete_fields: with ``remove``: also delete fields, which deletes their values on every ticket.
    """

    webhook_url: str
    fields: Mapping[Field, Sequence[str]]
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    teams: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    remove: bool = False
    delete_fields: bool = False


@dataclass(frozen=True, slots=True)
class SetUpResult:
    """What was done, what to write into ``sidecar.yaml``, and the secrets to keep (name to value).

    ``teams`` are the platform's groups, id to name, where they were listed anyway.
    """

    steps: Sequence[Step]
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Adapter(Protocol):
    """One connection to one platform."""

    name: str
    connection: str
    supports: frozenset[Capability]

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the platform signed these raw bytes, lately."""

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return what a verified request says, or None for a kind that moves no clock.

        Raises:
            PayloadError: the request cannot be read; the message names the field.
        """

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket with its whole history and what it shows.

        Raises:
            GoneError: it is deleted or cannot be seen.
            RetryLaterError, RefusedError: as they say.
        """

    def apply(self, update: TicketUpdate) -> Written:
        """Send the whole update at once and return what the platform really took.

        Raises:
            ConflictError: the ticket changed since it was read.
            FrozenError: the ticket takes no more writes.
            RetryLaterError, RefusedError: as they say.
        """

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the tickets that changed since ``cursor`` (None: every open ticket), oldest first."""

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one organization."""

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Create, find or remove what the platform needs; safe to repeat."""

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports about this connection: credentials, rights, fields, webhook, competition."""


@runtime_checkable
class Expiring(Protocol):
    """An adapter whose credential stops working some day: for metrics that warn before."""

    @property
    def credential_ends_at(self) -> datetime | None:
        """When somebody has to replace the credential; None while it renews itself."""


FetchRest = Callable[[Mapping[str, Any] | None], Snapshot]


@runtime_checkable
class BatchReading(Protocol):
    """An adapter that reads many tickets with few calls, for whoever goes through a whole account.

    Attributes:
        most_read: how many tickets one batch may have; 0 where this account has none.
    """

    most_read: int

    def fetch_many(self, refs: Sequence[TicketRef]) -> Mapping[TicketRef, FetchRest]:
        """Read what comes in batches, and return for each ticket the rest of its ``fetch``.

        The rest takes the ticket's observations and returns or raises what ``fetch`` would; what has no batch call it
        asks for when it is called, so that many threads can. A ticket that is left out is to be fetched alone.

        Raises:
            RetryLaterError, RefusedError: as they say, of the whole batch.
        """


@runtime_checkable
class BatchWriting(Protocol):
    """An adapter that writes different updates to many tickets with few calls.

    Attributes:
        most_written: how many updates one batch may have; 0 where this account has none.
    """

    most_written: int

    def apply_many(self, updates: Sequence[TicketUpdate]) -> Mapping[TicketRef, Written | PlatformError]:
        """Send many updates, at most one a ticket, and return what came of each, in the terms of ``apply``.

        An update that is left out was not done, and is to be applied alone. A ticket is never overwritten that
        changed since its update's ``version``.

        Raises:
            RetryLaterError: what was done is not known; nothing is lost or repeated by deciding all of them again.
            RefusedError: nothing was done.
        """


@runtime_checkable
class Replying(Protocol):
    """An adapter that can answer a requester in public, for a connection with ``turn_back: public``."""

    def reply(self, reply: Reply) -> bool:
        """Send one public reply and return whether the requester can see it.

        From then on ``fetch`` shows its key among ``reply_keys``, and no event: it is nobody's answer.

        Raises:
            ConflictError: the ticket changed since it was read; nothing was sent.
            GoneError, FrozenError: the ticket takes no reply; nothing was sent.
            RefusedError: nothing was sent, unless its status is a success: then the answer could not be read.
            RetryLaterError: with status 429 nothing was sent; with any other nobody knows.
        """
