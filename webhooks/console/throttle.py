"""Slowing down who guesses passwords: counted per address and over all, in this process."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

FAILURES = 5  # an address may be wrong so often
FAILURES_OF_ALL = 50  # and everybody together so often, since addresses are cheap
WITHIN_SECONDS = 300.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts failed sign-ins; safe to share by threads."""

    def __init__(self, time_of: Callable[[], float] = time.monotonic) -> None:
        self._time_of = time_of
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque(maxlen=FAILURES_OF_ALL)

    def wait_seconds(self, address: str) -> float:
        """Return how long nobody at an address may try; 0.0 is now."""
        with self._lock:
            return max(self._left(self._failures.get(address, ()), FAILURES), self._left(self._all, FAILURES_OF_ALL))

    def failed(self, address: str) -> None:
        """Count one failure."""
        with self._lock:
            known = self._failures.pop(address, None) or deque(maxlen=FAILURES)
            self._failures[address] = known  # the last in order, so that the first is the one to forget
            known.append(self._time_of())
            self._all.append(self._time_of())
            if len(self._failures) > MOST_ADDRESSES:
                self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget an address's failures."""
        with self._lock:
            self._failures.pop(address, None)

    def _left(self, failures: Sequence[float], most: int) -> float:
        if len(failures) < most:
            return 0.0
        return max(0.0, failures[0] + WITHIN_SECONDS - self._time_of())
