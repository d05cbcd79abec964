"""An evaluation as a person reads it: the answer to "why is this due then?"."""

from collections.abc import Iterator
from datetime import datetime

from core.clocks import Clock
from core.evaluate import Evaluation
from core.explain import in_words, length


def answer(evaluation: Evaluation) -> str:
    """Return the text: what is due when, what is wrong, then why, step by step."""
    return "\n".join([*_head(evaluation), *_clocks(evaluation), *_problems(evaluation), *_why(evaluation), ""])


def _head(evaluation: Evaluation) -> Iterator[str]:
    ticket, standing = evaluation.ticket, evaluation.standing
    yield f"Ticket {ticket.id}: {evaluation.state.value.replace('_', ' ')}"
    yield f"  {evaluation.policy.form.title}, {standing.case}; judged at {in_words(evaluation.now)}"


def _clocks(evaluation: Evaluation) -> Iterator[str]:
    for clock in evaluation.current.values():
        name = clock.metric.value.replace("_", " ")
        yield f"  {name:<15} {clock.state.value:<10} {_due(clock, evaluation.now)}"


def _due(clock: Clock, now: datetime) -> str:
    local = clock.calendar.local
    if clock.cancelled_at is not None:
        return f"since {in_words(local(clock.cancelled_at))}"
    if clock.due_at is None:
        if clock.target.within.amount and clock.remaining_seconds is not None:
            return f"{length(clock.remaining_seconds)} left once it goes on"
        return f"no deadline ({clock.target.within})"
    due = f"due {in_words(local(clock.due_at))}"
    if clock.cycle.met_at is not None:
        return f"{due}, met {in_words(local(clock.cycle.met_at))}"
    return f"{due}{f', {length((now - clock.due_at).total_seconds())} ago' if now > clock.due_at else ''}"


def _problems(evaluation: Evaluation) -> Iterator[str]:
    for problem in evaluation.problems:
        yield f"  note: {problem}"


def _why(evaluation: Evaluation) -> Iterator[str]:
    about = clause = ""
    yield ""
    yield "Why"
    for step in evaluation.explanation:
        if step.about != about:
            about, clause = step.about, ""
            yield f"  {about}"
        said = f"  [{step.clause}]" if step.clause not in ("", clause) else ""
        clause = step.clause or clause
        yield f"  {'  ' if about else ''}- {step.text}{said}"
    if evaluation.next_wake_at is not None:
        zone = evaluation.clocks[0].calendar
        yield f"Next change without any event: {in_words(zone.local(evaluation.next_wake_at))}"
