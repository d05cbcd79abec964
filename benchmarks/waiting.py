"""Tickets in the store that were looked at and wait for an instant weeks ahead: most of an account on any day."""

from datetime import timedelta

import sqlalchemy as sa

from webhooks.service import Store
from webhooks.store.tables import looks, tickets

BATCH = 5_000
RESULT = {"schema": 1, "policy": "acme", "policy_version": "sha256:0", "state": "running", "explanation": ["x" * 1500]}


def fill(store: Store, connection_name: str, count: int) -> None:
    """Put ``count`` such tickets of a connection into the store; they need not exist on the platform."""
    now = store.clock.now()
    named = {"connection": connection_name}
    for begin in range(0, count, BATCH):
        ids = [f"x{number:06}" for number in range(begin, min(begin + BATCH, count))]
        ahead = [now + timedelta(days=7, seconds=begin + n) for n in range(len(ids))]
        with store.database.write() as connection:
            connection.execute(
                sa.insert(looks),
                [
                    {**named, "kind": "ticket", "subject": id_, "first_asked_at": now, "look_at": at}
                    for id_, at in zip(ids, ahead, strict=True)
                ],
            )
            connection.execute(
                sa.insert(tickets),
                [
                    {**named, "ticket_id": id_, "first_looked_at": now, "looked_at": now}
                    | {"state": "running", "next_wake_at": at, "result": RESULT, "observations": {}, "written": {}}
                    for id_, at in zip(ids, ahead, strict=True)
                ],
            )
