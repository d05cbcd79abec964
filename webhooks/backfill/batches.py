"""Making one call of the calls of many threads, when nobody else is on the way who could join."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

QUIET_SECONDS = 0.1  # everybody who is here waits, and for so long nobody came: then nobody will
LONGEST_SECONDS = 60.0  # after which a batch goes as it is, whoever may be on the way

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Crowd:
    """The looks of one connection that run now, and how many of them wait for a batch to go.

    Attributes:
        changed: held to read or change the numbers; told of every change.
        running: looks that have begun and not ended.
        waiting: those of them that wait in a batch which has not gone.
        news: counts the changes.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.running = self.waiting = self.news = 0

    @contextmanager
    def look(self) -> Iterator[None]:
        """Count one look while the body runs."""
        self._change(+1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        with self.changed:
            self.running += by
            self.tell()

    def tell(self) -> None:
        """Say that something changed; ``changed`` is held."""
        self.news += 1
        self.changed.notify_all()


@dataclass(slots=True)
class _Batch(Generic[Item, Answer]):
    items: list[Item] = field(default_factory=list)
    answer: Future[Answer] = field(default_factory=Future)


class Gatherer(Generic[Item, Answer]):
    """Collects what several threads ask for, and asks once for all of them.

    Who comes first leads: it waits until the batch is full, or until every look that runs waits, and then calls for
    everybody in its own thread. No thread of its own, and nothing to stop.

    Args:
        crowd: who may come.
        most: how many items one call takes.
        call: asks for a batch; all who wait get its answer, or its exception.
    """

    def __init__(self, crowd: Crowd, most: int, call: Callable[[list[Item]], Answer]) -> None:
        self._crowd, self._most, self._call = crowd, most, call
        self._open: _Batch[Item, Answer] | None = None

    def __call__(self, item: Item) -> Answer:
        """Return the answer to the batch in which ``item`` went."""
        crowd = self._crowd
        with crowd.changed:
            batch = self._open = self._open or _Batch()
            batch.items.append(item)
            leads = len(batch.items) == 1
            if len(batch.items) == self._most:
                self._open = None
            crowd.waiting += 1
            crowd.tell()
            if leads:
                self._wait_for_others(batch)
                self._open = None if self._open is batch else self._open
                crowd.waiting -= len(batch.items)
                crowd.tell()
        if leads:
            try:
                batch.answer.set_result(self._call(batch.items))
            except BaseException as err:
                batch.answer.set_exception(err)
        if error := batch.answer.exception():
            raise error.with_traceback(None)  # raised in each thread: one would lengthen the traces of the others
        return batch.answer.result()

    def _wait_for_others(self, batch: _Batch[Item, Answer]) -> None:
        """Wait until nobody can join any more; ``changed`` is held, except while waiting."""
        crowd, until = self._crowd, time.monotonic() + LONGEST_SECONDS
        while len(batch.items) < self._most and (left := until - time.monotonic()) > 0:
            news, all_wait = crowd.news, crowd.waiting >= crowd.running
            crowd.changed.wait(QUIET_SECONDS if all_wait else left)
            if all_wait and crowd.news == news:
                return
