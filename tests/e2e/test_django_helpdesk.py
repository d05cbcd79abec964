"""The service beside a helpdesk that nobody here wrote: django-helpdesk, run for real."""

import os
import secrets
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest
import requests

from core.ticket import Status
from tests.adapters.django_helpdesk.desk import HelpdeskDesk
from tests.adapters.django_helpdesk.site import WEBHOOK_SECRET, Receiver, Site
from tests.e2e.world import wait_for
from tests.support import ROOT
from webhooks.configuration import Configuration
from webhooks.demo.run import free_port

NAME = "django_helpdesk"


@pytest.fixture
def helpdesk(tmp_path):
    """A site whose webhooks go to a running service that is connected to it; yields its people and the service."""
    port, token = free_port(), secrets.token_urlsafe(24)
    (tmp_path / "site").mkdir()
    password = quote(WEBHOOK_SECRET, safe="")
    site = Site(tmp_path / "site", hook=f"http://sidecar:{password}@127.0.0.1:{port}/webhooks/{NAME}/{token}")
    receiver = Receiver()
    file = Configuration(tmp_path / "sidecar.yaml")
    part = file.connection(NAME)
    part["platform"] = NAME
    part["token"] = file.secret(NAME, "token", token)
    part["secrets"] = {"webhook_secret": file.secret(NAME, "webhook_secret", WEBHOOK_SECRET)}
    file.save()
    environment = {**os.environ, "DJANGO_HELPDESK_TOKEN": site.token}

    def command(*arguments):
        whole = [sys.executable, "-m", "webhooks.cli", *arguments, "--settings", str(file.path)]
        return subprocess.run(whole, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    given = [
        "--set",
        f"base_url={site.url}",
        "--set",
        "hold=pending",
        "--set",
        "priorities={'1': P1, '2': P2, '3': P3}",
    ]
    done = command("connect", NAME, "--policy", "glassbeam", "--public-url", f"http://127.0.0.1:{port}", *given)
    assert done.returncode == 0, done.stderr
    file = Configuration(file.path)
    file.data["listen"] = f"127.0.0.1:{port}"
    file.merge(file.connection(NAME), {"write": "on"})
    file.save()
    log = (tmp_path / "serve.log").open("wb")
    service = subprocess.Popen(
        [sys.executable, "-m", "webhooks.cli", "serve", "--settings", str(file.path)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        wait_for(lambda: _ready(port), "the service to be ready")
        yield HelpdeskDesk(site, receiver)
    finally:
        os.killpg(service.pid, signal.SIGKILL)
        service.wait()
        log.close()
        site.close()
        receiver.close()


def _ready(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=1).ok
    except requests.RequestException:
        return False


def state_of(desk, ref):
    """Return the state that agents see."""
    return next((value for name, value in desk.ticket(ref).items() if name.endswith("sla_state")), None)


def test_a_ticket_gets_its_deadlines(helpdesk):
    """A ticket opened on the site's own page shows its state; an answer and a hold pause it; solving meets it."""
    ref = helpdesk.open_ticket(priority="P1")
    wait_for(lambda: state_of(helpdesk, ref) == "running", "the first fields")
    helpdesk.reply_as_agent(ref)
    helpdesk.set_status(ref, Status.PENDING)
    wait_for(lambda: state_of(helpdesk, ref) == "paused", "the pause")
    helpdesk.set_status(ref, Status.OPEN)
    helpdesk.set_status(ref, Status.SOLVED)
    wait_for(lambda: state_of(helpdesk, ref) == "met", "the end")
