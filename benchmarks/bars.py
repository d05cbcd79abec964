"""The bars that the core must clear, each with what was measured against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import evaluations, floor
from benchmarks.peers import WORKCLOCK
from benchmarks.rounds import Key, Times
from benchmarks.scene import HORIZONS

OPERATIONS = ("add", "between")
_MOST_FLOORS = {"add": 2.5, "between": 3.0}
_WORKCLOCK_TIMES = {"8 hours": 8, "2 years": 150}
_PYTHON_TIMES = 100
_FRESH_MS = 10
_EVENTS_MS = {50: 1, 500: 10}
_TEN_YEARS_MB = 2


@dataclass(frozen=True)
class Bar:
    """One bar: what was measured, as shown, and whether it clears."""

    about: str
    measured: str
    wanted: str
    ok: bool


def bars(
    times: Mapping[Key, Times], ours: str, python_peers: Sequence[str], fresh: Mapping[str, Times], held_bytes: int
) -> list[Bar]:
    """Return every bar for which something was measured.

    Args:
        times: of the cases, by key.
        ours: the core's name among the contestants.
        python_peers: the names of the peers other than the Rust one.
        fresh: the times until a new calendar's first answer, by what was known before.
        held_bytes: the memory of a calendar of ten years.
    """
    found = [*_floors(times, ours), *_peers(times, ours, python_peers)]
    found += [_below(f"new calendar, {about}", each, _FRESH_MS) for about, each in fresh.items()]
    for length, most in _EVENTS_MS.items():
        found.append(_below(f"evaluate {length} events", times[evaluations.EVALUATE, f"{length} events", ""], most))
    megabytes = held_bytes / 1e6
    found.append(Bar("memory of ten years", f"{megabytes:.2f} MB", f"< {_TEN_YEARS_MB} MB", megabytes < _TEN_YEARS_MB))
    return found


def _floors(times: Mapping[Key, Times], ours: str) -> Iterator[Bar]:
    """Yield how far the slowest horizon of each operation is from the two bare searches."""
    for operation, most in _MOST_FLOORS.items():
        ratios = {h: times[operation, h, ours].ratio_to(times[operation, h, floor.NAME]) for h in HORIZONS}
        slowest = max(ratios, key=lambda horizon: ratios[horizon])
        shown = f"{ratios[slowest]:.2f}x ({slowest})"
        yield Bar(f"{operation}, of two bare bisects", shown, f"<= {most:g}x", ratios[slowest] <= most)


def _peers(times: Mapping[Key, Times], ours: str, python_peers: Sequence[str]) -> Iterator[Bar]:
    """Yield how many times faster than its peers the core is."""
    for operation in OPERATIONS:
        for horizon, least in _WORKCLOCK_TIMES.items():
            yield from _faster(times, ours, [WORKCLOCK], operation, horizon, least)
    for operation in OPERATIONS:
        for horizon in HORIZONS:
            yield from _faster(times, ours, python_peers, operation, horizon, _PYTHON_TIMES)


def _faster(
    times: Mapping[Key, Times], ours: str, others: Sequence[str], operation: str, horizon: str, least: float
) -> Iterator[Bar]:
    """Yield the bar of one question against the fastest of the others; none where nobody else answers it."""
    own = times[operation, horizon, ours]
    ratios = {name: times[key].ratio_to(own) for name in others if (key := (operation, horizon, name)) in times}
    if ratios:
        nearest = min(ratios, key=lambda name: ratios[name])
        about = f"{operation} {horizon}, faster than {nearest}"
        yield Bar(about, f"{ratios[nearest]:.2f}x", f">= {least:g}x", ratios[nearest] >= least)


def _below(about: str, each: Times, most_ms: float) -> Bar:
    milliseconds = each.median * 1000
    return Bar(about, f"{milliseconds:.2f} ms", f"< {most_ms:g} ms", milliseconds < most_ms)
