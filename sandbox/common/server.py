"""Serve a WSGI application on 127.0.0.1, in a thread of this process."""

import logging
import threading
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

POLL_SECONDS = 0.03  # how long stopping may take


class _KeepAliveHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # clients keep their connections, as they do with the real thing

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the request log is the record."""


class Server:
    """A threaded server on a free port (or ``port``); use it in a ``with`` statement, or start and stop it."""

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_KeepAliveHandler
        )
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.port

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Serve in a thread and return at once."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="sandbox-server", daemon=True
        )
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve in this thread until the process is told to stop."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        if self._thread:
            self._thread.join(timeout=5)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
