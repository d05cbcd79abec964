"""A receiver of webhooks that checks each signature with the Standard Webhooks library, and can be made to fail."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from tests.webhooks.conftest import SIGNING as SECRET


@dataclass(frozen=True)
class Got:
    """One webhook whose signature is right."""

    id: str
    body: dict[str, Any]


class Receiver:
    """Keeps what is rightly signed; ``answers`` are statuses to give instead of 204, once each, after keeping it."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.forged = 0
        self.answers: list[tuple[int, dict[str, str]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver.take(body, dict(self.headers))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/sla"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        try:
            read = Webhook(SECRET).verify(body, headers)
        except Exception:
            self.forged += 1
            return 401, {}
        self.got.append(Got({name.lower(): value for name, value in headers.items()}["webhook-id"], read))
        return self.answers.pop(0) if self.answers else (204, {})

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
