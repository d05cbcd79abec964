"""Any of the stand-ins with the real service beside it, both on one clock that stands still until it is moved."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import sqlalchemy as sa

from sandbox.common.clock import Clock
from sandbox.common.requestlog import RequestLog
from tests.support import ROOT
from tests.webhooks.helpers import wait_until
from tests.webhooks.test_server import free_port
from webhooks.configuration import Configuration
from webhooks.demo.desks import Desk, FreshdeskDesk, JiraDesk, ZendeskDesk, settings_options
from webhooks.service import open_store
from webhooks.settings import load_settings
from webhooks.store.gauges import backlog
from webhooks.store.tables import looks

Make = Callable[[Clock, int], Desk]
DESKS: Mapping[str, Make] = {
    "Zendesk": ZendeskDesk,
    "Jira": JiraDesk,
    "Freshdesk": FreshdeskDesk,
}
WAIT_SECONDS = 120


class Beside:
    """One account with Glassbeam's policy and the service that writes to it, started and ready.

    Args:
        make: which stand-in; it refuses no call for its number.
        folder: where the settings, the database and the log are kept.
        begin: the first instant of both clocks.
        poll_minutes: how often the change feed is read.
    """

    def __init__(self, make: Make, folder: Path, begin: datetime, poll_minutes: float) -> None:
        self.clock = Clock(begin, speed=0)
        self.desk = make(self.clock, 0)
        self.log: RequestLog = self.desk.state.log
        requests.post(f"{self.desk.url}/sandbox/switches", json={"limits": False}, timeout=10).raise_for_status()
        self._folder, self._path, self._port = folder, folder / "sidecar.yaml", free_port()
        self._environment = {**os.environ, **self.desk.secrets}
        self._connect(poll_minutes)
        self.store = open_store(load_settings(self._path, self._environment))
        self.move_to(begin)
        self._service = self._start()

    def _connect(self, poll_minutes: float) -> None:
        own = f"http://127.0.0.1:{self._port}"
        command = ["connect", self.desk.platform, "--policy", "glassbeam", "--public-url", own]
        done = subprocess.run(
            [*self._command("webhooks.cli", *command), *settings_options(self.desk)],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        file = Configuration(self._path)
        file.data["listen"] = f"127.0.0.1:{self._port}"
        file.data["engine"] = {"window_seconds": 0.05, "threads": 4, "poll_seconds": 0.05}
        file.merge(file.connection(self.desk.platform), {"write": "on", "poll_minutes": poll_minutes})
        file.save()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                self._command("tests.simulation.process", "serve"),
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._is_ready, WAIT_SECONDS)
        return process

    def _command(self, module: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", module, *arguments, "--settings", str(self._path)]

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self._port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def move_to(self, at: datetime) -> None:
        """Move both clocks; the stand-in's then stands still, the service's goes on by the seconds that pass."""
        self.store.clock.set_offset(self.clock.move_to(at) - datetime.now(UTC))

    def settle(self) -> None:
        """Wait until nothing is due or running; a look that failed would make fewer calls, so it ends everything."""
        wait_until(self._is_settled, WAIT_SECONDS)
        with self.store.database.read() as connection:
            errors = sa.select(looks.c.error).where(looks.c.error.is_not(None)).limit(1)
            if error := connection.execute(errors).scalar():
                raise SystemExit(f"{self.desk.platform}: a look failed: {error}")

    def _is_settled(self) -> bool:
        now = backlog(self.store.database, self.store.clock)
        next_at = self.store.looks.next_due_at()
        soon = self.store.clock.now() + timedelta(seconds=0.2)
        return not (now.due or now.held or now.parked) and (next_at is None or next_at > soon)

    def close(self) -> None:
        """End the service and the stand-in."""
        os.killpg(self._service.pid, signal.SIGKILL)
        self._service.wait()
        self.store.database.close()
        self.desk.stop()
