"""Why a ticket is due when it is: one step a line, each with its instants, calendar, rule and clause.

Written for a support manager. Instants are in the calendar's own zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.clocks import Clock, Pause, Segment, State, Terms
from core.policy import Level, Policy
from core.ticket import Metric

if TYPE_CHECKING:
    from core.evaluate import Evaluation

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED_HOLIDAYS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        at: the instant that it is about.
        about: the clock, as ``update 3``; empty for the ticket as a whole.
        text: what happened, to be read after ``about``.
        clause: the place in the vendor's document; empty where the rule is ours.
    """

    at: datetime
    about: str
    text: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.about} {self.text}" if self.about else self.text


def explain(evaluation: "Evaluation") -> tuple[Step, ...]:
    """Return every step of the decision: the ticket first, then each clock, then the ladders."""
    steps = list(_ticket(evaluation))
    for clock in evaluation.clocks:
        steps += _clock(clock, evaluation)
    for each in evaluation.escalations:
        steps.append(Step(each.reached_at, "escalation", f"{each.key}{_consequence(each.level)}", each.level.clause))
    return tuple(steps)


def _consequence(level: Level) -> str:
    told = f" to the {level.role.replace('_', ' ')}" if level.role else ""
    return told + (f", the ticket rises to tier {level.raise_tier}" if level.raise_tier else "")


def _ticket(evaluation: "Evaluation") -> Iterator[Step]:
    standing, policy, created = evaluation.standing, evaluation.policy, evaluation.ticket.created_at
    rule = next((rule for rule in policy.tier_rules if rule.when.holds(standing.facts)), None)
    because = f", because {rule.when}" if rule else ""
    yield Step(created, "", f"{policy.form.title}: {standing.case}{because}", rule.clause if rule else "")
    for rise in evaluation.risen:
        yield Step(rise.reached_at, "", f"Raised to tier {rise.level.raise_tier} by {rise.key}", rise.level.clause)
    refusal = evaluation.refusal
    if refusal is not None:
        cancelled = [each.cancelled_at for each in evaluation.clocks if each.cancelled_at]
        yield Step(min(cancelled, default=created), "", f"Not covered: {refusal.because}", refusal.clause)
    for exclusion in policy.exclusions:
        if exclusion.name == evaluation.suspension.exclusion:
            yield Step(evaluation.now, "", f"Excluded: {exclusion.because}", exclusion.clause)


def _clock(clock: Clock, evaluation: "Evaluation") -> Iterator[Step]:
    """Yield the steps of one cycle as the decision goes: start, changes, count, pauses, outcome."""
    name = f"{clock.metric.value} {clock.cycle.number}" if clock.cycle.number > 1 else clock.metric.value
    start, policy = clock.cycle.started_at, evaluation.policy
    first = clock.segments[0].terms
    if first is not None:
        text = f"starts {_when(clock, start)} at {_started(clock)}: {_terms(first, policy)}"
        yield Step(start, name, text, first.target.clause)
    for segment in clock.segments[1:]:
        yield _change(name, segment, clock, policy)
    yield _count(name, clock)
    for pause in clock.pauses:
        yield _pause(name, pause, clock)
    yield _outcome(name, clock, evaluation.now)


def _terms(terms: Terms, policy: Policy) -> str:
    hours = hours_in_words(policy.form.calendars[terms.calendar.name])
    return f"{terms.target.within} by the calendar {terms.calendar.name} ({hours}, {terms.calendar.timezone})"


def _change(name: str, segment: Segment, clock: Clock, policy: Policy) -> Step:
    """Return the step of a target that came into force, or of a deadline set by hand."""
    if segment.manual is not None:
        by = f" by {segment.manual.by}" if segment.manual.by else ""
        reason = f": {segment.manual.reason}" if segment.manual.reason else ""
        return Step(
            segment.since, name, f"has a deadline set by hand{by}, {_when(clock, segment.manual.due_at)}{reason}"
        )
    if segment.terms is None:
        return Step(segment.since, name, f"has no target any more ({segment.because})")
    counted = _when(clock, segment.terms.counted_from)
    text = f"has another target ({segment.because}): {_terms(segment.terms, policy)}, counted from {counted}"
    return Step(segment.since, name, text, segment.terms.target.clause)


