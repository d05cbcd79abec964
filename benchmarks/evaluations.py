"""Whole evaluations, and apart from them the writing of the result as a mapping with its explanation."""

from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.rounds import Case
from benchmarks.tickets import LENGTHS, gold_policy, ticket_of
from core.evaluate import Evaluation, evaluate

EVALUATE, TO_MAPPING = "evaluate", "to_mapping"


def cases() -> list[Case]:
    """Return an evaluation and a writing of its result for each length of ticket."""
    policy = gold_policy()
    cases = []
    for length in LENGTHS:
        ticket, now = ticket_of(length)
        cases.append(Case((EVALUATE, f"{length} events", ""), partial(evaluate, ticket, policy, now)))
        written = partial(_written, evaluate(ticket, policy, now))
        cases.append(Case((TO_MAPPING, f"{length} events", ""), written))
    return cases


def _written(evaluation: Evaluation) -> dict[str, Any]:
    """Write a copy: an evaluation remembers its explanation, and the first writing is what a look pays for."""
    return replace(evaluation).to_mapping()
