"""Indexes for the console: what is parked and what fails of one connection, and its latest delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

IS_STOPPED = sa.text("state <> 'open'")
IS_FAILING = sa.text("failing_since IS NOT NULL")


def upgrade() -> None:
    """Replace the index of parked looks by one that begins with the connection, and add the two others."""
    op.drop_index("ix_looks_stopped", "looks")
    for name, where in (("ix_looks_stopped", IS_STOPPED), ("ix_looks_failing", IS_FAILING)):
        op.create_index(name, "looks", ["connection", "failing_since"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_deliveries_connection_id", "deliveries", ["connection", "id"])
