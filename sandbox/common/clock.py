"""A clock that can be moved, so that a week of tickets takes a minute."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


class Clock:
    """Call it for the current instant, aware and in UTC.

    Args:
        start: the first instant; None is the system's time.
        speed: seconds of this clock that pass in one real second; 0 is a clock that moves only when told to.
    """

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError(f"the clock needs an aware start, such as 2026-11-20T15:00:00Z, not {start!r}")
        if speed < 0:
            raise ValueError(f"a clock never runs backwards; write a speed of 0 or more, not {speed}")
        self._speed = speed
        self._lock = threading.Lock()
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Return the current instant."""
        with self._lock:
            return self._now()

    def advance(self, by: timedelta) -> datetime:
        """Move forward by ``by`` and return the new instant."""
        if by < timedelta(0):
            raise ValueError("a clock never runs backwards; advance by zero or more")
        with self._lock:
            self._base = self._now() + by
            self._since = time.monotonic()
            return self._base

    def move_to(self, at: datetime) -> datetime:
        """Move forward to ``at``; an instant that has passed leaves the clock as it is."""
        return self.advance(max(at - self(), timedelta(0)))

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._since) * self._speed)
