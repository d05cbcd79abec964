"""Identifiers in the forms that Jira uses: numbers as text, counted for each kind of record."""

import itertools
import secrets
import uuid
from collections.abc import Iterator

FIRST = {
    "comment": 10000,
    "desk": 1,
    "field": 10050,
    "history": 10000,
    "issue": 10000,
    "organization": 1,
    "requesttype": 1,
    "webhook": 1,
}


class Ids:
    """Hands out record ids."""

    def __init__(self) -> None:
        self._counts: dict[str, Iterator[int]] = {}

    def next(self, kind: str) -> str:
        """Return the next id of one kind of record."""
        counter = self._counts.setdefault(kind, itertools.count(FIRST.get(kind, 10000)))
        return str(next(counter))


def account_id(kind: str) -> str:
    """Return a new account id; portal accounts begin with ``qm:``."""
    if kind == "customer":
        return f"qm:{uuid.uuid4()}:{uuid.uuid4()}"
    return f"712020:{uuid.uuid4()}"


def delivery_id() -> str:
    """Return a new webhook identifier."""
    return secrets.token_hex(16)
