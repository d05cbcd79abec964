"""What waiting costs, in one run: ``python -m benchmarks.timers``.

1. ``idle``: 100,000 open tickets in the store, none of them due: the query for the next one, before and after the
   database has statistics, and the real service beside it: its share of a core and its memory.
2. ``wakes``: one ticket whose deadline comes when nothing else goes on; then 1,000 with the same deadline.
3. ``day``: a quiet day with 10,000 open tickets on each platform: the calls that are counted there.

The first two on SQLite, and on PostgreSQL where its server is installed.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from benchmarks.acceptance import Target
from benchmarks.allowances import SMALLEST
from benchmarks.bars import Bar
from benchmarks.databases import postgres
from benchmarks.quiet import quiet_day, quiet_day_of_django_helpdesk
from benchmarks.report import verdicts
from benchmarks.waiting import fill
from benchmarks.wakes import wakes
from tests.webhooks.conftest import make_settings
from webhooks.service import Store, open_store

OPEN_TICKETS = 100_000
QUERIES, IDLE_SECONDS = 200, 30.0


def idle(name: str, url: str) -> Iterator[Bar]:
    """Yield the bars of a store full of tickets that wait."""
    store = open_store(make_settings(url))
    fill(store, "desk", OPEN_TICKETS)
    yield _query(f"{name}: timer query of a table just filled", store)
    with store.database.write() as connection:
        connection.execute(sa.text("ANALYZE"))  # PostgreSQL does so by itself a minute after so many rows
    yield _query(f"{name}: timer query", store)
    store.database.close()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(url, Path(folder))
        try:
            time.sleep(5)  # the hourly purge, which runs at the start
            before, began = target.memory_mib(), _cpu_seconds(target)
            time.sleep(IDLE_SECONDS)
            share = (_cpu_seconds(target) - began) / IDLE_SECONDS
            grown = target.memory_mib() - before
        finally:
            target.stop()
    yield Bar(f"{name}: idle CPU with {OPEN_TICKETS} open tickets", f"{share:.2%} of a core", "< 2%", share < 0.02)
    yield Bar(f"{name}: memory grown in {IDLE_SECONDS:.0f} s", f"{grown:.1f} MiB", "< 1 MiB", grown < 1)


def _query(about: str, store: Store) -> Bar:
    took = sorted(_seconds(store.looks.next_due_at) for _ in range(QUERIES))
    median, p99 = statistics.median(took), took[int(QUERIES * 0.99)]
    return Bar(about, f"median {median * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms", "< 5 ms", median < 0.005)


def _cpu_seconds(target: Target) -> float:
    """Return the processor time of the server and of its only child so far."""
    server = target.process.pid
    (child,) = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (server, child)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print; a missed bar is printed as such and is no failure, since other work may slow the machine."""
    parts = {"idle": _idle, "wakes": _wakes, "day": _day}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.timers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=parts, action="append", help="measure only this part; may be repeated")
    chosen = parser.parse_args().only or parts
    found: list[Bar] = []
    for part in chosen:
        with tempfile.TemporaryDirectory() as name:
            found += parts[part](Path(name))
        print(f"{part}: measured, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("\n".join(verdicts(found)))


def _idle(folder: Path) -> Iterator[Bar]:
    yield from idle("SQLite", f"sqlite:///{folder / 'sidecar.sqlite3'}")
    with postgres() as url:
        if url:
            yield from idle("PostgreSQL", url)


def _wakes(folder: Path) -> Iterator[Bar]:
    yield from wakes("SQLite", _new(folder, "sqlite"), None)
    with postgres() as url:
        if url:
            yield from wakes("PostgreSQL, a worker beside", _new(folder, "postgres"), url)


def _day(folder: Path) -> Iterator[Bar]:
    for platform in SMALLEST:
        yield from quiet_day(platform, _new(folder, platform))
    yield from quiet_day_of_django_helpdesk()


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


if __name__ == "__main__":
    main()
