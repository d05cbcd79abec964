"""Summaries and verdicts: what the console lists and counts."""

import sqlalchemy as sa
from alembic import op

from webhooks.store.types import Instant

revision = "0003"
down_revision = "0002"

IS_MISS = sa.text("verdict <> 'met'")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "summaries",
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=255), nullable=True),
        sa.Column("priority", sa.String(length=255), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("metric", sa.String(length=16), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("remaining_seconds", sa.Double(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "ticket_id", name="pk_summaries"),
    )
    op.create_index("ix_summaries_cube", "summaries", ["state", "connection", "plan", "priority", "tier"])
    op.create_index("ix_summaries_state_due_at", "summaries", ["state", "due_at"])
    op.create_table(
        "verdicts",
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=255), nullable=False),
        sa.Column("metric", sa.String(length=16), nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("plan", sa.String(length=255), nullable=True),
        sa.Column("priority", sa.String(length=255), nullable=True),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("met_at", Instant(), nullable=True),
        sa.Column("late_seconds", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "ticket_id", "metric", "cycle", name="pk_verdicts"),
    )
    cube = ["decided_on", "connection", "metric", "plan", "priority", "verdict"]
    op.create_index("ix_verdicts_cube", "verdicts", cube)
    op.create_index(
        "ix_verdicts_misses",
        "verdicts",
        ["verdict", "decided_on", "late_seconds", "due_at", "connection", "ticket_id", "metric", "cycle"],
        sqlite_where=IS_MISS,
        postgresql_where=IS_MISS,
    )
