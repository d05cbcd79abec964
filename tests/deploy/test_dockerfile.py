"""The image, without an engine: the Dockerfile's own steps in a clean folder, started as a container would start it.

The image itself is not built here: that takes Docker. What cannot drift is that its steps work.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import requests

from tests.deploy.dockerfile import Image, base_python, instructions
from tests.support import ROOT
from webhooks.demo.run import free_port

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
USER = 10001
STEPS_SECONDS = 900  # the dependencies are fetched and compiled


@pytest.fixture(scope="module")
def image():
    """The result of all steps; nobody can write to it but for /data."""
    folder = Path(tempfile.mkdtemp(prefix="sidecar-image-"))
    folder.chmod(0o755)  # the image's user has to pass
    made = Image(folder / "root", base_python(folder / "base"))
    made.root.mkdir()
    try:
        made.build(TEXT)
        subprocess.run(["chmod", "--recursive", "a-w", made.root], check=True)
        made.place("/data").chmod(0o755)
        if os.geteuid() == 0:
            os.chown(made.place("/data"), USER, USER)
        yield made
    finally:
        subprocess.run(["chmod", "--recursive", "u+w", folder], check=True)
        shutil.rmtree(folder)


def as_user(*command: str) -> list[str]:
    """Return a command as the image's user runs it; who is no root already is somebody without rights."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs", *command]


def run(image: Image, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        as_user(*command),
        cwd=image.place("/data"),
        env={**image.env, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_base_is_pinned():
    """Both stages name the same base by a tag that says Python's version and Debian's."""
    bases = {rest.split()[0] for word, rest in instructions(TEXT) if word == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+(\.\d+)?-slim-[a-z]+", bases.pop())


def test_it_runs_as_somebody_without_rights():
    """The last word on the user is a number, which Kubernetes can check, and the one that useradd makes."""
    users = [rest for word, rest in instructions(TEXT) if word == "USER"]
    made = [rest for word, rest in instructions(TEXT) if word == "RUN" and rest.startswith("useradd")]
    assert users == [str(USER)]
    assert f"--uid {USER} " in made[0]


@pytest.mark.timeout(STEPS_SECONDS)
def test_its_steps_make_a_service_that_answers(image):
    """Installed by the Dockerfile's lines, from a read-only tree, as a user without rights, it serves from SQLite."""
    given = ["--platform", "zendesk", "--set", "base_url=http://127.0.0.1:9", "--set", "client_id=x"]
    given += ["--policy", "glassbeam", "--public-url", "https://sla.example.com"]
    done = run(image, *image.command("init", "--yes", *given))
    assert done.returncode == 0, done.stderr
    port = free_port()
    there = {"SIDECAR_LISTEN": f"127.0.0.1:{port}", "ZENDESK_CLIENT_SECRET": "x"}  # a test listens here alone
    with (image.root.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            as_user(*image.command()), cwd=image.place("/data"), env={**image.env, **there}, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + 40
        while run(image, *image.health, **there).returncode != 0:
            assert process.poll() is None, (image.root.parent / "log").read_text()
            assert time.monotonic() < until, (image.root.parent / "log").read_text()
            time.sleep(0.2)
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json() == {"status": "ok"}
        assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
        owners = {path.stat().st_uid for path in image.place("/data").iterdir()}
        assert owners == {USER if os.geteuid() == 0 else os.geteuid()}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(75) == 0
    assert run(image, *image.health, **there).returncode != 0


@pytest.mark.timeout(STEPS_SECONDS)
def test_nothing_but_the_environment_is_in_it(image):
    """No sources, no build tools' leftovers: what the last stage did not copy is not there."""
    assert sorted(path.name for path in image.root.iterdir()) == ["data", "opt"]
    assert [path.name for path in image.place("/opt").iterdir()] == ["sidecar"]


@pytest.mark.timeout(STEPS_SECONDS)
def test_it_cannot_be_changed(image):
    """The image's user can write to /data, and to nothing else in it."""
    refused = run(image, "sh", "-c", f"touch {image.root}/opt/sidecar/x")
    assert refused.returncode != 0
    assert run(image, "sh", "-c", f"touch {image.root}/data/x && rm {image.root}/data/x").returncode == 0