def _count(name: str, clock: Clock) -> Step:
    """Return the step that counts the target out, before any pause."""
    within = clock.target.within
    if clock.base is None:
        return Step(clock.cycle.started_at, name, f"has no deadline ({within})", clock.target.clause)
    text = (
        f"counts {within} from {_when(clock, clock.terms.counted_from)} to {_when(clock, clock.base)}{_closed(clock)}"
    )
    return Step(clock.base, name, text, clock.target.clause)


def _pause(name: str, pause: Pause, clock: Clock) -> Step:
    """Return the step of one pause: from when to when, what it cost, how it moved the deadline."""
    cost = f"{length(pause.seconds)} of {'elapsed' if clock.target.within.is_clock else 'open'} time"
    begin = _when(clock, pause.begin)
    lasts = f"from {begin} to {_when(clock, pause.end)}, {cost}" if pause.end else f"since {begin}, {cost} so far"
    text = f"pauses ({pause.why}) {lasts}"
    if pause.due_before and pause.due_after:
        text += f": due moves from {_when(clock, pause.due_before)} to {_when(clock, pause.due_after)}"
    return Step(pause.begin, name, text + (" (instants only observed)" if pause.observed else ""))


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
    met, ended, clause = clock.cycle.met_at, clock.cancelled_at, clock.target.clause
    match clock.state:
        case State.MET | State.MISSED if met is not None:
            word = "in time" if clock.state is State.MET else "late"
            by = f" by {length(abs(left))}" if left else ""
            return Step(met, name, f"is met {_when(clock, met)}, {word}{by} ({due})", clause)
        case State.BREACHED if clock.breached_at is not None:
            ago = f", {length(abs(left))} ago" if left else ""
            return Step(
                clock.breached_at, name, f"is breached since {_when(clock, clock.breached_at)}: {due}{ago}", clause
            )
        case State.CANCELLED if ended is not None:
            return Step(ended, name, f"is cancelled since {_when(clock, ended)}", clause)
        case State.PAUSED:
            rest = "without a deadline" if left is None else f"{length(left)} left once it goes on"
            return Step(now, name, f"is paused, {rest}", clause)
        case _:
            rest = f", {length(left)} left" if left is not None else ""
            return Step(now, name, f"is running, {due}{rest}", clause)


def hours_in_words(calendar: Mapping[str, Any]) -> str:
    """Return a calendar's hours as its policy file writes them: ``mon-fri 09:00-18:00``, ``24x7``."""
    if calendar.get("open"):
        return str(calendar["open"])
    hours = calendar.get("hours")
    days = hours.items() if isinstance(hours, Mapping) else ()
    return ", ".join(f"{day} {_shifts(shifts)}" for day, shifts in days) or "special days only"


def _shifts(shifts: object) -> str:
    if isinstance(shifts, str):
        return shifts
    each = [shift if isinstance(shift, str) else "-".join(map(str, shift)) for shift in _listed(shifts)]
    return " and ".join(each) or "closed"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _when(clock: Clock, at: datetime | None) -> str:
    """Return an instant as people in the calendar's zone say it."""
    return "-" if at is None else in_words(clock.calendar.local(at))


def in_words(local: datetime) -> str:
    """Return an instant in its own zone: ``Fri 20 Nov 2026 14:30 PST``."""
    seconds = f":{local.second:02}" if local.second else ""
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day} {local.hour:02}:{local.minute:02}{seconds} {local.tzname()}"


def length(seconds: float) -> str:
    """Return an amount of time in hours, minutes and seconds: ``36 h 5 min``; a day of open time is not 24 hours."""
    whole = int(abs(seconds))
    parts = [(whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"
