"""Stand-ins for what the service lends to adapters."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.services import MemoryBudget, MemoryCache, Services

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@dataclass
class Time:
    """A clock that only moves when told, or when something sleeps."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Heard:
    """An observer that remembers."""

    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def on_call(self, platform, connection, method, route, status, seconds):
        self.calls.append((method, route, status))


@dataclass
class Lent:
    """Services whose parts can be looked at."""

    time: Time = field(default_factory=Time)
    heard: Heard = field(default_factory=Heard)

    def __post_init__(self) -> None:
        self.budget = MemoryBudget(self.time.monotonic)
        self.services = Services(
            budget=self.budget,
            observer=self.heard,
            cache=MemoryCache(self.time.monotonic),
            now=lambda: self.time.now,
            sleep=self.time.sleep,
        )
