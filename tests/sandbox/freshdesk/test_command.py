"""The stand-in as a process of its own."""

import subprocess
import sys

import requests

from tests.support import ROOT

COMMAND = [sys.executable, "-m", "sandbox.freshdesk"]


def test_it_runs_as_a_command() -> None:
    """It says where it listens, with a key that works, and ends when told to."""
    command = [*COMMAND, "--api-key", "s3cret", "--start-at", "2026-11-20T15:00:00Z", "--plan", "pro"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        key, address = process.stdout.readline(), process.stdout.readline()
        assert "s3cret" in key
        url = address.split()[-1].removesuffix("/agent")
        answer = requests.get(f"{url}/api/v2/tickets", auth=("s3cret", "X"), timeout=10)
        assert [ticket["created_at"][:13] for ticket in answer.json()] == ["2026-11-20T15"] * 2
        assert answer.headers["X-RateLimit-Total"] == "400"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_a_wrong_start_is_explained() -> None:
    """One line that says what to write."""
    command = [*COMMAND, "--start-at", "2026-11-20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "aware start" in done.stderr
