"""Sends deliveries from threads of its own: signed, repeated as Zendesk repeats them, and late or lost on demand."""

import heapq
import itertools
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import requests

from sandbox.common.clock import Now
from sandbox.zendesk.ids import ulid
from sandbox.zendesk.model import Webhook
from sandbox.zendesk.webhooks.faults import DeliveryFault, DeliveryFaults, planned
from sandbox.zendesk.webhooks.invocations import (
    REFUSED,
    TIMED_OUT,
    Attempt,
    Breaker,
    Invocation,
    RetryRules,
    outcome,
)
from sandbox.zendesk.webhooks.signing import signature

KEPT_CHARACTERS = 1000  # of an endpoint's answer
CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "form_encoded": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A body for a webhook; ``event`` names what it is about."""

    webhook: Webhook
    event: str
    body: bytes


class Courier:
    """The delivery service. ``enabled`` False keeps deliveries from being made at all.

    Args:
        now: the account's clock, which stamps signatures and logs; pauses between attempts are real seconds.
        account_id: stands in a header.
        workers: how many deliveries are on their way at once, so order is not guaranteed.
    """

    def __init__(self, now: Now, account_id: int, *, rules: RetryRules | None = None, workers: int = 4) -> None:
        self.rules = rules or RetryRules()
        self.faults = DeliveryFaults()
        self.enabled = True
        self.breaking = True
        self._now, self._account_id, self._workers = now, account_id, workers
        self._invocations: deque[Invocation] = deque(maxlen=20_000)
        self._queue: list[tuple[float, int, Invocation]] = []
        self._order = itertools.count()
        self._pending = 0
        self._held: list[Invocation] = []
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def send(self, parcels: Iterable[Parcel]) -> list[Invocation]:
        """Queue the deliveries of one user action and return at once; faults that are waiting take hold here."""
        if not self.enabled:
            return []
        at = self._now()
        made = [Invocation(ulid(at), parcel.webhook, parcel.event, parcel.body, at) for parcel in parcels]
        with self._changed:
            self._invocations.extend(made)
            for plan in planned(made, self.faults):
                if plan.fault is DeliveryFault.LOST:
                    plan.invocation.status, plan.invocation.done = "failed", True
                elif plan.fault is DeliveryFault.HELD:
                    self._held.append(plan.invocation)
                else:
                    self._push(plan.invocation, plan.delay_seconds)
            self._start()
        return made

    def release(self, reverse: bool = False) -> int:
        """Send what was held back, newest first if ``reverse``; return how many those are."""
        with self._changed:
            held, self._held = self._held, []
            for position, invocation in enumerate(reversed(held) if reverse else held):
                self._push(invocation, position * 0.02)
            self._start()
        return len(held)

    def redeliver(self, invocation_id: str) -> bool:
        """Send an old delivery once more under the same invocation id; False if it is not known."""
        with self._changed:
            found = next((entry for entry in self._invocations if entry.id == invocation_id), None)
            if found:
                self._push(found, 0)
                self._start()
        return found is not None

    def wait_idle(self, timeout_seconds: float = 10) -> bool:
        """Wait until nothing is on its way, repeats and late ones included; False when that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)

    def invocations(self, webhook_id: str | None = None) -> list[Invocation]:
        """Return the deliveries, newest first."""
        with self._changed:
            found = [entry for entry in self._invocations if webhook_id in (None, entry.webhook.id)]
        return found[::-1]

    def clear(self) -> None:
        """Forget the log of deliveries; what is on its way still arrives."""
        with self._changed:
            self._invocations.clear()

    def stop(self) -> None:
        """Send nothing more and end the threads."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            self._pending = 0
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=self.rules.timeout_seconds + 1)

    def try_once(self, webhook: Webhook, body: bytes) -> requests.Response:
        """Send one signed request now, for the webhook test; raises requests' errors."""
        headers = self._headers(webhook, ulid(self._now()), body, self._now())
        return self._request(requests.Session(), webhook, headers, body)

    def _push(self, invocation: Invocation, delay_seconds: float) -> None:
        self._pending += 1
        heapq.heappush(self._queue, (time.monotonic() + delay_seconds, next(self._order), invocation))
        self._changed.notify()

    def _start(self) -> None:
        while not self._stopping and len(self._threads) < min(self._workers, self._pending):
            thread = threading.Thread(target=self._work, name=f"courier-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        session = requests.Session()
        while (invocation := self._next()) is not None:
            again_in = self._attempt(session, invocation)
            with self._changed:
                if self._stopping:
                    return
                if again_in is not None:
                    self._push(invocation, again_in)
                else:
                    invocation.done = True
                self._pending -= 1
                self._changed.notify_all()

    def _next(self) -> Invocation | None:
        with self._changed:
            while not self._stopping:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(wait)
        return None

    def _attempt(self, session: requests.Session, invocation: Invocation) -> float | None:
        """Send once, log it, and return the seconds until the next attempt, or None."""
        webhook, at = invocation.webhook, self._now()
        breaker = self._breakers[webhook.id]
        if self.breaking and breaker.is_open(time.monotonic()):
            invocation.status = "circuit broken"
            invocation.attempts.append(Attempt(at, "circuit broken", 0, {}, {}, ""))
            return None
        headers = self._headers(webhook, invocation.id, invocation.body, at)
        retry_after, answered, text = None, {}, ""
        try:
            response = self._request(session, webhook, headers, invocation.body)
            status, retry_after = response.status_code, response.headers.get("Retry-After")
            answered, text = dict(response.headers), response.text[:KEPT_CHARACTERS]
        except requests.Timeout:
            status = TIMED_OUT
        except requests.RequestException:
            status = REFUSED
        invocation.status = outcome(status)
        invocation.attempts.append(Attempt(self._now(), invocation.status, max(status, 0), headers, answered, text))
        breaker.record(time.monotonic(), failed=status < 0 or status >= 400)
        return self.rules.again_in(status, retry_after, len(invocation.attempts))

    def _request(
        self, session: requests.Session, webhook: Webhook, headers: dict[str, str], body: bytes
    ) -> requests.Response:
        return session.request(
            webhook.http_method,
            webhook.endpoint,
            data=body if webhook.http_method not in ("GET", "DELETE") else None,
            headers=headers,
            auth=_basic(webhook),
            timeout=self.rules.timeout_seconds,
            allow_redirects=False,
        )

    def _headers(self, webhook: Webhook, invocation_id: str, body: bytes, at: datetime) -> dict[str, str]:
        """Return the headers of one attempt: signed anew each time, with the attempt's own timestamp."""
        timestamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = b"" if webhook.http_method in ("GET", "DELETE") else body
        headers = {
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
            "X-Zendesk-Webhook-Signature": signature(webhook.secret, timestamp, signed),
            "Content-Type": CONTENT_TYPES.get(webhook.request_format, CONTENT_TYPES["json"]),
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(self._account_id),
            "X-Zendesk-Webhook-Id": webhook.id,
            "X-Zendesk-Webhook-Invocation-Id": invocation_id,
        }
        return headers | (webhook.custom_headers or {}) | _token(webhook)


def _basic(webhook: Webhook) -> tuple[str, str] | None:
    given = webhook.authentication or {}
    data = given.get("data") or {}
    return (data.get("username", ""), data.get("password", "")) if given.get("type") == "basic_auth" else None


def _token(webhook: Webhook) -> dict[str, str]:
    given = webhook.authentication or {}
    data = given.get("data") or {}
    match given.get("type"):
        case "bearer_token":
            return {"Authorization": f"Bearer {data.get('token', '')}"}
        case "api_key":
            return {data.get("name") or "X-Api-Key": data.get("value", "")}
        case _:
            return {}
