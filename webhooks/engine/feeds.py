"""Looks that make other looks due: an organization's tickets, a platform's change feed. And the purge."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from adapters.base import Adapter
from webhooks.engine.look import Outcome
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, LookKey, Looks
from webhooks.store.retention import Retention
from webhooks.store.runtime import Runtime

BATCH = 200  # tickets a transaction
PURGE_EVERY = timedelta(hours=1)
CHANGES = "changes"  # the feed's name among a connection's cursors

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class OrganizationLook:
    """Makes the open tickets of an organization due: its plan may have changed, which no ticket's event says."""

    database: Database
    clock: Clock
    looks: Looks
    adapters: Mapping[str, Adapter]

    def __call__(self, begun: Begun) -> Outcome:
        """Ask for the tickets, and look at each soon."""
        key = begun.claim.key
        for refs in batches(self.adapters[key.connection].tickets_of(key.subject)):
            with self.database.write() as connection:
                now = self.clock.now_in(connection)
                self.looks.request(connection, [LookKey.ticket(key.connection, ref.ticket_id) for ref in refs], now)
        return Outcome(None)


@dataclass(frozen=True, slots=True)
class FeedLook:
    """Makes due what changed on the platform since the last time, so that a lost delivery is only a late one.

    Attributes:
        every: how often each connection's feed is read; a connection that is absent is not polled.
    """

    database: Database
    clock: Clock
    looks: Looks
    runtime: Runtime
    adapters: Mapping[str, Adapter]
    every: Mapping[str, timedelta]

    def __call__(self, begun: Begun) -> Outcome:
        """Read the feed from where it was left; the cursor moves with what it brought."""
        name = begun.claim.key.connection
        self.read(name, begun)
        return Outcome(self.clock.now() + self.every[name] if name in self.every else None)

    def read(self, name: str, begun: Begun | None = None) -> int:
        """Make due what a connection's feed brings, and return how many changes that was.

        Args:
            begun: the run that does it and stops when another one takes over; None for a person's command, which
                may go beside the service's own run: what comes twice is looked at once.
        """
        read = 0
        adapter = self.adapters[name]
        for changes in batches(adapter.changed_since(self.runtime.cursor(name, CHANGES))):
            with self.database.write() as connection:
                if begun is not None:
                    self.looks.check(connection, begun.claim)
                now = self.clock.now_in(connection)
                keys = [LookKey.ticket(name, change.ref.ticket_id) for change in changes]
                self.looks.request(connection, keys, now)
                self.runtime.move_cursor(connection, name, CHANGES, changes[-1].cursor)
            read += len(changes)
        return read


@dataclass(frozen=True, slots=True)
class PurgeLook:
    """Deletes, every hour, what is older than it needs to be."""

    clock: Clock
    retention: Retention

    def __call__(self, _begun: Begun) -> Outcome:
        """Purge."""
        self.retention.purge()
        return Outcome(self.clock.now() + PURGE_EVERY)


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield lists of up to BATCH items, each for one transaction."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
