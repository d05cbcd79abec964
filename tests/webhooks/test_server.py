"""The real server: gunicorn, real sockets, real signals."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.postgres import Postgres
from tests.support import ROOT
from tests.webhooks.desk import TOKEN, Desk, sign
from tests.webhooks.helpers import wait_until
from webhooks.store.schema import upgrade


class Server:
    """One serving process."""

    def __init__(self, url: str, desk: Desk, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.hook = f"{self.base}/webhooks/desk/{TOKEN}"
        command = [sys.executable, "-m", "tests.webhooks.server", url, str(desk.path), f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def is_up(self) -> bool:
        assert self.process.poll() is None, "the server ended"
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        return False

    def post(self, delivery_id: str, ticket: str) -> requests.Response:
        return send(self.hook, delivery_id, ticket)

    def kill(self) -> None:
        """``kill -9`` to the whole family at once, as a machine that loses its power."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def send(hook: str, delivery_id: str, ticket: str) -> requests.Response:
    body = json.dumps({"id": delivery_id, "tickets": [ticket]}).encode()
    headers = {"X-Signature": sign(body), "Content-Type": "application/json"}
    return requests.post(hook, data=body, headers=headers, timeout=10)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def start(url: str, desk: Desk) -> Iterator:
    """Start a server and wait until it is ready; all are killed at the end."""
    started: list[Server] = []
    port = free_port()

    def start() -> Server:
        server = Server(url, desk, port)
        started.append(server)
        wait_until(server.is_up)
        return server

    yield start
    for server in started:
        server.kill()


def test_serves_and_stops(start, desk: Desk):
    """A delivery over a real socket ends on the ticket; SIGTERM ends the server with status 0, its work done."""
    server = start()
    desk.happen("1")
    assert server.post("d1", "1").json() == {"result": "accepted"}
    wait_until(lambda: desk.state("1") == "seen 1")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0


def test_logs_are_json_without_secrets(start, desk: Desk):
    """Every line that the server logs, gunicorn's own too, is JSON, and none holds a token."""
    server = start()
    server.post("d1", "1")
    requests.post(f"{server.hook}x", data=b"{}", timeout=10)
    requests.get(f"{server.base}/webhooks/desk/{TOKEN}", timeout=10)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stderr is not None
    lines = server.process.stderr.read().splitlines()
    assert len(lines) >= 4
    for line in lines:
        assert json.loads(line)["message"]
        assert TOKEN not in line


def test_half_a_request_holds_nobody(start, desk: Desk):
    """Clients that send half a request and wait keep no other delivery waiting."""
    server = start()
    host, port = server.base.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"POST /webhooks/desk/x HTTP/1.1\r\nHost: x\r\nContent-Le")
    assert server.post("d1", "1").status_code == 200
    for connection in slow:
        connection.close()


def test_chunked_oversize(start):
    """A body that never says its size is refused when it grows too large."""
    server = start()
    chunks = (b" " * 65536 for _ in range(40))
    answer = requests.post(server.hook, data=chunks, headers={"Content-Type": "application/json"}, timeout=10)
    assert answer.status_code == 413


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_one_process_for_a_sqlite_file(start, url: str, desk: Desk):
    """A second process on the same SQLite file refuses to start, and says what to do."""
    start()
    second = Server(url, desk, free_port())
    assert second.process.wait(20) == 1
    assert second.process.stderr is not None
    (line,) = second.process.stderr.read().splitlines()
    assert line.startswith("error: ")
    assert "is held by another process" in line


def storm(start, desk: Desk, seed: int, kills: int) -> None:
    """Send deliveries from four senders while the server is killed and started again; then check every answer given."""
    chance = random.Random(seed)
    server = start()
    covered: dict[str, int] = {}  # what the platform was told is accepted: ticket to things that had happened
    lock, stopping = threading.Lock(), threading.Event()

    def sender(number: int) -> None:
        mine = random.Random(seed * 100 + number)
        count = 0
        while not stopping.is_set():
            ticket, count = f"t{mine.randrange(30)}", count + 1
            desk.happen(ticket)
            happened = desk.row(ticket)[0]
            with contextlib.suppress(requests.RequestException):
                if send(server.hook, f"{number}-{count}", ticket).status_code == 200:
                    with lock:
                        covered[ticket] = max(happened, covered.get(ticket, 0))
            time.sleep(0.01)

    senders = [threading.Thread(target=sender, args=(number,)) for number in range(4)]
    for thread in senders:
        thread.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 1.5))
        server.kill()
        server = start()
    time.sleep(0.5)
    stopping.set()
    for thread in senders:
        thread.join()
    assert len(covered) > 10

    def lost() -> list[str]:
        seen = {ticket: int((desk.state(ticket) or "seen 0").split()[1]) for ticket in covered}
        return [ticket for ticket, happened in covered.items() if seen[ticket] < happened]

    wait_until(lambda: not lost(), 60)


def test_killed_while_serving(start, desk: Desk):
    """What was answered 200 is worked through, however often the server dies in between."""
    storm(start, desk, seed=1, kills=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_killed_while_serving_for_long(start, desk: Desk, seed: int):
    """The same with many more kills."""
    storm(start, desk, seed=seed, kills=15)


@pytest.mark.postgres
def test_database_goes_away(desk: Desk):
    """While PostgreSQL is down deliveries are answered 503 with Retry-After, quickly; nothing crashes."""
    postgres = Postgres()
    server = None
    try:
        url = postgres.create()
        upgrade(url)
        server = Server(url, desk, free_port())
        wait_until(server.is_up)
        assert server.post("d1", "1").status_code == 200
        postgres.stop()
        began = time.monotonic()
        answer = server.post("d2", "1")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert time.monotonic() - began < 5
        assert requests.get(f"{server.base}/healthz", timeout=5).status_code == 200
        assert requests.get(f"{server.base}/readyz", timeout=5).status_code == 503
    finally:
        if server:
            server.kill()
        postgres.stop()
