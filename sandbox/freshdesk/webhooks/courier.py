"""Makes the webhook calls: repeated by the account's clock, capped by the hour, and late or lost on demand.

Nothing is signed, and no delivery has an id: that is all that the platform gives.
"""

import heapq
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import requests

from sandbox.common import courier
from sandbox.common.clock import Now
from sandbox.freshdesk.webhooks.deliveries import Call, Mail, RetryRules

LOOK_SECONDS = 0.05  # how often the account's clock is asked whether a repeat is due
AGENT = "Freshdesk webhook"


class Courier(courier.Courier[Call]):
    """Freshdesk's delivery service. Repeats and the hourly cap go by the account's clock, faults by real seconds.

    Args:
        now: the account's clock.
        on_attempt: called before each call, which counts against the account's rate limit.
    """

    rules: RetryRules

    def __init__(self, now: Now, on_attempt: Callable[[], None]) -> None:
        super().__init__(now, RetryRules())
        self.mails: list[Mail] = []
        self._on_attempt = on_attempt
        self._later: list[tuple[datetime, int, Call]] = []  # by the account's clock
        self._calls: deque[datetime] = deque()

    def waiting(self) -> int:
        """Return how many calls wait for the account's clock; ``wait_idle`` does not wait for them."""
        with self._changed:
            return len(self._later)

    def stop(self) -> None:
        """Send nothing more and end the threads."""
        with self._changed:
            self._later.clear()
        super().stop()

    def _is_idle(self) -> bool:
        return super()._is_idle() and not (self._later and self._later[0][0] <= self._now())

    def _postpone(self, call: Call, until: datetime) -> None:
        heapq.heappush(self._later, (until, next(self._order), call))

    def _next(self) -> Call | None:
        with self._changed:
            while not self._stopping:
                while self._later and self._later[0][0] <= self._now():
                    self._push(heapq.heappop(self._later)[2], 0)
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is None or wait > 0:
                    self._changed.wait(min(wait or LOOK_SECONDS, LOOK_SECONDS) if self._later or wait else None)
                elif self._has_capacity(call := heapq.heappop(self._queue)[2]):
                    return call
        return None

    def _has_capacity(self, call: Call) -> bool:
        """Return whether the hour still has a call left; otherwise postpone the call, or drop it when too old."""
        now = self._now()
        while self._calls and self._calls[0] <= now - timedelta(hours=1):
            self._calls.popleft()
        if len(self._calls) < self.rules.per_hour:
            self._calls.append(now)
            return True
        if now - call.created_at >= self.rules.dropped_after:
            call.dropped = call.done = True
            self._tell(call, "it waited for more than a day")
        else:
            self._postpone(call, self._calls[0] + timedelta(hours=1))
        self._pending -= 1
        self._changed.notify_all()
        return False

    def _headers(self, delivery: Call) -> dict[str, str]:
        return {"User-Agent": AGENT, "Accept": "*/*", **delivery.headers}

    def _request(self, session: requests.Session, delivery: Call, headers: Mapping[str, str]) -> requests.Response:
        """Make the call, following redirects."""
        self._on_attempt()
        return session.request(
            delivery.method,
            delivery.url,
            data=delivery.body or None,
            headers=headers,
            auth=delivery.auth,
            timeout=self.rules.timeout_seconds,
        )

    def _again_in(self, delivery: Call, status: int, retry_after: str | None) -> float | None:  # noqa: ARG002 - Freshdesk's rules don't heed it
        return self.rules.again_in(status, len(delivery.attempts))

    def _conclude(self, delivery: Call, again_in: float | None) -> None:
        if again_in is not None:
            self._postpone(delivery, self._now() + timedelta(seconds=again_in))
            return
        delivery.done = True
        status = delivery.attempts[-1].status
        if not 200 <= status < 300:
            self._tell(delivery, f"the last answer was {status}" if status > 0 else "no answer came")

    def _tell(self, call: Call, reason: str) -> None:
        self.mails.append(Mail(self._now(), call.rule_name, reason))
