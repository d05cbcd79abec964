"""What should stand on a ticket after an evaluation. Pure; ``core.update.difference`` takes off what stands there."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.clocks import Clock
from core.evaluate import Evaluation
from core.explain import in_words
from core.ticket import Metric
from core.update import Field, FieldValue, Note, Wanted
from webhooks.settings import RoleSettings
from webhooks.store.memory import EffectState

NOT_COVERED, EXCLUDED = "sla_not_covered", "sla_excluded"
OUR_TAGS = frozenset({NOT_COVERED, EXCLUDED})


def wanted(evaluation: Evaluation, states: Mapping[str, EffectState], roles: Mapping[str, RoleSettings]) -> Wanted:
    """Return what should stand on the ticket.

    Args:
        evaluation: the decision.
        states: what became of each escalation; one that is INTENDED takes effect now.
        roles: the people and groups of the policy's roles, as the connection names them.
    """
    now = [each for each in evaluation.escalations if states.get(each.key) is EffectState.INTENDED]
    called = [roles[role] for each in now if (role := each.level.role) is not None and role in roles]
    tags = {NOT_COVERED} if evaluation.refusal else {EXCLUDED} if evaluation.suspension.exclusion else set()
    return Wanted(
        fields=fields(evaluation),
        tags=frozenset(tags),
        our_tags=OUR_TAGS,
        group=_last(role.group for role in called),
        assignee=_last(role.assignee for role in called),
        followers=frozenset(person for role in called for person in role.followers),
        notes=tuple(Note(each.key, _text(each.key, evaluation)) for each in now),
    )


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


def _text(key: str, evaluation: Evaluation) -> str:
    """Return an escalation's note: our words alone, with the deadline and the clause it comes from."""
    reached = next(each for each in evaluation.escalations if each.key == key)
    clock = evaluation.current[Metric(key.partition("/")[0])]
    level = reached.level
    who = level.role.replace("_", " ") if level.role else "nobody in particular"
    lines = [
        f"SLA escalation, step {level.number}: {who}",
        f"{clock.metric.value.replace('_', ' ')}: {clock.target.within}",
    ]
    if clock.due_at is not None:
        lines.append(f"due {in_words(clock.calendar.local(clock.due_at))}")
    lines.append(f"reached {in_words(clock.calendar.local(reached.reached_at))}")
    if level.raise_tier is not None:
        lines.append(f"the ticket rises to tier {level.raise_tier}")
    return "\n".join([*lines, f"Source: {level.clause}"])
