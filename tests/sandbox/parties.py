"""Who speaks to a stand-in in its tests: a client that calls it, and an endpoint that it delivers to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import requests

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Client:
    """A session that knows the address and the credential; ``prefix`` stands before each path."""

    url: str
    session: requests.Session
    prefix: ClassVar[str] = ""

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.url}{self.prefix}{path}", json=body, timeout=10, **more)

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Endpoint:
    """Receives deliveries (headers and body, and their paths) and answers what a test wants: ``answers``, then 200."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hang_seconds: float = 0.0


@contextmanager
def listening_endpoint() -> Iterator[Endpoint]:
    """Serve an endpoint on a free port."""
    made, stopping = Endpoint(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.paths.append(self.path)
            made.received.append((dict(self.headers), body))
            stopping.wait(made.hang_seconds)
            status, headers = made.answers.pop(0) if made.answers else (200, {})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield made
    stopping.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
