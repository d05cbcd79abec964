"""Doing by hand, step by step, what the engine does in threads."""

import time
from collections.abc import Callable
from datetime import timedelta

from adapters.base import Delivery
from core.update import TicketRef
from webhooks.service import LEASE, Service, Store
from webhooks.store.inbox import Accepted
from webhooks.store.looks import Begun, Claim

PATIENCE_SECONDS = 20.0


def deliver(
    store: Store, delivery_id: str, *tickets: str, event_id: str | None = None, organization_id: str | None = None
) -> Accepted:
    """Accept a delivery as the route does."""
    refs = tuple(TicketRef("desk", ticket) for ticket in tickets)
    delivery = Delivery(delivery_id, "ticket.changed", refs, event_id, organization_id)
    return store.inbox.accept("desk", delivery)


def claim(store: Store, limit: int = 10) -> list[Claim]:
    """Take what is due."""
    with store.database.write() as connection:
        return store.looks.claim(connection, limit, LEASE)


def begin(store: Store, claimed: Claim) -> Begun | None:
    """Begin a run."""
    with store.database.write() as connection:
        return store.looks.begin(connection, claimed)


def pass_time(store: Store, seconds: float) -> None:
    """Let time go by for deadlines and retries; leases live by the machine's clock."""
    with store.database.read() as connection:
        moved = store.clock.now_in(connection) - store.database.machine_now(connection)
    store.clock.set_offset(moved + timedelta(seconds=seconds))


def look_at_due(service: Service) -> int:
    """Run every look that is due, one after the other, and return how many that was."""
    claims = claim(service.store, 100)
    for claimed in claims:
        service.look(claimed)
    return len(claims)


def look_after(service: Service, seconds: float = 1.0) -> int:
    """Let time go by, then run what is due."""
    pass_time(service.store, seconds)
    return look_at_due(service)


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that other threads or processes bring about."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
