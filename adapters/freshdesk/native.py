"""Freshdesk's own due dates: whether what we write there stands, and what to write. Off unless an admin wants it.

An engine of Freshdesk's fills ``due_by`` and ``fr_due_by`` and, on newer accounts, may set them back seconds after any
update; the answer to a write does not tell. So it is tried once on a ticket made for it, and read back later.
Afterwards ours only travel along with our own fields and never are a reason to write, so nobody fights over them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.freshdesk.payloads import TicketBody
from adapters.freshdesk.tables import PLATFORM
from adapters.http import ApiClient
from core.errors import RefusedError
from core.update import Field, TicketUpdate

NATIVE = {Field.FIRST_RESPONSE_DUE: "fr_due_by", Field.RESOLUTION_DUE: "due_by"}
WAITS_SECONDS = (5.0, 25.0, 90.0)  # so that it is read 5 s, 30 s and 2 min after the write
_IN = timedelta(days=9, hours=3, minutes=7)  # no policy of Freshdesk's own lands there


def due_dates(update: TicketUpdate, body: TicketBody) -> dict[str, str]:
    """Return both due dates to send along with an update, or neither.

    Both must be named and in order; one that we do not change, or have none for, stays as it is on the ticket.

    Args:
        update: what is sent anyway.
        body: the ticket as it was read.
    """
    if not any(update.fields.get(field) for field in NATIVE):
        return {}
    ours = {name: update.fields.get(field) for field, name in NATIVE.items()}
    there = {"fr_due_by": body.fr_due_by, "due_by": body.due_by}
    dates = {name: value if isinstance(value, datetime) else there[name] for name, value in ours.items()}
    first, last = dates["fr_due_by"], dates["due_by"]
    if first is None or last is None or not body.created_at < first < last:
        return {}
    return {"fr_due_by": stamp(first), "due_by": stamp(last)}


def stands(client: ApiClient, ticket_id: int, sleep: Callable[[float], None]) -> bool:
    """Write due dates on a ticket made for the test and return whether they are still there two minutes later.

    Raises:
        RefusedError: Freshdesk does not take them at all, or the ticket cannot be used.
    """
    path = f"/api/v2/tickets/{ticket_id}"
    before = client.get(path).read(TicketBody, PLATFORM)
    if before.due_by is None or before.fr_due_by is None:
        said = f"freshdesk: ticket {ticket_id} has no due dates; use an open ticket that has some"
        raise RefusedError(said, platform=PLATFORM, ticket_id=str(ticket_id))
    wanted = {"fr_due_by": before.fr_due_by + _IN, "due_by": before.due_by + _IN}
    client.put(path, {name: stamp(at) for name, at in wanted.items()}, ticket_id=str(ticket_id))
    for seconds in WAITS_SECONDS:
        sleep(seconds)
        now = client.get(path).read(TicketBody, PLATFORM)
        if (now.fr_due_by, now.due_by) != (wanted["fr_due_by"], wanted["due_by"]):
            return False
    return True


def stamp(at: datetime) -> str:
    """Return an instant as Freshdesk writes it: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
