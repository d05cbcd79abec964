"""One webhook call, and when another attempt is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.common.deliveries import Delivery


@dataclass(slots=True, kw_only=True)
class Call(Delivery):
    """One request that a rule makes: ``webhook_id`` is the rule's id, ``event`` its triggered event.

    The id is the stand-in's own; nothing that is sent carries one. ``dropped``: it waited for too long.
    """

    method: str
    rule_name: str
    ticket_id: int
    auth: tuple[str, str] | None = None
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RetryRules:
    """When a call that did not end in 200 to 299 is made again. Waits are those of the account's clock.

    The vendor's pages disagree: every 30 minutes, 48 calls in all; or after 5, then 30, then 60 minutes. How long an
    endpoint may take is published nowhere.

    Attributes:
        waits_seconds: before each further call.
        timeout_seconds: how long the endpoint may take, in real seconds.
        per_hour: calls of one account in an hour; more wait for the next hour.
        dropped_after: a call that waited so long is dropped.
    """

    waits_seconds: tuple[float, ...] = (1800.0,) * 47
    timeout_seconds: float = 10.0
    per_hour: int = 1000
    dropped_after: timedelta = timedelta(hours=24)

    def again_in(self, status: int, attempts: int) -> float | None:
        """Return the seconds until the next call after the ``attempts``-th ended so, or None."""
        if 200 <= status < 300 or attempts > len(self.waits_seconds):
            return None
        return self.waits_seconds[attempts - 1]


NEWER_RULES = RetryRules(waits_seconds=(300.0, 1800.0, 3600.0))


@dataclass(frozen=True, slots=True)
class Mail:
    """What the account's admins are told when a webhook fails or is dropped."""

    at: datetime
    rule_name: str
    reason: str
