"""The progress bar of commands that go through many tickets: on standard error, so that the answer stays readable."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar while the body runs; the function that it gets says how many are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def counted(what: str, total: int, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, with a bar that counts them."""
    with bar(what, total) as show:
        for done, item in enumerate(items, start=1):
            yield item
            show(done)
