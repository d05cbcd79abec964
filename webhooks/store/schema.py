"""The schema's version: brought up to date by itself on SQLite, by command on PostgreSQL, checked on both."""

from pathlib import Path
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy.engine import Connection

from core.errors import ConfigError
from webhooks.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 5_141_733_001  # any number: PostgreSQL's advisory lock while the schema changes


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to this version's schema; safe to repeat and to run twice at once.

    Raises:
        ConfigError: the URL cannot be read.
        StorageError: the database cannot be reached or changed.
    """
    database = Database(url)
    try:
        upgrade_database(database)
    finally:
        database.close()


def upgrade_database(database: Database) -> None:
    """Bring an open database to this version's schema."""
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if not database.is_sqlite and not _has_job_tables(connection):
            driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
            driver.execute(SchemaManager.get_schema())  # as it stands: SQLAlchemy would read its % as parameters


def require_current(database: Database) -> None:
    """Refuse to work on another version's tables.

    Raises:
        ConfigError: the schema is behind or ahead; the message says what to run.
    """
    needed = ScriptDirectory.from_config(_config()).get_current_head()
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == needed:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current and current not in known:
        raise ConfigError(f"database: its schema ({current}) is newer than this program; install the newer version")
    raise ConfigError(
        f"database: its schema is {current or 'empty'}, this version needs {needed}; run `sla-sidecar upgrade`"
    )


def _has_job_tables(connection: Connection) -> bool:
    return connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs')")).scalar() is not None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
