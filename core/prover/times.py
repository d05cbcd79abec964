"""What is proven about deadlines by trying the starts that can matter: edges of opening hours, days that differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from core.calendars import Calendar
from core.errors import CalendarError
from core.explain import in_words as instant_in_words
from core.policy import Policy, Target
from core.prover.cases import Sample, begun
from core.prover.findings import Finding, FindingKind, Severity, described, in_words
from core.prover.survey import Survey, known_priority
from core.ticket import Metric, Organization, Ticket
from core.wall_time import first_instant
from core.yaml_text import Document

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_YEAR = 366
Due = tuple[datetime | None, ...]


def starts(policy: Policy, on: date) -> tuple[datetime, ...]:
    """Return the instants from which deadlines are compared, in order of time.

    They are, for each calendar and on each day that differs from others (a week, days around a change of clocks and
    around holidays and special days, ends of months; all of one year), each opening and closing instant, the second
    before it, and the middle of each span, open or closed.
    """
    found: set[datetime] = set()
    for calendar in _calendars(policy):
        for day in _days(calendar, on):
            found |= _starts_of(calendar, day)
    return tuple(sorted(found))


def _calendars(policy: Policy) -> Iterator[Calendar]:
    """Yield each calendar as it is for a customer of whom nothing is known."""
    for calendar in policy.calendars.values():
        yield policy.for_customer(calendar, Organization())


def _days(calendar: Calendar, on: date) -> set[date]:
    """Return the days of the year after ``on`` on which this calendar can do something of its own."""
    year = [on + n * _DAY for n in range(_YEAR)]
    midnights = [datetime.combine(day, datetime.min.time(), calendar.zone) for day in year]
    changes = [day.date() for day, after in pairwise(midnights) if day.utcoffset() != after.utcoffset()]
    holidays = [day for day, _ in calendar.holidays_between(year[0], year[-1])]
    special = [day for day, _ in calendar.content.special if year[0] <= day <= year[-1]]
    ends_of_months = [day for day in year if (day + _DAY).day == 1]
    around = {day + n * _DAY for day in (*changes, *holidays, *special) for n in (-1, 0, 1)}
    return {*year[:8], *around, *ends_of_months}


def _starts_of(calendar: Calendar, day: date) -> set[datetime]:
    begin, end = (_midnight(calendar, each) for each in (day, day + _DAY))
    edges = sorted({begin, end, *(edge for window in calendar.windows(begin, end) for edge in window)})
    middles = {one + (other - one) / 2 for one, other in pairwise(edges)}
    return {*edges, *middles, *(edge - _SECOND for edge in edges)}


def _midnight(calendar: Calendar, day: date) -> datetime:
    return first_instant(calendar.timezone, datetime.combine(day, datetime.min.time()))


@dataclass(frozen=True, slots=True)
class _Failure:
    """The first start from which a calendar cannot hold a target, and why."""

    start: datetime
    reason: str


@dataclass(slots=True)
class Deadlines:
    """The deadlines of targets from each start; computed once for each duration and calendar."""

    policy: Policy
    starts: tuple[datetime, ...]
    _known: dict[tuple[str, str], "Due | _Failure"] = field(default_factory=dict)

    def of(self, target: Target, sample: Sample) -> "Due | _Failure":
        """Return the deadline from each start, None for no deadline; or the first start that has an error."""
        calendar = self.calendar(target, sample)
        key = (target.within.text, calendar.name)
        if key not in self._known:
            self._known[key] = self._from_each_start(target, calendar)
        return self._known[key]

    def _from_each_start(self, target: Target, calendar: Calendar) -> "Due | _Failure":
        due: list[datetime | None] = []
        for start in self.starts:
            try:
                due.append(target.within.after(start, calendar, end_of_day=self.policy.end_of_day))
            except CalendarError as err:
                return _Failure(start, str(err))
        return tuple(due)

    def calendar(self, target: Target, sample: Sample) -> Calendar:
        """Return the calendar by which a target is counted for a sample's customer."""
        return self.policy.calendar(target, sample.case, sample.standing.organization)


