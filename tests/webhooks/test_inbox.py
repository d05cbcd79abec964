"""A delivery is stored once, with what it asks to look at, or not at all."""

import threading
from datetime import UTC, datetime

import pytest

from adapters.base import Delivery
from core.errors import PayloadError
from core.update import TicketRef
from tests.webhooks.helpers import deliver
from webhooks.service import Store
from webhooks.store.inbox import Accepted


def test_stored_with_its_look(store: Store):
    """Accepting stores the envelope and makes the ticket due after the window."""
    before = store.clock.now()
    assert deliver(store, "d1", "1", "2") is Accepted.STORED
    (stored,) = store.listings.deliveries("desk")
    assert (stored["delivery_id"], stored["ticket_ids"]) == ("d1", ["1", "2"])
    for look in store.listings.looks("desk"):
        assert before + store.looks.window <= look["look_at"] <= store.clock.now() + store.looks.window


def test_same_delivery_again(store: Store):
    """The platform's repeated attempt of one delivery is a duplicate."""
    deliver(store, "d1", "1")
    assert deliver(store, "d1", "1") is Accepted.DUPLICATE
    assert [look["arrived"] for look in store.listings.looks("desk")] == [1]


def test_same_event_over_another_webhook(store: Store):
    """One event that comes over two webhooks is stored once; events without an id are never taken for the same."""
    assert deliver(store, "d1", "1", event_id="e1") is Accepted.STORED
    assert deliver(store, "d2", "1", event_id="e1") is Accepted.DUPLICATE
    assert deliver(store, "d3", "1") is Accepted.STORED
    assert deliver(store, "d4", "1") is Accepted.STORED


def test_other_connection_is_another_space(store: Store):
    """Two accounts may use the same delivery id."""
    delivery = Delivery("d1", "changed", (TicketRef("a", "1"),))
    assert store.inbox.accept("a", delivery) is Accepted.STORED
    assert store.inbox.accept("b", delivery) is Accepted.STORED


def test_only_its_own_connections_tickets(store: Store):
    """A delivery makes tickets of the connection due that verified it, whatever it names."""
    store.inbox.accept("a", Delivery("d1", "changed", (TicketRef("b", "1"),)))
    assert [look["connection"] for look in store.listings.looks()] == ["a"]


def test_moves_no_clock(store: Store):
    """A delivery that names nothing to look at is not stored."""
    assert store.inbox.accept("desk", Delivery("d1", "user.created")) is Accepted.IGNORED
    assert store.listings.deliveries() == []


def test_organization(store: Store):
    """A delivery about an organization makes a look due that will find its tickets."""
    deliver(store, "d1", organization_id="o1")
    assert [(look["kind"], look["subject"]) for look in store.listings.looks("desk")] == [("organization", "o1")]


def test_same_delivery_at_once(store: Store):
    """Of many attempts at the same moment exactly one is stored."""
    results: list[Accepted] = []
    threads = [threading.Thread(target=lambda: results.append(deliver(store, "d1", "1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted([Accepted.STORED] + [Accepted.DUPLICATE] * 7)


@pytest.mark.parametrize(
    "delivery",
    [
        pytest.param(Delivery("", "changed", (TicketRef("desk", "1"),)), id="empty id"),
        pytest.param(Delivery("d" * 256, "changed", (TicketRef("desk", "1"),)), id="long id"),
        pytest.param(Delivery("d\0", "changed", (TicketRef("desk", "1"),)), id="NUL"),
        pytest.param(Delivery("d", "changed", (TicketRef("desk", "\ud800"),)), id="half a character"),
        pytest.param(Delivery("d", "c" * 256, (TicketRef("desk", "1"),)), id="long kind"),
        pytest.param(Delivery("d", "changed", organization_id="o\n"), id="line break"),
        pytest.param(
            Delivery("d", "changed", (TicketRef("desk", "1"),), at=datetime(9999, 12, 31, tzinfo=UTC)), id="far future"
        ),
        pytest.param(Delivery("d", "changed", (TicketRef("desk", "1"),), at=datetime(2026, 1, 1)), id="no zone"),  # noqa: DTZ001
    ],
)
def test_unstorable(store: Store, delivery: Delivery):
    """What no database takes is refused for good, not answered as though the storage were down."""
    with pytest.raises(PayloadError):
        store.inbox.accept("desk", delivery)
    assert store.listings.deliveries() == []


def test_body_is_kept_only_when_given(store: Store):
    """Of a delivery its envelope is stored, and no word of its body, unless the admin keeps bodies."""
    deliver(store, "d1", "1")
    store.inbox.accept("desk", Delivery("d2", "changed", (TicketRef("desk", "1"),)), b"{}")
    with store.database.read() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM deliveries ORDER BY id").scalars().all()
    assert [body and bytes(body) for body in bodies] == [None, b"{}"]
