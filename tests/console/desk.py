"""A day at a desk, for pages and pictures: a ladder half climbed, pauses, holidays, a parked look, hostile names."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from adapters.base import Delivery
from core.outages import Outage, OutageKind
from core.update import TicketRef
from tests.console.seed import HOSTILE, NOW, World
from webhooks.store.looks import LookKey, State
from webhooks.store.tables import looks

URL = "https://desk.example/agent/tickets/2"


def at(hours: float) -> str:
    """Return the instant so many hours from ``NOW``."""
    return (NOW + timedelta(hours=hours)).isoformat()


def event(hours: float, kind: str, **more: Any) -> dict[str, Any]:
    return {"at": at(hours), "kind": kind, **more}


GOLD = {"plan": "Gold"}
STANDARD = {"plan": "Standard"}
ANSWERED = {  # in time, paused for the customer, a workaround given
    "id": "1",
    "created_at": at(-25),
    "priority": "P1",
    "organization": GOLD,
    "events": [
        event(-24.25, "agent_replied"),
        event(-24.25, "status_changed", to="pending"),
        event(-22, "customer_replied"),
        event(-22, "status_changed", to="open"),
        event(-20, "workaround_provided"),
        event(-18, "agent_replied"),
        event(-18, "status_changed", to="solved"),
    ],
}
BREACHED = {"id": "2", "created_at": at(-24.7), "priority": "P1", "organization": STANDARD}
LADDER = {"id": "3", "created_at": at(-24 * 5), "priority": "P1", "organization": STANDARD}
PAUSED = {
    "id": "4",
    "created_at": at(-4),
    "priority": "P2",
    "organization": {"plan": "Silver"},
    "events": [event(-3, "agent_replied"), event(-2, "status_changed", to="pending")],
}
AT_RISK = {"id": "5", "created_at": at(-1.8), "priority": "P1", "organization": GOLD}
BY_HAND = {
    "id": "6",
    "created_at": at(-3),
    "priority": "P1",
    "organization": GOLD,
    "events": [
        event(-2.9, "agent_replied"),
        event(-2, "deadline_set", to=at(30), by=HOSTILE, reason=HOSTILE, metric="resolution"),
    ],
}
OUTAGES = (
    Outage(HOSTILE, NOW - timedelta(days=9), OutageKind.UNPLANNED, NOW - timedelta(days=8.8), source=HOSTILE),
    Outage("patch", NOW - timedelta(days=3), OutageKind.EMERGENCY, NOW - timedelta(days=2.8)),
)


def fill(world: World) -> None:
    """Let the day happen: six tickets, their deliveries, one look that is parked, and two outages."""
    world.look(ANSWERED)
    world.look(BREACHED, url=URL, team="360001")
    world.look(LADDER, team="360001")
    world.look(PAUSED, team="360002")
    world.look(AT_RISK, team="360009")
    world.look(BY_HAND)
    for outage in OUTAGES:
        world.store.outages.enter("cloud", outage, HOSTILE)
    for n in range(1, 7):
        deliver(world, f"d{n}", str(n))
    done(world)
    deliver(world, HOSTILE, "2", kind=HOSTILE, actor=HOSTILE, body={"subject": HOSTILE, "api_token": "s3cret-value"})
    park(world, LookKey.ticket("acme", "2"), f"zendesk answered 403 to PUT /api/v2/tickets/2: {HOSTILE}")


def deliver(world: World, delivery_id: str, ticket_id: str, body: object = None, **more: Any) -> None:
    """Accept a delivery as the route does."""
    more = {"kind": "ticket.changed"} | more
    delivery = Delivery(id=delivery_id, refs=(TicketRef("acme", ticket_id),), at=NOW, **more)
    world.store.inbox.accept("acme", delivery, json.dumps(body).encode() if body is not None else None)


def done(world: World) -> None:
    """Let every look so far have been done."""
    with world.store.database.write() as connection:
        connection.execute(sa.update(looks).values(seen=looks.c.arrived, look_at=None))


def park(world: World, key: LookKey, error: str) -> None:
    """Let a look have failed too often."""
    values = {"state": State.PARKED.value, "error": error, "failing_since": NOW, "look_at": None, "attempts": 8}
    with world.store.database.write() as connection:
        connection.execute(
            sa.update(looks).where(looks.c.connection == key.connection, looks.c.subject == key.subject).values(values)
        )
