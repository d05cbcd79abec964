"""Reading: how many calls a look costs, what is kept between looks, and what it must not cost."""

import json
from datetime import timedelta

import pytest
import responses

from adapters.zendesk import ADAPTER
from core.errors import GoneError, RefusedError, RetryLaterError
from core.ticket import Kind
from core.update import TicketRef
from tests.adapters.doubles import Lent
from tests.adapters.zendesk.builders import AGENT, REQUESTER, audit, change, comment, opening, settings, ticket, user
from tests.support import shared

HOST = "https://acme.zendesk.com/api/v2"
REF = TicketRef("acme", "5158")


def adapter(lent=None, **more):
    conf = settings(auth="api_token", email="us@vendor.example", **more)
    return ADAPTER.create("acme", conf, {"api_token": "t"}, (lent or Lent()).services)


def serve(audits, body=None, users=(REQUESTER, AGENT)):
    """Answer for one ticket, 100 audits a page, with cursors that count audits."""
    people = [user(id_) for id_ in users]
    responses.get(f"{HOST}/tickets/5158", json={"ticket": body or ticket(), "users": people, "organizations": []})

    def page(request):
        start = int(request.params.get("page[after]", "0"))
        part = audits[start : start + int(request.params["page[size]"])]
        more = start + len(part) < len(audits)
        meta = {"has_more": more, "after_cursor": str(start + len(part)) if part else None}
        return 200, {}, json.dumps({"audits": part, "meta": meta, "users": people})

    responses.add_callback("GET", f"{HOST}/tickets/5158/audits", page, content_type="application/json")


def long_history(replies):
    return [opening(), *(audit(number, AGENT, comment(AGENT)) for number in range(1, replies + 1))]


@responses.activate
@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [
        pytest.param(10, 11, 2, 2, id="a short history"),
        pytest.param(99, 99, 2, 2, id="exactly a page"),
        pytest.param(99, 100, 2, 3, id="a page becomes full: one more for what is new"),
        pytest.param(250, 251, 4, 2, id="full pages are not asked for again"),
        pytest.param(250, 450, 4, 4, id="two new pages cost two"),
    ],
)
def test_calls_of_a_look(before, after, first, second):
    """Two reads, and one for each further page of history that is new; the ticket comes out whole either way."""
    looked = adapter()
    serve(long_history(before))
    snapshot = looked.fetch(REF)
    assert len(responses.calls) == first
    responses.reset()
    serve(long_history(after))
    kept = json.loads(json.dumps(dict(snapshot.observations)))  # as the store keeps it
    again = looked.fetch(REF, kept)
    assert len(responses.calls) == second
    assert len(again.ticket.events) == after
    assert again.ticket == adapter().fetch(REF).ticket


@responses.activate
def test_nothing_that_a_customer_wrote_is_kept():
    """Observations hold ids, instants and deciding values: no text, subject, name or address."""
    serve(long_history(150))
    kept = json.dumps(dict(adapter().fetch(REF).observations))
    assert len(kept) > 10_000
    for text in ("Some words", "It is broken", "User 7", "x.example"):
        assert text not in kept


@responses.activate
def test_other_settings_read_the_history_again():
    """When a new fact is to be read, kept pages without it are no use; roles that were seen stay."""
    audits = [opening(), audit(1, AGENT, change(41, None, "many")), *long_history(120)[2:]]
    serve(audits)
    kept = adapter().fetch(REF).observations
    responses.calls.reset()
    again = adapter(facts={"affected": {"field": 41}}).fetch(REF, kept)
    assert [event.to for event in again.ticket.events if event.kind is Kind.FACT_CHANGED] == ["many"]
    assert len(responses.calls) == 3
    assert set(kept["roles"]) <= set(again.observations["roles"])


@responses.activate
def test_observations_of_an_older_program_are_read_again():
    """What cannot be read is no reason to park a ticket."""
    serve(long_history(120))
    good = adapter().fetch(REF)
    spoilt = {**good.observations, "entries": [{"odd": 1}]}
    assert adapter().fetch(REF, spoilt).ticket == good.ticket


