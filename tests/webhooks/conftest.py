"""The store and the service on both databases: a fresh one for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import Postgres
from tests.webhooks.desk import TOKEN, Desk, DeskAdapter, link
from webhooks.secret import Surroundings
from webhooks.service import Service, Store, open_store
from webhooks.settings import Settings
from webhooks.store.schema import upgrade

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of outgoing webhooks


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema, on each of the two."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sidecar.sqlite3'}"
    server = request.getfixturevalue("postgres")
    return str(server.create())


def make_settings(url: str, **options: Any) -> Settings:
    """Return settings with one connection, ``desk``, to the desk of these tests."""
    connection = {"platform": "desk", "policy": "p", "token": "${TOKEN}", "write": "on", "poll_minutes": 0}
    data = {
        "database": url,
        "engine": {"window_seconds": 0.2, "threads": 4, "attempts": 3} | options.pop("engine", {}),
        "connections": {"desk": connection | options.pop("connection", {})},
        **options,
    }
    return Settings.model_validate(data, context=Surroundings(Path(), {"TOKEN": TOKEN, "SIGNING": SIGNING}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk.sqlite3")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(make_settings(url))
    yield opened
    opened.database.close()


@pytest.fixture
def adapter(desk: Desk) -> DeskAdapter:
    return DeskAdapter("desk", desk)


@pytest.fixture
def make_service(url: str, adapter: DeskAdapter) -> Iterator[Callable[..., Service]]:
    """Make a service that is not started; it is stopped at the end."""
    made: list[Service] = []

    def make(writes: bool = True, **options: Any) -> Service:
        settings = make_settings(url, **options)
        service = Service(settings, open_store(settings), lambda _name, _services: link(adapter, writes))
        made.append(service)
        return service

    yield make
    for service in made:
        service.stop()
