"""The whole service, wired once: store, engine, looks, metrics. Commands and the HTTP application use its parts."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from adapters.base import Adapter, Expiring
from adapters.services import MemoryCache, Services
from core.zones import zone
from webhooks.console.report_mail import REPORT, ReportLook, ReportMail
from webhooks.effects.look import MessagesLook
from webhooks.engine.audit import AuditLook, Auditor, DriftCounter
from webhooks.engine.base import Engine, Look
from webhooks.engine.budget import SharedBudget
from webhooks.engine.clustered import ProcrastinateEngine
from webhooks.engine.embedded import EmbeddedEngine
from webhooks.engine.faults import Patience
from webhooks.engine.feeds import FeedLook, OrganizationLook, PurgeLook
from webhooks.engine.heart import Heart
from webhooks.engine.look import Handler, Runner
from webhooks.engine.policy_change import PolicyChanges
from webhooks.engine.ticket import Link, TicketLook
from webhooks.metrics import Metrics, StoreCollector
from webhooks.settings import Settings
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.deadlines import Deadlines
from webhooks.store.inbox import Inbox
from webhooks.store.listings import Listings
from webhooks.store.looks import LookKey, LookKind, Looks
from webhooks.store.memory import Memories
from webhooks.store.outages import Outages
from webhooks.store.retention import Retention
from webhooks.store.runtime import Runtime
from webhooks.store.schema import require_current, upgrade_database
from webhooks.store.summaries import Summaries

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)  # without a heartbeat; another worker's turn comes well within 30 s
LinkOf = Callable[[str, Services], Link]


@dataclass(frozen=True, slots=True)
class Store:
    """An open database and every query on it; what a command needs that runs no engine.

    Use :func:`open_store`, and close ``database`` at the end.
    """

    database: Database
    clock: Clock
    looks: Looks
    inbox: Inbox
    memories: Memories
    summaries: Summaries
    runtime: Runtime
    listings: Listings
    retention: Retention
    deadlines: Deadlines
    outages: Outages


def open_store(settings: Settings) -> Store:
    """Return the store: brought up to date on SQLite, and on PostgreSQL refused unless it is.

    Raises:
        ConfigError: PostgreSQL's schema is another version's; the message names the command.
        StorageError: the database cannot be reached.
    """
    database = Database(settings.database, pool_size=settings.engine.threads + 4)
    clock = Clock(database)
    summaries = Summaries(database, settings.console.zone if settings.console else zone("UTC"))
    looks = Looks(database, clock, timedelta(seconds=settings.engine.window_seconds), LEASE)
    if database.is_sqlite:
        upgrade_database(database)
    require_current(database)
    runtime = Runtime(database, clock)
    return Store(
        database=database,
        clock=clock,
        looks=looks,
        inbox=Inbox(database, clock, looks),
        memories=Memories(database),
        summaries=summaries,
        runtime=runtime,
        listings=Listings(database, clock, looks),
        retention=Retention(database, clock, settings.retention.keep, settings.retention.keep_bodies),
        deadlines=Deadlines(database, clock, looks, runtime),
        outages=Outages(database, clock, runtime),
    )


class Service:
    """A running service.

    Args:
        settings: the whole configuration.
        store: an open store; the service closes it.
        link_of: makes a connection's link from its name and what an adapter borrows. Makes no call.

    Attributes:
        links: by connection.
        metrics: this process's counters, and the tables' gauges.
        look: runs one claim; what the engine calls.
    """

    def __init__(self, settings: Settings, store: Store, link_of: LinkOf) -> None:
        self.settings, self.store = settings, store
        self.metrics = Metrics()
        self.metrics.registry.register(StoreCollector(store.database, store.clock, store.runtime))
        self.links = {name: link_of(name, self._services(name)) for name in settings.connections}
        self.engine = _engine(settings, store)
        mails = settings.console and settings.console.report
        self._report = ReportMail(settings, store.database, store.runtime) if mails else None
        self._heart = Heart(store.looks)
        self.look: Look = Runner(
            database=store.database,
            clock=store.clock,
            looks=store.looks,
            runtime=store.runtime,
            handlers=self._handlers(),
            heart=self._heart,
            metrics=self.metrics,
            patience=Patience(settings.engine.attempts, timedelta(hours=settings.engine.outage_hours)),
        )

    def start(self) -> None:
        """Start the engine; after a fork, never before it, since threads do not survive one.

        Raises:
            ConfigError: another process works on this SQLite file.
        """
        self._heart.start()
        try:
            self.engine.start(self.look)
        except BaseException:
            self._heart.stop()
            raise
        for key in self._recurring():
            self.store.looks.ensure(key)
        if self._report is not None:  # due now, to find out when it is due: its day may have been changed
            with self.store.database.write() as connection:
                self.store.looks.request(connection, [REPORT], self.store.clock.now_in(connection))
        changes = PolicyChanges(self.store.database, self.store.clock, self.store.looks, self.store.runtime)
        for name, link in self.links.items():
            changes.catch_up(name, link.versions)
        for name, adapter in self.adapters.items():
            ends_at = adapter.credential_ends_at if isinstance(adapter, Expiring) else None
            self.store.runtime.set_credential_expiry(name, ends_at)
        log.info("engine started")

    def stop(self) -> None:
        """Wait for what runs, and close the store. Safe to repeat."""
        self.engine.stop()
        self._heart.stop()
        self.store.database.close()
        log.info("engine stopped")

    @property
    def adapters(self) -> Mapping[str, Adapter]:
        """The adapters by connection."""
        return {name: link.adapter for name, link in self.links.items()}

    def _services(self, name: str) -> Services:
        return Services(
            budget=SharedBudget(self.store.database, name),
            observer=self.metrics,
            cache=MemoryCache(),
            now=self.store.clock.now,
        )

    def _handlers(self) -> dict[LookKind, Handler]:
        store = self.store
        every = {
            name: timedelta(minutes=connection.poll_minutes)
            for name, connection in self.settings.connections.items()
            if connection.poll_minutes
        }
        tickets = TicketLook(
            store.database,
            store.clock,
            store.looks,
            store.memories,
            store.summaries,
            store.outages,
            store.runtime,
            self.links,
            self.metrics,
        )
        return {
            LookKind.TICKET: tickets,
            LookKind.MESSAGES: MessagesLook(
                store.database, store.clock, store.looks, store.memories, store.runtime, self.links
            ),
            LookKind.ORGANIZATION: OrganizationLook(store.database, store.clock, store.looks, self.adapters),
            LookKind.FEED: FeedLook(store.database, store.clock, store.looks, store.runtime, self.adapters, every),
            LookKind.PURGE: PurgeLook(store.clock, store.retention),
            LookKind.AUDIT: AuditLook(self._auditor()),
            LookKind.REPORT: ReportLook(store.database, store.clock, store.looks, self._report),
        }

    def _auditor(self) -> Auditor:
        connections = self.settings.connections.items()
        return Auditor(
            database=self.store.database,
            clock=self.store.clock,
            looks=self.store.looks,
            runtime=self.store.runtime,
            adapters=self.adapters,
            counter=DriftCounter(self.metrics.registry),
            respects=frozenset(name for name, connection in connections if connection.drift == "respect"),
        )

    def _recurring(self) -> list[LookKey]:
        polled = [name for name, connection in self.settings.connections.items() if connection.poll_minutes]
        asked = [LookKey(name, kind) for name in polled for kind in (LookKind.FEED, LookKind.AUDIT)]
        return [LookKey("", LookKind.PURGE), *asked]


def _engine(settings: Settings, store: Store) -> Engine:
    make = EmbeddedEngine if store.database.is_sqlite else ProcrastinateEngine
    how = settings.engine
    return make(store.database, store.clock, store.looks, how.threads, how.max_crashes, how.poll_seconds)
