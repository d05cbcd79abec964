"""What is proven about ladders by letting tickets that nobody touches run to their end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from core.durations import Unit
from core.errors import CalendarError
from core.evaluate import Evaluation, evaluate
from core.policy import At, Ladder, Level, Policy, Target
from core.prover.cases import Sample, begun
from core.prover.findings import Finding, FindingKind, Severity, described, in_words
from core.prover.rules import Witness
from core.prover.survey import Kinship, Survey
from core.ticket import Event, Kind, Metric, Ticket
from core.yaml_text import Document, Path

_MINUTE = timedelta(minutes=1)
_MOST_WAKES = 1000  # far more than clocks and levels can ask for: each asks for a few instants
_NEEDS_DEADLINE = (At.SHARE, At.BEFORE_DUE, At.BREACH, At.AFTER_BREACH)


@dataclass(slots=True)
class Lives:
    """What became of tickets that nobody helps.

    Attributes:
        reached: the levels that were reached on one of them.
        raised: the cases that escalations lead to, with the metrics cancelled in them, and a ticket that got there.
        climbed: for each ladder by number, a ticket that had a clock for it.
    """

    reached: set[tuple[Metric, str]] = field(default_factory=set)
    raised: dict[Kinship, Witness] = field(default_factory=dict)
    climbed: dict[int, Witness] = field(default_factory=dict)


def lives(survey: Survey) -> Lives:
    """Return what becomes of one ticket of every case, left alone, asked about, or answered once.

    Where a level raises the tier, the day of the week can decide which of two clocks gets there first: each is tried.
    """
    found = Lives()
    policy = survey.policy
    if not policy.ladders:
        return found
    raises = any(level.raise_tier is not None for ladder in policy.ladders for level in ladder.levels)
    days = [timedelta(days=n) for n in range(7 if raises else 1)]
    for sample, day in product(sorted(survey.covered.values(), key=lambda each: each.weight), days):
        created = replace(sample, ticket=replace(sample.ticket, created_at=sample.ticket.created_at + day))
        try:
            for ticket in _left_alone(created, policy):
                _record(found, created, list(_life(ticket, policy)))
        except CalendarError:
            continue  # reported by ``core.prover.times``, with the target that the calendar cannot hold
    return found


def _record(found: Lives, sample: Sample, life: Sequence[Evaluation]) -> None:
    end = life[-1]
    for each in life:
        if each.standing.case != sample.case:
            found.raised.setdefault((each.standing.case, sample.cancelled), Witness(each.ticket, each.now, True))
    for reached in end.escalations:
        found.reached.add((Metric(reached.key.split("/", 1)[0]), reached.level.key))
    for n, ladder in enumerate(end.policy.ladders):
        if ladder.metric in end.current and any(ladder.selector.matches(each.case) for each in end.standings):
            found.climbed.setdefault(n, Witness(end.ticket, end.now))


def ladders(survey: Survey, found: Lives, document: Document) -> Iterator[Finding]:
    """Yield each ladder that no clock can climb, and each level that is not reached on a ticket left alone."""
    for n, ladder in enumerate(survey.policy.ladders):
        path: Path = ("escalations", n)
        targets = _climbable(ladder, survey)
        if not targets:
            yield _without_clock(ladder, path, survey, document)
            continue
        witness = found.climbed.get(n)
        for m, level in enumerate(ladder.levels):
            if witness is not None and (ladder.metric, level.key) not in found.reached:
                fault = document.fault((*path, "levels", m), _unreached(ladder, level, witness, targets))
                kind = FindingKind.LEVEL_NEVER_REACHED
                yield Finding(kind, Severity.FAULT, fault, witness.ticket, witness.now)


def _climbable(ladder: Ladder, survey: Survey) -> set[Target]:
    """Return the targets whose clocks can climb the ladder."""
    return {
        target
        for case, cancelled in survey.with_raises
        if ladder.metric not in cancelled and ladder.selector.matches(case)
        if (target := survey.policy.target(ladder.metric, case)) is not None
    }


def _without_clock(ladder: Ladder, path: Path, survey: Survey, document: Document) -> Finding:
    metric = in_words(ladder.metric)
    matching = [each for each in survey.covered.values() if ladder.selector.matches(each.case)]
    sample = min(matching, key=lambda each: each.weight, default=None)
    ticket = sample.ticket if sample else None
    for_whom = f", as for {described(ticket)}" if ticket else ""
    message = (
        f"no ticket that it is for has a {metric} clock{for_whom}; "
        f"add a target for the {metric} (`within: none` where no time is promised), or remove the ladder"
    )
    now = ticket.created_at if ticket else None
    return Finding(FindingKind.LADDER_WITHOUT_CLOCK, Severity.FAULT, document.fault(path, message), ticket, now)


def _unreached(ladder: Ladder, level: Level, witness: Witness, targets: Iterable[Target]) -> str:
    """Return why a level is not reached, and the remedy."""
    timeless = all(target.within.unit is Unit.NONE for target in targets)
    if timeless and level.at in _NEEDS_DEADLINE:
        why = (
            f"the {in_words(ladder.metric)} has no deadline, so none is near or breached unless somebody sets one by "
            "hand; give the target a time, or write `2 business hours after start`"
        )
    else:
        why = (
            "the step before it is not reached, or takes the ticket out of this ladder, or the ladder ends before it; "
            "widen the ladder's `tier`, or move the step to the ladder that holds then"
        )
    return f"`{level.key}` is not reached, not even on {described(witness.ticket)} that nobody ever touches: {why}"


def _left_alone(sample: Sample, policy: Policy) -> Iterator[Ticket]:
    """Yield a ticket without any event; where ladders ask for more, one with requests and one with an answer."""
    ticket = sample.ticket
    yield ticket
    metrics = {ladder.metric for ladder in policy.ladders}
    if Metric.NEXT_RESPONSE in metrics:
        yield begun(ticket, Metric.NEXT_RESPONSE, ticket.created_at)
    if requests := _requests(sample, policy):
        yield replace(ticket, events=requests)


def _requests(sample: Sample, policy: Policy) -> tuple[Event, ...]:
    """Return as many requests as there are levels for them, each after the wait in which repeats count once."""
    levels = [level for ladder in policy.ladders for level in ladder.levels if level.at is At.REQUEST]
    target = policy.target(Metric.RESOLUTION, sample.case)
    if not levels or target is None:
        return ()
    calendar = policy.calendar(target, sample.case, sample.standing.organization)
    at: datetime = sample.ticket.created_at
    events: list[Event] = []
    for _ in levels:
        waits = [level.wait.after(at, calendar) for level in levels if level.wait is not None]
        at = max([at, *(each for each in waits if each is not None)]) + _MINUTE
        events.append(Event(at, Kind.ESCALATION_REQUESTED))
    return tuple(events)


def _life(ticket: Ticket, policy: Policy) -> Iterator[Evaluation]:
    """Yield the evaluations at each instant at which something changes, the last one when nothing does any more."""
    wake: datetime | None = max([ticket.created_at, *(event.at for event in ticket.events)])
    for _ in range(_MOST_WAKES):
        if wake is None:
            return
        seen = evaluate(ticket, policy, wake)
        yield seen
        wake = seen.next_wake_at
