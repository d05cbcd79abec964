"""The stand-in as a process of its own."""

import subprocess
import sys

import pytest
import requests

from tests.support import ROOT


@pytest.mark.parametrize(("options", "kind"), [([], "Cloud"), (["--data-center"], "Server")])
def test_it_runs_as_a_command(options: list[str], kind: str) -> None:
    """It says where it listens, with a token that works, and ends when told to."""
    command = [sys.executable, "-m", "sandbox.jira", "--start-at", "2026-11-20T15:00:00Z", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        token, url = (process.stdout.readline().split() for _ in range(2))
        base = url[-1].removesuffix("/agent")
        auth = (token[-1], token[-3])
        api = f"{base}/rest/api/2"
        assert requests.get(f"{api}/serverInfo", timeout=10).json()["deploymentType"] == kind
        got = requests.get(f"{api}/issue/SUP-1?fields=created", auth=auth, timeout=10).json()
        assert got["fields"]["created"][:13] == "2026-11-20T15"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_a_wrong_start_is_explained() -> None:
    """One line that says what to write."""
    command = [sys.executable, "-m", "sandbox.jira", "--start-at", "2026-11-20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "aware start" in done.stderr
