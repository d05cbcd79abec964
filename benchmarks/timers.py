"""What waiting costs, in one run: ``python -m benchmarks.timers``.

1. 100,000 open tickets in the store, none of them due: the query for the next one, and the real service beside it:
   its share of a core and its memory.
2. One ticket whose deadline comes when nothing else goes on; then 1,000 with the same deadline, against the Zendesk
   stand-in without limits.
3. A quiet day with 10,000 open tickets, played on a moved clock: the calls that the stand-in counts.

On SQLite, and the first part on PostgreSQL too where its server is installed.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.acceptance import Target
from benchmarks.bars import Bar
from benchmarks.report import verdicts
from tests.postgres import Postgres, binaries
from tests.simulation.stage import BEGIN, NAME, Stage
from tests.webhooks.conftest import make_settings
from webhooks.service import Store, open_store
from webhooks.store.schema import upgrade
from webhooks.store.tables import looks, tickets

OPEN_TICKETS, AT_ONCE, OF_A_DAY = 100_000, 1_000, 10_000
QUERIES, IDLE_SECONDS, BATCH = 200, 30.0, 5_000
SMALLEST_PLAN_A_MINUTE = 200  # Zendesk's Team plan; page "Rate limits"
MOST = timedelta(minutes=5)
DUE = timedelta(hours=2)  # the first response to P1 with Gold
AUDITED = 250  # tickets that a day's audits come to; only those need stand on the platform
RESULT = {"schema": 1, "policy": "acme", "policy_version": "sha256:0", "state": "running", "explanation": ["x" * 1500]}


def fill(store: Store, connection_name: str, count: int) -> None:
    """Put tickets into the store that were looked at and wait for an instant weeks ahead."""
    now = store.clock.now()
    named = {"connection": connection_name}
    for begin in range(0, count, BATCH):
        ids = [f"x{number:06}" for number in range(begin, min(begin + BATCH, count))]
        ahead = [now + timedelta(days=7, seconds=begin + n) for n in range(len(ids))]
        with store.database.write() as connection:
            connection.execute(
                sa.insert(looks),
                [
                    {
                        "connection": connection_name,
                        "kind": "ticket",
                        "subject": id_,
                        "first_asked_at": now,
                        "look_at": at,
                    }
                    for id_, at in zip(ids, ahead, strict=True)
                ],
            )
            connection.execute(
                sa.insert(tickets),
                [
                    {**named, "ticket_id": id_, "first_looked_at": now, "looked_at": now}
                    | {"state": "running", "next_wake_at": at, "result": RESULT, "observations": {}, "written": {}}
                    for id_, at in zip(ids, ahead, strict=True)
                ],
            )


def idle(name: str, url: str) -> Iterator[Bar]:
    """Yield the bars of a store full of tickets that wait."""
    store = open_store(make_settings(url))
    fill(store, "desk", OPEN_TICKETS)
    with store.database.write() as connection:
        connection.execute(sa.text("ANALYZE"))  # PostgreSQL does so by itself a minute after so many rows
    took = sorted(_seconds(store.looks.next_due_at) for _ in range(QUERIES))
    store.database.close()
    median, p99 = statistics.median(took), took[int(QUERIES * 0.99)]
    said = f"median {median * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms"
    yield Bar(f"{name}: timer query", said, "< 5 ms", median < 0.005)
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


def wakes(folder: Path) -> Iterator[Bar]:
    """Yield how late one ticket alone, and many at the same instant, get what their deadline brings."""
    stage = Stage(folder, poll_minutes=0)
    try:
        serving = stage.start(module="webhooks.cli")
        yield Bar("one deadline, fired after", f"{(late := _late(stage, 1)):.2f} s", "< 2 s", late < 2)
        stage.kill(serving)
        stage.start()  # without the budget, which an account without limits does not raise by its answers
        late = _late(stage, AT_ONCE)
        yield Bar(f"{AT_ONCE} deadlines at one instant, all done after", f"{late:.1f} s", "< 60 s", late < 60)
    finally:
        stage.close()


def quiet_day(folder: Path) -> Iterator[Bar]:
    """Yield the calls of a day on which nothing happens to any ticket."""
    stage = Stage(folder, poll_minutes=5)
    try:
        stage.start()
        for number in range(AUDITED):
            customer = stage.customers["Standard"]
            stage.tickets[number] = stage.state.open_ticket(customer, f"Quiet {number}", priority="low")
        stage.settle()
        fill(stage.store, NAME, OF_A_DAY - AUDITED)
        stage.move_to(BEGIN + timedelta(hours=1))
        stage.settle()
        stage.state.log.clear()
        for minutes in range(5, 24 * 60 + 1, 5):
            stage.move_to(BEGIN + timedelta(hours=1, minutes=minutes))
            stage.settle()
        calls = stage.state.log.find()
        share = len(calls) / (SMALLEST_PLAN_A_MINUTE * 24 * 60)
        said = f"{len(calls)} calls, {share:.2%}"
        yield Bar(f"Zendesk: a quiet day with {OF_A_DAY} open tickets", said, "< 1% of the smallest plan", share < 0.01)
        writes = len(stage.state.log.find("PUT"))
        yield Bar("Zendesk: writes on that day", str(writes), "0", writes == 0)
    finally:
        stage.close()


def _late(stage: Stage, count: int) -> float:
    """Open tickets with one deadline for all; return the seconds from it until the last shows that it is breached."""
    due_at = stage.clock() + DUE
    left: set[int] = set()
    for number in range(count):
        left.add(stage.state.open_ticket(stage.customers["Gold"], f"Urgent {number}", priority="urgent").id)
        if number % 100 == 99:
            stage.settle()
    stage.settle()
    stage.move_to(due_at - timedelta(minutes=10))  # at risk
    stage.settle()
    stage.move_to(due_at - timedelta(seconds=4))
    field = next(field for field in stage.state.custom_ticket_fields() if field.title == "SLA state")
    while left:
        left -= {id_ for id_ in left if str(stage.state.tickets[id_].custom.get(field.id)).endswith("breached")}
        now = stage.store.clock.now()
        if now > due_at + MOST:
            raise SystemExit(f"waited in vain for {len(left)} tickets")
        time.sleep(0.02)
    return (now - due_at).total_seconds()


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
    parts = ("idle", "wakes", "day")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timers", description=__doc__)
    parser.add_argument("--only", choices=parts, action="append", help="measure only this part; may be repeated")
    chosen = parser.parse_args().only or parts
    found: list[Bar] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "idle" in chosen:
            found += idle("SQLite", f"sqlite:///{folder / 'sidecar.sqlite3'}")
            found += _on_postgres()
        for part, measure in (("wakes", wakes), ("day", quiet_day)):
            if part in chosen:
                (folder / part).mkdir()
                found += measure(folder / part)
    print("\n".join(verdicts(found)))


def _on_postgres() -> list[Bar]:
    if binaries() is None:
        print("PostgreSQL: not measured, its server is not installed")
        return []
    postgres = Postgres(durable=True)
    try:
        url = postgres.create()
        upgrade(url)
        return list(idle("PostgreSQL", url))
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
