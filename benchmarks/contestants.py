"""A library that adds and measures open time, and the run of it that is timed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.rounds import Case
from benchmarks.scene import HORIZONS, Scene

FEWEST_CALLS = 4
RUN_SECONDS = 0.02
"""Slow contestants are asked fewer of the starts, so that one run stays about this short."""


@dataclass(frozen=True)
class Contestant:
    """One library, or one way of calling it.

    Inputs are made native beforehand, for nothing: only the library's own call is timed. What a library returns is an
    aware datetime for ``add`` and what ``seconds`` turns into seconds for ``between``.

    Attributes:
        instant, amount: turn a UTC instant and an amount of open time into what the library takes.
        add, between: its calls, taking (start, amount) and (begin, end); None where it has none.
    """

    name: str
    add: Callable[[Any, Any], Any]
    between: Callable[[Any, Any], Any] | None
    instant: Callable[[datetime], Any] = lambda at: at
    amount: Callable[[timedelta], Any] = lambda amount: amount
    seconds: Callable[[Any], float] = timedelta.total_seconds

    def cases(self, scene: Scene) -> list[Case]:
        """Return what is timed: one case for each operation that the library has, and each horizon."""
        cases = []
        for horizon, hours in HORIZONS.items():
            starts, amount, ends = self._asked(scene, hours)
            cases.append(Case(("add", horizon, self.name), add_run(self.add, starts, amount), len(starts)))
            if self.between is not None:
                run = between_run(self.between, list(zip(starts, ends, strict=True)))
                cases.append(Case(("between", horizon, self.name), run, len(starts)))
        return cases

    def agreement(self, scene: Scene) -> tuple[int, int]:
        """Return how many of the answers are the core's, and how many were asked for."""
        same = asked = 0
        for hours in HORIZONS.values():
            starts, amount, ends = self._asked(scene, hours)
            wanted = scene.ends(hours)
            answers = [self.add(start, amount) == end for start, end in zip(starts, wanted, strict=False)]
            if self.between is not None:
                pairs = zip(starts, ends, strict=True)
                answers += [self.seconds(self.between(begin, end)) == hours * 3600 for begin, end in pairs]
            same += sum(answers)
            asked += len(answers)
        return same, asked

    def _asked(self, scene: Scene, hours: int) -> tuple[list[Any], Any, list[Any]]:
        """Return the native starts, as many as there is time for, the native amount, and the native ends."""
        starts = [self.instant(start) for start in scene.starts]
        amount = self.amount(timedelta(hours=hours))
        self.add(starts[0], amount)
        begun = time.perf_counter()
        self.add(starts[0], amount)
        fitting = int(RUN_SECONDS / (time.perf_counter() - begun))
        starts = starts[: max(fitting, FEWEST_CALLS)]
        return starts, amount, [self.instant(end) for end in scene.ends(hours)[: len(starts)]]


def ours(scene: Scene) -> Contestant:
    """Return the core's calendar."""
    return Contestant(
        name="SLA Sidecar",
        add=scene.calendar.add,
        between=scene.calendar.between,
        amount=lambda amount: int(amount.total_seconds()),
        seconds=float,
    )


def add_run(add: Callable[[Any, Any], Any], starts: Sequence[Any], amount: object) -> Callable[[], None]:
    """Return a function that adds one amount to every start."""

    def run() -> None:
        for start in starts:
            add(start, amount)

    return run


def between_run(between: Callable[[Any, Any], Any], pairs: Sequence[tuple[Any, Any]]) -> Callable[[], None]:
    """Return a function that measures every pair."""

    def run() -> None:
        for begin, end in pairs:
            between(begin, end)

    return run
