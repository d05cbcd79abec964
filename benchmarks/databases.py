"""The databases that are measured: a PostgreSQL of the benchmark's own, which syncs each commit as a real one does."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres import Postgres, binaries
from webhooks.store.schema import upgrade


@contextmanager
def postgres() -> Iterator[str | None]:
    """Yield the URL of a new database with the schema; None, said in a line, where no server is installed."""
    if binaries() is None:
        print("PostgreSQL: not measured, its server is not installed")
        yield None
        return
    server = Postgres(durable=True)
    try:
        url = server.create()
        upgrade(url)
        yield url
    finally:
        server.stop()
