"""The seam: whatever runs the looks, a look is the same."""

from collections.abc import Callable
from typing import Protocol

from webhooks.store.looks import Claim

Look = Callable[[Claim], None]


class Engine(Protocol):
    """Runs a look for each claim, one at a time per key, until it is stopped."""

    def start(self, look: Look) -> None:
        """Begin to work through what is due.

        Args:
            look: does one claim and handles its own failures; whatever it raises is logged, and the claim is
                done again once its lease is over.

        Raises:
            ConfigError: another process works on this database, where only one may.
        """

    def stop(self) -> None:
        """Take nothing new, wait for what runs, and give the database back. Safe to repeat."""

    def wake(self) -> None:
        """Look for due work now rather than at the next poll."""

    def is_alive(self) -> bool:
        """Return whether work is being taken."""
