"""What taking over an account costs: ``python -m benchmarks.backfill``.

Open tickets with a short history each stand on the Zendesk stand-in, without limits; the real command goes through them
and writes on each. The stand-in counts the calls, from which follows how long the smallest plan's budget makes it last.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from adapters.http import route_of
from adapters.zendesk.account import CALLS_A_MINUTE, OUR_SHARE
from tests.simulation.month import PLANS
from tests.simulation.stage import BEGIN, NAME, Stage
from tests.support import ROOT

TICKETS = 2_000
LATER = timedelta(days=5)  # by then everything is breached, so that there is something to write


def main() -> None:
    """Fill an account, run the command once, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backfill", description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS, help=f"open tickets (default: {TICKETS})")
    count = parser.parse_args().tickets
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        try:
            run(stage, count)
        finally:
            stage.close()


def run(stage: Stage, count: int) -> None:
    """Measure one backfill of so many tickets."""
    stage.state.courier.enabled = False
    for number in range(count):
        customer = stage.customers[PLANS[number % len(PLANS)]]
        ticket = stage.state.open_ticket(customer, f"Old {number}", priority="urgent")
        stage.state.reply(ticket, stage.agent, "We are on it.", status="open")
    stage.move_to(BEGIN + LATER)
    stage.state.log.clear()
    command = [sys.executable, "-m", "tests.simulation.process", "backfill", NAME, "--settings", str(stage.path)]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=stage.environment, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    calls = Counter(f"{entry.method} {route_of(entry.path)}" for entry in stage.state.log.find(path="^/api/"))
    minutes = calls.total() / (CALLS_A_MINUTE * OUR_SHARE)
    print(done.stdout)
    for route, number in calls.most_common():
        print(f"{number:6} {route}")
    print(f"{count} tickets: {calls.total()} calls, {calls.total() / count:.2f} a ticket")
    print(f"without limits: {seconds:.0f} s, of which the command computes {used.ru_utime + used.ru_stime:.0f} s")
    print(f"at our share of the smallest plan's {CALLS_A_MINUTE} calls a minute: {minutes:.0f} minutes")


if __name__ == "__main__":
    main()
