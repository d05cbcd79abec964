"""One clock: its target as it was in force, its deadline moved by pauses, and the verdict. SEMANTICS section 4."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from operator import attrgetter

from core.calendars import Calendar
from core.cover import joined
from core.cycles import Cycle
from core.durations import Duration
from core.policy import Policy, Target
from core.ticket import Metric
from core.tiers import Standing
from core.timeline import ManualDeadline, Span, Timeline

_BEGIN = attrgetter("begin")
_SINCE = attrgetter("since")


class State(StrEnum):
    """What a clock does. ``missed`` is met, but late; ``breached`` is past due and not met."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which a clock stood still.

    Attributes:
        end: None while it lasts.
        seconds: what it cost, in the clock's own kind of time, up to its end or to now.
        due_before, due_after: the deadline that it moved; None where there is none.
    """

    begin: datetime
    end: datetime | None
    why: str
    seconds: float
    due_before: datetime | None
    due_after: datetime | None
    observed: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """A target, the calendar that counts it, and the instant that it is counted from."""

    target: Target
    calendar: Calendar
    counted_from: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a cycle in which the same terms held, with or without a deadline set by hand.

    Attributes:
        since: when it began.
        terms: None where the policy has no target.
        because: what changed; empty for the first.
    """

    since: datetime
    terms: Terms | None
    because: str
    manual: ManualDeadline | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Where a target puts the deadline, at some instant of looking.

    Attributes:
        base: without any pause; None for a target without a deadline.
        due_at: as moved by the pauses; None also while the clock is paused.
        paused_since: where the pause began that lasts at the instant of looking.
        pauses: those that counted, in order.
    """

    base: datetime | None
    due_at: datetime | None
    paused_since: datetime | None
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle of one metric, judged. Instants are aware UTC.

    Attributes:
        due_at: the deadline in force; None while paused, and for a target without one.
        derived_due_at: what the policy alone gives, where ``manual`` holds another deadline.
        elapsed_seconds, remaining_seconds: in the clock's own kind of time; what remains is negative past due.
        at_risk_at: when the policy's share of the target is used up.
        segments: the targets that held, in order; the last one judges.
    """

    cycle: Cycle
    state: State
    terms: Terms
    due_at: datetime | None
    derived_due_at: datetime | None
    manual: ManualDeadline | None
    breached_at: datetime | None
    cancelled_at: datetime | None
    elapsed_seconds: float
    remaining_seconds: float | None
    at_risk_at: datetime | None
    is_at_risk: bool
    base: datetime | None
    pauses: tuple[Pause, ...]
    segments: tuple[Segment, ...]
    observed: bool

    @property
    def metric(self) -> Metric:
        """What is timed."""
        return self.cycle.metric

    @property
    def target(self) -> Target:
        """The target that judges."""
        return self.terms.target

    @property
    def calendar(self) -> Calendar:
        """The calendar that counts it."""
        return self.terms.calendar

    @property
    def is_finished(self) -> bool:
        """Whether the clock was met or cancelled."""
        return self.state in (State.MET, State.MISSED, State.CANCELLED)

    @property
    def until(self) -> datetime | None:
        """When the clock stopped; None while it goes on."""
        return self.cycle.met_at if self.cancelled_at is None else self.cancelled_at


@dataclass(frozen=True, slots=True)
class Course:
    """What one metric's clocks on one ticket share: targets in force, pauses and cancellations, in order of time."""

    metric: Metric
    timeline: Timeline
    policy: Policy
    changes: tuple[Segment, ...]
    pauses: tuple[Span, ...]
    cancelled: tuple[Span, ...]
    manual: tuple[ManualDeadline, ...]


def course(
    metric: Metric, timeline: Timeline, standings: Sequence[Standing], cancelled: tuple[Span, ...], policy: Policy
) -> Course:
    """Return what the clocks of one metric share."""
    pausing = policy.pauses.get(metric, frozenset())
    stops = [span for span in timeline.statuses if span.why in pausing]
    past = [span for span in cancelled if span.end is not None]
    return Course(
        metric=metric,
        timeline=timeline,
        policy=policy,
        changes=tuple(_changes(metric, timeline, standings, policy)),
        pauses=tuple(joined([*stops, *past])) if stops or past else (),
        cancelled=cancelled,
        manual=tuple(each for each in timeline.manual if each.metric is metric),
    )