@dataclass(frozen=True, slots=True)
class _Promise:
    """A target as one sample has it, with its deadline from each start."""

    target: Target
    sample: Sample
    calendar: Calendar
    due: Due

    def at(self, n: int) -> str:
        """Return the deadline from the n-th start in words."""
        due = self.due[n]
        return "no deadline" if due is None else instant_in_words(self.calendar.local(due))


def _promise(metric: Metric, sample: Sample, deadlines: Deadlines) -> _Promise | None:
    target = deadlines.policy.target(metric, sample.case)
    if target is None:
        return None
    due = deadlines.of(target, sample)
    if isinstance(due, _Failure):
        return None  # reported by :func:`runs_out`
    return _Promise(target, sample, deadlines.calendar(target, sample), due)


def runs_out(survey: Survey, deadlines: Deadlines, document: Document) -> Iterator[Finding]:
    """Yield each target that its calendar is not open for long enough to hold."""
    seen: set[int] = set()
    for metric in survey.policy.metrics:
        for case, sample in survey.timed(metric).items():
            target = survey.policy.target(metric, case)
            failure = deadlines.of(target, sample) if target is not None else None
            if target is None or target.number in seen or not isinstance(failure, _Failure):
                continue
            seen.add(target.number)
            ticket = begun(sample.ticket, metric, failure.start)
            message = f"cannot be counted for {_created(ticket, survey.policy)}: {failure.reason}"
            fault = document.fault(("targets", target.number), message)
            yield Finding(FindingKind.CALENDAR_RUNS_OUT, Severity.FAULT, fault, ticket, failure.start)


def resolution_before_response(survey: Survey, deadlines: Deadlines, document: Document) -> Iterator[Finding]:
    """Yield each pair of targets by which a resolution can be due before the first response is."""
    seen: set[tuple[object, ...]] = set()
    for case, sample in survey.timed(Metric.FIRST_RESPONSE, Metric.RESOLUTION).items():
        response = _promise(Metric.FIRST_RESPONSE, sample, deadlines)
        resolution = _promise(Metric.RESOLUTION, sample, deadlines)
        if response is None or resolution is None or not known_priority(case, survey.policy):
            continue
        pair = (response.target, resolution.target, response.calendar.name, resolution.calendar.name)
        earlier = [
            n
            for n, (answer, fix) in enumerate(zip(response.due, resolution.due, strict=True))
            if fix is not None and answer is not None and fix < answer
        ]
        if not earlier or pair in seen:
            continue
        seen.add(pair)
        n, ticket = _example(earlier, sample, Metric.RESOLUTION, deadlines)
        always = len(earlier) == len(deadlines.starts)
        message = (
            f"the resolution of {case} ({resolution.target.within}) is due before its first response "
            f"({response.target.within}) {'always' if always else 'at times'}: for "
            f"{_created(ticket, survey.policy)} the resolution is due {resolution.at(n)}, the first response "
            f"{response.at(n)}; {_REMEDY[always]}"
        )
        fault = document.fault(("targets", resolution.target.number), message)
        severity = Severity.FAULT if always else Severity.WARNING
        yield Finding(FindingKind.RESOLUTION_BEFORE_RESPONSE, severity, fault, ticket, _start(ticket))


def better_plan_promises_less(survey: Survey, deadlines: Deadlines, document: Document) -> Iterator[Finding]:
    """Yield each target by which a plan promises less than the next cheaper one for the same ticket."""
    policy = survey.policy
    for metric in policy.metrics:
        timed = survey.timed(metric)
        seen: set[tuple[int, int]] = set()
        for cheaper, better in pairwise(policy.plans):
            for case, sample in timed.items():
                other = timed.get(replace(case, plan=better))
                if case.plan != cheaper or other is None or not known_priority(case, policy):
                    continue
                less, more = _promise(metric, sample, deadlines), _promise(metric, other, deadlines)
                if less is None or more is None or (less.target.number, more.target.number) in seen:
                    continue
                later = [n for n in range(len(deadlines.starts)) if _is_later(more.due[n], less.due[n])]
                if later:
                    seen.add((less.target.number, more.target.number))
                    yield _promises_less(metric, less, more, later, deadlines, document)


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    """Return whether a deadline is later than another; none at all is later than any."""
    return other is not None and (one is None or one > other)


