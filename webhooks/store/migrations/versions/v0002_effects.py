"""Actions outside the platform, failed attempts with their reason, and deadlines set by hand."""

import sqlalchemy as sa
from alembic import op

from webhooks.store.types import BigId, Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the effects what may fail, and a table of deadlines."""
    op.add_column("effects", sa.Column("effect_at", Instant(), nullable=True))
    op.add_column("effects", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("effects", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("effects", sa.Column("detail", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "deadlines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=255), nullable=False),
        sa.Column("metric", sa.String(length=16), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
    )
    op.create_index("ix_deadlines_connection_ticket_id", "deadlines", ["connection", "ticket_id"], unique=False)
