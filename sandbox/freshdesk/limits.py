"""The account's calls per minute: one bucket for everybody, webhooks included, and smaller ones per kind of call.

Source: API reference, "Rate limit". Windows are fixed minutes of real time, whatever the account's clock says:
clients wait in real seconds. That the headers show the account's bucket, not the smaller one, is UNCONFIRMED.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.freshdesk.errors import ApiError, feature_missing, too_many

WINDOW_SECONDS = 60.0
KINDS = (
    ("ticket_create", "POST", re.compile(r"^/api/v2/tickets$")),
    ("ticket_update", "PUT", re.compile(r"^/api/v2/tickets/\d+$")),
    ("tickets_list", "GET", re.compile(r"^/api/v2/tickets$")),
    ("contacts_list", "GET", re.compile(r"^/api/v2/contacts$")),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan allows in a minute; ``total`` 0 is a plan without an API."""

    total: int
    ticket_create: int
    ticket_update: int
    tickets_list: int
    contacts_list: int

    def allowed(self, kind: str) -> int:
        """Return a smaller bucket's size."""
        return int(getattr(self, kind))


PLANS: Mapping[str, Plan] = {
    "free": Plan(0, 0, 0, 0, 0),
    "trial": Plan(50, 50, 50, 50, 50),
    "growth": Plan(200, 80, 80, 20, 20),
    "pro": Plan(400, 160, 160, 100, 100),
    "enterprise": Plan(700, 280, 280, 200, 200),
}


class Limits:
    """Counts calls. ``now`` gives seconds of a monotonic clock; ``enabled`` False refuses nothing."""

    def __init__(self, plan: Plan, now: Callable[[], float] = time.monotonic) -> None:
        self.plan, self.enabled = plan, True
        self._now = now
        self._lock = threading.Lock()
        self._ends = 0.0
        self._used: dict[str, int] = {}

    def count(self, method: str, path: str, cost: int) -> dict[str, str]:
        """Count one request and return the headers of its answer.

        Args:
            method: the HTTP method.
            path: without the query.
            cost: 1, and more for each embedded resource.

        Raises:
            ApiError: 429 with Retry-After, a bucket is used up; 403, the plan has no API.
        """
        if self.plan.total == 0:
            raise feature_missing("api")
        if not self.enabled:
            return self._headers(self.plan.total, cost)
        with self._lock:
            wait = self._turn()
            kind = next((name for name, verb, form in KINDS if verb == method and form.match(path)), None)
            over = self._used.get("", 0) + cost > self.plan.total
            if over or (kind and self._used.get(kind, 0) + 1 > self.plan.allowed(kind)):
                raise _over(wait, self._headers(self._left(), cost))
            self._add("", cost)
            if kind:
                self._add(kind, 1)
            return self._headers(self._left(), cost)

    def count_webhook(self) -> None:
        """Count one delivery: it is never refused, but leaves less for everybody else."""
        if self.enabled and self.plan.total:
            with self._lock:
                self._turn()
                self._add("", 1)

    def reset(self) -> None:
        """Start a new minute."""
        with self._lock:
            self._ends, self._used = 0.0, {}

    def _turn(self) -> float:
        """Begin a new window where the old one is over; return the seconds that are left of it."""
        now = self._now()
        if now >= self._ends:
            self._ends, self._used = now + WINDOW_SECONDS, {}
        return self._ends - now

    def _add(self, kind: str, cost: int) -> None:
        self._used[kind] = self._used.get(kind, 0) + cost

    def _left(self) -> int:
        return max(0, self.plan.total - self._used.get("", 0))

    def _headers(self, left: int, cost: int) -> dict[str, str]:
        return {
            "X-Ratelimit-Total": str(self.plan.total),
            "X-Ratelimit-Remaining": str(left),
            "X-Ratelimit-Used-CurrentRequest": str(cost),
        }


def _over(wait_seconds: float, headers: Mapping[str, str]) -> ApiError:
    err = too_many(max(1, math.ceil(wait_seconds)))
    err.headers |= headers
    return err
