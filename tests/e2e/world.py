"""The whole product for tests: the service as a process of its own beside the Zendesk stand-in, over real HTTP."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.limits import Plan
from sandbox.zendesk.tickets_model import CommentEvent, Ticket
from tests.support import ROOT
from webhooks.configuration import Configuration
from webhooks.demo.run import _free_port
from webhooks.demo.story import PLAN_FIELD, PLAN_OPTIONS
from webhooks.service import Store, open_store
from webhooks.settings import load_settings
from webhooks.store.looks import State as LookState

WAIT_SECONDS = 45
SECRET = "a-secret-for-tests"
NOTE = "sla-sidecar:"
GENEROUS = Plan(account=60_000, ticket_updates=60_000, incremental=1_000)  # limits are tested where they belong


class World:
    """One account and one service with Glassbeam's policy; ``start`` and ``kill`` the service as often as you like."""

    def __init__(self, folder: Path, database: str | None = None, **engine: Any) -> None:
        self.folder, self.path = folder, folder / "sidecar.yaml"
        self.state = State()
        northwind = self.state.add_organization("Northwind", plan="Gold")
        self.customer = self.state.add_end_user("Greta Gold", organization=northwind)
        self.agent = self.state.add_agent("Ada Agent")
        self.state.add_oauth_client("sla-sidecar", self.state.add_agent("SLA Sidecar", role="admin"), SECRET)
        self.sandbox = Sandbox(self.state, plan=GENEROUS).start()
        self.port = _free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._connect()
        self._change(database, engine)
        self.settings = load_settings(self.path, {"ZENDESK_CLIENT_SECRET": SECRET})
        if database:
            self.command("upgrade")
        self.store: Store = open_store(self.settings)
        self.state.log.clear()

    def _connect(self) -> None:
        plan = [{"from": "organization_field", "key": PLAN_FIELD, "values": PLAN_OPTIONS}]
        settings = {"base_url": self.sandbox.url, "client_id": "sla-sidecar", "plan": plan}
        settings |= {"priorities": {"urgent": "P1", "normal": "P2", "low": "P3"}}
        given = [part for name, value in settings.items() for part in ("--set", f"{name}={value!r}")]
        url = f"http://127.0.0.1:{self.port}"
        done = self.command("connect", "zendesk", "--policy", "glassbeam", "--public-url", url, *given)
        assert done.returncode == 0, done.stderr

    def _change(self, database: str | None, engine: dict[str, Any]) -> None:
        file = Configuration(self.path)
        file.data["listen"] = f"127.0.0.1:{self.port}"
        file.data["engine"] = {"window_seconds": 0.5, "threads": 4, "attempts": 3} | engine
        if database:
            file.data["database"] = database
        part = file.connection("zendesk")
        file.merge(part, {"write": "on", "poll_minutes": 0})
        file.save()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "webhooks.cli", *arguments, "--settings", str(self.path)],
            cwd=ROOT,
            env={**os.environ, "ZENDESK_CLIENT_SECRET": SECRET},
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
                env={**os.environ, "ZENDESK_CLIENT_SECRET": SECRET},
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

    def settle(self) -> None:
        """Wait until every delivery has arrived and no look is due soon or running."""
        wait_for(self._is_settled, "the service to have nothing left to do")

    def _is_settled(self) -> bool:
        if not self.state.courier.wait_idle(1):
            return False
        now = self.store.clock.now().timestamp()
        rows = self.store.listings.looks("zendesk", limit=100_000)
        busy = [row for row in rows if row["running"] or row["lease_until"]]
        soon = [row for row in rows if row["look_at"] and row["look_at"].timestamp() < now + 15]
        return not busy and not soon

    def parked(self) -> list[str]:
        """Return the reasons of all parked looks."""
        return [str(row["error"]) for row in self.store.listings.looks("zendesk", LookState.PARKED)]

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        """Return what an agent sees: our fields by title."""
        titles = {field.id: field.title for field in self.state.custom_ticket_fields()}
        values = self.state.tickets[ticket.id].custom
        return {titles[id_]: value for id_, value in values.items() if value not in (None, "")}

    def notes(self, ticket: Ticket) -> list[str]:
        """Return our notes on a ticket, in order."""
        events = [event for audit in self.state.tickets[ticket.id].audits for event in audit.events]
        return [event.body for event in events if isinstance(event, CommentEvent) and NOTE in event.body]

    def reads(self) -> int:
        """Return how many requests have read, tokens left out."""
        return len(self.state.log.find("GET", "/api/v2/"))

    def writes(self) -> int:
        """Return how many requests have written to tickets."""
        return len(self.state.log.find("PUT", "/api/v2/tickets/"))


def wait_for(condition: Any, what: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)
