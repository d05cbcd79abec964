"""How deliveries travel: headers, signature, and when they are sent again.

Source: fact sheet 2.6. Content type and user agent are undocumented; the ones here were seen in captures.
"""

import hashlib
import hmac
import random
import time
from dataclasses import dataclass, field

from sandbox.common import courier
from sandbox.common.clock import Now
from sandbox.common.deliveries import REFUSED, TIMED_OUT, Delivery

REPEATED = {408, 409, 425, 429, TIMED_OUT, REFUSED}
RETRIES = 5


@dataclass(slots=True)
class RetryRules:
    """At most five repeats. Everything else, 400, 401, 403 and 404 included, is never sent again.

    Attributes:
        timeout_seconds: how long an endpoint may take to answer (UNCONFIRMED).
        pause_seconds: least and most between two attempts. A real site waits 300 to 900; the stand-in a thousandth
            of that, so that nobody waits.
        patience_seconds: after failing for so long an endpoint gets one attempt for each delivery.
    """

    timeout_seconds: float = 10.0
    pause_seconds: tuple[float, float] = (0.3, 0.9)
    patience_seconds: float = 1800.0
    _failing_since: dict[str, float] = field(default_factory=dict)

    def again_in(self, delivery: Delivery, status: int) -> float | None:
        """Return the seconds until the next attempt, or None; the last one is noted already. Retry-After counts not."""
        now = time.monotonic()
        if 200 <= status < 300:
            self._failing_since.pop(delivery.url, None)
            return None
        since = self._failing_since.setdefault(delivery.url, now)
        if status not in REPEATED and status < 500:
            return None
        if len(delivery.attempts) > RETRIES or now - since > self.patience_seconds:
            return None
        return random.uniform(*self.pause_seconds)  # noqa: S311 - no secret


def signature(secret: str, body: bytes) -> str:
    """Return the value of ``X-Hub-Signature``: the method, and the HMAC of the raw body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(delivery: Delivery) -> dict[str, str]:
    """Return the headers of one attempt; the identifier is the same on repeats, which are counted."""
    made = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": delivery.id,
    }
    if delivery.attempts:
        made["X-Atlassian-Webhook-Retry"] = str(len(delivery.attempts))
    if delivery.secret:
        made["X-Hub-Signature"] = signature(delivery.secret, delivery.body)
    return made


class Courier(courier.Courier[Delivery]):
    """Jira's delivery service."""

    rules: RetryRules

    def __init__(self, now: Now) -> None:
        super().__init__(now, RetryRules())

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        return {**delivery.headers, **headers(delivery)}

    def _again_in(self, delivery: Delivery, status: int, retry_after: str | None) -> float | None:  # noqa: ARG002 - Jira's rules don't heed it
        return self.rules.again_in(delivery, status)
