"""The README's way from nothing to a live connection: its commands in their order, beside the stand-in for Zendesk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.limits import Plan
from tests.docs.pages import blocks, commands
from webhooks.demo.run import free_port
from webhooks.settings import load_settings

SECRET = "the-client-secret"
PASSWORD = "correct-horse-battery"
GONE_BEFORE = ("make install", "export PATH=")  # the environment that runs the tests has been made by them
WAIT_SECONDS = 45


class Admin:
    """Somebody who types what the README says, with an account of their own in place of its examples."""

    def __init__(self, folder: Path, sandbox: Sandbox, ticket: str) -> None:
        self.folder, self.port = folder, free_port()
        self.instead = {
            "subdomain=acme": f"base_url={sandbox.url}",
            "https://sla.example.com": f"http://127.0.0.1:{self.port}",
            "35436": ticket,
            "ZENDESK_CLIENT_SECRET='…'": f"ZENDESK_CLIENT_SECRET={SECRET}",
            "SIDECAR_CONSOLE_PASSWORD='…'": f"SIDECAR_CONSOLE_PASSWORD={PASSWORD}",
        }
        self.replaced: set[str] = set()
        self.env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "SIDECAR_LISTEN": f"127.0.0.1:{self.port}",  # a test takes a port that is free
        }
        self.service: subprocess.Popen[bytes] | None = None

    def types(self, command: str) -> str:
        """Run one command and return what it prints; `serve` stays, and ends the one before it."""
        for example, own in self.instead.items():
            if example in command:
                command = command.replace(example, own)
                self.replaced.add(example)
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").split("#")[0].strip().partition("=")
            self.env[name] = value
            return ""
        if command.startswith("sla-sidecar serve"):
            self.serve(command)
            return ""
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, command: str) -> None:
        self.stop()
        log = (self.folder / "log").open("ab")
        self.service = subprocess.Popen(
            ["bash", "-ec", f"exec {command}"], cwd=self.folder, env=self.env, stdout=log, stderr=log
        )
        log.close()
        wait_for(self.is_ready, (self.folder / "log").read_text)

    def is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        if self.service is not None:
            self.service.send_signal(signal.SIGTERM)
            assert self.service.wait(75) == 0


def wait_for(condition, why) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until, why()
        time.sleep(0.1)


@pytest.fixture
def account():
    """An account with a Gold customer's urgent ticket and an OAuth client, as the page of the platform asks for."""
    state = State()
    ada = state.add_end_user("Greta Gold", organization=state.add_organization("Northwind", plan="Gold"))
    state.add_oauth_client("sla_sidecar", state.add_agent("SLA Sidecar", role="admin"), SECRET)
    state.open_ticket(ada, "It broke", priority="urgent")
    with Sandbox(state, plan=Plan(account=60_000, ticket_updates=60_000, incremental=1_000)) as sandbox:
        yield sandbox


def shown(state: State, ticket_id: int) -> dict[str, object]:
    """Return our fields on a ticket, by title."""
    titles = {field.id: field.title for field in state.custom_ticket_fields()}
    return {titles[id_]: value for id_, value in state.tickets[ticket_id].custom.items() if value not in (None, "")}


@pytest.mark.timeout(600)
def test_live_in_ten_minutes(account, tmp_path):
    """As it stands there: init, connect, doctor, serve, look; nothing is written before `write: on`, then it is."""
    (ticket,) = account.state.tickets
    admin = Admin(tmp_path, account, str(ticket))
    said: dict[str, str] = {}
    try:
        for block in blocks("README.md", "Live in ten minutes"):
            for command in commands(block):
                if command.startswith(GONE_BEFORE):
                    continue
                if command.startswith("sed "):
                    assert shown(account.state, ticket) == {}, "writing was off until now"
                said[" ".join(command.split("#")[0].split()[:3])] = admin.types(command)
        wait_for(lambda: "SLA next due" in shown(account.state, ticket), lambda: said)
    finally:
        admin.stop()
    assert admin.replaced == set(admin.instead), "an example that the README no longer has"
    assert set(said) >= {"sla-sidecar doctor", "sla-sidecar explain zendesk", "sla-sidecar backfill zendesk"}
    assert "Gold, P1" in said["sla-sidecar explain zendesk"]
    assert "FAULT" not in said["sla-sidecar doctor"]
    assert "1 open tickets: 1 running" in said["sla-sidecar backfill zendesk"]
    settings = load_settings(tmp_path / "sidecar.yaml", admin.env)
    assert settings.connections["zendesk"].write == "on"
    assert settings.console is not None


def test_the_console_can_be_signed_in_to(account, tmp_path):
    """With the password that was given to init, the page that the README names opens."""
    admin = Admin(tmp_path, account, "1")
    try:
        for block in blocks("README.md", "Live in ten minutes")[1:2]:
            for command in commands(block):
                admin.types(command)
        admin.types("sla-sidecar serve")
        session = requests.Session()
        page = session.get(f"http://127.0.0.1:{admin.port}/console/sign-in", timeout=10).text
        token = page.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": token, "password": PASSWORD}
        answer = session.post(f"http://127.0.0.1:{admin.port}/console/sign-in", data=form, timeout=10)
        assert answer.status_code == 200
        assert "Sign out" in answer.text
    finally:
        admin.stop()
