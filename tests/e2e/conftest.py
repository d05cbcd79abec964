"""The whole product, on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.e2e.world import World
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """One PostgreSQL for the run."""
    started = Postgres()
    yield started
    started.stop()


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """A world on SQLite, its service running."""
    made = World(tmp_path)
    made.start()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request, tmp_path) -> Iterator[World]:
    """A world on each database, its service not started."""
    url = request.getfixturevalue("server").create() if request.param == "postgresql" else None
    made = World(tmp_path, url)
    yield made
    made.close()