def _changes(metric: Metric, timeline: Timeline, standings: Sequence[Standing], policy: Policy) -> Iterator[Segment]:
    """Yield a segment for each change of the target or its calendar over the ticket's life."""
    last: Segment | None = None
    before: Standing | None = None
    for each in standings:
        if before is not None and each.case == before.case and each.organization is before.organization:
            continue  # only a fact or a person changed: neither target nor calendar can have
        before = each
        target = policy.target(metric, each.case)
        terms = None
        if target is not None:
            terms = Terms(target, policy.calendar(target, each.case, each.organization), timeline.ticket.created_at)
        if last is None or terms != last.terms:
            last = Segment(each.since, terms, each.because)
            yield last


def clock(cycle: Cycle, course: Course) -> Clock | None:
    """Return the judged clock of one cycle, or None where no target holds for it or it never began."""
    now, end = course.timeline.now, cycle.met_at
    ending = next((span.begin for span in course.cancelled if span.end is None), None)
    cancelled_at = None
    if ending is not None and (end is None or end > ending):
        if cycle.started_at > ending:
            return None
        end, cancelled_at = ending, max(ending, cycle.started_at)
    at = max(now, cycle.started_at) if end is None else end  # a platform's clock may be ahead of ours
    segments = _segments(cycle.started_at, at, course)
    last = segments[-1]
    terms = last.terms
    if terms is None:
        return None
    pauses = pauses_of(cycle, course)
    derived = deadline(terms, pauses, at, course.policy, running=end is None)
    manual = last.manual
    due = manual.due_at if manual else derived.due_at
    paused_since = None if manual else derived.paused_since
    within, calendar = terms.target.within, terms.calendar
    breached = due is not None and at > due
    state = _state(cancelled_at, cycle.met_at if cancelled_at is None else None, paused_since, breached)
    counted = at if paused_since is None else paused_since
    stood_still = sum(pause.seconds for pause in derived.pauses if pause.end is not None)
    at_risk_at = _at_risk_at(terms, last.manual, derived, course.policy) if end is None else None
    return Clock(
        cycle=cycle,
        state=state,
        terms=terms,
        due_at=due,
        derived_due_at=derived.due_at if manual else None,
        manual=manual,
        breached_at=_breached_at(segments, due, pauses, at, course.policy) if breached and due is not None else None,
        cancelled_at=cancelled_at,
        elapsed_seconds=max(within.run(cycle.started_at, counted, calendar) - stood_still, 0),
        remaining_seconds=_remaining(within, calendar, counted, due, derived, paused_since),
        at_risk_at=at_risk_at,
        is_at_risk=state is State.RUNNING and at_risk_at is not None and now >= at_risk_at,
        base=derived.base,
        pauses=derived.pauses,
        segments=segments,
        observed=cycle.observed or any(pause.observed for pause in derived.pauses),
    )


def _state(
    cancelled_at: datetime | None, met_at: datetime | None, paused_since: datetime | None, breached: bool
) -> State:
    if cancelled_at is not None:
        return State.CANCELLED
    if met_at is not None:
        return State.MISSED if breached else State.MET
    if paused_since is not None:
        return State.PAUSED
    return State.BREACHED if breached else State.RUNNING


def _segments(start: datetime, at: datetime, course: Course) -> tuple[Segment, ...]:
    """Return the targets in force from ``start`` to ``at``, both included, with deadlines set by hand laid over."""
    restart = course.policy.form.on_change == "restart"
    first = bisect_right(course.changes, start, key=_SINCE)  # of the changes after the start
    last = bisect_right(course.changes, at, key=_SINCE)
    found = [Segment(start, _counted(course.changes[first - 1].terms, start), "")] if first else []
    for each in islice(course.changes, first, last):
        found.append(Segment(each.since, _counted(each.terms, each.since if restart else start), each.because))
    for manual in course.manual:
        if start <= manual.set_at <= at:
            found = list(_laid_over(found, manual, at))
    return tuple(found)


def _counted(terms: Terms | None, start: datetime) -> Terms | None:
    return Terms(terms.target, terms.calendar, start) if terms else None


