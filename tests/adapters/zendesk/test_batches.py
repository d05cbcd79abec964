"""Updates as one job at the stand-in: whatever becomes of the job, each ticket's outcome is the right one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.services import MemoryBudget, Services
from adapters.zendesk import ADAPTER
from adapters.zendesk.jobs import LONGEST_SECONDS
from core.errors import RefusedError, RetryLaterError
from core.update import Field, Note, TicketUpdate
from sandbox.common.faults import ApiFault, FaultKind
from tests.adapters.doubles import Time

COUNT = 6
JOB = {"method": "PUT", "path": "/tickets/update_many$"}
POLL = {"method": "GET", "path": "/job_statuses/show_many$"}
READ_BACK = {"method": "GET", "path": "/tickets/show_many$"}


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def adapter(desk, time):
    desk.connect()
    services = Services(budget=MemoryBudget(time.monotonic), now=desk.clock, sleep=time.sleep)
    return ADAPTER.create("acme", ADAPTER.settings.model_validate(desk.settings), desk.secrets, services)


@pytest.fixture
def updates(desk, adapter):
    """One update for each of some tickets, as decided on what was read."""
    refs = [desk.open_ticket() for _ in range(COUNT)]
    read = {ref: rest(None) for ref, rest in adapter.fetch_many(refs).items()}
    desk.reset_calls()
    return [TicketUpdate(ref=ref, version=read[ref].version, fields={Field.STATE: "breached"}) for ref in refs]


def switch(desk, **switches):
    for name, value in switches.items():
        object.__setattr__(desk.state.switches, name, value)


def states(desk, updates):
    field = next(field for field in desk.state.ticket_fields.values() if field.title == "SLA state")
    return [desk.ticket(update.ref).custom.get(field.id) for update in updates]


def test_one_job_and_what_it_costs(desk, adapter, updates):
    """Start, one question, and one answer with all tickets: three calls, however many tickets there are."""
    came_of = adapter.apply_many(updates)
    assert {dict(each.fields)[Field.STATE] for each in came_of.values()} == {"breached"}
    assert len(came_of) == COUNT
    assert (desk.calls().reads, desk.calls().writes) == (2, 1)


def test_every_line_is_guarded(desk, adapter, updates):
    """Each line says what version it was decided on, or Zendesk would take the instant at which the job was queued."""
    adapter.apply_many(updates)
    (request,) = desk.state.log.find("PUT", "/update_many$")
    guards = [(line["safe_update"], line["updated_stamp"]) for line in request.body["tickets"]]
    assert guards == [(True, update.version) for update in updates]


def test_a_few_are_not_worth_a_job(desk, adapter, updates):
    """A job costs three calls: three tickets go alone."""
    assert adapter.apply_many(updates[:3]) == {}
    assert desk.calls().writes == 0


def test_notes_and_updates_without_a_version_go_alone(adapter, updates):
    """Only the answer to a PUT tells whether a note is private, and a line without a version cannot be guarded."""
    note = Note("first_response/1/csm", "First response is late.")
    updates[0] = replace(updates[0], notes=(note,))
    updates[1] = replace(updates[1], version=None)
    assert set(adapter.apply_many(updates)) == {update.ref for update in updates[2:]}


def test_a_slow_job_is_waited_for(desk, adapter, updates, time):
    """The questions come further and further apart until the job has ended."""
    switch(desk, job_questions=4)
    assert len(adapter.apply_many(updates)) == COUNT
    assert time.slept == [1.0, 2.0, 3.0, 5.0]


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        pytest.param({"status": 429, "headers": {"Retry-After": "17"}}, [1.0, 17.0], id="429 in polling"),
        pytest.param({"status": 503}, [1.0, 0.3], id="a stumble is asked again by the client"),
        pytest.param({"status": 503, "times": 3}, [1.0, 0.3, 1.0, 2.0], id="three stumbles"),
    ],
)
def test_a_question_that_fails_ends_nothing(desk, adapter, updates, time, fault, slept):
    """The job goes on whether or not we may ask about it: it is asked after again."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **POLL, **fault))
    assert len(adapter.apply_many(updates)) == COUNT
    assert time.slept == slept


def test_a_job_that_never_ends(desk, adapter, updates, time):
    """After its time nobody waits any more, and what it did is not known."""
    switch(desk, job_questions=1000)
    with pytest.raises(RetryLaterError, match="has not ended in time"):
        adapter.apply_many(updates)
    assert sum(time.slept) <= LONGEST_SECONDS


