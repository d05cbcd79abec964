"""Writing at the stand-in: every fault that it can play ends in the right result, and nothing is written twice."""

from datetime import timedelta

import pytest

from adapters.services import MemoryBudget, Services
from adapters.zendesk import ADAPTER
from core.errors import ConflictError, FrozenError, RefusedError, RetryLaterError
from core.ticket import Status
from core.update import Field, Note, TicketUpdate
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk import comments
from tests.adapters.doubles import Time

NOTE = Note("first_response/1/csm", "First response is late.")
PUT = {"method": "PUT", "path": r"^/api/v2/tickets/\d+$"}


@pytest.fixture
def adapter(desk):
    return desk.connect()


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        pytest.param({"status": 429, "headers": {"Retry-After": "17"}}, RetryLaterError, 17, id="429"),
        pytest.param(
            {"status": 429, "body": "Number of allowed API requests exceeded"}, RetryLaterError, 60, id="429 text"
        ),
        pytest.param({"status": 500, "body": "<html>Oops</html>"}, RetryLaterError, None, id="500 as HTML"),
        pytest.param({"status": 503, "headers": {"Retry-After": "9"}}, RetryLaterError, 9, id="503"),
        pytest.param(
            {"status": 409, "body": {"error": "UpdateConflict"}}, ConflictError, None, id="409 of a safe update"
        ),
        pytest.param(
            {"status": 409, "body": {"error": "DatabaseConflict"}}, RetryLaterError, 1, id="409 of the database"
        ),
        pytest.param({"status": 400, "body": {"error": {"title": "Invalid attribute"}}}, RefusedError, None, id="400"),
        pytest.param({"status": 403, "body": {"error": "Forbidden"}}, RefusedError, None, id="403"),
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
    """The write was done and its answer lost: the next look finds the note by its marker."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(**fault, **PUT, after=True))
    with pytest.raises(RetryLaterError):
        adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))
    assert adapter.fetch(ref).shown.note_keys == {NOTE.key}
    assert len(desk.private_notes(ref)) == 1


def test_a_marker_alone_is_enough(desk, adapter):
    """Should an account lose the metadata, the visible line in the note tells."""
    ref = desk.open_ticket()
    adapter.apply(TicketUpdate(ref=ref, notes=(NOTE, Note("update/2/x", "Update is late."))))
    for audit in desk.ticket(ref).audits:
        audit.custom.clear()
    assert adapter.fetch(ref).shown.note_keys == {NOTE.key, "update/2/x"}


def test_a_customer_cannot_forge_a_marker(desk, adapter):
    """A marker in a public text is just text: the note is still due."""
    ref = desk.open_ticket()
    desk.state.reply(desk.ticket(ref), desk.customer, f"[sla-sidecar: {NOTE.key}]")
    assert adapter.fetch(ref).shown.note_keys == frozenset()


def test_closed_meanwhile(desk, adapter):
    """A ticket that was closed between look and write takes nothing more, notes included."""
    ref = desk.open_ticket()
    desk.set_status(ref, Status.CLOSED)
    with pytest.raises(FrozenError):
        adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))


def test_a_ticket_full_of_comments_still_takes_fields(desk, adapter):
    """The 5,001st comment is refused: the fields are written, and the note is reported as refused."""
    object.__setattr__(desk.state.switches, "max_comments", 1)
    ref = desk.open_ticket()
    written = adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "breached"}, notes=(NOTE,)))
    assert (dict(written.fields), set(written.refused), written.note_keys) == (
        {Field.STATE: "breached"},
        {"note"},
        (),
    )
    with pytest.raises(RefusedError):
        adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))


@pytest.fixture
def careless(monkeypatch):
    """A platform that shows every comment to the customer, whatever was asked."""
    honest = comments.to_comment

    def public(store, ticket, given, actor, **more):
        given.public = True
        return honest(store, ticket, given, actor, **more)

    monkeypatch.setattr("sandbox.zendesk.lifecycle.to_comment", public)


def test_a_note_that_comes_out_public_is_made_private_at_once(desk, adapter, careless):
    """If the platform ever shows our note to the customer, it is hidden in the same breath and reported."""
    ref = desk.open_ticket()
    written = adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))
    assert written.public
    assert len(desk.public_texts(ref)) == 1
    assert len(desk.state.log.find("PUT", "/make_private$")) == 1


def test_the_alarm_is_raised_also_when_hiding_fails(desk, adapter, careless, caplog):
    """What was written is known either way, and an admin is told to hide it by hand."""
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, path="/make_private$", status=500))
    written = adapter.apply(TicketUpdate(ref=ref, notes=(NOTE,)))
    assert (written.public, written.note_keys) == (True, (NOTE.key,))
    assert "by hand" in caplog.text


def test_a_slow_platform(desk, adapter, monkeypatch):
    """A write without an answer in time is neither done nor refused: the engine looks again."""
    monkeypatch.setattr("adapters.http.READ_SECONDS", 0.2)
    ref = desk.open_ticket()
    desk.state.faults.add(ApiFault(FaultKind.SLOW, **PUT, seconds=1.0))
    with pytest.raises(RetryLaterError, match="ReadTimeout"):
        adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "breached"}))


def test_a_value_that_zendesk_drops_is_reported(desk, adapter):
    """An option that an admin deleted is dropped without an error: the answer is compared, and it says so."""
    ref = desk.open_ticket()
    field = next(field for field in desk.state.ticket_fields.values() if field.title == "SLA state")
    field.options[:] = [option for option in field.options if option["name"] != "Breached"]
    written = adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "breached", Field.TIER: 2}))
    assert (dict(written.fields), set(written.refused)) == ({Field.TIER: 2}, {"sla_state"})


def test_escalation_to_group_assignee_followers_and_priority(desk, adapter):
    """All of it goes in one request, and the next look shows it."""
    ref = desk.open_ticket(priority="P3")
    snapshot = adapter.fetch(ref)
    desk.reset_calls()
    written = adapter.apply(
        TicketUpdate(
            ref=ref,
            version=snapshot.version,
            priority="P1",
            group=str(desk.group.id),
            assignee=str(desk.agent.id),
            add_followers=frozenset({desk.agent.email}),
            notes=(NOTE,),
        )
    )
    assert (dict(written.refused), desk.calls().writes) == ({}, 1)
    shown = adapter.fetch(ref).shown
    assert (shown.priority, shown.group, shown.assignee) == ("P1", str(desk.group.id), str(desk.agent.id))
    assert {desk.agent.email, str(desk.agent.id)} <= shown.followers


def test_twenty_updates_of_one_ticket_in_ten_minutes(desk):
    """Zendesk refuses the 31st: we stop at twenty, for this ticket only, until the oldest is ten minutes old."""
    desk.connect()
    time = Time()
    services = Services(budget=MemoryBudget(time.monotonic), now=desk.clock, sleep=time.sleep)
    adapter = ADAPTER.create("acme", ADAPTER.settings.model_validate(desk.settings), desk.secrets, services)
    ref, other = desk.open_ticket(), desk.open_ticket()
    for number in range(20):
        state = "breached" if number % 2 else "at_risk"
        adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: state}))
    with pytest.raises(RetryLaterError) as caught:
        adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "met"}))
    assert caught.value.retry_after == pytest.approx(600, abs=1)
    adapter.apply(TicketUpdate(ref=other, fields={Field.STATE: "met"}))
    time.now += timedelta(minutes=10, seconds=1)
    adapter.apply(TicketUpdate(ref=ref, fields={Field.STATE: "met"}))


def test_tags_are_asked_for_when_another_process_read_the_ticket(desk, adapter):
    """A worker that applies what another one decided reads the tags first, and the guard still holds."""
    ref = desk.open_ticket()
    desk.add_tag(ref, "vip")
    version = adapter.fetch(ref).version
    worker = desk.adapter()
    worker.apply(TicketUpdate(ref=ref, version=version, add_tags=frozenset({"sla_x"})))
    assert {"vip", "sla_x"} <= desk.tags(ref)
