"""The tables, in Markdown that also reads well in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from benchmarks.bars import OPERATIONS, Bar
from benchmarks.rounds import Key, Times
from benchmarks.scene import HORIZONS

ABSENT = "–"


_QUARTILES = "quartiles apart"


def arithmetic(times: Mapping[Key, Times], names: Sequence[str], ours: str) -> Iterator[str]:
    """Yield a table for each operation: µs a call, in brackets its ratio to the core's; last the noisiest spread."""
    for operation in OPERATIONS:
        rows = []
        for name in names:
            keys = [(operation, horizon, name) for horizon in HORIZONS]
            widest = max((times[key].spread for key in keys if key in times), default=None)
            spread = ABSENT if widest is None else f"{widest:.0%}"
            rows.append([name, *(_compared(times, key, ours) for key in keys), spread])
        yield from table([f"{operation}, µs a call (ratio)", *HORIZONS, _QUARTILES], rows)
        yield ""


def agreements(found: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Yield how many answers of each peer were the core's."""
    rows = [[name, f"{same} of {asked}"] for name, (same, asked) in found.items()]
    yield from table(["peer", "same answers"], rows)
    yield ""


def single(title: str, found: Mapping[str, Times]) -> Iterator[str]:
    """Yield a table of figures that have no peer, in milliseconds."""
    rows = [[about, f"{each.median * 1000:.3f}", f"{each.spread:.0%}"] for about, each in found.items()]
    yield from table([title, "ms", _QUARTILES], rows)
    yield ""


def verdicts(found: Sequence[Bar]) -> Iterator[str]:
    """Yield the bars."""
    rows = [[bar.about, bar.measured, bar.wanted, "ok" if bar.ok else "missed"] for bar in found]
    yield from table(["bar", "measured", "wanted", ""], rows)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table with its columns aligned."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    for cells in chain([header, ["-" * width for width in widths]], rows):
        first, *others = zip(cells, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        yield f"| {' | '.join(padded)} |"


def _compared(times: Mapping[Key, Times], key: Key, ours: str) -> str:
    """Return one cell; an operation that a contestant does not have is absent."""
    if key not in times:
        return ABSENT
    operation, horizon, _ = key
    return f"{_figure(times[key].median * 1e6)} ({_figure(times[key].ratio_to(times[operation, horizon, ours]))})"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
