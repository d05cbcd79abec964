"""One delivery in Zendesk's words, and when another attempt is due."""

import threading
from collections import deque
from dataclasses import dataclass

from sandbox.common.deliveries import REFUSED, TIMED_OUT, Delivery
from sandbox.zendesk.model import Webhook

BROKEN = -3  # in place of a status: the breaker was open, so nothing was sent
NO_ANSWER = {TIMED_OUT: "timeout", REFUSED: "failed", BROKEN: "circuit broken"}


@dataclass(frozen=True, slots=True)
class RetryRules:
    """When Zendesk sends a delivery again; everything else is lost to the webhook path.

    The numbers are second-hand; how often a 429 or 503 is repeated is UNCONFIRMED (here: as often as a time-out),
    and so is that a refused connection is never repeated.

    Attributes:
        timeout_seconds: how long the endpoint may take to answer.
        timeouts: further attempts after a time-out.
        conflicts: further attempts after a 409.
        retry_after_below: a 429 or 503 is repeated only with a Retry-After of fewer seconds than this.
        pause_seconds: between attempts for which the endpoint named no time.
    """

    timeout_seconds: float = 12.0
    timeouts: int = 5
    conflicts: int = 3
    retry_after_below: int = 60
    pause_seconds: float = 1.0

    def again_in(self, status: int, retry_after: str | None, attempts: int) -> float | None:
        """Return the seconds until the next attempt, or None if there is none.

        Args:
            status: the answer's, or TIMED_OUT or REFUSED.
            retry_after: the answer's header.
            attempts: how many there have been.
        """
        if status == TIMED_OUT:
            return self.pause_seconds if attempts <= self.timeouts else None
        if status == 409:
            return self.pause_seconds if attempts <= self.conflicts else None
        if status in (429, 503) and attempts <= self.timeouts and retry_after and retry_after.isdigit():
            return float(retry_after) if int(retry_after) < self.retry_after_below else None
        return None


@dataclass(slots=True, kw_only=True)
class Invocation(Delivery):
    """One delivery to one webhook."""

    webhook: Webhook

    @property
    def status(self) -> str:
        """The word that Zendesk's log uses for where the delivery stands."""
        if self.attempts:
            return outcome(self.attempts[-1].status)
        return "failed" if self.lost else "accepted"

    @property
    def status_code(self) -> int | None:
        """The last answer's status, or None."""
        return self.attempts[-1].status if self.attempts and self.attempts[-1].status > 0 else None


def outcome(status: int) -> str:
    """Return the word that Zendesk's log uses for an attempt's end. Recorded: a 403 is ``terminated``."""
    if status in NO_ANSWER:
        return NO_ANSWER[status]
    if status < 300:
        return "success"
    return "terminated" if status < 500 else "server error"


class Breaker:
    """Stops deliveries for a while when an endpoint mostly fails, or fails very often, within five minutes.

    The least number of attempts before a share counts, and for how long it stays open, are UNCONFIRMED.
    Instants are seconds of a monotonic clock.
    """

    WINDOW_SECONDS, SHARE, FAILURES, LEAST, OPEN_SECONDS = 300.0, 0.7, 1000, 100, 5.0

    def __init__(self) -> None:
        self._results: deque[tuple[float, bool]] = deque()
        self._failures = 0
        self._open_until = 0.0
        self._lock = threading.Lock()

    def is_open(self, at: float) -> bool:
        """Return whether nothing may be sent at the instant ``at``."""
        return at < self._open_until

    def record(self, at: float, *, failed: bool) -> None:
        """Note one attempt and open if the endpoint fails too much."""
        with self._lock:
            while self._results and self._results[0][0] <= at - self.WINDOW_SECONDS:
                self._failures -= self._results.popleft()[1]
            self._results.append((at, failed))
            self._failures += failed
            mostly = len(self._results) >= self.LEAST and self._failures >= self.SHARE * len(self._results)
            if failed and (mostly or self._failures > self.FAILURES):
                self._open_until = at + self.OPEN_SECONDS
                self._results.clear()
                self._failures = 0
