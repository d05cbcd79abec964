"""gunicorn around the application: one process, several threads; more processes are more ``serve``s."""

import errno
import logging
import os
import socket
import struct
import time
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from core.errors import ConfigError
from webhooks.app import create_app
from webhooks.engine.embedded import require_free
from webhooks.logs import JsonFormatter
from webhooks.service import LinkOf, Service, open_store
from webhooks.settings import Settings

log = logging.getLogger(__name__)

HTTP_THREADS = 32  # a client that is slow to send holds one of them
CLIENT_SECONDS = 10  # and is cut off when it sends nothing for so long
ENDING_SECONDS = 5.0
GRACEFUL_SECONDS = 60  # a look that runs may take its time; a second signal ends it at once


def serve(settings: Settings, link_of: LinkOf) -> None:
    """Serve HTTP and do looks until SIGTERM or SIGINT, then finish what runs. Does not return.

    Raises:
        ConfigError: the schema is another version's, or another process works on this SQLite file.
        StorageError: the database cannot be reached.
    """
    database = open_store(settings).database  # what is wrong is said here, before anything forks
    try:
        if database.is_sqlite:
            require_free(database)
    finally:
        database.close()
    _require_free(settings.listen)
    _Server(settings, link_of).run()


def _require_free(listen: str) -> None:
    """Raise ConfigError where another program goes on listening; one that was just killed may take a moment to end."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    until = time.monotonic() + ENDING_SECONDS
    while True:
        try:
            socket.create_server((host.strip("[]"), int(port)), family=family).close()
        except OSError as err:
            if err.errno == errno.EADDRINUSE and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise ConfigError(
                f"cannot listen on {listen}: {os.strerror(err.errno or 0)}; stop the other program, or choose another "
                "address with `listen` or --listen"
            ) from None
        return


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, link_of: LinkOf) -> None:
        self._settings, self._link_of = settings, link_of
        self._service: Service | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._settings.listen,
            "workers": 1,
            "worker_class": "gthread",
            "threads": HTTP_THREADS,
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": 120,
            "keepalive": 75,
            "control_socket_disable": True,  # it would lie in the user's home
            "accesslog": None,  # it would hold the webhooks' tokens
            "logger_class": Logs,
            "proc_name": "sla-sidecar",
            "when_ready": _cut_off_slow_clients,
            "post_worker_init": self._start,  # after the fork: threads do not survive one
            "worker_exit": self._stop,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        self._service = Service(self._settings, open_store(self._settings), self._link_of)
        return create_app(self._service)

    def _start(self, _worker: Any) -> None:
        if self._service:
            self._service.start()

    def _stop(self, _server: Any, _worker: Any) -> None:
        if self._service:
            self._service.stop()


def _cut_off_slow_clients(arbiter: Any) -> None:
    """Give every connection a time limit for reading, which it has from the socket that accepts it."""
    for listener in arbiter.LISTENERS:
        limit = struct.pack("ll", CLIENT_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


class Logs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own log, in our form."""

    def setup(self, cfg: Any) -> None:
        """Set the form of what gunicorn logs."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
