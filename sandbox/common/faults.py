"""Answers that go wrong on demand: each fault holds for the next N requests that match it."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong with a request."""

    ANSWER = "answer"
    DROP = "drop"
    SLOW = "slow"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault, not a token


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One fault.

    Attributes:
        kind: answer with ``status``, drop the connection, be slow by ``seconds``, or treat the token as expired.
        method: an HTTP method; empty is any.
        path: a pattern that the request's path must contain.
        times: how many requests it hits.
        after: do the work first, so that the client cannot know whether it was done.
        body: text as it stands, or anything else as JSON.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int = 1
    after: bool = False
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0

    def matches(self, method: str, path: str) -> bool:
        """Return whether this fault is meant for a request."""
        return self.method in ("", method) and re.search(self.path, path) is not None


class FaultBook:
    """The faults that are still to come, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[list[Any]] = []
        self._lock = threading.Lock()

    def add(self, fault: ApiFault) -> None:
        """Let ``fault`` hit the next ``fault.times`` requests that match it."""
        re.compile(fault.path)
        with self._lock:
            self._faults.append([fault, fault.times])

    def take(self, method: str, path: str) -> ApiFault | None:
        """Return the first fault that matches, using it up by one."""
        with self._lock:
            for entry in self._faults:
                if entry[0].matches(method, path):
                    entry[1] -= 1
                    if entry[1] <= 0:
                        self._faults.remove(entry)
                    fault: ApiFault = entry[0]
                    return fault
        return None

    def waiting(self) -> int:
        """Return how many requests are still going to be hit."""
        with self._lock:
            return sum(entry[1] for entry in self._faults)

    def clear(self) -> None:
        """Drop all faults."""
        with self._lock:
            self._faults.clear()
