"""A month at a support desk in which everything goes wrong, and at its end all is as it has to be."""

import pytest

from tests.simulation.month import month
from tests.simulation.play import FAIR_WEATHER, Luck, play
from tests.simulation.stage import Stage
from tests.simulation.truth import Truth
from webhooks.store.looks import State

BAD_LUCK = Luck(deliveries=0.3, outages=6, drops=10, kills=4)
WORST_LUCK = Luck(deliveries=0.4, outages=12, drops=40, kills=20)
FEW, MANY = 30, 2_000


def require_truth(stage: Stage) -> None:
    assert stage.store.listings.looks(state=State.PARKED) == []
    assert Truth(stage).wrong() == []


def test_a_month_of_faults(build):
    """Whatever goes wrong meanwhile, every ticket ends with the fields of a fresh evaluation, and every escalation
    that was reached was done once, none twice, none that was not."""
    stage = build()
    play(stage, month(FEW, seed=5), BAD_LUCK, seed=5)
    require_truth(stage)


@pytest.mark.postgres
def test_a_month_of_faults_with_two_workers(build, postgres):
    """The same holds where two processes on PostgreSQL share the work and die in turn."""
    stage = build(postgres.create())
    play(stage, month(FEW, seed=6), BAD_LUCK, seed=6, workers=1)
    require_truth(stage)


def test_a_month_without_any_webhook(build):
    """The change feed alone ends in the same fields as webhooks do."""
    told, silent = build(), build(deliveries=False)
    for stage in (told, silent):
        play(stage, month(FEW // 2, seed=7), FAIR_WEATHER, seed=7)
        require_truth(stage)
    assert told.shown() == silent.shown()


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_month_of_many_tickets(build):
    """A month of 2,000 tickets."""
    stage = build()
    play(stage, month(MANY, seed=8), WORST_LUCK, seed=8)
    require_truth(stage)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.timeout(7200)
def test_a_month_of_many_tickets_with_two_workers(build, postgres):
    """A month of 2,000 tickets on PostgreSQL."""
    stage = build(postgres.create())
    play(stage, month(MANY, seed=9), WORST_LUCK, seed=9, workers=1)
    require_truth(stage)
