"""A console on each of the two databases, and one on SQLite alone where the database makes no difference."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.console.desk import fill
from tests.console.seed import World
from tests.postgres import Postgres
from webhooks.store.schema import upgrade


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run, with a database that has the schema, to be copied."""
    server = Postgres()
    try:
        url = server.create()
        upgrade(url)
        server.template = url.rpartition("/")[2]
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module's tests; Playwright allows no second one beside it."""
    with chromium() as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """An empty console on SQLite, and on PostgreSQL."""
    if request.param == "sqlite":
        made = World(f"sqlite:///{tmp_path / 'sidecar.sqlite3'}")
    else:
        made = World(request.getfixturevalue("postgres").create())
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty console."""
    made = World(f"sqlite:///{tmp_path / 'sidecar.sqlite3'}")
    yield made
    made.close()


@pytest.fixture
def day(world: World) -> World:
    """A console after a day at the desk: see :mod:`tests.console.desk`."""
    fill(world)
    return world
