"""A server that did not answer just now is left alone for a moment: nobody else waits for the same time-out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import RetryLaterError

REST_SECONDS = 30.0


class Breaker:
    """Guards one server in one process. Thread-safe, since it only ever sets one number.

    Args:
        server: its name for messages.
        monotonic: the machine's clock; the demo's time would make it rest too long or not at all.
    """

    def __init__(self, server: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._server, self._monotonic = server, monotonic
        self._rests_until = 0.0

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Run the body, unless the server rests; a RetryLaterError from the body sends it to rest.

        Raises:
            RetryLaterError: it rests; the wait costs no attempt.
        """
        left = self._rests_until - self._monotonic()
        if left > 0:
            raise RetryLaterError(
                f"{self._server} did not answer a moment ago; it is tried again soon", retry_after=left
            )
        try:
            yield
        except RetryLaterError:
            self._rests_until = self._monotonic() + REST_SECONDS
            raise
