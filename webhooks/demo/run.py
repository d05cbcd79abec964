"""Start everything that the demo needs, play the story, and stop all of it at the end."""

import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import requests
from werkzeug.security import generate_password_hash

from core.errors import ConfigError
from sandbox.common.clock import Clock as DeskClock
from webhooks.cli.connect import connect
from webhooks.configuration import Configuration
from webhooks.demo.desks import Desk, FreshdeskDesk, JiraDesk, ZendeskDesk, settings_options
from webhooks.demo.story import TWO_DAYS, WEEK
from webhooks.demo.telling import Pace, Say, Teller
from webhooks.demo.times import DemoTime, monday_morning
from webhooks.service import open_store
from webhooks.settings import load_settings

START_SECONDS = 30
PASSWORD = "demo"  # noqa: S105 - of a console on this machine alone
STOP_SECONDS = 20
POLL_MINUTES = 0  # of the demo's time, of which hours pass in a second; every change has its webhook
WINDOW_SECONDS, POLL_SECONDS = 0.2, 0.05  # in each of which minutes pass
REFRESH_SECONDS = 1.0


class Story(StrEnum):
    """What is told before the desks are the reader's."""

    TWO_DAYS = "two-days"
    WEEK = "week"
    NONE = "none"


def run(folder: Path, port: int, desk_port: int, story: Story, pace: Pace, say: Say) -> None:
    """Run the demo until SIGINT or SIGTERM.

    Args:
        folder: where its settings and its database live; empty at first.
        port: of the service; 0 is any free one.
        desk_port: of the first stand-in, the others take the next ones; 0 is any free ones.
        story: what is told.
        say: prints a line.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with ExitStack() as stack:
        now = DeskClock(monday_morning(datetime.now(UTC)))
        makers: list[Callable[[DeskClock, int], Desk]] = [ZendeskDesk, JiraDesk, FreshdeskDesk]
        desks = [stack.enter_context(_desk(make, now, desk_port and desk_port + n)) for n, make in enumerate(makers)]
        port = port or free_port()
        _require_free(port)
        settings = folder / "sidecar.yaml"
        for desk in desks:
            _connect(settings, desk, port)
        _add_console(settings)
        store = open_store(load_settings(settings))
        stack.callback(store.database.close)
        clock = DemoTime(now, store.clock, stopped.wait)
        stack.enter_context(_service(folder, port))
        for desk in desks:
            say(f"{desk.platform:<11} {desk.page}")
        say(f"console     http://127.0.0.1:{port}/console (password: {PASSWORD})")
        say(f"service     http://127.0.0.1:{port}/metrics")
        say("")
        teller = Teller(desks, store, clock, pace, stopped, say)
        if story is Story.TWO_DAYS:
            teller.scenes(TWO_DAYS)
        elif story is Story.WEEK:
            teller.week(WEEK)
        if not stopped.is_set():
            say("The desks are yours: open tickets, reply, change status, and watch the SLA fields. Ctrl-C ends it.")
        stopped.wait()
        say("stopping")


@contextmanager
def _desk(make: Callable[[DeskClock, int], Desk], now: DeskClock, port: int) -> Iterator[Desk]:
    try:
        desk = make(now, port)
    except OSError as err:
        raise ConfigError(f"port {port} is taken ({err.strerror}); choose another with --desk-port, or 0") from None
    try:
        yield desk
    finally:
        desk.stop()


def _connect(path: Path, desk: Desk, port: int) -> None:
    """Connect a stand-in as an admin would, and switch writing on."""
    os.environ.update(desk.secrets)
    arguments = [desk.platform, "--policy", "glassbeam", "--settings", str(path)]
    arguments += ["--public-url", f"http://127.0.0.1:{port}", *settings_options(desk)]
    with redirect_stdout(io.StringIO()):
        connect.main(arguments, standalone_mode=False)
    file = Configuration(path)
    file.data["listen"] = f"127.0.0.1:{port}"
    file.data["engine"] = {"window_seconds": WINDOW_SECONDS, "poll_seconds": POLL_SECONDS}
    file.merge(file.connection(desk.platform), {"write": "on", "poll_minutes": POLL_MINUTES})
    file.save()


def _add_console(path: Path) -> None:
    """Open the console to whoever sits at this machine."""
    file = Configuration(path)
    file.data["console"] = {
        "operator_password": generate_password_hash(PASSWORD),
        "session_key": file.secret("console", "session_key", secrets.token_urlsafe(32)),
        "timezone": "America/Los_Angeles",
        "refresh_seconds": REFRESH_SECONDS,
    }
    file.save()


@contextmanager
def _service(folder: Path, port: int) -> Iterator[None]:
    """Run ``sla-sidecar serve`` as a process of its own; its log goes into the folder."""
    with (folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "webhooks.cli", "serve", "--settings", str(folder / "sidecar.yaml")],
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
        )
        try:
            _await_ready(process, port, folder)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_ready(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=1).ok:
                return
        time.sleep(0.1)
    last = (folder / "service.log").read_text("utf-8", errors="replace").splitlines()[-1:]
    raise ConfigError(f"the service did not start on port {port}: {' '.join(last) or 'it said nothing'}")


def _require_free(port: int) -> None:
    """Raise ConfigError where another program listens: its answers would be taken for our service's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ConfigError(f"port {port} is taken; choose another with --port, or 0 for any free one") from None


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
