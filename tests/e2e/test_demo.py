"""What a newcomer sees: ``make demo``'s command, its pages, and the SLA fields appearing on a ticket."""

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.browser import chromium
from tests.support import ROOT


@pytest.fixture
def demo(tmp_path):
    """The demo on free ports, told fast; yields the agent's address. Ctrl-C ends it."""
    command = [sys.executable, "-m", "webhooks.cli", "demo", "--port", "0", "--desk-port", "0", "--pace", "0.05"]
    process = subprocess.Popen(
        [*command, "--folder", str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        for line in process.stdout:
            if line.startswith("The desks are yours"):
                break
        yield first.split()[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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
