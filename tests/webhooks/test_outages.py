"""Outages in the store, on both databases: in force once, corrected and withdrawn with who did it."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.errors import ConfigError
from core.outages import Outage, OutageKind
from tests.core.test_availability import at
from tests.webhooks.desk import link
from tests.webhooks.helpers import deliver, look_after
from webhooks.service import Store
from webhooks.store.tables import outages

DATABASE = Outage(
    id="database",
    begin=at("21 19:00"),
    kind=OutageKind.SCHEDULED,
    end=at("22 01:00"),
    announced_at=at("18 19:00"),
    cause="beyond_control",
    service="beta",
    source="status page",
)
PATCH = Outage(id="patch", begin=at("12 07:00"), kind=OutageKind.EMERGENCY)


def in_force(store: Store, name: str = "desk") -> list[Outage]:
    return [each.outage for each in store.outages.of(name)]


def audited(store: Store) -> list[tuple[str, str, str]]:
    rows = store.listings.audit("desk", "")
    return [(row["actor"], row["action"], row["detail"]["outage"]) for row in reversed(rows)]


def test_what_is_entered_is_read_back(store: Store):
    """Every attribute is kept, each connection has its own outages, and the earliest comes first."""
    store.outages.enter("desk", DATABASE, "ann")
    store.outages.enter("desk", PATCH, "bob")
    store.outages.enter("other", PATCH, "bob")
    assert in_force(store) == [PATCH, DATABASE]
    assert in_force(store, "other") == [PATCH]
    assert [each.entered_by for each in store.outages.of("desk")] == ["bob", "ann"]
    assert audited(store) == [("ann", "outage entered", "database"), ("bob", "outage entered", "patch")]


def test_a_name_is_taken_once(store: Store):
    """Two outages in force never share a name; a withdrawn one gives it free."""
    store.outages.enter("desk", DATABASE, "ann")
    with pytest.raises(ConfigError) as caught:
        store.outages.enter("desk", replace(PATCH, id="database"), "bob")
    assert [fault.path for fault in caught.value.faults] == ["id"]
    assert in_force(store) == [DATABASE]
    assert store.outages.withdraw("desk", "database", "ann")
    store.outages.enter("desk", replace(PATCH, id="database"), "bob")
    assert len(in_force(store)) == 1


def test_a_correction_takes_the_place(store: Store):
    """What is corrected is withdrawn in the same transaction; a correction that cannot be taken withdraws nothing."""
    store.outages.enter("desk", PATCH, "ann")
    store.outages.enter("desk", DATABASE, "ann")
    ended = replace(PATCH, end=at("12 09:00"))
    store.outages.enter("desk", ended, "bob", replaces="patch")
    assert in_force(store) == [ended, DATABASE]
    with pytest.raises(ConfigError):
        store.outages.enter("desk", replace(ended, id="database"), "bob", replaces="patch")
    assert in_force(store) == [ended, DATABASE]


def test_nothing_is_overwritten(store: Store):
    """Whoever entered and withdrew an outage stays known."""
    store.outages.enter("desk", PATCH, "ann")
    assert store.outages.withdraw("desk", "patch", "bob")
    assert not store.outages.withdraw("desk", "patch", "bob"), "it is not in force any more"
    with pytest.raises(ConfigError, match="is not recorded any more"):
        store.outages.enter("desk", PATCH, "bob", replaces="patch")
    with store.database.read() as connection:
        (row,) = connection.execute(sa.select(outages)).mappings()
    assert (row["entered_by"], row["withdrawn_by"], row["withdrawn_at"] is not None) == ("ann", "bob", True)
    assert audited(store)[-1] == ("bob", "outage withdrawn", "patch")


TICKET = replace(PATCH, id="ticket 1", source="marked on the ticket")
ENDED = replace(TICKET, end=at("12 09:00"))


def mark(store: Store, outage: Outage | None) -> None:
    with store.database.write() as connection:
        store.outages.mark(connection, "desk", "1", outage)


def test_a_mark_follows_its_ticket(store: Store):
    """What a ticket is marked as is recorded, corrected and withdrawn as the ticket changes; nothing new is nothing."""
    for outage, found in [(None, []), (TICKET, [TICKET]), (TICKET, [TICKET]), (ENDED, [ENDED]), (None, [])]:
        mark(store, outage)
        assert in_force(store) == found
    rows = store.listings.audit("desk", "1")
    assert [row["action"] for row in reversed(rows)] == ["outage entered", "outage entered", "outage withdrawn"]
    mark(store, TICKET)
    assert in_force(store) == [TICKET], "marked again"


def test_a_person_has_the_last_word(store: Store):
    """What a person withdrew or corrected stays so, however often the ticket is looked at."""
    mark(store, TICKET)
    corrected = replace(ENDED, begin=at("12 06:00"))
    store.outages.enter("desk", corrected, "ann", replaces="ticket 1")
    mark(store, ENDED)
    assert in_force(store) == [corrected]
    assert store.outages.withdraw("desk", "ticket 1", "ann")
    mark(store, ENDED)
    assert in_force(store) == []


def test_a_name_that_a_person_has_taken(store: Store):
    """An outage that a person entered under a ticket's name is not doubled by the mark."""
    store.outages.enter("desk", TICKET, "ann")
    mark(store, ENDED)
    assert in_force(store) == [TICKET]


@pytest.mark.parametrize("marks", [lambda _: TICKET, None])
def test_a_look_keeps_the_mark(make_service, adapter, desk, marks):
    """Each look keeps what the ticket is marked as, where a policy of the connection promises availability."""
    service = make_service()
    service.links["desk"] = replace(link(adapter), marks=marks)
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service)
    assert in_force(service.store) == ([TICKET] if marks else [])


def test_a_ticket_that_is_gone_marks_no_outage(make_service, adapter, desk):
    """A marked ticket that was deleted is an outage no more, or it would count for ever."""
    service = make_service()
    service.links["desk"] = replace(link(adapter), marks=lambda _: TICKET)
    desk.happen("1")
    deliver(service.store, "d1", "1")
    look_after(service)
    desk.delete("1")
    deliver(service.store, "d2", "1")
    look_after(service)
    assert in_force(service.store) == []


def test_a_forgotten_ticket_is_no_outage(store: Store):
    """Forgetting a ticket forgets what it was marked as, whoever corrected it; other outages stay."""
    store.outages.enter("desk", DATABASE, "ann")
    mark(store, TICKET)
    store.outages.enter("desk", ENDED, "ann", replaces="ticket 1")
    assert store.retention.forget_ticket("desk", "1")
    with store.database.read() as connection:
        assert connection.execute(sa.select(outages.c.name)).scalars().all() == ["database"]
