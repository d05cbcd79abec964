"""docs/backup.md: its commands, as they stand there, bring a store back with everything that is in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.base import Delivery
from core.update import TicketRef
from tests.docs.pages import blocks
from tests.postgres import Postgres, binaries
from webhooks.service import Store, open_store
from webhooks.settings import Settings, load_settings
from webhooks.store.schema import upgrade

SETTINGS = "public_url: https://sla.example.com\n"


def typed(page_blocks: list[str], folder: Path, **environment: str) -> None:
    """Run blocks of the page in a folder."""
    found = binaries()
    path = [str(Path(sys.executable).parent), *([str(found)] if found else []), os.environ["PATH"]]
    for block in page_blocks:
        done = subprocess.run(
            ["sh", "-ec", block],
            cwd=folder,
            env={"PATH": ":".join(path), "LC_ALL": "C.UTF-8", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"


def opened(folder: Path, database: str = "") -> tuple[Settings, Store]:
    text = SETTINGS + (f"database: {database}\n" if database else "")
    (folder / "sidecar.yaml").write_text(text)
    settings = load_settings(folder / "sidecar.yaml", {})
    return settings, open_store(settings)


def fill(store: Store) -> None:
    """Accept a delivery and pause a connection: what is known of tickets, and what a person did."""
    store.inbox.accept("acme", Delivery(id="d-1", kind="ticket", refs=(TicketRef("acme", "4711"),)), None)
    store.runtime.pause("acme", "ada")


def content(store: Store) -> object:
    deliveries = [(row["delivery_id"], row["ticket_ids"]) for row in store.listings.deliveries(None, None, 10)]
    looks = [(row["kind"], row["subject"], row["look_at"]) for row in store.listings.looks()]
    return deliveries, looks, store.runtime.paused()


def test_sqlite(tmp_path):
    """A copy that is taken while the store is written to holds all that was committed, secrets and settings too."""
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "secrets/acme").mkdir(parents=True)
    (before / "secrets/acme/token").write_text("a-token")
    after.mkdir()
    _, store = opened(before)
    fill(store)
    with store.database.write():  # a webhook comes in at this moment
        backup, restore = blocks("docs/backup.md", "SQLite")
        typed([backup], before)
    kept = content(store)
    store.database.close()
    shutil.move(before / "backup.tar.gz", after)
    typed([restore], after)
    assert (after / "sidecar.yaml").read_text() == SETTINGS
    assert (after / "secrets/acme/token").read_text() == "a-token"
    _, restored = opened(after)
    assert content(restored) == kept
    assert kept[0] == [("d-1", ["4711"])]
    restored.database.close()


@pytest.mark.postgres
def test_postgresql(tmp_path):
    """What is restored into an empty database is the same, and `upgrade` finds nothing to do there."""
    server = Postgres()
    try:
        url, empty = server.create(), server.create()
        upgrade(url)
        _, store = opened(tmp_path, url)
        fill(store)
        kept = content(store)
        store.database.close()
        backup, restore = blocks("docs/backup.md", "PostgreSQL")
        typed([backup], tmp_path, DATABASE_URL=url)
        typed([restore], tmp_path, DATABASE_URL=empty)
        upgrade(empty)
        _, restored = opened(tmp_path, empty)
        assert content(restored) == kept
        restored.inbox.accept("acme", Delivery(id="d-2", kind="ticket", refs=(TicketRef("acme", "4712"),)), None)
        assert len(restored.listings.deliveries(None, None, 10)) == 2
        restored.database.close()
    finally:
        server.stop()
