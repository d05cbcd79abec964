"""Doing what is due: one look at a time per ticket, in threads on SQLite, by Procrastinate's workers on PostgreSQL."""
