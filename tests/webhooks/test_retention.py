"""What is kept for how long, and what a person may have forgotten."""

import json

import pytest

from adapters.base import Delivery
from core.update import TicketRef
from tests.webhooks.desk import DECIDED, Desk
from tests.webhooks.helpers import deliver, look_after, pass_time
from webhooks.store.looks import LookKey, State
from webhooks.store.tables import metadata

DAY = 86400


@pytest.fixture
def service(make_service):
    return make_service(retention={"days": 90, "bodies_days": 3})


def everything(service) -> str:
    """Return all that is stored, as text."""
    with service.store.database.read() as connection:
        tables = [connection.execute(table.select()).all() for table in metadata.tables.values()]
    return "\n".join(str(list(map(tuple, rows))) for rows in tables)


def test_purge_keeps_what_is_young(service, desk: Desk):
    """Nothing is deleted before its time: a repeated delivery is still known as one."""
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service, 89 * DAY)
    assert service.store.retention.purge() == 0
    assert deliver(service.store, "d1", "1") == "duplicate"


def test_purge_forgets_what_is_old(service, desk: Desk):
    """After its time a ticket on which nothing happens is forgotten with its deliveries and audit."""
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service)
    pass_time(service.store, 91 * DAY)
    assert service.store.retention.purge() > 0
    for table in (
        service.store.listings.deliveries(),
        service.store.listings.tickets(),
        service.store.listings.looks(),
    ):
        assert table == []
    assert service.store.listings.audit() == []


def test_purge_keeps_what_is_awaited(service, desk: Desk):
    """A ticket that still waits for an instant, or is parked, is kept however long ago it was looked at."""
    desk.happen("1", level_at=service.store.clock.now().replace(year=2100))
    deliver(service.store, "d1", "1")
    look_after(service)
    pass_time(service.store, 400 * DAY)
    service.store.retention.purge()
    assert [look["subject"] for look in service.store.listings.looks()] == ["1"]
    assert [ticket["ticket_id"] for ticket in service.store.listings.tickets()] == ["1"]


def test_bodies_go_first(service):
    """Bodies that an admin keeps for some days are gone after them; the envelope stays."""
    service.store.inbox.accept("desk", Delivery("d1", "changed", (TicketRef("desk", "1"),)), b"a customer's words")
    pass_time(service.store, 2 * DAY)
    service.store.retention.purge()
    assert "a customer's words" in everything(service)
    pass_time(service.store, 2 * DAY)
    service.store.retention.purge()
    assert "a customer's words" not in everything(service)
    assert len(service.store.listings.deliveries()) == 1


@pytest.mark.parametrize("ticket", ["4711", 'a"b', "50%", "x_y", "Ünï"])
def test_forget_ticket(service, desk: Desk, ticket: str):
    """Forgetting a ticket leaves no trace of it, and touches no other, whatever is in its id."""
    other = "x-y" if ticket == "x_y" else f"{ticket}0"
    for number in (ticket, other):
        desk.happen(number, level_at=service.store.clock.now())
        deliver(service.store, f"d{service.store.clock.now()}", number)
    look_after(service)
    assert service.store.retention.forget_ticket("desk", ticket)
    assert not service.store.retention.forget_ticket("desk", ticket)
    assert [each["ticket_ids"] for each in service.store.listings.deliveries()] == [[other]]
    assert [each["subject"] for each in service.store.listings.looks()] == [other]
    assert [each["ticket_id"] for each in service.store.listings.tickets()] == [other]
    assert {each["ticket_id"] for each in service.store.listings.escalations()} == {other}
    assert {each["subject"] for each in service.store.listings.audit("desk")} == {other}


def test_forget_person(service):
    """Forgetting a person takes their id, and bodies that may name them, off all that is stored."""
    envelope = Delivery("d1", "changed", (TicketRef("desk", "1"),), actor="person-7")
    service.store.inbox.accept("desk", envelope, b"from person-7")
    assert service.store.retention.forget_person("desk", "person-7") == 1
    assert "person-7" not in everything(service)
    assert len(service.store.listings.deliveries()) == 1


def test_no_customers_text_is_stored(service, desk: Desk):
    """Of a ticket only ids, instants, states and our own words are stored; what decided is in the result."""
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service)
    assert json.dumps(service.store.memories.read("desk", "1")["result"]) == json.dumps(
        {"ticket": "1", "state": "running", "events": 1, **DECIDED}
    )


def test_list_and_retry(service, desk: Desk):
    """Deliveries and looks can be listed, and asked for again by delivery, by key, or all that is stopped."""
    desk.happen("1")
    deliver(service.store, "d1", "1", "2")
    listings = service.store.listings
    assert [each["delivery_id"] for each in listings.deliveries("desk", "2")] == ["d1"]
    assert listings.deliveries("desk", "3") == []
    assert listings.retry_delivery("desk", "d1") == [LookKey.ticket("desk", "1"), LookKey.ticket("desk", "2")]
    assert listings.retry_delivery("desk", "none") == []
    assert look_after(service, 0) == 2
    assert listings.looks("desk", State.PARKED) == []
    assert [ticket["ticket_id"] for ticket in listings.tickets("desk", "running")] == ["1"]
    listings.retry(LookKey.ticket("desk", "never seen"))
    assert look_after(service, 0) == 1
