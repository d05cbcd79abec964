"""What should stand on a ticket after an evaluation. Pure; ``core.update.difference`` takes off what stands there."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime

from core.clocks import Clock
from core.evaluate import Evaluation
from core.ticket import Metric
from core.update import Field, FieldValue, Note, Wanted
from webhooks.effects.plan import TURN_BACK, people_of, turning_back
from webhooks.effects.steps import steps
from webhooks.effects.words import note_text, turn_back_text
from webhooks.notify_settings import RoleSettings
from webhooks.store.memory import Effect, EffectState

NOT_COVERED, EXCLUDED = "sla_not_covered", "sla_excluded"
OUR_TAGS = frozenset({NOT_COVERED, EXCLUDED})


def wanted(
    evaluation: Evaluation,
    states: Mapping[str, EffectState],
    roles: Mapping[str, RoleSettings],
    reply: Effect | None = None,
) -> Wanted:
    """Return what should stand on the ticket.

    Args:
        evaluation: the decision.
        states: what became of each escalation and of turning back; one that is INTENDED takes effect now.
        roles: the people and groups of the policy's roles, as the connection names them.
        reply: what became of the public reply to somebody who is turned back; None where none is sent.
    """
    tags = {NOT_COVERED} if evaluation.refusal else {EXCLUDED} if evaluation.suspension.exclusion else set()
    return Wanted(
        fields=fields(evaluation),
        tags=frozenset(tags),
        our_tags=OUR_TAGS,
        notes=tuple(_notes(evaluation, states, roles, reply)),
    )


def routed(wish: Wanted, evaluation: Evaluation, keys: Set[str], roles: Mapping[str, RoleSettings]) -> Wanted:
    """Return what is wanted with what some levels do to people and tags; where several differ the latest holds.

    Args:
        wish: what is wanted anyway.
        keys: the levels whose ROUTE action is to be done.
    """
    called = [people_of(step, roles) for step in steps(evaluation) if step.key in keys]
    return replace(
        wish,
        tags=wish.tags | {people.tag for people in called if people.tag},
        priority=_last(people.priority for people in called),
        group=_last(people.group for people in called),
        assignee=_last(people.assignee for people in called),
        followers=frozenset(person for people in called for person in people.followers),
    )


def _notes(
    evaluation: Evaluation,
    states: Mapping[str, EffectState],
    roles: Mapping[str, RoleSettings],
    reply: Effect | None,
) -> Iterator[Note]:
    for step in steps(evaluation):
        if states.get(step.key) is EffectState.INTENDED:
            reaches = people_of(step, roles).reaches_somebody
            yield Note(step.key, note_text(step, evaluation.now, reaches_somebody=reaches))
    rule = turning_back(evaluation)
    if rule is not None and states.get(TURN_BACK) is EffectState.INTENDED:
        yield Note(TURN_BACK, turn_back_text(rule, reply))


def fields(evaluation: Evaluation) -> dict[Field, FieldValue]:
    """Return the fields that agents see. A clock that is finished is owed no more, so its deadline is empty."""
    owed = next_obligation(evaluation)
    current = evaluation.current
    return {
        Field.STATE: evaluation.state.value,
        Field.TIER: evaluation.standing.case.tier,
        Field.PLAN: evaluation.standing.case.plan,
        Field.NEXT: owed.metric.value if owed else None,
        Field.NEXT_DUE: owed.due_at if owed else None,
        Field.FIRST_RESPONSE_DUE: _due(current.get(Metric.FIRST_RESPONSE)),
        Field.RESOLUTION_DUE: _due(current.get(Metric.RESOLUTION)),
    }


def next_obligation(evaluation: Evaluation) -> Clock | None:
    """Return the unfinished clock that is due first, breached ones included; None if nothing is due."""
    owed = [(due, each.metric, each) for each in evaluation.current.values() if (due := _due(each)) is not None]
    return min(owed, key=lambda each: each[:2])[2] if owed else None


def _due(clock: Clock | None) -> datetime | None:
    return None if clock is None or clock.is_finished else clock.due_at


def _last(values: Iterable[str | None]) -> str | None:
    """Return the last value given: of several levels reached at once the highest decides."""
    return next((value for value in reversed(list(values)) if value), None)
