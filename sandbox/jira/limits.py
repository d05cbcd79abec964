"""Rate limits of a site, and the headers that tell of them.

Source: fact sheet 6: a bucket of tokens for each endpoint and method, and two windows for the writes on one issue.
Both run in real time, whatever the site's own clock says: clients wait in real seconds.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sandbox.jira.errors import ApiError

NEAR = 0.2  # of a bucket: below this share answers warn
TEXT = "Rate limit exceeded."


@dataclass(frozen=True, slots=True)
class Plan:
    """What a site allows: requests in a second by method, by path where that has a number of its own, and writes.

    Attributes:
        per_issue: pairs of writes on one issue and the seconds of their window.
    """

    methods: Mapping[str, int] = field(default_factory=lambda: {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50})
    paths: Mapping[tuple[str, str], int] = field(
        default_factory=lambda: {
            ("GET", "/issue/<issue>"): 150,
            ("GET", "/issue/<issue>/changelog"): 200,
            ("POST", "/search/approximate-count"): 150,
            ("GET", "/servicedesk/<desk>/customer"): 5,
        }
    )
    per_issue: tuple[tuple[int, float], ...] = ((20, 2.0), (100, 30.0))

    def burst(self, method: str, rule: str) -> int:
        """Return how many requests of an endpoint a second allows."""
        own = next((n for (verb, path), n in self.paths.items() if verb == method and rule.endswith(path)), None)
        return own or self.methods.get(method, 100)


class Limits:
    """Counts requests. ``now`` gives seconds of a monotonic clock."""

    def __init__(self, plan: Plan | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.enabled = True
        self._plan = plan or Plan()
        self._now = now
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._writes: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def count(self, method: str, rule: str, issue_id: str | None) -> dict[str, str]:
        """Count one request and return the headers of its answer.

        Args:
            method: the HTTP method.
            rule: the endpoint's path with its placeholders.
            issue_id: which issue a write is about.

        Raises:
            ApiError: 429 with Retry-After; the request is not executed.
        """
        if not self.enabled:
            return {}
        with self._lock:
            if issue_id and method != "GET":
                self._write(issue_id)
            allowed = self._plan.burst(method, rule)
            left = self._spend((method, rule), allowed)
        if left < 0:
            raise _exceeded("jira-burst-based", allowed, 1)
        return {"X-RateLimit-NearLimit": "true"} if left < allowed * NEAR else {}

    def _spend(self, key: tuple[str, str], allowed: int) -> float:
        now = self._now()
        tokens, since = self._buckets.get(key, (float(allowed), now))
        tokens = min(float(allowed), tokens + (now - since) * allowed)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            return -1
        self._buckets[key] = (tokens - 1, now)
        return tokens - 1

    def _write(self, issue_id: str) -> None:
        now, writes = self._now(), self._writes[issue_id]
        longest = max(seconds for _, seconds in self._plan.per_issue)
        while writes and writes[0] <= now - longest:
            writes.popleft()
        for allowed, seconds in self._plan.per_issue:
            recent = [at for at in writes if at > now - seconds]
            if len(recent) >= allowed:
                wait = recent[-allowed] + seconds - now
                raise _exceeded("jira-per-issue-on-write", allowed, max(1, int(wait + 0.999)))
        writes.append(now)


def _exceeded(reason: str, allowed: int, wait: int) -> ApiError:
    reset = datetime.now(UTC) + timedelta(seconds=wait)
    headers = {
        "Retry-After": str(wait),
        "X-RateLimit-Limit": str(allowed),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%MZ}",
        "RateLimit-Reason": reason,
    }
    return ApiError(429, {"errorMessages": [TEXT], "errors": {}}, headers)
