"""What a newcomer sees: ``make demo``'s command, its pages, and the SLA fields appearing on a ticket."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.browser import chromium
from tests.support import ROOT


@contextmanager
def running(folder: Path, *options: str) -> Iterator[IO[str]]:
    """Run the demo on free ports; yield what it prints. Ctrl-C ends it, and it ends well."""
    command = [sys.executable, "-m", "webhooks.cli", "demo", "--port", "0", "--desk-port", "0", *options]
    process = subprocess.Popen(
        [*command, "--folder", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def demo(tmp_path):
    """The demo, its story told fast; yields the agent's address."""
    with running(tmp_path, "--pace", "0.05") as said:
        first = said.readline()
        assert any(line.startswith("The desks are yours") for line in said)
        yield first.split()[1]


@pytest.mark.browser
def test_fields_appear_on_the_ticket(demo):
    """In the browser: the story's breach is there; a new ticket gets its deadlines, an answer meets the first one."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto(demo)
        row = page.get_by_role("row", name=re.compile("Dashboard shows nothing"))
        row.get_by_text("Breached").wait_for(timeout=30_000)
        page.get_by_label("Customer").select_option(label="Greta Gold")
        page.get_by_label("Priority").select_option(label="Urgent")
        page.get_by_label("Subject").fill("<b>It</b> broke again")
        page.get_by_label("Message").fill("{{ticket.id}} <script>alert(1)</script>")
        page.get_by_role("button", name="Open ticket").click()
        page.get_by_role("heading", name="<b>It</b> broke again").wait_for()
        card = page.locator("main")
        card.get_by_text("Running", exact=True).first.wait_for(timeout=30_000)
        card.get_by_text("First response", exact=True).first.wait_for()
        page.get_by_placeholder(re.compile("Write here")).fill("We are on it")
        page.get_by_role("button", name="Send").click()
        card.get_by_text("Update", exact=True).first.wait_for(timeout=30_000)


@pytest.mark.browser
def test_the_ladder_left_a_private_note(demo):
    """The breach's escalation stands on the ticket as an internal note, for agents alone."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto(demo)
        page.get_by_text("Dashboard shows nothing").first.click()
        note = page.locator("article, li, div").filter(has_text="SLA escalation, step 1: customer success manager").last
        note.wait_for(timeout=30_000)
        assert page.get_by_text("Internal note").first.is_visible()


@pytest.mark.browser
def test_a_week_passes_before_ones_eyes(tmp_path):
    """In the browser, as the week goes by: a warning, the breach, and the ladder's steps as private notes."""
    with running(tmp_path, "--story", "week", "--pace", "0.5") as said, chromium() as browser:
        page = browser.new_page()
        page.goto(said.readline().split()[1])
        row = page.get_by_role("row", name=re.compile("Dashboard shows nothing"))
        row.get_by_text("At risk").wait_for(timeout=120_000)
        row.get_by_text("Breached").wait_for(timeout=120_000)
        row.get_by_role("link").first.click()
        for step in ("step 1: customer success manager", "step 2: solutions manager"):
            page.get_by_text(f"SLA escalation, {step}").first.wait_for(timeout=120_000)
        told = _until_the_end(said)
    for news in ("is at risk", "is breached", "goes up the ladder: csm", "goes up the ladder: solutions manager"):
        assert f"“Dashboard shows nothing” {news}" in told


def _until_the_end(said: IO[str]) -> str:
    """Return what is told until the desks are the reader's."""
    told = ""
    while not (line := said.readline()).startswith("The desks are yours"):
        assert line, told
        told += line
    return told
