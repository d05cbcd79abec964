"""Stages, each in a folder of its own, on SQLite or on a real PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest

from tests.postgres import Postgres
from tests.simulation.process import Unlimited
from tests.simulation.stage import POLL_MINUTES, SECRET, Stage

Build = Callable[..., Stage]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the run."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request) -> str | None:
    """Each of the two databases."""
    return str(request.getfixturevalue("postgres").create()) if request.param == "postgresql" else None


@pytest.fixture
def build(tmp_path, monkeypatch) -> Iterator[Build]:
    """Make stages."""
    monkeypatch.setenv("ZENDESK_CLIENT_SECRET", SECRET)
    monkeypatch.setattr("webhooks.backfill.pacing.SharedBudget", Unlimited)  # commands wait in real seconds
    made: list[Stage] = []

    def make(database: str | None = None, *, deliveries: bool = True, poll_minutes: float = POLL_MINUTES) -> Stage:
        folder = tmp_path / f"stage-{len(made)}"
        folder.mkdir()
        made.append(Stage(folder, database, deliveries=deliveries, poll_minutes=poll_minutes))
        return made[-1]

    yield make
    for stage in made:
        stage.close()
