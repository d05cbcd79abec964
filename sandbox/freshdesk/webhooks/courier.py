"""Makes the webhook calls from threads of its own: repeated as Freshdesk repeats them, and late or lost on demand.

Nothing is signed, and no delivery has an id: that is all that the platform gives.
"""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import requests

from sandbox.common.clock import Now
from sandbox.common.deliveries import REFUSED, TIMED_OUT, Attempt, DeliveryFault, DeliveryFaults, planned
from sandbox.freshdesk.webhooks.deliveries import Call, Mail, RetryRules

KEPT_CHARACTERS = 1000  # of an endpoint's answer
LOOK_SECONDS = 0.05  # how often the account's clock is asked whether a repeat is due
AGENT = "Freshdesk webhook"


class Courier:
    """The delivery service. ``enabled`` False keeps deliveries from being made at all.

    Args:
        now: the account's clock: repeats and the hourly cap go by it, faults by real seconds.
        on_attempt: called before each call, which counts against the account's rate limit.
        workers: how many calls are on their way at once, so order is not guaranteed.
    """

    def __init__(
        self,
        now: Now,
        *,
        on_attempt: Callable[[], None] = lambda: None,
        rules: RetryRules | None = None,
        workers: int = 4,
    ) -> None:
        self.rules = rules or RetryRules()
        self.faults = DeliveryFaults()
        self.enabled = True
        self.mails: list[Mail] = []
        self._now, self._on_attempt, self._workers = now, on_attempt, workers
        self._known: deque[Call] = deque(maxlen=20_000)
        self._soon: list[tuple[float, int, Call]] = []  # by real seconds
        self._later: list[tuple[datetime, int, Call]] = []  # by the account's clock
        self._order = itertools.count()
        self._busy = 0
        self._held: list[Call] = []
        self._calls: deque[datetime] = deque()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def send(self, calls: Iterable[Call]) -> None:
        """Queue the calls of one update and return at once; faults that are waiting take hold here."""
        made = {call.id: call for call in calls}
        if not self.enabled or not made:
            return
        with self._changed:
            self._known.extend(made.values())
            for plan in planned(list(made.values()), self.faults):
                call = made[plan.delivery.id]
                if plan.fault is DeliveryFault.LOST:
                    call.lost = call.done = True
                elif plan.fault is DeliveryFault.HELD:
                    self._held.append(call)
                else:
                    self._push(call, plan.delay_seconds)
            self._start()

    def release(self, reverse: bool = False) -> int:
        """Send what was held back, newest first if ``reverse``; return how many those are."""
        with self._changed:
            held, self._held = self._held, []
            for position, call in enumerate(reversed(held) if reverse else held):
                self._push(call, position * 0.02)
            self._start()
        return len(held)

    def redeliver(self, delivery_id: str) -> bool:
        """Make an old call once more, byte by byte the same; False if it is not known."""
        with self._changed:
            found = next((call for call in self._known if call.id == delivery_id), None)
            if found:
                self._push(found, 0)
                self._start()
        return found is not None

    def wait_idle(self, timeout_seconds: float = 10) -> bool:
        """Wait until nothing is on its way; repeats that the account's clock has not reached are not waited for."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout_seconds)

    def waiting(self) -> int:
        """Return how many calls wait for the account's clock."""
        with self._changed:
            return len(self._later)

    def deliveries(self, webhook_id: str | None = None) -> list[Call]:
        """Return the calls, newest first; ``webhook_id`` is a rule's id as text."""
        with self._changed:
            return [call for call in self._known if webhook_id in (None, call.webhook_id)][::-1]

    def clear(self) -> None:
        """Forget the log of deliveries; what is on its way still arrives."""
        with self._changed:
            self._known.clear()

    def stop(self) -> None:
        """Send nothing more and end the threads."""
        with self._changed:
            self._stopping = True
            self._soon.clear()
            self._later.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=self.rules.timeout_seconds + 1)

    def _is_idle(self) -> bool:
        return not (self._busy or self._soon or (self._later and self._later[0][0] <= self._now()))

    def _push(self, call: Call, wait_seconds: float) -> None:
        heapq.heappush(self._soon, (time.monotonic() + wait_seconds, next(self._order), call))
        self._changed.notify()

    def _postpone(self, call: Call, until: datetime) -> None:
        heapq.heappush(self._later, (until, next(self._order), call))

    def _start(self) -> None:
        while not self._stopping and len(self._threads) < min(self._workers, len(self._soon)):
            thread = threading.Thread(target=self._work, name=f"courier-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        session = requests.Session()
        while (call := self._next()) is not None:
            status = self._attempt(session, call)
            with self._changed:
                self._note(call, status)
                self._busy -= 1
                self._changed.notify_all()

    def _next(self) -> Call | None:
        """Return what is to be called next, waiting for it; None is the end."""
        with self._changed:
            while not self._stopping:
                while self._later and self._later[0][0] <= self._now():
                    self._push(heapq.heappop(self._later)[2], 0)
                wait = self._soon[0][0] - time.monotonic() if self._soon else None
                if wait is None or wait > 0:
                    self._changed.wait(min(wait or LOOK_SECONDS, LOOK_SECONDS) if self._later or wait else None)
                elif self._has_capacity(call := heapq.heappop(self._soon)[2]):
                    self._busy += 1
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
        self._changed.notify_all()
        return False

    def _attempt(self, session: requests.Session, call: Call) -> int:
        """Make the call, following redirects, note it and return its end."""
        self._on_attempt()
        headers = {"User-Agent": AGENT, "Accept": "*/*", **call.headers}
        text = ""
        try:
            answer = session.request(
                call.method,
                call.url,
                data=call.body or None,
                headers=headers,
                auth=call.auth,
                timeout=self.rules.timeout_seconds,
            )
            status, text = answer.status_code, answer.text[:KEPT_CHARACTERS]
        except requests.Timeout:
            status = TIMED_OUT
        except requests.RequestException:
            status = REFUSED
        call.attempts.append(Attempt(self._now(), status, headers, text))
        return status

    def _note(self, call: Call, status: int) -> None:
        """Plan what follows from a call's end."""
        wait = self.rules.again_in(status, len(call.attempts))
        if wait is not None:
            self._postpone(call, self._now() + timedelta(seconds=wait))
            return
        call.done = True
        if not 200 <= status < 300:
            self._tell(call, f"the last answer was {status}" if status > 0 else "no answer came")

    def _tell(self, call: Call, reason: str) -> None:
        self.mails.append(Mail(self._now(), call.rule_name, reason))
