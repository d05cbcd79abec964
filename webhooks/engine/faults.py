"""What a failed look does next: wait and try again, or park with its reason. Nothing fails in a hot loop."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import RetryLaterError, SidecarError
from webhooks.store.looks import Begun

SHORTEST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a failing look is tried.

    Attributes:
        attempts: tries until it is parked.
        outage: a fault that passes by itself (5xx, time-outs) is never parked before it has lasted this long.
    """

    attempts: int = 8
    outage: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after ``wait``; ``counts`` is False when only a rate limit stood in the way."""

    wait: timedelta
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Park:
    """Stop, and show the reason."""


def next_step(error: Exception, begun: Begun, now: datetime, patience: Patience) -> Retry | Park:
    """Return what to do about a look that failed.

    A rate limit (429, or our own budget: no status at all) with its wait costs no attempt. All else waits twice as
    long each time. A platform's ``Retry-After`` is never undercut.
    """
    asked = timedelta(seconds=error.retry_after or 0) if isinstance(error, RetryLaterError) else timedelta(0)
    if isinstance(error, RetryLaterError):
        if error.retry_after is not None and error.status in (None, 429):
            return Retry(max(asked, SHORTEST_WAIT), counts=False)
        lasting = begun.failing_since is not None and now - begun.failing_since >= patience.outage
        if begun.attempts < patience.attempts or not lasting:
            return Retry(max(asked, backoff(begun.attempts)))
        return Park()
    if begun.attempts < patience.attempts:
        return Retry(backoff(begun.attempts))
    return Park()


def backoff(attempts: int) -> timedelta:
    """Return the wait after so many attempts: 2 s, 4 s, 8 s … up to LONGEST_WAIT."""
    doublings: int = 2 ** min(attempts - 1, 20)
    return min(SHORTEST_WAIT * doublings, LONGEST_WAIT)


def reason(error: Exception) -> str:
    """Return why a look failed, for people: our own errors speak, another's message may hold a customer's text."""
    if isinstance(error, SidecarError):
        return str(error)[:2000]
    return f"unexpected {type(error).__name__}; the log has its place in the code"
