"""The whole product for tests: the service as a process of its own beside a platform's stand-in, over real HTTP."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from tests.e2e.sides import Side
from tests.support import ROOT
from webhooks.configuration import Configuration
from webhooks.demo.run import free_port
from webhooks.service import Store, open_store
from webhooks.settings import load_settings
from webhooks.store.looks import LookKey
from webhooks.store.looks import State as LookState

WAIT_SECONDS = 45


class World:
    """One account and one service with Glassbeam's policy; ``start`` and ``kill`` the service as often as you like."""

    def __init__(self, folder: Path, side: Side, database: str | None = None, **engine: Any) -> None:
        self.folder, self.path, self.side = folder, folder / "sidecar.yaml", side
        self.state, self.sandbox = side.state, side.sandbox
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._connect()
        self._change(database, engine)
        self.settings = load_settings(self.path, side.environment)
        if database:
            self.command("upgrade")
        self.store: Store = open_store(self.settings)
        self.state.log.clear()

    def _connect(self) -> None:
        given = [part for name, value in self.side.settings.items() for part in ("--set", f"{name}={value!r}")]
        url = f"http://127.0.0.1:{self.port}"
        done = self.command("connect", self.side.platform, "--policy", "glassbeam", "--public-url", url, *given)
        assert done.returncode == 0, done.stderr

    def _change(self, database: str | None, engine: dict[str, Any]) -> None:
        file = Configuration(self.path)
        file.data["listen"] = f"127.0.0.1:{self.port}"
        file.data["engine"] = {"window_seconds": 1, "threads": 4, "attempts": 3} | engine
        if database:
            file.data["database"] = database
        part = file.connection(self.side.platform)
        file.merge(part, {"write": "on", "poll_minutes": 0})
        file.save()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "webhooks.cli", *arguments, "--settings", str(self.path)],
            cwd=ROOT,
            env={**os.environ, **self.side.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, command: str = "serve") -> subprocess.Popen[bytes]:
        """Start the service, or a worker; for the service, wait until it is ready."""
        with (self.folder / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "webhooks.cli", command, "--settings", str(self.path)],
                cwd=ROOT,
                env={**os.environ, **self.side.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        if command == "serve":
            wait_for(lambda: self._is_ready(), f"the service to be ready; see {self.folder}/serve.log")
        return process

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=1).ok
        except requests.RequestException:
            return False

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and its children with SIGKILL, as a crash or the kernel would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        self.store.database.close()
        self.sandbox.stop()

    def pass_time(self, by: timedelta) -> None:
        """Move the helpdesk's clock and the service's, and wait until what is due by then is done."""
        self.state.clock.advance(by)
        self.store.clock.set_offset(self.state.clock() - datetime.now(UTC))
        self.settle()

    def settle(self) -> None:
        """Wait until every delivery has arrived and no look is due soon or running."""
        wait_for(self._is_settled, "the service to have nothing left to do")

    def _is_settled(self) -> bool:
        if not self.state.courier.wait_idle(1):
            return False
        now = self.store.clock.now().timestamp()
        rows = self.store.listings.looks(self.side.platform, limit=100_000)
        busy = [row for row in rows if row["running"] or row["lease_until"]]
        soon = [row for row in rows if row["look_at"] and row["look_at"].timestamp() < now + 15]
        return not busy and not soon

    def parked(self) -> list[str]:
        """Return the reasons of all parked looks."""
        return [str(row["error"]) for row in self.store.listings.looks(self.side.platform, LookState.PARKED)]

    def retry(self, ticket_id: str) -> None:
        """Look at a ticket now, as the change feed would make us."""
        self.store.listings.retry(LookKey.ticket(self.side.platform, ticket_id))


def wait_for(condition: Any, what: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
