"""Sends deliveries from threads of its own: repeated as the platform repeats them, and late or lost on demand."""

import heapq
import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol

import requests

from sandbox.common.clock import Now
from sandbox.common.deliveries import (
    REFUSED,
    TIMED_OUT,
    AnyDelivery,
    Attempt,
    DeliveryFault,
    DeliveryFaults,
    planned,
)

KEPT_CHARACTERS = 1000  # of an endpoint's answer


class RetryRules(Protocol):
    """A platform's rules for repeats, of which only the time-out is the same everywhere."""

    @property
    def timeout_seconds(self) -> float:
        """How long an endpoint may take to answer."""


class Courier(ABC, Generic[AnyDelivery]):
    """The delivery service. ``enabled`` False keeps deliveries from being made at all.

    A platform's own says with which headers an attempt is made and when the next one follows.

    Args:
        now: the account's clock, which stamps attempts; pauses between them are real seconds.
        rules: when a delivery is repeated.
        workers: how many deliveries are on their way at once, so order is not guaranteed.
    """

    def __init__(self, now: Now, rules: RetryRules, workers: int = 4) -> None:
        self.rules = rules
        self.faults = DeliveryFaults()
        self.enabled = True
        self._now, self._workers = now, workers
        self._known: deque[AnyDelivery] = deque(maxlen=20_000)
        self._queue: list[tuple[float, int, AnyDelivery]] = []
        self._order = itertools.count()
        self._pending = 0
        self._held: list[AnyDelivery] = []
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopping = False

    @abstractmethod
    def _headers(self, delivery: AnyDelivery) -> Mapping[str, str]:
        """Return the headers of one attempt, such as its signature; earlier attempts are noted already."""

    @abstractmethod
    def _again_in(self, delivery: AnyDelivery, status: int, retry_after: str | None) -> float | None:
        """Return the seconds until the next attempt, or None if there is none; the last attempt is noted already."""

    def send(self, deliveries: Sequence[AnyDelivery]) -> None:
        """Queue the deliveries of one user action and return at once; faults that are waiting take hold here."""
        if not self.enabled:
            return
        with self._changed:
            self._known.extend(deliveries)
            for plan in planned(deliveries, self.faults):
                if plan.fault is DeliveryFault.LOST:
                    plan.delivery.lost = plan.delivery.done = True
                elif plan.fault is DeliveryFault.HELD:
                    self._held.append(plan.delivery)
                else:
                    self._push(plan.delivery, plan.delay_seconds)
            self._start()

    def release(self, reverse: bool = False) -> int:
        """Send what was held back, newest first if ``reverse``; return how many those are."""
        with self._changed:
            held, self._held = self._held, []
            for position, delivery in enumerate(reversed(held) if reverse else held):
                self._push(delivery, position * 0.02)
            self._start()
        return len(held)

    def redeliver(self, delivery_id: str) -> bool:
        """Send an old delivery once more under the same id; False if it is not known."""
        with self._changed:
            found = next((entry for entry in self._known if entry.id == delivery_id), None)
            if found:
                self._push(found, 0)
                self._start()
        return found is not None

    def wait_idle(self, timeout_seconds: float = 10) -> bool:
        """Wait until nothing is on its way, repeats and late ones included; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout_seconds)

    def deliveries(self, webhook_id: str | None = None) -> list[AnyDelivery]:
        """Return the deliveries, newest first."""
        with self._changed:
            return [entry for entry in self._known if webhook_id in (None, entry.webhook_id)][::-1]

    def clear(self) -> None:
        """Forget the log of deliveries; what is on its way still arrives."""
        with self._changed:
            self._known.clear()

    def stop(self) -> None:
        """Send nothing more and end the threads."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            self._pending = 0
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=self.rules.timeout_seconds + 1)

    def _is_idle(self) -> bool:
        return self._pending == 0

    def _push(self, delivery: AnyDelivery, delay_seconds: float) -> None:
        self._pending += 1
        heapq.heappush(self._queue, (time.monotonic() + delay_seconds, next(self._order), delivery))
        self._changed.notify()

    def _start(self) -> None:
        while not self._stopping and len(self._threads) < min(self._workers, self._pending):
            thread = threading.Thread(target=self._work, name=f"courier-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        session = requests.Session()
        while (delivery := self._next()) is not None:
            again_in = self._attempt(session, delivery)
            with self._changed:
                if self._stopping:
                    return
                self._conclude(delivery, again_in)
                self._pending -= 1
                self._changed.notify_all()

    def _conclude(self, delivery: AnyDelivery, again_in: float | None) -> None:
        """Plan the next attempt, or end the delivery."""
        if again_in is not None:
            self._push(delivery, again_in)
        else:
            delivery.done = True

    def _next(self) -> AnyDelivery | None:
        """Return what is to be sent next, waiting for it; None is the end."""
        with self._changed:
            while not self._stopping:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(wait)
        return None

    def _attempt(self, session: requests.Session, delivery: AnyDelivery) -> float | None:
        """Send once, note it, and return the seconds until the next attempt, or None."""
        headers = self._headers(delivery)
        retry_after, answered, text = None, dict[str, str](), ""
        try:
            answer = self._request(session, delivery, headers)
            status, retry_after = answer.status_code, answer.headers.get("Retry-After")
            answered, text = dict(answer.headers), answer.text[:KEPT_CHARACTERS]
        except requests.Timeout:
            status = TIMED_OUT
        except requests.RequestException:
            status = REFUSED
        delivery.attempts.append(Attempt(self._now(), status, headers, text, answered))
        return self._again_in(delivery, status, retry_after)

    def _request(
        self, session: requests.Session, delivery: AnyDelivery, headers: Mapping[str, str]
    ) -> requests.Response:
        """Make the request of one attempt: a POST, and redirects are not followed."""
        return session.post(
            delivery.url,
            data=delivery.body,
            headers=headers,
            timeout=self.rules.timeout_seconds,
            allow_redirects=False,
        )