@responses.activate
def test_a_stranger_costs_one_call_once():
    """An author who did not come along is asked for, then cached; a deleted one is remembered as such."""
    serve([opening(), audit(1, 55, comment(55)), audit(2, 56, comment(56))])
    responses.get(f"{HOST}/users/show_many", json={"users": [user(55, role="agent")]})
    looked = adapter()
    snapshot = looked.fetch(REF)
    assert [event.kind.value for event in snapshot.ticket.events] == ["agent_replied", "customer_replied"]
    assert [call.request.params.get("ids") for call in responses.calls if "show_many" in call.request.url] == ["55,56"]
    responses.calls.reset()
    looked.fetch(REF, snapshot.observations)
    assert len(responses.calls) == 2


@responses.activate
def test_a_promotion_does_not_rewrite_history():
    """Roles are today's in Zendesk; what was seen at first sight is kept with the ticket."""
    looked = adapter()
    serve([opening(), audit(1, 8, comment(8))], users=(REQUESTER, 8))
    snapshot = looked.fetch(REF)
    responses.reset()
    promoted = [opening(), audit(1, 8, comment(8)), audit(2, AGENT, comment(AGENT))]
    serve(promoted)
    responses.get(f"{HOST}/users/show_many", json={"users": [user(8, role="agent")]})
    again = looked.fetch(REF, snapshot.observations)
    assert [event.kind.value for event in again.ticket.events] == ["customer_replied", "agent_replied"]


@responses.activate
def test_an_archived_ticket_has_no_pages():
    """Its audits come at once, without meta; it is frozen."""
    responses.get(f"{HOST}/tickets/5158", json={"ticket": ticket(status="closed"), "users": [user(7), user(20)]})
    responses.get(f"{HOST}/tickets/5158/audits", json={"audits": long_history(150), "next_page": None})
    snapshot = adapter().fetch(REF)
    assert (snapshot.frozen, len(snapshot.ticket.events), len(responses.calls)) == (True, 150, 2)


@responses.activate
def test_a_cursor_that_stands_still_ends_the_reading():
    """A fault of the platform's paging is no hot loop."""
    responses.get(f"{HOST}/tickets/5158", json={"ticket": ticket(), "users": [user(7), user(20)]})
    page = {"audits": [opening()], "meta": {"has_more": True, "after_cursor": "same"}}
    responses.get(f"{HOST}/tickets/5158/audits", json=page)
    adapter().fetch(REF)
    assert len(responses.calls) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 404, "json": {"error": "RecordNotFound", "description": "Not found"}}, GoneError),
        ({"status": 404, "json": {"error": {"title": "InvalidEndpoint", "message": "x"}}}, RefusedError),
        ({"status": 404, "json": {"error": "InvalidEndpoint", "description": "Not found"}}, RefusedError),
        ({"status": 404, "body": "<h1>No help desk at this address</h1>"}, RefusedError),
        ({"json": {"ticket": ticket(status="deleted")}}, GoneError),
        ({"body": "<html>Maintenance</html>", "content_type": "text/html"}, RetryLaterError),
        ({"json": {"ticket": {"id": 5158}}}, RefusedError),
        ({"json": []}, RefusedError),
        ({"status": 403, "json": {"error": {"title": "Forbidden", "message": "You do not have access"}}}, RefusedError),
    ],
)
@responses.activate
def test_faults(answer, error):
    """Gone, refused, a page of HTML or another form: each ends in one of our errors."""
    responses.get(f"{HOST}/tickets/5158", **answer)
    with pytest.raises(error):
        adapter().fetch(REF)


