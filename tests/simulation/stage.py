"""Where a month is played: the Zendesk stand-in on a clock that stands still until it is moved, and the real service.

The service runs in processes of its own, and its clock is moved together with the stand-in's.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from sandbox.common.clock import Clock
from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.model import CustomField
from sandbox.zendesk.tickets_model import Ticket
from sandbox.zendesk.webhooks.invocations import RetryRules
from tests.simulation.month import PLANS, Deed
from tests.support import ROOT
from webhooks.configuration import Configuration
from webhooks.service import Store, open_store
from webhooks.settings import load_settings
from webhooks.store.gauges import backlog

BEGIN = datetime(2026, 10, 26, 7, tzinfo=UTC)  # a month with a change of the clocks and two US holidays
PLAN_FIELD = "support_plan"
SECRET = "a-secret-for-tests"
WAIT_SECONDS = 90
NAME = "zendesk"
POLL_MINUTES = 30


class Stage:
    """One account and one service with Glassbeam's policy.

    Args:
        database: PostgreSQL's URL; None is a SQLite file.
        deliveries: False switches the account's webhooks off, so that only the change feed tells of anything.
        poll_minutes: how often the change feed is read.
    """

    def __init__(
        self,
        folder: Path,
        database: str | None = None,
        *,
        deliveries: bool = True,
        poll_minutes: float = POLL_MINUTES,
    ) -> None:
        self.folder, self.path = folder, folder / "sidecar.yaml"
        self.clock = Clock(BEGIN, speed=0)
        self.state = State(self.clock)
        self.agent = self.state.add_agent("Ada Agent")
        self.customers = {
            plan: self.state.add_end_user(f"{plan} Customer", organization=self.state.add_organization(plan, plan=plan))
            for plan in PLANS
        }
        self.state.add_oauth_client("sla-sidecar", self.state.add_agent("SLA Sidecar", role="admin"), SECRET)
        self.sandbox = Sandbox(self.state, limits=False).start()
        self.state.courier.rules = RetryRules(pause_seconds=0.2)
        self.tickets: dict[int, Ticket] = {}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {**os.environ, "ZENDESK_CLIENT_SECRET": SECRET}
        self.port = _free_port()
        self._connect(database, poll_minutes)
        self.state.courier.enabled = deliveries
        self.settings = load_settings(self.path, self.environment)
        self.store: Store = open_store(self.settings)
        self.move_to(BEGIN)

    def _connect(self, database: str | None, poll_minutes: float) -> None:
        plan = [
            {
                "from": "organization_field",
                "key": PLAN_FIELD,
                "values": {f"plan_{name.lower()}": name for name in PLANS},
            }
        ]
        given = {"base_url": self.sandbox.url, "client_id": "sla-sidecar", "plan": json.dumps(plan)}
        given |= {"priorities": "{urgent: P1, normal: P2, low: P3}"}
        self.command("connect", "zendesk", "--policy", "glassbeam", "--public-url", f"http://127.0.0.1:{self.port}",
                     *(part for name, value in given.items() for part in ("--set", f"{name}={value}")))  # fmt: skip
        file = Configuration(self.path)
        file.data["listen"] = f"127.0.0.1:{self.port}"
        file.data["engine"] = {"window_seconds": 0.05, "threads": 4, "attempts": 3, "poll_seconds": 0.05}
        if database:
            file.data["database"] = database
        file.merge(file.connection(NAME), {"write": "on", "poll_minutes": poll_minutes})
        file.save()
        if database:
            self.command("upgrade")

    def command(self, *arguments: str) -> str:
        """Run a command and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "webhooks.cli", *arguments, "--settings", str(self.path)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(
        self, command: str = "serve", *arguments: str, module: str = "tests.simulation.process"
    ) -> subprocess.Popen[bytes]:
        """Start the service, or another command; wait until the service is ready."""
        with (self.folder / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, command, *arguments, "--settings", str(self.path)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        if command == "serve":
            wait_for(self._is_ready, f"the service to be ready; see {self.folder}/serve.log")
        return process

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and its children with SIGKILL, as a crash or the kernel would, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)

    def close(self) -> None:
        for process in list(self.processes):
            self.kill(process)
        self.store.database.close()
        self.sandbox.stop()

    def move_to(self, at: datetime) -> None:
        """Move both clocks; the stand-in's then stands still, the service's goes on by the seconds that pass."""
        self.store.clock.set_offset(self.clock.move_to(at) - datetime.now(UTC))

    def settle(self) -> None:
        """Wait until every delivery has arrived and nothing is due or running."""
        assert self.state.courier.wait_idle(WAIT_SECONDS)
        settled = f"the service to have nothing left to do; see {self.folder}/serve.log"
        # Its last write sends a delivery of its own, which comes back as one more look.
        wait_for(lambda: self._is_settled() and self.state.courier.wait_idle(0) and self._is_settled(), settled)

    def _is_settled(self) -> bool:
        now = backlog(self.store.database, self.store.clock)
        if now.due or now.held:
            return False
        row = next(iter(self.store.listings.looks(NAME, limit=1)), None)
        if row is None or row["look_at"] is None:
            return True
        wait = 10 if row["attempts"] else 0.2  # what failed is tried again; others wait for more about their ticket
        return bool(row["look_at"] > self.store.clock.now() + timedelta(seconds=wait))

    def do(self, deed: Deed) -> None:
        """Let somebody do something; what makes no sense on the ticket as it is by now is left out."""
        state, agent = self.state, self.agent
        if deed.what == "open":
            plan, priority = deed.word.split()
            title = f"Ticket {deed.ticket}"
            self.tickets[deed.ticket] = state.open_ticket(self.customers[plan], title, priority=priority)
            return
        ticket = state.tickets[self.tickets[deed.ticket].id]
        if ticket.is_deleted or deed.what == "restore":
            if ticket.is_deleted and deed.what == "restore":
                state.restore(ticket, agent)
            return
        match deed.what:
            case "answer":
                state.reply(ticket, agent, "We are on it.", status="open")
            case "answer and wait":
                state.reply(ticket, agent, "Please send the log.", status="pending")
            case "write back":
                state.reply(ticket, state.users[ticket.requester_id], "Here it is.", status="open")
            case "note":
                state.reply(ticket, agent, "For us only.", public=False)
            case "priority":
                state.set_priority(ticket, deed.word, agent)
            case "workaround" | "no workaround":
                state.set_field(ticket, self._field("workaround"), deed.what == "workaround", agent)
            case "third party" | "no third party":
                field = self._field("cause")
                tag = next(tag for tag in field.option_values if "third_party" in tag)
                state.set_field(ticket, field, tag if deed.what == "third party" else None, agent)
            case "solve":
                state.reply(ticket, agent, "This is the solution.", status="solved")
            case "delete":
                state.delete(ticket, agent)

    def _field(self, word: str) -> CustomField:
        return next(field for field in self.state.custom_ticket_fields() if word in field.title.lower())

    def shown(self) -> dict[int, dict[str, Any]]:
        """Return what agents see on each ticket: our fields by title."""
        titles = {field.id: field.title for field in self.state.custom_ticket_fields()}
        return {
            number: {
                titles[id_]: value
                for id_, value in self.state.tickets[ticket.id].custom.items()
                if value not in (None, "", False)
            }
            for number, ticket in self.tickets.items()
        }


def wait_for(condition: Callable[[], object], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
