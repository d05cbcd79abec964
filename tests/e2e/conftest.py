"""The whole product: on SQLite and on a real PostgreSQL, beside each platform's stand-in."""

from collections.abc import Iterator

import pytest

from tests.e2e.sides import SIDES, Zendesk
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
    """Zendesk on SQLite, the service running."""
    made = World(tmp_path, Zendesk())
    made.start()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request, tmp_path) -> Iterator[World]:
    """Zendesk on each database, the service not started."""
    url = request.getfixturevalue("server").create() if request.param == "postgresql" else None
    made = World(tmp_path, Zendesk(), url)
    yield made
    made.close()


@pytest.fixture(params=sorted(SIDES))
def each(request, tmp_path) -> Iterator[World]:
    """Each platform on SQLite, the service not started."""
    made = World(tmp_path, SIDES[request.param]())
    yield made
    made.close()