def test_a_job_that_vanishes(desk, adapter, updates):
    """A job that is not among the jobs any more may have done anything."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **POLL, status=200, body={"job_statuses": [], "count": 0}))
    with pytest.raises(RetryLaterError, match="can no longer be seen"):
        adapter.apply_many(updates)


def test_a_job_that_is_killed_half_way(desk, adapter, updates):
    """What it had done counts; the rest was not done, and goes alone."""
    switch(desk, job_dies_after=2)
    came_of = adapter.apply_many(updates)
    assert set(came_of) == {update.ref for update in updates[:2]}
    assert [bool(state) for state in states(desk, updates)] == [True, True, False, False, False, False]


@pytest.mark.parametrize("fault", [JOB, READ_BACK])
@pytest.mark.parametrize("how", [{"kind": FaultKind.DROP}, {"kind": FaultKind.ANSWER, "status": 502}])
def test_an_answer_that_is_lost(desk, adapter, updates, fault, how):
    """The job ran and nobody heard of it: deciding again finds everything written, and nothing is left to do."""
    desk.state.faults.add(ApiFault(**how, **fault, after=True, times=3))
    with pytest.raises(RetryLaterError):
        adapter.apply_many(updates)
    desk.state.faults.clear()
    assert len(set(states(desk, updates))) == 1
    for rest in adapter.fetch_many([update.ref for update in updates]).values():
        assert rest(None).shown.fields[Field.STATE] == "breached"


def test_a_late_job_overwrites_nothing_newer(desk, adapter, updates):
    """The job begins after another look has written: its line is refused, and what is newer stands."""
    switch(desk, job_questions=1000)
    with pytest.raises(RetryLaterError):
        adapter.apply_many(updates)
    desk.wait(timedelta(minutes=1))
    adapter.apply(replace(updates[0], version=None, fields={Field.STATE: "met"}))
    (job,) = desk.state.jobs.values()
    job.questions_left = 0
    with desk.state.lock:
        job.go_on()
    assert [line["success"] for line in job.results] == [False] + [True] * (COUNT - 1)
    assert adapter.fetch(updates[0].ref).shown.fields[Field.STATE] == "met"


def test_too_many_jobs(desk, adapter, updates):
    """Zendesk takes 30 unfinished jobs; the next one is put off, and nothing was done."""
    switch(desk, job_questions=1000)
    for _ in range(30):
        with pytest.raises(RetryLaterError):
            adapter.apply_many(updates)
    with pytest.raises(RetryLaterError) as caught:
        adapter.apply_many(updates)
    assert caught.value.status == 429


def test_a_refused_job(desk, adapter, updates):
    """A job that was refused as a whole did nothing."""
    desk.state.faults.add(ApiFault(FaultKind.ANSWER, **JOB, status=400, body={"error": "TooManyValues"}))
    with pytest.raises(RefusedError):
        adapter.apply_many(updates)
    assert set(states(desk, updates)) == {None}


def test_a_value_that_zendesk_drops_is_reported(desk, adapter, updates):
    """What a job took is read from the tickets: an option that is gone was dropped without a word."""
    field = next(field for field in desk.state.ticket_fields.values() if field.title == "SLA state")
    field.options[:] = [option for option in field.options if option["name"] != "Breached"]
    assert {tuple(each.refused) for each in adapter.apply_many(updates).values()} == {("sla_state",)}


def test_a_line_that_is_refused_for_another_reason_goes_alone(desk, adapter, updates):
    """The ticket is as it was and open: only a PUT of its own can tell why."""
    updates[2] = replace(updates[2], fields={}, assignee="999999")
    assert updates[2].ref not in adapter.apply_many(updates)
    with pytest.raises(RefusedError):
        adapter.apply(updates[2])


def test_a_ticket_that_went_on_while_it_waited_is_read_again(desk, adapter):
    """Between the batch and its history a ticket changed: state and version are those of the history."""
    refs = [desk.open_ticket(priority="P3") for _ in range(3)]
    begun = adapter.fetch_many(refs)
    desk.wait(timedelta(minutes=1))
    desk.set_priority(refs[1], "P1")
    read = {ref: rest(None) for ref, rest in begun.items()}
    assert read[refs[1]].shown.priority == "P1"
    assert read[refs[1]].version == adapter.fetch(refs[1]).version
