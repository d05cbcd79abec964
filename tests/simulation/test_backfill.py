"""A backfill in batches: few calls, the right ticket for everybody, and no harm done wherever it is cut off."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.testing_batches import COUNT as FEW
from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.tickets_model import Ticket
from tests.simulation.stage import NAME, WAIT_SECONDS, Stage, wait_for
from tests.simulation.test_commands import opened_long_ago, run, set_state
from tests.simulation.truth import Truth
from webhooks.cli.backfill import backfill

COUNT = 12
HANGS = {"kind": FaultKind.SLOW, "seconds": 5.0}
HISTORY = {"path": r"/audits$"}
JOB = {"method": "PUT", "path": "/update_many$"}
POLL = {"path": "/job_statuses/"}
BODIES = {"path": "/tickets/show_many$"}

READ_BACK = [BODIES | {"kind": FaultKind.SLOW}, BODIES | HANGS]  # the first such call reads what is to be decided on
POINTS = [
    pytest.param([HISTORY | HANGS], id="while histories are read", marks=pytest.mark.long),
    pytest.param([JOB | HANGS], id="before the job is known", marks=pytest.mark.long),
    pytest.param([JOB | HANGS | {"after": True}], id="the job is done and its answer was not heard"),
    pytest.param([POLL | HANGS], id="while the job is asked after", marks=pytest.mark.long),
    pytest.param(READ_BACK, id="between the job and reading what it did"),
]


def our_updates(stage: Stage, ticket: Ticket) -> int:
    """Return how often we changed a ticket."""
    us = next(user.id for user in stage.state.users.values() if user.name == "SLA Sidecar")
    return sum(audit.author_id == us and bool(audit.events) for audit in stage.state.tickets[ticket.id].audits)


def test_calls(build):
    """A ticket costs its history and a hundredth of everything else; the summary says what it was."""
    stage = build()
    tickets = opened_long_ago(stage, COUNT)
    stage.state.log.clear()
    done = run(stage, backfill)
    calls = len(stage.state.log.find(path="^/(api|oauth)/"))
    assert len(stage.state.log.find(path=r"/audits$")) == COUNT
    assert calls <= COUNT + 10
    assert stage.state.log.find("PUT", r"/tickets/\d+$") == []
    assert f"{calls} calls, " in done.stdout
    assert Truth(stage).wrong() == []
    assert {our_updates(stage, ticket) for ticket in tickets} == {1}


def test_a_dry_run_reads_in_batches(build):
    """What only reads takes the same way: one call for all, and one history each."""
    stage = build()
    opened_long_ago(stage, COUNT)
    stage.state.log.clear()
    run(stage, backfill, "--dry-run")
    assert len(stage.state.log.find(path=r"/tickets/show_many$")) == 1
    assert stage.state.log.find("GET", r"/tickets/\d+$") == []


@pytest.mark.parametrize("dies_after", [0, 5])
def test_a_job_that_dies(build, dies_after):
    """What the job did not come to is written one by one, what it did is not written again."""
    stage = build()
    tickets = opened_long_ago(stage, COUNT)
    object.__setattr__(stage.state.switches, "job_dies_after", dies_after)
    run(stage, backfill)
    assert Truth(stage).wrong() == []
    assert {our_updates(stage, ticket) for ticket in tickets} == {1}
    assert len(stage.state.log.find("PUT", r"/tickets/\d+$")) == COUNT - dies_after


@pytest.mark.parametrize("fault", [JOB, POLL, BODIES])
def test_an_outage_in_the_middle(build, fault):
    """A platform that stumbles for a while: the looks are done again, and every ticket is right at the end."""
    stage = build()
    tickets = opened_long_ago(stage, FEW)
    stage.state.faults.add(ApiFault(FaultKind.ANSWER, **fault, status=502, times=4))
    run(stage, backfill)
    assert Truth(stage).wrong() == []
    assert {our_updates(stage, ticket) for ticket in tickets} == {1}


def test_somebody_works_meanwhile(build):
    """A ticket that changes while the batch is under way is decided again; the others are done with it."""
    stage = build()
    tickets = opened_long_ago(stage, COUNT)
    stage.state.faults.add(ApiFault(**JOB, **{**HANGS, "seconds": 2.0}))
    working = stage.start("backfill", NAME)
    wait_for(lambda: not stage.state.faults.waiting(), "the job to be on its way")
    stage.clock.move_to(stage.clock() + timedelta(seconds=1))
    set_state(stage, tickets[3], "_met")
    stage.state.set_priority(stage.state.tickets[tickets[4].id], "low", stage.agent)
    assert working.wait(WAIT_SECONDS) == 0
    assert Truth(stage).wrong() == []


@pytest.mark.parametrize("faults", POINTS)
def test_killed_in_a_batch(build, faults):
    """Killed at any step of a batch and run again: every ticket is right, and nothing was written twice."""
    killed_and_run_again(build(), faults)


@pytest.mark.long
@pytest.mark.postgres
def test_killed_in_a_batch_on_postgresql(build, postgres):
    """The same with a database that other workers share: the dead one's looks are taken over."""
    killed_and_run_again(build(str(postgres.create())), READ_BACK)


def killed_and_run_again(stage: Stage, faults: list[dict[str, Any]]) -> None:
    tickets = opened_long_ago(stage, COUNT)
    for fault in faults:
        stage.state.faults.add(ApiFault(**fault))
    working = stage.start("backfill", NAME)
    wait_for(lambda: not stage.state.faults.waiting(), "the backfill to come to where it is killed")
    stage.kill(working)
    again = stage.start("backfill", NAME)
    assert again.wait(WAIT_SECONDS) == 0
    assert Truth(stage).wrong() == []
    assert {our_updates(stage, ticket) for ticket in tickets} == {1}
