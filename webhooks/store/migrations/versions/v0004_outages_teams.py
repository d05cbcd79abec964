"""Outages of the service, for the account of availability; and the team that each ticket is assigned to."""

import sqlalchemy as sa
from alembic import op

from webhooks.store.types import BigId, Instant

revision = "0004"
down_revision = "0003"

IN_FORCE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Create the table of outages, and add the team to what is counted."""
    op.create_table(
        "outages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("begin_at", Instant(), nullable=False),
        sa.Column("end_at", Instant(), nullable=True),
        sa.Column("announced_at", Instant(), nullable=True),
        sa.Column("cause", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=True),
        sa.Column("ticket_id", sa.String(length=255), nullable=True),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", sa.String(length=255), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index(
        "ix_outages_in_force",
        "outages",
        ["connection", "name"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.add_column("summaries", sa.Column("team", sa.String(length=255), nullable=True))
    op.drop_index("ix_summaries_cube", "summaries")
    op.create_index("ix_summaries_cube", "summaries", ["state", "connection", "plan", "priority", "tier", "team"])
