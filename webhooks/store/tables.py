"""Every table. The migrations build the same ones; a test compares the two."""

import sqlalchemy as sa

from webhooks.store.types import BigId, Instant

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

deliveries = sa.Table(
    "deliveries",  # the envelope of each delivery, never its text; the body only where `keep_bodies` is on
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("delivery_id", sa.String(255), nullable=False),
    sa.Column("event_id", sa.String(255)),
    sa.Column("kind", sa.String(255), nullable=False),
    sa.Column("ticket_ids", sa.JSON, nullable=False),
    sa.Column("organization_id", sa.String(255)),
    sa.Column("actor", sa.String(255)),
    sa.Column("happened_at", Instant),
    sa.Column("received_at", Instant, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary),
    sa.UniqueConstraint("connection", "delivery_id"),
    sa.UniqueConstraint("connection", "event_id"),
    sa.Index("ix_deliveries_connection_id", "connection", "id"),
)

IS_FREE = sa.text("look_at IS NOT NULL AND lease_until IS NULL AND state = 'open'")  # literally, in queries too
IS_STOPPED = sa.text("state <> 'open'")
IS_FAILING = sa.text("failing_since IS NOT NULL")
looks = sa.Table(
    "looks",  # one row for each thing that is looked at again and again; due when look_at has come
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("first_asked_at", Instant, nullable=False),
    sa.Column("look_at", Instant),
    sa.Column("state", sa.String(16), nullable=False, server_default="open"),
    sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", Instant),  # by the machine's clock, never the demo's
    sa.Column("running", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("crashes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("arrived", sa.Integer, nullable=False, server_default="0"),
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failing_since", Instant),
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("connection", "kind", "subject"),
    sa.Index("ix_looks_free", "look_at", sqlite_where=IS_FREE, postgresql_where=IS_FREE),  # what anybody may take
    sa.Index(
        "ix_looks_lease_until",
        "lease_until",
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    ),
    sa.Index("ix_looks_stopped", "connection", "failing_since", sqlite_where=IS_STOPPED, postgresql_where=IS_STOPPED),
    sa.Index("ix_looks_failing", "connection", "failing_since", sqlite_where=IS_FAILING, postgresql_where=IS_FAILING),
)

tickets = sa.Table(
    "tickets",  # what is remembered of a ticket between two looks
    metadata,
    sa.Column("connection", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.String(255), primary_key=True),
    sa.Column("standing", sa.String(16), nullable=False, server_default="live"),  # live, frozen, gone
    sa.Column("state", sa.String(16)),
    sa.Column("organization_id", sa.String(255), index=True),
    sa.Column("requester_id", sa.String(255), index=True),
    sa.Column("first_looked_at", Instant, nullable=False),
    sa.Column("looked_at", Instant, nullable=False),
    sa.Column("next_wake_at", Instant),
    sa.Column("result", sa.JSON),
    sa.Column("observations", sa.JSON, nullable=False),
    sa.Column("written", sa.JSON, nullable=False),
)

effects = sa.Table(
    "effects",  # what is done once, and by which action: the unique key is written with the intent, before the effect
    metadata,
    sa.Column("connection", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.String(255), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # the action: escalation, note, route, email, webhook, …
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),  # intended, done, skipped, reported, parked
    sa.Column("reached_at", Instant),
    sa.Column("effect_at", Instant),  # not before this: working hours, or the next try
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),  # failed ones
    sa.Column("reason", sa.Text),  # why the last attempt failed
    sa.Column("detail", sa.JSON(none_as_null=True)),  # our own words to send; nothing of a customer's
    sa.Column("recorded_at", Instant, nullable=False, index=True),
)

deadlines = sa.Table(
    "deadlines",  # set or withdrawn by hand, in order; nothing is changed or overwritten
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("ticket_id", sa.String(255), nullable=False),
    sa.Column("metric", sa.String(16), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("due_at", Instant),  # absent: withdrawn
    sa.Column("expires_at", Instant),
    sa.Column("actor", sa.String(255), nullable=False),
    sa.Column("reason", sa.String(500)),
    sa.Index("ix_deadlines_connection_ticket_id", "connection", "ticket_id"),
)

IN_FORCE = sa.text("withdrawn_at IS NULL")
outages = sa.Table(
    "outages",  # of the service itself; a change is a withdrawal and a new entry, nothing is overwritten
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("begin_at", Instant, nullable=False),
    sa.Column("end_at", Instant),  # absent: it lasts
    sa.Column("announced_at", Instant),
    sa.Column("cause", sa.String(255)),
    sa.Column("service", sa.String(255), nullable=False),
    sa.Column("source", sa.String(500)),
    sa.Column("ticket_id", sa.String(255)),  # of the ticket that is marked as this outage
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("entered_by", sa.String(255), nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.Column("withdrawn_by", sa.String(255)),
    sa.Index(
        "ix_outages_in_force",
        "connection",
        "name",
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    ),
)

connections = sa.Table(
    "connections",  # what changes while the service runs; the rest is in sidecar.yaml
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("paused_at", Instant),
    sa.Column("credential_expires_at", Instant),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("connection", sa.String(64), primary_key=True),
    sa.Column("feed", sa.String(64), primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("moved_at", Instant, nullable=False),
)

budgets = sa.Table(
    "budgets",  # one counter of one account; the kind "" is the pause that a platform asked for
    metadata,
    sa.Column("account", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(255), primary_key=True),
    sa.Column("free_at", sa.Double, nullable=False, index=True),  # epoch seconds
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("connection", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("actor", sa.String(255), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Index("ix_audit_connection_subject", "connection", "subject"),
)

clock = sa.Table(
    "clock",  # at most one row: by how much the demo or a simulation has moved the time
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("offset_seconds", sa.Double, nullable=False),
)

summaries = sa.Table(
    "summaries",  # one row a ticket: what the list of today shows and filters by
    metadata,
    sa.Column("connection", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.String(255), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("policy", sa.String(255), nullable=False),
    sa.Column("plan", sa.String(255)),
    sa.Column("priority", sa.String(255)),
    sa.Column("tier", sa.Integer),
    sa.Column("metric", sa.String(16)),  # of the clock that is owed next
    sa.Column("due_at", Instant),
    sa.Column("remaining_seconds", sa.Double),
    sa.Column("url", sa.Text),
    sa.Column("team", sa.String(255)),  # the platform's id of the group, as the last look saw it
    sa.Index("ix_summaries_cube", "state", "connection", "plan", "priority", "tier", "team"),
    sa.Index("ix_summaries_state_due_at", "state", "due_at"),
)

IS_MISS = sa.text("verdict <> 'met'")  # literally, in queries too
verdicts = sa.Table(
    "verdicts",  # one row a clock of which it is certain whether it was in time
    metadata,
    sa.Column("connection", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.String(255), primary_key=True),
    sa.Column("metric", sa.String(16), primary_key=True),
    sa.Column("cycle", sa.Integer, primary_key=True),
    sa.Column("verdict", sa.String(16), nullable=False),  # met, missed, breached
    sa.Column("decided_on", sa.Date, nullable=False),  # the day of the earlier of met_at and the breach
    sa.Column("plan", sa.String(255)),
    sa.Column("priority", sa.String(255)),
    sa.Column("target", sa.String(255), nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("met_at", Instant),
    sa.Column("late_seconds", sa.Double),  # elapsed time from due to met; None while it is not met
    sa.Index("ix_verdicts_cube", "decided_on", "connection", "metric", "plan", "priority", "verdict"),
    sa.Index(
        "ix_verdicts_misses",  # holds all that finds the worst of many, so that only those few are read
        "verdict",
        "decided_on",
        "late_seconds",
        "due_at",
        "connection",
        "ticket_id",
        "metric",
        "cycle",
        sqlite_where=IS_MISS,
        postgresql_where=IS_MISS,
    ),
)
