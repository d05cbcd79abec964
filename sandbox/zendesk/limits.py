"""Rate limits of an account, and the headers that tell of them.

Source: page "Rate limits", and the endpoint limits named on the reference pages. Windows are fixed minutes (or ten)
of real time, whatever the account's own clock says: clients wait in real seconds.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.zendesk.errors import ApiError

TEXT = "Number of allowed {what} per minute exceeded"


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests a window allows. ``header`` is what the answer's own header is called, if it has one."""

    name: str
    method: str
    path: str
    allowed: int
    seconds: int
    what: str
    header: str | None = None
    per_user_and_path: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What one account may do: Enterprise by default; a trial or sandbox account has 20 ticket updates a minute."""

    account: int = 700
    ticket_updates: int = 100
    updates_per_ticket: int = 30
    incremental: int = 10
    webhook_calls: int = 100

    def budgets(self) -> tuple[Budget, ...]:
        """Return all budgets; a request is counted in each that it matches."""
        ticket = r"^/api/v2/tickets/\d+(/tags)?$"
        return (
            Budget("webhook-test", "POST", r"^/api/v2/webhooks/test$", 20, 60, "webhook test requests"),
            Budget("webhooks", "", r"^/api/v2/webhooks", self.webhook_calls, 60, "webhook API requests"),
            Budget("account", "", r"^/api/v2/(?!webhooks)", self.account, 60, "API requests"),
            Budget(
                "tickets-update",
                "PUT",
                r"^/api/v2/tickets/(\d+|update_many)(/tags)?$",
                self.ticket_updates,
                60,
                "ticket update requests",
                "zendesk-ratelimit-tickets-update",
            ),
            Budget("ticket", "PUT", ticket, self.updates_per_ticket, 600, "ticket updates", per_user_and_path=True),
            Budget(
                "incremental",
                "GET",
                r"^/api/v2/incremental/",
                self.incremental,
                60,
                "incremental export API requests",
                "zendesk-ratelimit-incremental-exports",
            ),
            Budget("audits", "GET", r"^/api/v2/tickets/\d+/audits", 500, 60, "ticket audit requests"),
            Budget("search-export", "GET", r"^/api/v2/search/export", 100, 60, "search export requests"),
            Budget("search", "GET", r"^/api/v2/search$", 2500, 60, "search requests", "zendesk-ratelimit-search-index"),
            Budget("deleted", "GET", r"^/api/v2/deleted_tickets$", 10, 60, "deleted ticket requests"),
            Budget("fields", "GET", r"^/api/v2/ticket_fields$", 300, 60, "ticket field requests"),
        )


class Limits:
    """Counts requests. ``now`` gives seconds of a monotonic clock."""

    def __init__(self, plan: Plan | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.enabled = True
        self._budgets = (plan or Plan()).budgets()
        self._now = now
        self._windows: dict[tuple[str, ...], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def count(self, method: str, path: str, user_id: int | None) -> dict[str, str]:
        """Count one request and return the headers of its answer.

        Raises:
            ApiError: 429 with Retry-After, some budget is used up.
        """
        if not self.enabled:
            return {}
        headers: dict[str, str] = {}
        with self._lock:
            for budget in self._budgets:
                if budget.method in ("", method) and re.search(budget.path, path):
                    left, resets = self._spend(budget, path, user_id)
                    headers |= _headers(budget, left, resets)
                    if left < 0:
                        raise _exceeded(budget, resets, headers)
        return headers

    def reset(self) -> None:
        """Start all windows anew."""
        with self._lock:
            self._windows.clear()

    def _spend(self, budget: Budget, path: str, user_id: int | None) -> tuple[int, int]:
        """Return what is left after this request (below zero: it was one too many) and the seconds to the reset."""
        key = (budget.name, str(user_id), path.removesuffix("/tags")) if budget.per_user_and_path else (budget.name,)
        now = self._now()
        ends, used = self._windows.get(key, (0.0, 0))
        if now >= ends:
            ends, used = now + budget.seconds, 0
        if used < budget.allowed:
            self._windows[key] = (ends, used + 1)
        return budget.allowed - used - 1, max(1, int(ends - now))


def _headers(budget: Budget, left: int, resets: int) -> dict[str, str]:
    remaining = str(max(left, 0))
    if budget.name in ("account", "webhooks", "webhook-test"):
        headers = {"X-Rate-Limit": str(budget.allowed), "X-Rate-Limit-Remaining": remaining}
        if budget.name == "account":
            headers |= {
                "ratelimit-limit": str(budget.allowed),
                "ratelimit-remaining": remaining,
                "ratelimit-reset": str(resets),
            }
        return headers
    if budget.header:
        return {budget.header: f"total={budget.allowed}; remaining={remaining}; resets={resets}"}
    return {}


def _exceeded(budget: Budget, resets: int, headers: dict[str, str]) -> ApiError:
    text = TEXT.format(what=budget.what) if budget.seconds == 60 else "Number of allowed ticket updates exceeded"
    body = {"error": "APIRateLimitExceeded", "description": text}
    return ApiError(429, body, headers | {"Retry-After": str(resets)})
