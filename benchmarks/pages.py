"""What the console's pages cost with 100,000 tickets, in one run: ``python -m benchmarks.pages``.

Every page, found in the application's own URL map, signed in, from the request to the last byte of its answer; on
SQLite and, where its server is installed, on PostgreSQL. Twice on each: right after everything was stored, when the
database knows nothing of its tables yet, and after ``VACUUM`` and ``ANALYZE``. PostgreSQL's own daemon would do so
within minutes; it is switched off until then.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from benchmarks.bars import Bar
from benchmarks.report import table, verdicts
from tests.console.seed import NOW, World
from tests.console.tour import pages
from tests.postgres import Postgres, binaries
from webhooks.store.schema import upgrade
from webhooks.store.tables import audit, deliveries, effects, looks, metadata

TICKETS, ROUNDS, BATCH = 100_000, 15, 5_000
PARKED, A_STEP, MOST_SECONDS = 2_000, 5, 0.2
MORE: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("console.today", {"show": "running", "plan": "Gold"}),
    ("console.today", {"show": "paused", "priority": "P3", "page": "5"}),
    ("console.today", {"show": "all", "page": "200"}),
    ("console.compliance", {"weeks": "13"}),
    ("console.compliance", {"weeks": "13", "connection": "beta"}),
    ("console.deliveries", {"before": str(TICKETS // 2)}),
    ("console.deliveries", {"connection": "beta"}),
)
Took = Mapping[str, tuple[float, float]]  # of each page, in seconds: the median and the worst


def fill(world: World, count: int = TICKETS) -> None:
    """Store tickets with their verdicts, and beside each its look, a delivery, a line of the audit, maybe a step."""
    for each in () if world.store.database.is_sqlite else metadata.sorted_tables:
        with world.store.database.write() as connection:
            connection.execute(sa.text(f"ALTER TABLE {each.name} SET (autovacuum_enabled = off)"))
    world.many(count)
    for begin in range(0, count, BATCH):
        numbers = range(begin, min(begin + BATCH, count))
        with world.store.database.write() as connection:
            connection.execute(sa.insert(looks), [_look(n) for n in numbers])
            connection.execute(sa.insert(deliveries), [_delivery(n) for n in numbers])
            connection.execute(sa.insert(audit), [_audit(n) for n in numbers])
            connection.execute(sa.insert(effects), [_effect(n) for n in numbers if n % A_STEP == 0])


def settle(world: World) -> None:
    """Do what PostgreSQL's daemon does by itself soon after so many rows have come, and on SQLite its counterpart."""
    engine = sa.create_engine(world.store.database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in ("ANALYZE",) if world.store.database.is_sqlite else ("VACUUM ANALYZE",):
            connection.execute(sa.text(statement))
    engine.dispose()


def times(world: World, rounds: int = ROUNDS) -> Took:
    """Return what each page takes; an untimed request comes first, since the first of a day proves the policies."""
    client = world.client()
    found = {}
    for page in pages(client, MORE, ticket_id="000011", number="11"):
        client.get(page)
        took = [_seconds(client, page) for _ in range(rounds)]
        found[page.removeprefix("/console")] = (statistics.median(took), max(took))
    return found


def bar(name: str, took: Took) -> Bar:
    """Return the bar of the slowest page."""
    slowest = max(took, key=lambda page: took[page][0])
    median, worst = took[slowest]
    said = f"{median * 1e3:.0f} ms, worst {worst * 1e3:.0f} ms ({slowest})"
    return Bar(f"{name}: slowest page, median", said, f"< {MOST_SECONDS * 1e3:.0f} ms", median < MOST_SECONDS)


def _look(n: int) -> dict[str, Any]:
    is_parked = n % (TICKETS // PARKED) == 0
    state = {"state": "parked", "failing_since": NOW - timedelta(minutes=n % 500), "error": "zendesk: answered 403"}
    return {
        "connection": "acme",
        "kind": "ticket",
        "subject": f"{n:06}",
        "first_asked_at": NOW,
        "look_at": None if is_parked else NOW + timedelta(hours=1, seconds=n),
        **(state if is_parked else {"state": "open", "failing_since": None, "error": None}),
    }


def _delivery(n: int) -> dict[str, Any]:
    received_at = NOW - timedelta(seconds=TICKETS - n)
    named = {"delivery_id": f"d{n}", "ticket_ids": [f"{n:06}"], "kind": "ticket.changed"}
    return {"connection": "acme", "received_at": received_at, **named}


def _audit(n: int) -> dict[str, Any]:
    detail = {"fields": ["state", "next_due"], "notes": []}
    named = {"connection": "acme", "subject": f"{n:06}", "actor": "engine", "action": "written"}
    return {"at": NOW - timedelta(seconds=TICKETS - n), "detail": detail, **named}


def _effect(n: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=n)
    named = {"connection": "acme", "ticket_id": f"{n:06}", "kind": "escalation", "key": "first_response/1/csm"}
    return {"state": "done", "reached_at": at, "recorded_at": at, **named}


def _seconds(client: FlaskClient, page: str) -> float:
    began = time.perf_counter()
    answer = client.get(page)
    took = time.perf_counter() - began
    if answer.status_code not in (200, 404):
        raise SystemExit(f"{page} answered {answer.status_code}; mend the page before measuring it")
    return took


def _measured(name: str, url: str, rounds: int) -> Iterator[tuple[str, Took]]:
    world = World(url)
    try:
        fill(world)
        yield f"{name}, at once", times(world, rounds)
        settle(world)
        yield f"{name}, later", times(world, rounds)
    finally:
        world.close()


def _on_postgres(rounds: int) -> Iterator[tuple[str, Took]]:
    if binaries() is None:
        print("PostgreSQL: not measured, its server is not installed")
        return
    postgres = Postgres(durable=True)
    try:
        url = postgres.create()
        upgrade(url)
        yield from _measured("PostgreSQL", url, rounds)
    finally:
        postgres.stop()


def main() -> None:
    """Measure and print; a missed bar is printed as such and is no failure, since other work may slow the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often every page is asked (default: {ROUNDS})")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds must be at least 1")
    with tempfile.TemporaryDirectory() as folder:
        found = dict(_measured("SQLite", f"sqlite:///{Path(folder) / 'sidecar.sqlite3'}", rounds))
    found |= dict(_on_postgres(rounds))
    shown = [
        [page, *(f"{took[page][0] * 1e3:.0f} ({took[page][1] * 1e3:.0f})" for took in found.values())]
        for page in next(iter(found.values()))
    ]
    print("\n".join(table(["page, median ms (worst)", *found], shown)))
    print()
    print("\n".join(verdicts([bar(name, took) for name, took in found.items()])))


if __name__ == "__main__":
    main()
