"""Timing: every case once a round, round after round, so that a busy moment of the machine falls on all of them."""

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median, quantiles

Key = tuple[str, str, str]
"""Operation, size, contestant."""

SAMPLE_SECONDS = 0.002
"""A shorter run is repeated until a sample is about this long."""


@dataclass(frozen=True)
class Case:
    """Something to time: ``run`` makes so many ``calls``."""

    key: Key
    run: Callable[[], object]
    calls: int = 1


@dataclass(frozen=True)
class Times:
    """What one case cost: seconds a call, one figure for each round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, in seconds a call."""
        return median(self.seconds)

    @property
    def spread(self) -> float:
        """The distance between the quartiles, as a share of the median."""
        if len(self.seconds) < 2:
            return 0.0
        low, _, high = quantiles(self.seconds, n=4)
        return (high - low) / self.median

    def ratio_to(self, other: "Times") -> float:
        """Return how many times the other's time this one takes: the median of the rounds' ratios."""
        return median(mine / others for mine, others in zip(self.seconds, other.seconds, strict=True))


def measure(cases: Iterable[Case], rounds: int) -> dict[Key, Times]:
    """Return the times of every case, each sample taken warm: right after a run that is not timed."""
    prepared = [(case, _repeats(case)) for case in cases]
    seconds: dict[Key, list[float]] = {case.key: [] for case, _ in prepared}
    for _ in range(rounds):
        for case, repeats in prepared:
            case.run()
            seconds[case.key].append(_elapsed(case, repeats) / (repeats * case.calls))
    return {key: Times(tuple(found)) for key, found in seconds.items()}


def _repeats(case: Case) -> int:
    """Return how many runs make a sample, from one that is already warm."""
    case.run()
    return max(1, round(SAMPLE_SECONDS / _elapsed(case, 1)))


def _elapsed(case: Case, repeats: int) -> float:
    """Return the seconds that the runs take, with no garbage collection between, as ``timeit`` measures."""
    run = case.run
    collecting = gc.isenabled()
    gc.disable()
    try:
        begun = time.perf_counter()
        for _ in range(repeats):
            run()
        return time.perf_counter() - begun
    finally:
        if collecting:
            gc.enable()
