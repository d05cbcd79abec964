"""The one statement by which PostgreSQL accepts a delivery: one wait for the server where a transaction has five.

It does what :class:`~webhooks.store.inbox.Inbox` does on SQLite in three: the time, the envelope, what is asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from webhooks.store.clock import NOW
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, asked
from webhooks.store.tables import deliveries, looks

_ENVELOPE = [column.name for column in deliveries.c if column.name not in ("id", "received_at")]
_TEXTS = postgresql.ARRAY(sa.Text)


def accept(database: Database, envelope: Mapping[str, Any], keys: Sequence[LookKey], window: timedelta) -> bool:
    """Store an envelope once and make its looks due after ``window``; return False if it was stored before.

    Args:
        envelope: every column of ``deliveries`` but ``id`` and ``received_at``.
        keys: one or more, each once, in the order in which everybody asks for them.

    Raises:
        StorageError: nothing was stored.
    """
    given = {f"given_{name}": value for name, value in envelope.items()}
    given |= {"kinds": [key.kind.value for key in keys], "subjects": [key.subject for key in keys], "window": window}
    with database.statement() as connection:
        return connection.execute(_STATEMENT, given).first() is not None


def _statement() -> Any:
    """Return the statement: no row of it comes back, and no look is asked for, where the envelope is a duplicate."""
    row: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f"given_{name}") for name in _ENVELOPE}
    envelope = postgresql.insert(deliveries).values(**row, received_at=NOW).on_conflict_do_nothing()
    stored = envelope.returning(deliveries.c.received_at).cte("stored")
    named = sa.func.unnest(sa.bindparam("kinds", type_=_TEXTS), sa.bindparam("subjects", type_=_TEXTS))
    key = named.table_valued("kind", "subject", with_ordinality="place", name="key").render_derived()
    wanted = {
        "connection": sa.bindparam("given_connection", type_=sa.String),
        "kind": key.c.kind,
        "subject": key.c.subject,
        "look_at": stored.c.received_at + sa.bindparam("window", type_=sa.Interval),
        "arrived": sa.literal(1),
        "first_asked_at": stored.c.received_at,
    }
    rows = sa.select(*wanted.values()).select_from(stored.join(key, sa.true())).order_by(key.c.place)
    return asked(postgresql.insert(looks).from_select(list(wanted), rows)).returning(looks.c.id)


_STATEMENT = _statement()
