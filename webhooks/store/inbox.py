"""Accepting a delivery: its envelope and what it asks to look at, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from adapters.base import Delivery
from core.errors import PayloadError
from webhooks.store.acceptance import accept
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import LookKey, LookKind, Looks
from webhooks.store.tables import deliveries

MAX_ID = 255


class Accepted(StrEnum):
    """What became of a delivery; each of them is answered 200."""

    STORED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where verified deliveries are stored."""

    database: Database
    clock: Clock
    looks: Looks

    def accept(self, connection_name: str, delivery: Delivery, body: bytes | None = None) -> Accepted:
        """Store a verified delivery once, and make its tickets due after the coalescing window.

        A delivery whose id, or whose event's id, is known already is a duplicate: its first copy has made its
        tickets due in the same transaction, so nothing is left to do. One that names nothing to look at moves no
        clock and is not stored.

        Args:
            connection_name: the connection whose token and signature were checked; its tickets only.
            body: the raw body, where the admin keeps bodies.

        Raises:
            PayloadError: an id cannot be stored: too long, or with characters that no platform uses.
            StorageError: nothing was stored; the platform has to send it again.
        """
        _require_storable(delivery)
        keys = _asked_for(connection_name, delivery)
        if not keys:
            return Accepted.IGNORED
        envelope = {
            "connection": connection_name,
            "delivery_id": delivery.id,
            "event_id": delivery.event_id,
            "kind": delivery.kind,
            "ticket_ids": [key.subject for key in keys if key.kind is LookKind.TICKET],
            "organization_id": delivery.organization_id,
            "actor": delivery.actor,
            "happened_at": delivery.at,
            "body": body,
        }
        store = self._store if self.database.is_sqlite else partial(accept, self.database)
        return Accepted.STORED if store(envelope, keys, self.looks.window) else Accepted.DUPLICATE

    def _store(self, envelope: Mapping[str, Any], keys: Sequence[LookKey], window: timedelta) -> bool:
        with self.database.write() as connection:
            now = self.clock.now_in(connection)
            row = self.database.insert(deliveries).values(**envelope, received_at=now)
            stored = row.on_conflict_do_nothing().returning(deliveries.c.id)
            if connection.execute(stored).first() is None:
                return False
            self.looks.request(connection, keys, now + window, now)
        return True


def _asked_for(connection_name: str, delivery: Delivery) -> list[LookKey]:
    """Return what to look at: each once, in one order for everybody, so that two deliveries cannot block each other."""
    keys = [LookKey.ticket(connection_name, ref.ticket_id) for ref in delivery.refs]
    if delivery.organization_id:
        keys.append(LookKey(connection_name, LookKind.ORGANIZATION, delivery.organization_id))
    return sorted(set(keys))


def _require_storable(delivery: Delivery) -> None:
    """Refuse what no database takes, before it is a storage error and would be sent again for ever."""
    named = {
        "id": delivery.id,
        "event_id": delivery.event_id or "-",
        "kind": delivery.kind,
        "organization_id": delivery.organization_id or "-",
        "actor": delivery.actor or "-",
    }
    named |= {f"refs[{n}]": ref.ticket_id for n, ref in enumerate(delivery.refs)}
    for name, value in named.items():
        if not value or len(value) > MAX_ID or not value.isprintable():
            raise PayloadError(f"{name}: must have 1 to {MAX_ID} printable characters")
    if delivery.at is not None and (delivery.at.tzinfo is None or not 1970 <= delivery.at.year <= 9000):
        raise PayloadError("at: is not an instant of our time")
