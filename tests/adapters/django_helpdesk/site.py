"""A real django-helpdesk site in an environment of its own: installed when absent, started on a free port."""

import os
import re
import secrets
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.base import WebhookRequest
from tests.support import ROOT

ENVIRONMENT = ROOT / ".venv-django-helpdesk"
LOCK = ROOT / "requirements" / "django-helpdesk.txt"
PAGE = ROOT / "docs" / "platforms" / "django_helpdesk.md"
SERVE = Path(__file__).parent / "project" / "serve.py"
INSTALLED = ENVIRONMENT / ".installed"
START_SECONDS = 60
WEBHOOK_SECRET = "p/ss w@rd-of-the-webhook"


def python() -> Path:
    """Return the interpreter of the site's environment, made first if it is not there; skip by name if it cannot be."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        try:
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True, capture_output=True, timeout=120)
            subprocess.run(
                [_bin("python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK],
                check=True,
                capture_output=True,
                timeout=240,
            )
        except (subprocess.SubprocessError, OSError) as err:
            pytest.skip(f"django-helpdesk cannot be installed into {ENVIRONMENT.name}: {type(err).__name__}")
        INSTALLED.touch()
    return _bin("python")


def documented_fields() -> str:
    """Return the fixture of custom fields that the admin's page tells to load."""
    return re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]


class Receiver:
    """Takes what the site delivers, and answers with ``status``; 0 drops the connection instead.

    ``meanwhile`` is called with each request before it is answered: the site waits.
    """

    def __init__(self) -> None:
        self.requests: list[WebhookRequest] = []
        self.status, self.meanwhile = 200, None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                receiver.requests.append(WebhookRequest("POST", self.path, dict(self.headers.items()), body))
                if receiver.meanwhile:
                    receiver.meanwhile(receiver.requests[-1])
                if not receiver.status:
                    return
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Site:
    """The running site. Its clock is the system's, put forward by ``ahead``."""

    def __init__(self, folder: Path, *, hook: str, atomic: bool = False) -> None:
        self.token, self._clock = secrets.token_hex(20), folder / "clock"
        self.set_ahead(timedelta())
        fields = folder / "custom_fields.json"
        fields.write_text(documented_fields())
        self._mail = folder / "mail"
        self._mail.mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
        self._process = subprocess.Popen(
            [python(), SERVE, fields, self._mail],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "errors").open("w"),
            text=True,
            env=environment
            | {
                "DESK_CLOCK": str(self._clock),
                "DESK_DATABASE": str(folder / "desk.sqlite3"),
                "DESK_SECRET_KEY": secrets.token_hex(20),
                "DESK_TOKEN": self.token,
                "DESK_HOOK": hook,
                "DESK_ATOMIC": "1" if atomic else "",
            },
        )
        killer = threading.Timer(START_SECONDS, self._process.kill)
        killer.start()
        port = self._process.stdout.readline().strip()
        killer.cancel()
        if not port:
            self.close()
            raise RuntimeError("the site did not start:\n" + (folder / "errors").read_text()[-2000:])
        self.url = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def run(self, command: str) -> None:
        """Run a management command, as cron would."""
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n", f"{command} failed"

    def mail(self, sender: str, subject: str, text: str) -> None:
        """Let a mail arrive in the queue's box."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "support@desk.test", subject
        message["Message-ID"] = f"<{secrets.token_hex(8)}@mail.test>"
        message.set_content(text)
        (self._mail / secrets.token_hex(8)).write_bytes(message.as_bytes())
        self.run("get_email")

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set_ahead(self, ahead: timedelta) -> None:
        """Put the site's clock forward."""
        self.ahead = ahead
        beside = self._clock.with_suffix(".new")
        beside.write_text(str(ahead.total_seconds()))
        beside.replace(self._clock)


def _bin(name: str) -> Path:
    return ENVIRONMENT / "bin" / name