@pytest.mark.parametrize("ticket_id", ["", "x", "1/../2", "1?x=1", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_only_digits_go_into_a_path(ticket_id):
    """An id that is no number is no ticket, and no call is made."""
    with pytest.raises(GoneError):
        adapter().fetch(TicketRef("acme", ticket_id))


def test_a_burst_costs_one_look(desk):
    """A reply that also solves, with its many deliveries, is one look of two reads at the stand-in."""
    connected = desk.connect()
    ref = desk.open_ticket()
    first = connected.fetch(ref)
    desk.wait(timedelta(minutes=5))
    desk.state.reply(desk.ticket(ref), desk.agent, "Done", status="solved", priority="high")
    desk.reset_calls()
    again = connected.fetch(ref, first.observations)
    assert {event.kind.value for event in again.ticket.events} == {
        "agent_replied",
        "status_changed",
        "priority_changed",
    }
    assert (desk.calls().reads, desk.calls().writes) == (2, 0)


def test_follow_up_and_merge_at_the_stand_in(desk):
    """A reply to a closed ticket is a new one with nothing of ours; a merged ticket is merged, not solved."""
    connected = desk.connect()
    ref = desk.open_ticket()
    desk.state.set_field(
        desk.ticket(ref), desk.state.ticket_fields[connected._settings.workaround_field], True, desk.agent
    )
    desk.state.set_status(desk.ticket(ref), "closed")
    follow_up = desk.state.reply(desk.ticket(ref), desk.customer, "It is back")
    assert connected.fetch(desk.ref(follow_up)).ticket.events == ()
    source, target = desk.open_ticket(), desk.open_ticket()
    desk.wait(timedelta(minutes=1))
    desk.state.merge(desk.ticket(source), desk.ticket(target), desk.agent, public=True)
    snapshot = connected.fetch(source)
    assert [event.kind.value for event in snapshot.ticket.events] == ["merged"]
    assert snapshot.frozen
    assert connected.fetch(target).ticket.events == ()


@pytest.mark.shared
@responses.activate
def test_a_real_ticket():
    """A real ticket: opened by an agent, priority by a trigger, public and private comments, native SLA events."""
    folder = shared("fixtures", "zendesk", "api-recorded", "das")
    body = json.loads((folder / "ticket-1071.json").read_text())
    audits = json.loads((folder / "ticket-1071-audits.json").read_text())
    agent, asker = 362626195219, 362934578719
    responses.get(f"{HOST}/tickets/1071", json=body | {"users": [user(agent, role="agent"), user(asker)]})
    responses.get(f"{HOST}/tickets/1071/audits", json=audits)
    responses.get(f"{HOST}/organizations/show_many", json={"organizations": [{"id": 362012707400, "name": "Example"}]})
    responses.get(f"{HOST}/users/show_many", json={"users": []})
    got = adapter().fetch(TicketRef("acme", "1071")).ticket
    assert (got.status, got.priority, got.opened_by, got.channel) == ("on_hold", None, "agent", "web")
    told = [(event.kind.value, event.at.strftime("%H:%M:%S"), event.to) for event in got.events]
    assert told[:3] == [
        ("priority_changed", "16:11:04", "P4"),
        ("note_added", "16:11:25", None),
        ("agent_replied", "16:11:47", None),
    ]
    assert "customer_replied" not in {kind for kind, _, _ in told}


@pytest.mark.shared
@responses.activate
@pytest.mark.parametrize("name", ["das/ticket-39702.json"])
def test_a_real_ticket_with_sideloads(name):
    """A real ticket with custom fields and sideloaded people is read as it is."""
    body = json.loads(shared("fixtures", "zendesk", "api-recorded", *name.split("/")).read_text())
    number = body["ticket"]["id"]
    responses.get(f"{HOST}/tickets/{number}", json=body)
    responses.get(f"{HOST}/tickets/{number}/audits", json={"audits": []})
    responses.get(f"{HOST}/organizations/show_many", json={"organizations": []})
    responses.get(f"{HOST}/users/show_many", json={"users": []})
    assert adapter().fetch(TicketRef("acme", str(number))).ticket.id == str(number)
