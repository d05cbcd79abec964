"""With a hundred thousand tickets in the store a page answers in less than 200 ms, on both databases."""

import time

import pytest
import sqlalchemy as sa

TICKETS = 100_000
MOST_SECONDS = 0.2
ROUNDS = 5
PAGES = [
    "/console/today",
    "/console/today?show=running&plan=Gold",
    "/console/today?show=paused&priority=P3&page=5",
    "/console/today?show=all",
    "/console/today?show=running&team=360004",
    "/console/availability",
    "/console/tickets/acme/000011",
    "/console/policies/acme",
    "/console/policies/acme/try",
    "/console/deliveries",
    "/console/connections",
    "/console/compliance?weeks=13",
    "/console/report",
]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_pages_are_fast(either):
    """The middle one of five rounds counts; the first page of a day also proves the policies, once."""
    either.many(TICKETS)
    if not either.store.database.is_sqlite:
        _vacuum(either.store.database.url)
    client = either.client()
    slow = {}
    for page in PAGES:
        took = sorted(_seconds(client, page) for _ in range(ROUNDS))
        print(f"{page}: {took[ROUNDS // 2] * 1000:.0f} ms")  # noqa: T201 - the figures are wanted
        if took[ROUNDS // 2] > MOST_SECONDS:
            slow[page] = took
    assert slow == {}


def _vacuum(url: sa.URL) -> None:
    """Do what the database's own daemon does soon after so many rows have come."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


def _seconds(client, page: str) -> float:
    begin = time.perf_counter()
    assert client.get(page).status_code == 200
    return time.perf_counter() - begin
