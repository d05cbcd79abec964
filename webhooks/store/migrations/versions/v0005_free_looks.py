"""An index of exactly the looks that anybody may take: found at once, before PostgreSQL has any statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

IS_FREE = sa.text("look_at IS NOT NULL AND lease_until IS NULL AND state = 'open'")


def upgrade() -> None:
    """Put it in the place of the index of all looks."""
    op.create_index("ix_looks_free", "looks", ["look_at"], sqlite_where=IS_FREE, postgresql_where=IS_FREE)
    op.drop_index("ix_looks_look_at", "looks")
