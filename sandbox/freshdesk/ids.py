"""Identifiers in the form that Freshdesk uses."""

import itertools
import secrets

_FIRST, _STEP = 103000032101, 37


class Ids:
    """Hands out record ids: large integers with gaps; people share one sequence, tickets count from 1."""

    def __init__(self) -> None:
        self._records = itertools.count(_FIRST, _STEP)
        self._tickets = itertools.count(1)

    def record(self) -> int:
        """Return the next id of anything but a ticket."""
        return next(self._records)

    def ticket(self) -> int:
        """Return the next ticket number."""
        return next(self._tickets)


def api_key() -> str:
    """Return a new API key, twenty characters as the profile page shows them."""
    return secrets.token_urlsafe(15).replace("-", "a").replace("_", "b")
