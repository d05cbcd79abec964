"""Start everything that the demo needs, play the story, and stop all of it at the end."""

import io
import json
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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests

from core.errors import ConfigError
from sandbox.common.clock import Clock as DeskClock
from sandbox.zendesk import Sandbox, State
from webhooks.cli.connect import connect
from webhooks.configuration import Configuration
from webhooks.demo.story import PLAN_FIELD, PLAN_OPTIONS, Desk
from webhooks.demo.times import DemoTime, monday_morning
from webhooks.service import open_store
from webhooks.settings import load_settings

CLIENT = "sla-sidecar"
CONNECTION = "zendesk"
START_SECONDS = 30
STOP_SECONDS = 20
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the story is told: real seconds for each scene's passing of time, and for looking at it."""

    passing: float = 3.0
    looking: float = 4.0


def run(folder: Path, port: int, desk_port: int, pace: Pace | None, say: Say) -> None:
    """Run the demo until SIGINT or SIGTERM.

    Args:
        folder: where its settings and its database live; empty at first.
        port, desk_port: of the service and of the stand-in; 0 is any free one.
        pace: None tells no story.
        say: prints a line.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with ExitStack() as stack:
        now = DeskClock(monday_morning(datetime.now(UTC)))
        state = State(now)
        desk = Desk(state)
        client = state.add_oauth_client(CLIENT, state.add_agent("SLA Sidecar", role="admin"), secrets.token_hex(16))
        sandbox = stack.enter_context(_sandbox(state, desk_port))
        port = port or _free_port()
        _configure(folder, sandbox.url, port, client.secret)
        store = open_store(load_settings(folder / "sidecar.yaml"))
        stack.callback(store.database.close)
        clock = DemoTime(now, store.clock, stopped.wait)
        stack.enter_context(_service(folder, port))
        say(f"helpdesk    {sandbox.url}/agent/tickets")
        say(f"service     http://127.0.0.1:{port}/metrics")
        say("")
        if pace is not None:
            _tell(desk, clock, pace, stopped, say)
        say("The desk is yours: open tickets, reply, change status, and watch the SLA fields. Ctrl-C ends it.")
        stopped.wait()
        say("stopping")


def _tell(desk: Desk, clock: DemoTime, pace: Pace, stopped: threading.Event, say: Say) -> None:
    begin = clock.now()
    for scene in desk.scenes():
        if stopped.is_set():
            return
        clock.move_to(begin + scene.after, pace.passing)
        scene.happens()
        say(f"{clock.now():%a %H:%M} UTC  {scene.says}")
        stopped.wait(pace.looking)


@contextmanager
def _sandbox(state: State, port: int) -> Iterator[Sandbox]:
    try:
        sandbox = Sandbox(state, port=port)
    except OSError as err:
        raise ConfigError(f"port {port} is taken ({err.strerror}); choose another with --desk-port, or 0") from None
    with sandbox:
        yield sandbox


def _configure(folder: Path, desk_url: str, port: int, client_secret: str) -> None:
    """Connect the stand-in as an admin would, and switch writing on."""
    os.environ["ZENDESK_CLIENT_SECRET"] = client_secret
    path = folder / "sidecar.yaml"
    arguments = [CONNECTION, "--policy", "glassbeam", "--settings", str(path)]
    arguments += ["--public-url", f"http://127.0.0.1:{port}"]
    arguments += ["--set", f"base_url={desk_url}", "--set", f"client_id={CLIENT}"]
    plan = [{"from": "organization_field", "key": PLAN_FIELD, "values": PLAN_OPTIONS}]
    arguments += ["--set", f"plan={json.dumps(plan)}"]
    arguments += ["--set", "timezone=America/Los_Angeles"]
    arguments += ["--set", "priorities={urgent: P1, high: P1, normal: P2, low: P3}"]
    with redirect_stdout(io.StringIO()):
        connect.main(arguments, standalone_mode=False)
    file = Configuration(path)
    file.data["listen"] = f"127.0.0.1:{port}"
    file.connection(CONNECTION)["write"] = "on"
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
