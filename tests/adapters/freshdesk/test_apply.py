"""Writing at the stand-in: one PUT, one note when it is due; what single refusals cost, and what is never repeated."""

import json
from datetime import timedelta

import pytest
import responses

from core.errors import RefusedError, RetryLaterError
from core.ticket import Status
from core.update import Field, Note, TicketUpdate, Wanted, difference
from sandbox.common.faults import ApiFault, FaultKind
from tests.adapters.freshdesk.builders import AGENT, HOST, REF, URL, at
from tests.adapters.freshdesk.builders import adapter as bare
from tests.adapters.freshdesk.builders import ticket as payload

NOTE = Note("first_response/1/csm", "First response is late.")
PUT = {"method": "PUT", "path": r"^/api/v2/tickets/\d+$"}
NOTES = {"method": "POST", "path": r"/notes$"}


@pytest.fixture
def adapter(desk):
    return desk.connect()


def writes(desk):
    return [(entry.method, entry.path.rsplit("/", 1)[-1]) for entry in desk.state.log.find() if entry.writes]


def test_one_put_and_one_note(desk, adapter):
    """Everything but the note is one request; a second look finds nothing to do."""
    ref = desk.open_ticket()
    wanted = Wanted(
        fields={Field.STATE: "breached", Field.RESOLUTION_DUE: desk.clock() + timedelta(hours=5)},
        tags=frozenset({"sla_excluded"}),
        our_tags=frozenset({"sla_excluded"}),
        priority="P1",
        group=str(desk.group.id),
        assignee=str(desk.agent.id),
        followers=frozenset({desk.agent.email, str(desk.us.id)}),
        notes=(NOTE,),
    )
    snapshot = adapter.fetch(ref)
    desk.reset_calls()
    written = adapter.apply(difference(ref, wanted, snapshot.shown, snapshot.version))
    assert writes(desk) == [("PUT", ref.ticket_id), ("POST", "notes")]
    assert (written.refused, written.note_keys, written.public) == ({}, (NOTE.key,), False)
    note = desk.ticket(ref).conversations[-1]
    assert (note.private, sorted(note.notified)) == (True, sorted([desk.agent.email, desk.us.email]))
    again = adapter.fetch(ref, snapshot.observations)
    rest = difference(ref, wanted, again.shown, again.version)
    assert (rest.fields, rest.notes, rest.priority, rest.add_tags) == ({}, (), None, frozenset())


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        pytest.param({"status": 429, "headers": {"Retry-After": "17"}}, RetryLaterError, 17, id="429"),
        pytest.param({"status": 500, "body": "<html>Oops</html>"}, RetryLaterError, None, id="500 as HTML"),
        pytest.param({"status": 400, "body": {"code": "invalid_json"}}, RefusedError, None, id="400 without a field"),
        pytest.param({"status": 200, "body": "<html>proxy</html>"}, RetryLaterError, None, id="a page for a success"),
    ],
)
def test_faults(desk, adapter, fault, error, wait):
    """Each answer that is no success is one of our errors; the write was sent once."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **PUT, **fault))
    desk.reset_calls()
    with pytest.raises(error) as caught:
        adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "breached"}))
    assert getattr(caught.value, "retry_after", None) == wait
    assert desk.calls().writes == 1


@pytest.mark.parametrize("fault", [{"kind": FaultKind.DROP}, {"kind": FaultKind.ANSWER, "status": 502}])
def test_a_note_whose_answer_was_lost_is_found_and_not_repeated(desk, adapter, fault):
    """The note was written and its answer lost: the next look finds it by its marker."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(**fault, **NOTES, after=True))
    with pytest.raises(RetryLaterError):
        adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))
    assert adapter.fetch(ref).shown.note_keys == {NOTE.key}
    assert len(desk.private_notes(ref)) == 1


def test_a_field_that_is_refused_does_not_cost_the_others(desk, adapter):
    """A choice that somebody removed: the rest is sent once more without it, and the refusal is told."""
    ref = desk.open_ticket()
    name = desk.settings["fields"]["sla_state"]["dropdown"]
    field = next(field for field in desk.state.ticket_fields.values() if field.name == name)
    field.choices.remove("Breached")
    written = adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "breached", Field.NEXT: "update"}))
    assert dict(written.fields) == {Field.NEXT: "update"}
    assert list(written.refused) == ["sla_state"]


def test_what_cannot_be_asked_for(desk, adapter):
    """Values without a choice, priorities nobody maps and ids that are none are refused without a call."""
    ref = desk.open_ticket()
    desk.reset_calls()
    update = TicketUpdate(ref=ref, fields={Field.STATE: "dreaming"}, priority="P9", group="Second line")
    assert set(adapter.apply(update).refused) == {"sla_state", "priority", "group"}
    assert desk.calls().writes == 0


def test_a_closed_ticket_is_written(desk, adapter):
    """Freshdesk takes updates of closed tickets, so fields can be cleared there."""
    ref = desk.open_ticket()
    desk.set_status(ref, Status.CLOSED)
    assert adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "met"})).refused == {}
    assert not adapter.fetch(ref).frozen


def test_tags_that_an_agent_adds_between_read_and_decision(desk, adapter):
    """A version that is not the one read here is read again before the whole list is sent back."""
    ref = desk.open_ticket()
    first = adapter.fetch(ref)
    desk.wait(timedelta(minutes=1))
    desk.add_tag(ref, "vip")
    adapter.fetch(ref)
    adapter.apply(TicketUpdate(ref=ref, version=first.version, add_tags=frozenset({"sla_excluded"})))
    assert desk.tags(ref) == {"vip", "sla_excluded"}


