"""The floor: what the two binary searches cost that any answer from sorted edges needs, with nothing around them.

The lists are as long and of the same types as those that a warm calendar searches: the openings as UTC datetimes, and
the open time up to each closing as timedeltas.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from benchmarks.rounds import Case
from benchmarks.scene import HORIZONS, Scene

NAME = "two bare bisects"
_FIRST, _END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)


def edges(scene: Scene) -> tuple[list[datetime], list[timedelta]]:
    """Return the openings of nine years, and the open time up to the closing that follows each."""
    windows = scene.calendar.windows(_FIRST, _END)
    return [opening for opening, _ in windows], list(accumulate(closing - opening for opening, closing in windows))


def cases(scene: Scene) -> list[Case]:
    """Return the two searches of ``add`` and of ``between``, for every horizon."""
    opens, totals = edges(scene)
    cases = []
    for horizon, hours in HORIZONS.items():
        ends = scene.ends(hours)
        before = [timedelta(seconds=scene.calendar.between(_FIRST, end)) for end in ends]
        run = _add_run(opens, totals, list(zip(scene.starts, before, strict=True)))
        cases.append(Case(("add", horizon, NAME), run, len(ends)))
        run = _between_run(opens, list(zip(scene.starts, ends, strict=True)))
        cases.append(Case(("between", horizon, NAME), run, len(ends)))
    return cases


def _add_run(
    opens: list[datetime], totals: list[timedelta], pairs: Sequence[tuple[datetime, timedelta]]
) -> Callable[[], None]:
    def run() -> None:
        for start, total in pairs:
            bisect_right(opens, start)
            bisect_left(totals, total)

    return run


def _between_run(opens: list[datetime], pairs: Sequence[tuple[datetime, datetime]]) -> Callable[[], None]:
    def run() -> None:
        for begin, end in pairs:
            bisect_right(opens, begin)
            bisect_right(opens, end)

    return run
