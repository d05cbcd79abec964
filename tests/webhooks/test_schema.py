"""The migrations make the tables that the code uses, and another version's tables are refused in plain words."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from core.errors import ConfigError
from tests.webhooks.conftest import make_settings
from webhooks.service import Store, open_store
from webhooks.store.database import Database, readable_url
from webhooks.store.schema import MIGRATIONS, require_current, upgrade
from webhooks.store.tables import effects, metadata


def test_migrations_make_the_tables(store: Store):
    """After all migrations the database has exactly the tables, columns and indexes that the code declares."""
    with store.database.read() as connection:
        ours = set(metadata.tables)
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in ours}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrade_again_changes_nothing(url: str, store: Store):
    """Upgrading what is up to date is safe."""
    upgrade(url)
    require_current(store.database)


def test_an_upgrade_keeps_what_is_recorded(tmp_path: Path):
    """Effects of the first schema are there after the upgrade, as never having failed."""
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    database = Database(url)
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = {"connection": "desk", "ticket_id": "1", "kind": "note", "key": "k", "state": "done"}
        row |= {"recorded_at": "2026-11-20 15:00:00.000000"}
        connection.execute(sa.text(f"INSERT INTO effects ({', '.join(row)}) VALUES (:{', :'.join(row)})"), row)
    upgrade(url)
    with database.read() as connection:
        found = connection.execute(sa.select(effects)).mappings().one()
    assert (found["key"], found["state"], found["attempts"], found["reason"]) == ("k", "done", 0, None)
    database.close()


@pytest.mark.postgres
def test_postgresql_is_not_changed_unasked(postgres):
    """On PostgreSQL nothing is created by starting: the message names the command."""
    postgres.template, template = "template1", postgres.template
    try:
        url = postgres.create()
    finally:
        postgres.template = template
    with pytest.raises(ConfigError, match=r"its schema is empty, this version needs \w+; run `sla-sidecar upgrade`"):
        open_store(make_settings(url))


def test_newer_schema(store: Store):
    """A database that a newer version has changed is refused, and left as it is."""
    with store.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer than this program"):
        require_current(store.database)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite"),
        ("postgresql://h/d", "postgresql+psycopg"),
        ("postgres://h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg"),
    ],
)
def test_url(url: str, driver: str):
    """Both databases are named as people name them."""
    assert readable_url(url).drivername == driver


@pytest.mark.parametrize("url", ["", "x", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "postgresql+asyncpg://h/d"])
def test_bad_url(url: str):
    """Another database, or none, is refused."""
    with pytest.raises(ConfigError):
        readable_url(url)


def test_sqlite_keeps_what_it_has_accepted(tmp_path: Path):
    """SQLite runs with a write-ahead log that is synced at each commit, or an accepted delivery could be lost."""
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()


def test_readers_cannot_write(tmp_path: Path):
    """What reads cannot write by accident, beside the one writer."""
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with pytest.raises(Exception, match="database"), database.read() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    database.close()
