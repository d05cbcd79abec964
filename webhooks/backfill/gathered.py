"""An adapter as the looks of a command use it: what many of them read and write at once travels in batches."""

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.base import (
    Adapter,
    BatchReading,
    BatchWriting,
    Change,
    Delivery,
    Expiring,
    FetchRest,
    Finding,
    SetUpPlan,
    SetUpResult,
    Snapshot,
    WebhookRequest,
    Written,
)
from core.errors import PlatformError, RefusedError, RetryLaterError
from core.update import TicketRef, TicketUpdate
from webhooks.backfill.batches import Crowd, Gatherer


class Gathered:
    """One connection's adapter whose ``fetch`` and ``apply`` go in batches where the platform has them.

    To each look it is an adapter like any other: a batch that is refused as a whole, and what a batch leaves out, is
    done one by one.

    Args:
        adapter: the connection's.
        crowd: its looks that run.
        few: lets so many threads call the platform for one ticket at a time; more would only wait for its budget.
    """

    def __init__(self, adapter: Adapter, crowd: Crowd, few: threading.Semaphore) -> None:
        self.name, self.connection, self.supports = adapter.name, adapter.connection, adapter.supports
        self._adapter, self._few = adapter, few
        self._reads: Gatherer[TicketRef, Mapping[TicketRef, FetchRest]] | None = None
        self._writes: Gatherer[TicketUpdate, Mapping[TicketRef, Written | PlatformError]] | None = None
        if isinstance(adapter, BatchReading) and adapter.most_read:
            self._reads = Gatherer(crowd, adapter.most_read, adapter.fetch_many)
        if isinstance(adapter, BatchWriting) and adapter.most_written:
            self._writes = Gatherer(crowd, adapter.most_written, adapter.apply_many)

    def fetch(self, ref: TicketRef, observations: Mapping[str, Any] | None = None) -> Snapshot:
        """Return the ticket, read together with others."""
        rest = self._begun(ref)
        with self._few:
            return rest(observations) if rest else self._adapter.fetch(ref, observations)

    def apply(self, update: TicketUpdate) -> Written:
        """Send the update together with others."""
        came_of = self._came_of(update)
        if isinstance(came_of, PlatformError):
            raise came_of
        if came_of is not None:
            return came_of
        with self._few:
            return self._adapter.apply(update)

    def _begun(self, ref: TicketRef) -> FetchRest | None:
        try:
            return self._reads(ref).get(ref) if self._reads else None
        except RefusedError:
            return None
        except RetryLaterError as err:
            if err.status is not None:
                raise
            return None  # no answer came: it may be too large for the time there is

    def _came_of(self, update: TicketUpdate) -> Written | PlatformError | None:
        try:
            return self._writes(update).get(update.ref) if self._writes else None
        except RefusedError:
            return None

    # -- as the adapter itself does it -------------------------------------------------------------------------------

    @property
    def credential_ends_at(self) -> datetime | None:
        """When somebody has to replace the credential."""
        return self._adapter.credential_ends_at if isinstance(self._adapter, Expiring) else None

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the platform signed these bytes."""
        self._adapter.verify(request)

    def read(self, request: WebhookRequest) -> Delivery | None:
        """Return what a verified request says."""
        return self._adapter.read(request)

    def changed_since(self, cursor: str | None) -> Iterator[Change]:
        """Yield the tickets that changed since ``cursor``."""
        return self._adapter.changed_since(cursor)

    def tickets_of(self, organization_id: str) -> Iterator[TicketRef]:
        """Yield the open tickets of one organization."""
        return self._adapter.tickets_of(organization_id)

    def set_up(self, plan: SetUpPlan) -> SetUpResult:
        """Create, find or remove what the platform needs."""
        return self._adapter.set_up(plan)

    def check(self) -> Iterator[Finding]:
        """Yield what ``doctor`` reports."""
        return self._adapter.check()