# -- notes, in answers that the stand-in does not give ---------------------------------------------------------------


@pytest.fixture
def mock():
    with responses.RequestsMock() as mock:
        yield mock


def test_a_public_note_is_an_alarm(mock):
    """A note that comes back public is deleted at once, reported, and never tried again."""
    mock.post(f"{URL}/notes", json={"id": 9, "private": False}, status=201)
    mock.delete(f"{HOST}/conversations/9", status=204)
    written = bare().apply(TicketUpdate(ref=REF, notes=(NOTE,)))
    assert (written.public, written.note_keys) == (True, (NOTE.key,))


def test_an_address_that_is_refused_does_not_cost_the_note(mock):
    """Sent again without the addresses; nothing else about the note changes."""
    refused = {"description": "Validation failed", "errors": [{"field": "notify_emails", "code": "invalid_value"}]}
    mock.post(f"{URL}/notes", json=refused, status=400)
    mock.post(f"{URL}/notes", json={"id": 9, "private": True}, status=201)
    update = TicketUpdate(ref=REF, notes=(NOTE,), add_followers=frozenset({"gone@x.example"}))
    assert bare().apply(update).note_keys == (NOTE.key,)
    assert b"notify_emails" not in mock.calls[1].request.body


def test_a_note_that_is_refused(mock):
    """What was written stands, and the refusal is told."""
    mock.put(URL, json=payload(priority=4))
    mock.post(f"{URL}/notes", json={"errors": [{"field": "body", "code": "invalid_value"}]}, status=400)
    written = bare().apply(TicketUpdate(ref=REF, priority="P1", notes=(NOTE,)))
    assert (written.note_keys, list(written.refused)) == ((), ["note"])


def test_followers_without_a_note_are_told_nothing(mock):
    """Watching costs a request each and cannot be read back, so people are told by the note."""
    mock.get(f"{HOST}/agents", json=[{"id": AGENT, "contact": {"email": "a@x.example"}}])
    written = bare().apply(TicketUpdate(ref=REF, add_followers=frozenset({str(AGENT)})))
    assert list(written.refused) == ["followers"]


# -- Freshdesk's own due dates ---------------------------------------------------------------------------------------

DUE = {"fr_due_by": "2026-11-21T15:00:00Z", "due_by": "2026-11-24T15:00:00Z"}


def test_due_dates_stay_alone_by_default(mock):
    """Off, they are never sent."""
    mock.put(URL, json=payload(custom_fields={"cf_due": None}))
    fields = {"sla_resolution_due": {"text": "cf_due"}}
    bare(fields=fields).apply(TicketUpdate(ref=REF, fields={Field.RESOLUTION_DUE: None}))
    assert b"due_by" not in mock.calls[0].request.body


@pytest.mark.parametrize(
    ("hours", "more", "sent"),
    [
        pytest.param(
            {Field.RESOLUTION_DUE: 30},
            DUE,
            {"fr_due_by": "2026-11-21T15:00:00Z", "due_by": "2026-11-21T21:00:00Z"},
            id="the other as stored",
        ),
        pytest.param(
            {Field.RESOLUTION_DUE: 30, Field.FIRST_RESPONSE_DUE: 2},
            DUE,
            {"fr_due_by": "2026-11-20T17:00:00Z", "due_by": "2026-11-21T21:00:00Z"},
            id="both",
        ),
        pytest.param({Field.RESOLUTION_DUE: 2}, DUE, {}, id="never out of order"),
        pytest.param({Field.RESOLUTION_DUE: 30}, {}, {}, id="never one alone"),
    ],
)
def test_due_dates_go_along(mock, hours, more, sent):
    """On, both travel with our fields, in order, and what we do not change stays."""
    fields = {name.value: {"text": f"cf_{name.value}"} for name in hours}
    body = payload(custom_fields={f"cf_{name.value}": None for name in hours}, **more)
    mock.get(URL, json=body)
    mock.put(URL, json=body)
    one = bare(fields=fields, native_due="on")
    one.apply(TicketUpdate(ref=REF, fields={name: at(hour * 60) for name, hour in hours.items()}))
    asked = json.loads(mock.calls[-1].request.body)
    assert {name: value for name, value in asked.items() if name.endswith("due_by")} == sent


def test_refused_due_dates_do_not_cost_the_fields(mock):
    """In a status whose timer is off they may be refused: the fields land all the same."""
    shown = {"cf_due": "2026-11-21 21:00 UTC (+00:00)"}
    mock.get(URL, json=payload(custom_fields={"cf_due": None}, **DUE))
    mock.put(URL, json={"errors": [{"field": "due_by", "code": "incompatible_field"}]}, status=400)
    mock.put(URL, json=payload(custom_fields=shown, **DUE))
    one = bare(fields={"sla_resolution_due": {"text": "cf_due"}}, native_due="on")
    written = one.apply(TicketUpdate(ref=REF, fields={Field.RESOLUTION_DUE: at(30 * 60)}))
    assert (dict(written.fields), dict(written.refused)) == ({Field.RESOLUTION_DUE: at(30 * 60)}, {})
    assert b'due_by"' not in mock.calls[-1].request.body
