"""A real PostgreSQL for tests and benchmarks: private port, temporary folder, never as root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.support import missing

DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 30


def binaries() -> Path | None:
    """Return the folder that holds ``initdb`` and ``postgres``, the newest version first; None without one."""
    on_path = shutil.which("initdb")
    versions = [folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").exists()]
    newest = sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    return newest[0] if newest else Path(on_path).parent if on_path else None


class Postgres:
    """A running server with as many databases as tests ask for."""

    def __init__(self, durable: bool = False) -> None:
        found = binaries()
        if found is None:
            missing("PostgreSQL's server", "Debian: apt-get install postgresql")
        self._user = _user() if os.geteuid() == 0 else None
        if os.geteuid() == 0 and self._user is None:
            missing("A user for PostgreSQL", "it refuses to run as root, and there is neither postgres nor nobody")
        self._folder = Path(tempfile.mkdtemp(prefix="sidecar-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = _free_port()
        data = self._folder / "data"
        self._run(found / "initdb", "-D", data, "-U", "sidecar", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = ["-D", data, "-p", self.port, "-k", self._folder, "-c", "listen_addresses=127.0.0.1"]
        options += [] if durable else ["-c", "fsync=off"]
        self._log = (self._folder / "log").open("wb")
        self._server = subprocess.Popen(
            [*self._as_user(), *map(str, [found / "postgres", *options])], stdout=self._log, stderr=self._log
        )
        self._wait()
        self._count = 0
        self.template = "template1"

    def url(self, database: str) -> str:
        return f"postgresql://sidecar@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """Return the URL of a new database, a copy of ``template``."""
        self._count += 1
        name = f"test_{self._count}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self.url(name)

    def stop(self) -> None:
        """End the server and delete its folder; safe to repeat."""
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)  # to the server itself: disconnect everybody and stop
            self._server.wait(30)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self._server.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)

    def _run(self, *command: object) -> None:
        subprocess.run([*self._as_user(), *map(str, command)], check=True, capture_output=True)

    def _as_user(self) -> list[str]:
        if not self._user:
            return []
        group = str(pwd.getpwnam(self._user).pw_gid)
        return ["setpriv", f"--reuid={self._user}", f"--regid={group}", "--clear-groups"]


def _user() -> str | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
