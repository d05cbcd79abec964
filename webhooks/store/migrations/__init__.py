"""Alembic migrations, run by webhooks.store.schema."""
