"""What the service lends to an adapter: rate budget, call observer, clock, HTTP sessions, a cache.

Each is a small protocol, so that workers can share a budget through the database and tests need no service.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import requests


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``calls`` in any span of ``seconds``."""

    calls: int
    seconds: float


class Budget(Protocol):
    """The calls that one account may still make, shared by everybody who calls it.

    A ``kind`` is a counter's name: "api" for all calls of the account, others as an adapter likes, also with an id
    in them ("ticket:5158"). The adapter names the rate with each call, because it learns it from the platform's
    answers; a counter forgets what is older than the rate's span.
    """

    def take(self, kind: str, rate: Rate) -> float:
        """Take one call and return 0.0; or take nothing and return the seconds after which to ask again."""

    def pause(self, seconds: float) -> None:
        """Let nobody take anything of any kind for ``seconds`` from now (the platform said so); never shortens."""


class Cache(Protocol):
    """Small JSON objects that are asked for again and again, such as users and organizations."""

    def get(self, key: str) -> Mapping[str, Any] | None:
        """Return what was put, unless its time is up."""

    def put(self, key: str, value: Mapping[str, Any], ttl_seconds: float) -> None:
        """Keep ``value`` for ``ttl_seconds``."""

    def drop(self, key: str) -> None:
        """Forget ``key``; it need not exist."""


class Observer(Protocol):
    """Hears of every call that was answered or failed, for metrics."""

    def on_call(self, platform: str, connection: str, method: str, route: str, status: int, seconds: float) -> None:
        """Note one call.

        Args:
            platform: the adapter's name.
            connection: the connection's name.
            method: GET, PUT, …
            route: the path with ids replaced by ``{id}``, so that it can label a metric.
            status: the HTTP status; 0 if no answer came.
            seconds: how long it took.
        """


class MemoryBudget:
    """A budget of one process, for tests, commands and the embedded default. Thread-safe."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._taken: dict[str, deque[float]] = defaultdict(deque)
        self._paused_until = 0.0

    def take(self, kind: str, rate: Rate) -> float:
        """Take one call and return 0.0; or take nothing and return the seconds after which to ask again."""
        with self._lock:
            now = self._monotonic()
            if now < self._paused_until:
                return self._paused_until - now
            taken = self._taken[kind]
            while taken and taken[0] <= now - rate.seconds:
                taken.popleft()
            if len(taken) >= rate.calls:
                return taken[len(taken) - rate.calls] + rate.seconds - now
            taken.append(now)
            return 0.0

    def pause(self, seconds: float) -> None:
        """Let nobody take anything for ``seconds`` from now; never shortens an earlier pause."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._monotonic() + seconds)


class MemoryCache:
    """A cache of one process. Thread-safe; the oldest entries leave when it is full."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, max_entries: int = 10_000) -> None:
        self._monotonic, self._max_entries = monotonic, max_entries
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def get(self, key: str) -> Mapping[str, Any] | None:
        """Return what was put, unless its time is up."""
        with self._lock:
            until, value = self._entries.get(key, (0.0, None))
            return value if self._monotonic() < until else None

    def put(self, key: str, value: Mapping[str, Any], ttl_seconds: float) -> None:
        """Keep ``value`` for ``ttl_seconds``."""
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = (self._monotonic() + ttl_seconds, value)
            while len(self._entries) > self._max_entries:
                self._entries.pop(next(iter(self._entries)))

    def drop(self, key: str) -> None:
        """Forget ``key``; it need not exist."""
        with self._lock:
            self._entries.pop(key, None)


class NoObserver:
    """Hears of calls and does nothing."""

    def on_call(self, platform: str, connection: str, method: str, route: str, status: int, seconds: float) -> None:
        """Ignore one call."""


def system_now() -> datetime:
    """Return the system's time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that an adapter borrows; the defaults serve one process.

    Attributes:
        budget: the account's calls; one per connection.
        observer: hears of every call.
        cache: users and organizations; one per connection.
        now: the time, aware; the demo and simulations move it.
        session: makes a ``requests.Session``; a client keeps one per thread.
        sleep: waits that many seconds.
    """

    budget: Budget = field(default_factory=MemoryBudget)
    observer: Observer = field(default_factory=NoObserver)
    cache: Cache = field(default_factory=MemoryCache)
    now: Callable[[], datetime] = system_now
    session: Callable[[], requests.Session] = requests.Session
    sleep: Callable[[float], None] = time.sleep
