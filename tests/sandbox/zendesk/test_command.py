"""The stand-in as a process of its own."""

import subprocess
import sys

import requests

from tests.support import ROOT


def test_it_runs_as_a_command() -> None:
    """It says where it listens, with credentials that work, and ends when told to."""
    command = [
        sys.executable,
        "-m",
        "sandbox.zendesk",
        "--client-secret",
        "s3cret",
        "--start-at",
        "2026-11-20T15:00:00Z",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        url = lines[2].split()[-1].removesuffix("/agent")
        body = {
            "grant_type": "client_credentials",
            "client_id": "sla-sidecar",
            "client_secret": "s3cret",
            "scope": "read",
        }
        token = requests.post(f"{url}/oauth/tokens", json=body, timeout=10).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        tickets = requests.get(f"{url}/api/v2/tickets", headers=headers, timeout=10).json()["tickets"]
        assert [ticket["created_at"][:13] for ticket in tickets] == ["2026-11-20T15"] * 2
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_a_wrong_start_is_explained() -> None:
    """One line that says what to write."""
    command = [sys.executable, "-m", "sandbox.zendesk", "--start-at", "2026-11-20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "aware start" in done.stderr
