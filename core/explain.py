"""Why a ticket is due when it is: one step a line, each with its instants, calendar, rule and clause.

Written for a support manager. Instants are in the calendar's own zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.clocks import Clock, Pause, State, Terms
from core.policy import Level
from core.ticket import Metric

if TYPE_CHECKING:
    from core.evaluate import Evaluation

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED_HOLIDAYS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``clause`` is the place in the vendor's document, or "" where the rule is ours."""

    at: datetime
    text: str
    clause: str = ""


def explain(evaluation: "Evaluation") -> tuple[Step, ...]:
    """Return every step of the decision: the ticket first, then each clock, then the ladders."""
    steps = list(_ticket(evaluation))
    for clock in evaluation.clocks:
        steps += _clock(clock, evaluation)
    steps += [
        Step(
            each.reached_at,
            f"{each.key} reached{_consequence(each.level)}",
            each.level.clause,
        )
        for each in evaluation.escalations
    ]
    return tuple(steps)


def _consequence(level: Level) -> str:
    told = f": {level.role.replace('_', ' ')}" if level.role else ""
    return told + (f"; the ticket rises to tier {level.raise_tier}" if level.raise_tier else "")


def _ticket(evaluation: "Evaluation") -> Iterator[Step]:
    standing, policy = evaluation.standing, evaluation.policy
    words = [f"Ticket {evaluation.ticket.id} under {policy.form.title}: {standing.case}"]
    words += [f" because {each.key} raised it" for each in evaluation.raises]
    yield Step(evaluation.ticket.created_at, "".join(words), _tier_clause(evaluation))
    refusal = evaluation.refusal
    if refusal is not None:
        cancelled = [each.cancelled_at for each in evaluation.clocks if each.cancelled_at]
        since = min(cancelled, default=evaluation.ticket.created_at)
        yield Step(since, f"Not covered: {refusal.because}", refusal.clause)
    for rule in policy.exclusions:
        if rule.name == evaluation.suspension.exclusion:
            yield Step(evaluation.now, f"Excluded: {rule.because} ({rule.when})", rule.clause)


def _tier_clause(evaluation: "Evaluation") -> str:
    facts = evaluation.standing.facts
    return next((rule.clause for rule in evaluation.policy.tier_rules if rule.when.holds(facts)), "")


def _clock(clock: Clock, evaluation: "Evaluation") -> Iterator[Step]:
    """Yield the steps of one cycle in order of time as the decision goes: start, changes, pauses, outcome."""
    name = f"{clock.metric.value} {clock.cycle.number}" if clock.cycle.number > 1 else clock.metric.value
    start = clock.cycle.started_at
    first = clock.segments[0].terms
    if first is not None:
        began = f"{name} starts {_when(clock, start)} ({_started(clock)})"
        yield Step(start, f"{began}: {_terms(first)} ({first.calendar.timezone})", first.target.clause)
    for segment in clock.segments[1:]:
        if segment.manual is not None:
            by = f" by {segment.manual.by}" if segment.manual.by else ""
            reason = f": {segment.manual.reason}" if segment.manual.reason else ""
            due = _when(clock, segment.manual.due_at)
            yield Step(segment.since, f"{name}: deadline set by hand{by} to {due}{reason}")
        elif segment.terms is None:
            yield Step(segment.since, f"{name}: {segment.because}; no target holds any more")
        else:
            terms = segment.terms
            text = f"{name}: {segment.because}; now {_terms(terms)}, counted from {_when(clock, terms.counted_from)}"
            yield Step(segment.since, text, terms.target.clause)
    yield _base(name, clock)
    for pause in clock.pauses:
        yield _pause(name, pause, clock)
    yield _outcome(name, clock, evaluation.now)


def _terms(terms: Terms) -> str:
    return f"{terms.target.within} by the calendar {terms.calendar.name}"


