"""One database behind one URL: SQLite with one writer and many readers, or PostgreSQL with a pool."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import ConfigError, SidecarError

BUSY_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 5


class StorageError(SidecarError):
    """The database cannot be reached, is locked for too long or cannot be written: nothing was stored."""


class Database:
    """The store's connections.

    On SQLite everything that writes shares one connection: threads queue for it in the order in which they come,
    where several writing connections would wait by chance. Readers have their own and never wait for the writer.

    Args:
        url: as in ``sidecar.yaml``: ``sqlite:///file`` or ``postgresql://…``.
        pool_size: connections kept to PostgreSQL.

    Raises:
        ConfigError: the URL cannot be read or names another database.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = readable_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, pool_size=1, read_only=False)
            self._reader = _sqlite_engine(self.url, pool_size=5, read_only=True)
        else:
            self._writer = self._reader = sa.create_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_timeout=BUSY_TIMEOUT_SECONDS,
                pool_pre_ping=True,  # a restarted server costs nobody a request
                hide_parameters=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "sla-sidecar"},
            )

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(str(self.url.database))

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the body in one transaction, committed at its end.

        Raises:
            StorageError: nothing of it was stored.
        """
        with _translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """Run one statement that is a transaction by itself, which saves PostgreSQL's clients two waits.

        Raises:
            StorageError: nothing of it was stored.
        """
        if self.is_sqlite:
            with self.write() as connection:
                yield connection
            return
        with _translated(), self._writer.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run the body on one consistent view, without waiting for writers.

        Raises:
            StorageError: the database cannot be reached.
        """
        with _translated(), self._reader.connect() as connection:
            yield connection

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that has ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def machine_now(self, connection: Connection) -> datetime:
        """Return the real time: the host's on SQLite, the database's on PostgreSQL, where hosts may disagree."""
        if self.is_sqlite:
            return datetime.now(UTC)
        at: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        return at.astimezone(UTC)

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def readable_url(url: str) -> sa.URL:
    """Return the URL with the driver that is used for it.

    Raises:
        ConfigError: it cannot be read or names another database; the message never holds the password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("database: is not a URL; write sqlite:///sidecar.sqlite3 or postgresql://…") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError("database: SQLite needs a file; write sqlite:///sidecar.sqlite3")
        return parsed.set(drivername="sqlite")
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(f"database: {parsed.drivername} is not supported; write sqlite:///… or postgresql://…")


def _sqlite_engine(url: sa.URL, pool_size: int, read_only: bool) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver's own transactions begin too late; ours are below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")
        if read_only:
            raw.execute("PRAGMA query_only=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as err:
        reason = str(getattr(err, "orig", None) or err).strip().splitlines()[0]
        raise StorageError(f"the database did not answer: {reason}") from err
