"""One delivery of a webhook with all its attempts, and deliveries that go wrong on demand."""

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

TIMED_OUT, REFUSED = -1, -2  # in place of a status: no answer in time, no connection


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; ``status`` is the answer's, TIMED_OUT or REFUSED. ``headers`` were sent, ``answered`` came back."""

    at: datetime
    status: int
    headers: Mapping[str, str]
    answer: str
    answered: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One body for one webhook. ``event`` names what it is about."""

    id: str
    webhook_id: str
    url: str
    event: str
    body: bytes
    created_at: datetime
    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    lost: bool = False
    done: bool = False

    @property
    def succeeded(self) -> bool:
        """True once an attempt was answered 2xx."""
        return any(200 <= attempt.status < 300 for attempt in self.attempts)


AnyDelivery = TypeVar("AnyDelivery", bound=Delivery)


class DeliveryFault(StrEnum):
    """How a delivery goes wrong. HELD ones wait until they are released."""

    LATE = "late"
    TWICE = "twice"
    SHUFFLED = "shuffled"
    LOST = "lost"
    HELD = "held"


@dataclass(slots=True)
class _Waiting:
    fault: DeliveryFault
    webhook_id: str | None
    event: str
    times: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Planned(Generic[AnyDelivery]):
    """One sending of one delivery; a delivery that comes twice is planned twice."""

    delivery: AnyDelivery
    delay_seconds: float = 0.0
    fault: DeliveryFault | None = None


class DeliveryFaults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()

    def add(
        self,
        fault: DeliveryFault,
        *,
        times: int = 1,
        webhook_id: str | None = None,
        event: str = "",
        seconds: float = 1.0,
    ) -> None:
        """Let ``fault`` hit the next ``times`` deliveries.

        Args:
            fault: what goes wrong.
            times: how many deliveries it hits.
            webhook_id: only of this webhook; None is any.
            event: only those whose event name contains this.
            seconds: how late a LATE one comes, and how far apart SHUFFLED ones are scattered.
        """
        with self._lock:
            self._waiting.append(_Waiting(fault, webhook_id, event, times, seconds))

    def take(self, delivery: Delivery) -> tuple[DeliveryFault, float] | None:
        """Return the fault that hits a delivery and its seconds, using it up by one."""
        with self._lock:
            for entry in self._waiting:
                if entry.webhook_id in (None, delivery.webhook_id) and entry.event in delivery.event:
                    entry.times -= 1
                    if entry.times <= 0:
                        self._waiting.remove(entry)
                    return entry.fault, entry.seconds
        return None

    def clear(self) -> None:
        """Drop all faults."""
        with self._lock:
            self._waiting.clear()


def planned(deliveries: Sequence[AnyDelivery], faults: DeliveryFaults) -> list[Planned[AnyDelivery]]:
    """Return when each delivery of one action is sent, with the faults that hit it."""
    plans: list[Planned[AnyDelivery]] = []
    shuffled: list[tuple[AnyDelivery, float]] = []
    for delivery in deliveries:
        hit = faults.take(delivery)
        if hit is None:
            plans.append(Planned(delivery))
            continue
        fault, seconds = hit
        match fault:
            case DeliveryFault.TWICE:
                plans += [Planned(delivery), Planned(delivery, 0.05, fault)]
            case DeliveryFault.LATE:
                plans.append(Planned(delivery, seconds, fault))
            case DeliveryFault.SHUFFLED:
                shuffled.append((delivery, seconds))
            case _:
                plans.append(Planned(delivery, 0.0, fault))
    return plans + _scattered(shuffled)


def _scattered(shuffled: list[tuple[AnyDelivery, float]]) -> list[Planned[AnyDelivery]]:
    """Return the deliveries in reverse, the last at once; a single one is delayed at random past its followers."""
    if len(shuffled) == 1:
        delivery, seconds = shuffled[0]
        return [Planned(delivery, random.uniform(0, seconds), DeliveryFault.SHUFFLED)]  # noqa: S311 - no secret
    step = max((seconds for _, seconds in shuffled), default=0.0) / max(len(shuffled), 1)
    return [
        Planned(delivery, position * step, DeliveryFault.SHUFFLED)
        for position, (delivery, _) in enumerate(reversed(shuffled))
    ]