def _laid_over(segments: Sequence[Segment], manual: ManualDeadline, at: datetime) -> Iterator[Segment]:
    """Yield the segments with one deadline set by hand, in force from when it was set until it ends."""
    until = manual.until
    for n, each in enumerate(segments):
        end = segments[n + 1].since if n + 1 < len(segments) else None
        begin = max(each.since, manual.set_at)
        if (until is not None and begin >= until) or (end is not None and manual.set_at >= end):
            yield each
            continue
        if begin > each.since:
            yield each
        yield Segment(begin, each.terms, "deadline set by hand", manual)
        if until is not None and until <= at and (end is None or until < end):
            yield Segment(until, each.terms, "the deadline set by hand ended")


def pauses_of(cycle: Cycle, course: Course) -> Sequence[Span]:
    """Return the spans in which this cycle stands still, disjoint and in order of time."""
    return tuple(joined([*course.pauses, *cycle.gaps])) if cycle.gaps else course.pauses


def deadline(terms: Terms, pauses: Sequence[Span], at: datetime, policy: Policy, *, running: bool) -> Deadline:
    """Return where the terms put the deadline, as seen at ``at``.

    Each pause that begins before the deadline moves it by the clock's own kind of time that the pause covers; one
    that begins at or after it neither moves it nor hides the breach.

    Args:
        pauses: disjoint and in order of time.
        at: the instant of looking; what comes later is unknown.
        running: the clock goes on at ``at``, so that a pause which covers it leaves no deadline.
    """
    within, calendar, start = terms.target.within, terms.calendar, terms.counted_from
    base = within.after(start, calendar, end_of_day=policy.end_of_day)
    due = base
    counted: list[Pause] = []
    first = max(bisect_right(pauses, start, key=_BEGIN) - 1, 0)  # earlier ones ended before the clock began
    for span in islice(pauses, first, None):
        begin, end = max(span.begin, start), span.end
        if begin > at or (due is not None and begin >= due) or (begin == at and not running):
            break
        if end is not None and end <= start:
            continue
        lasts = running and (end is None or end > at)
        until = at if end is None or end > at else end
        seconds = within.run(begin, until, calendar)
        if lasts:
            counted.append(Pause(begin, None, span.why, seconds, due, None, span.observed))
            return Deadline(base, None, begin, tuple(counted))
        moved = within.move(due, seconds, calendar) if due is not None else None
        counted.append(Pause(begin, until, span.why, seconds, due, moved, span.observed))
        due = moved
    return Deadline(base, due, None, tuple(counted))


def moved(at: datetime, pauses: Sequence[Pause], within: Duration, calendar: Calendar) -> datetime | None:
    """Return an instant moved by the pauses that began before it; None while the last of them lasts."""
    for pause in pauses:
        if pause.begin >= at:
            break
        if pause.end is None:
            return None
        at = within.move(at, within.run(pause.begin, pause.end, calendar), calendar)
    return at


def share_at(share: float, terms: Terms, base: datetime, pauses: Sequence[Pause]) -> datetime | None:
    """Return when a share of the time from start to ``base`` is used up, moved by pauses as the deadline is."""
    within, calendar, start = terms.target.within, terms.calendar, terms.counted_from
    seconds = round(within.run(start, base, calendar) * share, 6)
    return moved(within.move(start, seconds, calendar), pauses, within, calendar)


def _at_risk_at(terms: Terms, manual: ManualDeadline | None, derived: Deadline, policy: Policy) -> datetime | None:
    share = policy.form.at_risk
    if manual is not None:
        return share_at(share, terms, manual.due_at, ())
    return share_at(share, terms, derived.base, derived.pauses) if derived.base else None


def _remaining(
    within: Duration,
    calendar: Calendar,
    counted: datetime,
    due: datetime | None,
    derived: Deadline,
    paused_since: datetime | None,
) -> float | None:
    """Return what is left of the target in its own kind of time, also while paused; None without a deadline."""
    if due is None and paused_since is not None and derived.pauses:
        due = derived.pauses[-1].due_before
    return within.run(counted, due, calendar) if due is not None else None


def _breached_at(
    segments: Sequence[Segment], due: datetime, pauses: Sequence[Span], at: datetime, policy: Policy
) -> datetime:
    """Return the later of due and the change that made it due."""
    since = segments[-1].since
    for each in reversed(segments[:-1]):
        if each.terms is None:
            break
        manual = each.manual.due_at if each.manual else None
        if (manual or deadline(each.terms, pauses, at, policy, running=False).due_at) != due:
            break
        since = each.since
    return max(due, since)
