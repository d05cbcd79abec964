"""A mail server and a receiver of webhooks for each test, beside the store and the desk of the service's tests."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effects.receiver import Receiver
from tests.effects.smtp import MailSink
from tests.support import missing
from tests.webhooks.conftest import desk, postgres, store, url  # noqa: F401 - fixtures


@pytest.fixture
def mail() -> Iterator[MailSink]:
    """A server without encryption or login."""
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    if shutil.which("openssl") is None:
        missing("openssl", "install it with your system's packages")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    return both
