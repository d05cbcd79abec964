"""What stand-ins with numbered records share: the record, its ids, and the store that hands them out."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sandbox.common.clock import Clock, Now
from sandbox.common.faults import FaultBook
from sandbox.common.requestlog import RequestLog


@dataclass(slots=True, kw_only=True)
class Record:
    """What every record has."""

    id: int
    created_at: datetime
    updated_at: datetime


AnyRecord = TypeVar("AnyRecord", bound=Record)


class Ids:
    """Hands out record ids: large integers with gaps, as an account's are; tickets count from 1."""

    def __init__(self, first: int, step: int) -> None:
        self._records = itertools.count(first, step)
        self._tickets = itertools.count(1)

    def record(self) -> int:
        """Return the next id of anything but a ticket."""
        return next(self._records)

    def ticket(self) -> int:
        """Return the next ticket number."""
        return next(self._tickets)


class RecordStore:
    """The tables' common side. Hold ``lock`` while reading or changing more than one thing.

    Args:
        now: the account's clock; None is the system's time.
        ids: where ids come from.
        missing: makes the platform's refusal for a record that is not there.
    """

    def __init__(self, now: Now | None, ids: Ids, missing: Callable[[], Exception]) -> None:
        self.clock: Now = now or Clock()
        self.lock = threading.RLock()
        self.ids = ids
        self.faults = FaultBook()
        self.log = RequestLog()
        self._missing = missing

    def now(self) -> datetime:
        """Return the current instant in whole seconds, which is the finest that records keep."""
        return self.clock().replace(microsecond=0)

    def new(self, table: dict[int, AnyRecord], record: type[AnyRecord], **values: object) -> AnyRecord:
        """Create a record with the next id, put it into its table and return it."""
        now = self.now()
        made = record(id=self.ids.record(), created_at=now, updated_at=now, **values)
        table[made.id] = made
        return made

    def get(self, table: Mapping[int, AnyRecord], record_id: int | str) -> AnyRecord:
        """Return a record.

        Raises:
            ApiError: the platform's 404, there is none.
        """
        try:
            return table[int(record_id)]
        except (KeyError, ValueError):
            raise self._missing() from None
