"""What accepting a delivery costs, in one run: ``python -m benchmarks.acceptance``.

1. ``steady``: the real server (gunicorn) gets 200 signed deliveries a second for 10 seconds, five in a row about each
   ticket, as a change on a helpdesk makes them: median and 99th percentile, while the looks go on beside.
2. ``flood``: 10,000 deliveries about 2,000 tickets as fast as four senders can: nothing lost, memory flat.

On SQLite, and on PostgreSQL where its server is installed.
"""

import argparse
import http.client
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from benchmarks.databases import postgres
from tests.webhooks.desk import TOKEN, Desk, sign
from tests.webhooks.test_server import free_port

RATE, SECONDS, BURST = 200, 10, 5
TICKETS, DELIVERIES = 2_000, 10_000
WINDOW_SECONDS = "2"  # the default
MOST_SECONDS = 600


class Target:
    """A server in a process of its own, its platform in a file."""

    def __init__(self, url: str, folder: Path) -> None:
        self.desk = Desk(folder / "desk.sqlite3")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            "-m",
            "tests.webhooks.server",
            url,
            str(self.desk.path),
            f"127.0.0.1:{self.port}",
            "2",
        ]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self._local = threading.local()
        self.until(self.ready, 30)

    def ready(self) -> bool:
        """Return whether the server takes deliveries."""
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def send(self, delivery_id: str, ticket: str) -> float:
        """Send one delivery over a kept connection and return the seconds until its 200."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = json.dumps({"id": delivery_id, "tickets": [ticket]}).encode()
        headers = {"X-Signature": sign(body), "Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request("POST", f"/webhooks/desk/{TOKEN}", body, headers)
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
        if answer.status != 200:
            raise SystemExit(f"answered {answer.status}")
        return took

    def memory_mib(self) -> float:
        """Return the memory of the process that serves: the server's only child."""
        (child,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return _rss_mib(int(child))

    def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until ``condition`` holds, or give up."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("waited in vain")
            time.sleep(0.2)

    def stop(self) -> None:
        """End the server as its supervisor would."""
        self.process.terminate()
        self.process.wait(60)


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def steady(target: Target) -> list[float]:
    """Send RATE deliveries a second, each at its instant whether or not the last one was answered."""
    for ticket in range(RATE * SECONDS // BURST):
        target.desk.happen(str(ticket))

    def at(n: int) -> float:
        wait = begin + n / RATE - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        return target.send(f"steady-{n}", str(n // BURST))

    begin = time.perf_counter() + 0.2
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(at, range(RATE * SECONDS)))


def flood(target: Target) -> tuple[float, float, list[float]]:
    """Send everything and wait until all is on the tickets; return the seconds of each part, and memory over time."""
    for ticket in range(TICKETS):
        target.desk.happen(str(ticket))
    memory = [target.memory_mib()]
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        for n, _ in enumerate(pool.map(lambda n: target.send(f"flood-{n}", str(n // BURST)), range(DELIVERIES))):
            if n % 2_000 == 0:
                memory.append(target.memory_mib())
    sent = time.monotonic() - began
    target.until(lambda: not target.desk.behind(), MOST_SECONDS)
    memory.append(target.memory_mib())
    return sent, time.monotonic() - began, memory


def _steady(name: str, target: Target) -> None:
    took = sorted(steady(target))
    target.until(lambda: not target.desk.behind(), MOST_SECONDS)
    median, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    print(f"{name}: {RATE}/s for {SECONDS} s: median {median * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms,", end=" ")
    print(f"worst {took[-1] * 1e3:.0f} ms (bar: median < 10, p99 < 100), load {os.getloadavg()[0]:.1f}")


def _flood(name: str, target: Target) -> None:
    sent, done, memory = flood(target)
    writes = target.desk.calls("write")
    print(f"{name}: {DELIVERIES} deliveries about {TICKETS} tickets: accepted in {sent:.1f} s,", end=" ")
    print(f"all on the tickets after {done:.1f} s, lost {len(target.desk.behind())}, {writes} writes")
    print(f"{name}: memory MiB {', '.join(f'{each:.0f}' for each in memory)}, load {os.getloadavg()[0]:.1f}")


PARTS: Mapping[str, Callable[[str, Target], None]] = {"steady": _steady, "flood": _flood}


def measure(name: str, url: str, parts: Sequence[str]) -> None:
    """Measure one database and print what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        target = Target(url, Path(folder))
        try:
            for part in parts:
                PARTS[part](name, target)
        finally:
            target.stop()


def main() -> None:
    """Measure and print; a missed bar is no failure, since other work may slow the machine."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.acceptance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this part; may be repeated")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="measure only this database")
    chosen = parser.parse_args()
    parts = chosen.only or list(PARTS)
    if chosen.on != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{Path(folder) / 'sidecar.sqlite3'}", parts)
    if chosen.on != "sqlite":
        with postgres() as url:
            if url:
                measure("PostgreSQL", url, parts)


if __name__ == "__main__":
    main()
