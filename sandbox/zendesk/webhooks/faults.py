"""Deliveries that come late, twice, out of order, or never, on demand."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.zendesk.webhooks.invocations import Invocation


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
class Planned:
    """One sending of one delivery; a delivery that comes twice is planned twice."""

    invocation: Invocation
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

    def take(self, invocation: Invocation) -> tuple[DeliveryFault, float] | None:
        """Return the fault that hits a delivery and its seconds, using it up by one."""
        with self._lock:
            for entry in self._waiting:
                if entry.webhook_id in (None, invocation.webhook.id) and entry.event in invocation.event:
                    entry.times -= 1
                    if entry.times <= 0:
                        self._waiting.remove(entry)
                    return entry.fault, entry.seconds
        return None

    def clear(self) -> None:
        """Drop all faults."""
        with self._lock:
            self._waiting.clear()


def planned(invocations: Sequence[Invocation], faults: DeliveryFaults) -> list[Planned]:
    """Return when each delivery of one action is sent, with the faults that hit it."""
    plans: list[Planned] = []
    shuffled: list[tuple[Invocation, float]] = []
    for invocation in invocations:
        hit = faults.take(invocation)
        if hit is None:
            plans.append(Planned(invocation))
            continue
        fault, seconds = hit
        match fault:
            case DeliveryFault.TWICE:
                plans += [Planned(invocation), Planned(invocation, 0.05, fault)]
            case DeliveryFault.LATE:
                plans.append(Planned(invocation, seconds, fault))
            case DeliveryFault.SHUFFLED:
                shuffled.append((invocation, seconds))
            case _:
                plans.append(Planned(invocation, 0.0, fault))
    return plans + _scattered(shuffled)


def _scattered(shuffled: list[tuple[Invocation, float]]) -> list[Planned]:
    """Return the deliveries in reverse, the last at once; a single one is delayed at random past its followers."""
    if len(shuffled) == 1:
        invocation, seconds = shuffled[0]
        return [Planned(invocation, random.uniform(0, seconds), DeliveryFault.SHUFFLED)]  # noqa: S311 - no secret
    step = max((seconds for _, seconds in shuffled), default=0.0) / max(len(shuffled), 1)
    return [
        Planned(invocation, position * step, DeliveryFault.SHUFFLED)
        for position, (invocation, _) in enumerate(reversed(shuffled))
    ]