def _base(name: str, clock: Clock) -> Step:
    """Return the step that counts the target out, before any pause."""
    terms, within = clock.terms, clock.target.within
    if clock.base is None:
        return Step(clock.cycle.started_at, f"{name}: `{within}` sets no deadline", clock.target.clause)
    counted = f"{name}: {within} from {_when(clock, terms.counted_from)} end {_when(clock, clock.base)}"
    return Step(clock.base, counted + _closed(clock), clock.target.clause)


def _pause(name: str, pause: Pause, clock: Clock) -> Step:
    """Return the step of one pause: from when to when, what it cost, how it moved the deadline."""
    lasts = f"to {_when(clock, pause.end)}" if pause.end else "and lasts"
    cost = f"{length(pause.seconds)} of {'elapsed' if clock.target.within.is_clock else 'open'} time"
    text = f"{name} paused ({pause.why}) from {_when(clock, pause.begin)} {lasts}: {cost}"
    if pause.due_before and pause.due_after:
        text += f"; due moves from {_when(clock, pause.due_before)} to {_when(clock, pause.due_after)}"
    return Step(pause.begin, text + (" (instants only observed)" if pause.observed else ""))


def _started(clock: Clock) -> str:
    if clock.metric is Metric.NEXT_RESPONSE:
        return "a reply by the requester"
    if clock.cycle.number > 1:
        return "a public reply or reopening"
    return "creation"


def _closed(clock: Clock) -> str:
    """Return the holidays that lay in the way, by name."""
    if clock.base is None or clock.target.within.is_clock:
        return ""
    first, last = clock.calendar.local(clock.terms.counted_from).date(), clock.calendar.local(clock.base).date()
    days = clock.calendar.holidays_between(first, last)
    if not days:
        return ""
    named = ", ".join(f"{name} on {day.day} {_MONTHS[day.month - 1]}" for day, name in days[:_NAMED_HOLIDAYS])
    more = f" and {len(days) - _NAMED_HOLIDAYS} more" if len(days) > _NAMED_HOLIDAYS else ""
    return f"; closed for {named}{more}"


def _outcome(name: str, clock: Clock, now: datetime) -> Step:
    due = f"due {_when(clock, clock.due_at)}" if clock.due_at else "without a deadline"
    left = clock.remaining_seconds
    met, ended = clock.cycle.met_at, clock.cancelled_at
    match clock.state:
        case State.MET | State.MISSED if met is not None:
            late = f", {length(-left)} late" if clock.state is State.MISSED and left is not None else ""
            early = f", {length(left)} to spare" if clock.state is State.MET and left is not None else ""
            return Step(met, f"{name} {clock.state.value} {_when(clock, met)}, {due}{late}{early}", clock.target.clause)
        case State.BREACHED if clock.breached_at is not None and left is not None:
            text = f"{name} breached {_when(clock, clock.breached_at)}: {due}, {length(-left)} ago"
            return Step(clock.breached_at, text, clock.target.clause)
        case State.CANCELLED if ended is not None:
            return Step(ended, f"{name} cancelled {_when(clock, ended)}", clock.target.clause)
        case State.PAUSED:
            text = "without a deadline" if left is None else f"{length(left)} left once it goes on"
            return Step(now, f"{name} is paused: {text}", clock.target.clause)
        case _:
            text = f", {length(left)} left" if left is not None else ""
            return Step(now, f"{name} is running, {due}{text}", clock.target.clause)


def _when(clock: Clock, at: datetime | None) -> str:
    """Return an instant as people in the calendar's zone say it."""
    if at is None:
        return "-"
    local = clock.calendar.local(at)
    seconds = f":{local.second:02}" if local.second else ""
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day} {local.hour:02}:{local.minute:02}{seconds} {local.tzname()}"


def length(seconds: float) -> str:
    """Return an amount of time as people say it: ``2 d 3 h 5 min``; days are 24 hours of the clock's kind of time."""
    whole = int(abs(seconds))
    parts = [(whole // 86400, "d"), (whole % 86400 // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s")]
    text = " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
    return ("-" if seconds < 0 and text else "") + (text or "0 s")