def _promises_less(
    metric: Metric, less: _Promise, more: _Promise, later: Sequence[int], deadlines: Deadlines, document: Document
) -> Finding:
    n, ticket = _example(later, more.sample, metric, deadlines)
    always = len(later) == len(deadlines.starts)
    message = (
        f"the {in_words(metric)} of {more.sample.case} ({more.target.within}) is due later than with the cheaper plan "
        f"{less.sample.case.plan} ({less.target.within}) {'always' if always else 'at times'}: "
        f"for {_created(ticket, deadlines.policy)} it is {more.at(n)}, with {less.sample.case.plan} {less.at(n)}; "
        f"{_REMEDY[always]}, or order `plans` from the cheapest to the best"
    )
    fault = document.fault(("targets", more.target.number), message)
    severity = Severity.FAULT if always else Severity.WARNING
    return Finding(FindingKind.BETTER_PLAN_PROMISES_LESS, severity, fault, ticket, _start(ticket))


_REMEDY = {
    True: "correct one of the two",
    False: "if the vendor's document says so, note it under `assumptions`, else count both in the same kind of time",
}


def holidays_end(survey: Survey, on: date, document: Document) -> Iterator[Finding]:
    """Yield each calendar whose explicit holidays end before the longest target that begins on ``on`` does."""
    latest: dict[str, tuple[datetime, Target, Ticket]] = {}
    policy = survey.policy
    for metric in policy.metrics:
        for case, sample in survey.timed(metric).items():
            target = policy.target(metric, case)
            if target is None:
                continue
            calendar = policy.calendar(target, case, sample.standing.organization)
            ticket = begun(sample.ticket, metric, _midnight(calendar, on))
            due = _due(target, _start(ticket), calendar, policy)
            if due is not None and (calendar.name not in latest or due > latest[calendar.name][0]):
                latest[calendar.name] = (due, target, ticket)
    for name, (due, target, ticket) in latest.items():
        calendar = policy.for_customer(policy.calendars[name], Organization())
        known = calendar.holidays_known_until
        if known is None or calendar.local(due).date() <= known:
            continue
        message = (
            f"the holidays are known until {known}, but {_created(ticket, policy)} is due "
            f"{instant_in_words(calendar.local(due))} ({target.within}, targets[{target.number}]); add the holidays "
            "of the years to come, or a `country` whose holidays go on"
        )
        fault = document.fault(("calendars", name, "holidays"), message)
        yield Finding(FindingKind.HOLIDAYS_END, Severity.FAULT, fault, ticket, _start(ticket))


def _due(target: Target, start: datetime, calendar: Calendar, policy: Policy) -> datetime | None:
    try:
        return target.within.after(start, calendar, end_of_day=policy.end_of_day)
    except CalendarError:
        return None  # reported by :func:`runs_out`


def _example(shown_by: Sequence[int], sample: Sample, metric: Metric, deadlines: Deadlines) -> tuple[int, Ticket]:
    """Return the start that is easiest to read, and the ticket whose clock of the metric begins then."""
    n = min(shown_by, key=lambda each: (deadlines.starts[each].second != 0, each))
    return n, begun(sample.ticket, metric, deadlines.starts[n])


def _start(ticket: Ticket) -> datetime:
    """Return when the clock began for whose sake a ticket was made."""
    return ticket.events[-1].at if ticket.events else ticket.created_at


def _created(ticket: Ticket, policy: Policy) -> str:
    zone = next(_calendars(policy)).zone
    how = "answered, and asked about again" if ticket.events else "created"
    return f"{described(ticket)}, {how} {instant_in_words(_start(ticket).astimezone(zone))}"
