"""From a delivery to a write: one read, at most one write, each effect once. On both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.update import Field, Note, Wanted
from tests.webhooks.desk import Desk, DeskAdapter, evaluate, link
from tests.webhooks.helpers import deliver, look_after, look_at_due, pass_time, wait_until
from webhooks.engine.ticket import Link
from webhooks.engine.updates import Writes
from webhooks.store.looks import LookKey, LookKind
from webhooks.store.memory import EffectState
from webhooks.store.tables import summaries


@pytest.fixture
def service(make_service):
    return make_service()


def states(service) -> dict[str, str]:
    """Return the escalations that were recorded: key to state."""
    return {each["key"]: each["state"] for each in service.store.listings.escalations("desk")}


def look_at_ticket(service, desk: Desk, delivery_id: str = "d1", **happening) -> None:
    """Let something happen on ticket 1, deliver it, and look."""
    desk.happen("1", **happening)
    deliver(service.store, delivery_id, "1")
    assert look_after(service) == 1


@pytest.mark.parametrize("burst", [1, 20])
def test_burst_is_one_look(service, desk: Desk, burst: int):
    """Any burst of deliveries about one ticket within the window costs one read and one write."""
    service.start()
    for n in range(burst):
        desk.happen("1")
        deliver(service.store, f"d{n}", "1")
    service.engine.wake()
    wait_until(lambda: desk.state("1") == f"seen {burst}")
    assert (desk.calls("read"), desk.calls("write")) == (1, 1)


def test_the_team_is_kept(service, desk: Desk):
    """The group that a look sees is kept beside the decision, for the lists."""
    look_at_ticket(service, desk)
    with service.store.database.read() as connection:
        assert connection.execute(sa.select(summaries.c.team)).scalars().all() == ["second line"]


def test_echo_costs_no_write(service, desk: Desk):
    """Our own write comes back as a delivery; looking again reads once and writes nothing."""
    look_at_ticket(service, desk)
    deliver(service.store, "echo", "1")
    look_after(service)
    assert (desk.calls("read"), desk.calls("write")) == (2, 1)


def test_late_repeated_and_unordered(service, desk: Desk):
    """Deliveries say only where to look: one that comes late changes nothing that is right already."""
    for _ in range(3):
        desk.happen("1")
    for delivery_id in ("third", "first", "first", "second"):
        deliver(service.store, delivery_id, "1")
        look_after(service)
    assert (desk.state("1"), desk.calls("write")) == ("seen 3", 1)


def test_wakes_by_itself(service, desk: Desk):
    """An instant at which something changes without an event is kept, and looked at when it has come."""
    level_at = service.store.clock.now() + timedelta(hours=2)
    look_at_ticket(service, desk, level_at=level_at)
    assert look_after(service, 7000) == 0
    assert look_after(service, 300) == 1
    assert desk.notes("1") == ["resolution/1/step1"]


def test_escalation_once(service, desk: Desk):
    """A level takes effect once, however often the ticket is looked at afterwards."""
    look_at_ticket(service, desk)
    look_at_ticket(service, desk, "d2", level_at=service.store.clock.now())
    for n in range(3):
        look_at_ticket(service, desk, f"again{n}")
    assert desk.notes("1") == ["resolution/1/step1"]
    assert states(service) == {"resolution/1/step1": EffectState.DONE}


def test_reached_before_first_seen(service, desk: Desk):
    """What was reached before the ticket was first seen is recorded as skipped and has no effect."""
    look_at_ticket(service, desk, level_at=service.store.clock.now() - timedelta(days=1))
    assert desk.notes("1") == []
    assert states(service) == {"resolution/1/step1": EffectState.SKIPPED}


def test_reached_while_down(service, desk: Desk):
    """What is reached between the delivery and a late first look takes effect once, late."""
    desk.happen("1", level_at=service.store.clock.now() + timedelta(hours=1))
    deliver(service.store, "d1", "1")
    look_after(service, 86400)
    assert desk.notes("1") == ["resolution/1/step1"]


def test_deleted_note_stays_deleted(service, desk: Desk, adapter: DeskAdapter):
    """A note that somebody deleted on the platform is not written again, though it is wanted at every look."""
    always = Wanted(notes=(Note("turned-back", "Told once."),))
    service.links["desk"] = Link(adapter, evaluate, lambda *_: always, writes=True)
    look_at_ticket(service, desk)
    assert desk.notes("1") == ["turned-back"]
    desk.delete_notes()
    look_at_ticket(service, desk, "d2")
    assert (desk.notes("1"), desk.calls("write")) == ([], 1)


def test_shadow_mode(make_service, desk: Desk):
    """``write: off`` evaluates, says what it would write, and writes nothing; its escalations never happen later."""
    service = make_service(writes=False)
    look_at_ticket(service, desk)
    look_at_ticket(service, desk, "d2", level_at=service.store.clock.now())
    assert desk.calls("write") == 0
    assert states(service) == {"resolution/1/step1": EffectState.REPORTED}
    remembered = service.store.memories.read("desk", "1")
    assert remembered["result"]["events"] == 2
    assert remembered["written"]["withheld"] == {"fields": {"sla_state": "seen 2"}}
    look_at_ticket(make_service(writes=True), desk, "d3")
    assert (desk.state("1"), desk.notes("1")) == ("seen 3", [])


def test_pause_and_resume(service, desk: Desk):
    """``pause`` stops all writing at once; after ``resume`` what was reached meanwhile takes effect, once."""
    look_at_ticket(service, desk)
    service.store.runtime.pause("desk", "admin")
    look_at_ticket(service, desk, "d2", level_at=service.store.clock.now())
    assert (desk.state("1"), desk.notes("1")) == ("seen 1", [])
    service.store.runtime.resume("desk", "admin")
    look_at_ticket(service, desk, "d3")
    assert (desk.state("1"), desk.notes("1")) == ("seen 3", ["resolution/1/step1"])
    assert [each["action"] for each in service.store.listings.audit("desk", "")] == ["resumed", "paused"]


def test_may_write(make_service, desk: Desk, adapter: DeskAdapter):
    """What the admin does not let us change is not sent."""
    service = make_service()
    service.links["desk"] = link(adapter, may_write=frozenset({Writes.NOTES}))
    look_at_ticket(service, desk)
    look_at_ticket(service, desk, "d2", level_at=service.store.clock.now())
    assert (desk.state("1"), desk.notes("1")) == (None, ["resolution/1/step1"])


def test_refused_field_is_not_asked_again(service, desk: Desk, adapter: DeskAdapter):
    """A value that the platform did not take is not sent again and again; another value is."""
    adapter.refuses = {Field.STATE: "read only"}
    look_at_ticket(service, desk)
    deliver(service.store, "again", "1")
    look_after(service)
    assert desk.calls("write") == 1
    look_at_ticket(service, desk, "d2")
    assert desk.calls("write") == 2


def test_fight_ends(service, desk: Desk):
    """Who sets our field back sees it repaired once; then it is left alone, said so, until our value changes."""
    look_at_ticket(service, desk)
    for n in range(6):
        desk.show("1", "set back")
        deliver(service.store, f"back{n}", "1")
        look_after(service)
    assert desk.calls("write") == 2
    problems = service.store.memories.read("desk", "1")["result"]["problems"]
    assert problems == ["sla_state: somebody else sets it; left alone until its value changes"]
    desk.show("1", "seen 1")
    deliver(service.store, "forth", "1")
    look_after(service)
    assert service.store.memories.read("desk", "1")["result"]["problems"] == [], "they think better of it"
    look_at_ticket(service, desk, "other")
    assert desk.state("1") == "seen 2"


def test_observations_come_back(service, desk: Desk):
    """What an adapter without a history observed is handed to it at the next look."""
    for n in range(3):
        look_at_ticket(service, desk, f"d{n}")
    assert service.store.memories.read("desk", "1")["observations"] == {"looked": 3}


def test_organization_makes_its_tickets_due(service, desk: Desk):
    """A change of an organization is looked at on each of its open tickets."""
    for ticket in ("1", "2", "3"):
        desk.happen(ticket)
    deliver(service.store, "d1", organization_id="org")
    assert look_after(service) == 1
    assert look_at_due(service) == 3
    assert desk.behind() == []


def test_feed_finds_lost_deliveries(make_service, desk: Desk):
    """The change feed makes due what no delivery told of, and goes on from where it was left."""
    service = make_service(connection={"poll_minutes": 5})
    service.store.looks.ensure(LookKey("desk", LookKind.FEED))
    for ticket in ("1", "2"):
        desk.happen(ticket)
    assert look_at_due(service) == 1
    assert look_at_due(service) == 2
    desk.happen("3")
    assert look_after(service, 290) == 0
    assert look_after(service, 20) == 1
    assert look_at_due(service) == 1
    assert desk.behind() == []


def test_nothing_is_due_when_nothing_is(service, desk: Desk):
    """A ticket without a further instant is not looked at again by itself."""
    look_at_ticket(service, desk)
    pass_time(service.store, 10 * 365 * 86400)
    assert look_at_due(service) == 0
