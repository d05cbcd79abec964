"""How late a deadline brings what it brings: one alone when nothing else goes on, and 1,000 at the same instant.

Against the Zendesk stand-in without limits. On SQLite one process serves and works; on PostgreSQL there is a worker
beside it.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks.bars import Bar
from tests.simulation.stage import Stage

AT_ONCE = 1_000
MOST = timedelta(minutes=5)
DUE = timedelta(hours=2)  # the first response to P1 with Gold
WITHOUT_BUDGET = "tests.simulation.unlimited"  # an account without limits does not raise the budget by its answers


def wakes(name: str, folder: Path, database: str | None) -> Iterator[Bar]:
    """Yield how late one ticket alone, and many at the same instant, show what their deadline brought."""
    stage = Stage(folder, database, poll_minutes=0)
    try:
        _start(stage, "webhooks.cli", database)
        late = _late(stage, 1)
        yield Bar(f"{name}: one deadline, fired after", f"{late:.2f} s", "< 2 s", late < 2)
        for process in list(stage.processes):
            stage.kill(process)
        _start(stage, WITHOUT_BUDGET, database)
        late = _late(stage, AT_ONCE)
        about = f"{name}: {AT_ONCE} deadlines at one instant, all done after"
        yield Bar(about, f"{late:.1f} s", "< 60 s", late < 60)
    finally:
        stage.close()


def _start(stage: Stage, module: str, database: str | None) -> None:
    stage.start(module=module)
    if database:
        stage.start("worker", module=module)


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
