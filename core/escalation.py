"""Which levels of which ladders a clock has reached, and when the next one will be. Source: SEMANTICS section 6.

A level counts from the instant at which it was first reached under the target then in force: a target loosened
later takes back neither it nor what was done about it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from core.clocks import Clock, Course, Deadline, Pause, Segment, Terms, deadline, moved, pauses_of, share_at
from core.durations import Duration, Unit
from core.policy import At, Ladder, Level
from core.tiers import Raise, Standing

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A level that was reached. ``key`` is unique on its ticket and stays when the ladder is edited."""

    key: str
    level: Level
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Ladderwork:
    """What one clock's ladders have come to: the levels reached, and the next instants at which one will be."""

    reached: tuple[Escalation, ...]
    upcoming: tuple[tuple[datetime, Level], ...]

    @property
    def next_at(self) -> datetime | None:
        """When the next level will be reached if nothing happens."""
        return min((at for at, _ in self.upcoming), default=None)


def climb(clock: Clock, course: Course, standings: Sequence[Standing], known: Sequence[Escalation]) -> Ladderwork:
    """Return what a clock's ladders have come to by now.

    Args:
        clock: judged.
        course: what the clocks of its metric share.
        standings: how the policy saw the ticket, in order of time, with the rises of ``known``.
        known: levels that raised the ticket's tier; they stand, though their ladder may be for another tier.
    """
    ladders = [ladder for ladder in course.policy.ladders if ladder.metric is clock.metric]
    if not ladders:
        return Ladderwork((), ())
    return _Climb(clock, course, standings, known).run(ladders)


class _Climb:
    """One pass over the stretches in which target and standing stayed the same."""

    def __init__(
        self, clock: Clock, course: Course, standings: Sequence[Standing], known: Sequence[Escalation]
    ) -> None:
        self.clock, self.standings = clock, standings
        self.timeline, self.policy = course.timeline, course.policy
        self.pauses = pauses_of(clock.cycle, course)
        self.prefix = f"{clock.metric}/{clock.cycle.number}/"
        self.reached = {each.key: each for each in known if each.key.startswith(self.prefix)}
        self.upcoming: list[tuple[datetime, Level]] = []
        self.breached_at: datetime | None = None

    def run(self, ladders: Sequence[Ladder]) -> Ladderwork:
        stretches = list(self._stretches())
        for segment, standing, end in stretches:
            if segment.terms is None:
                self.breached_at = None
                continue
            seen = self._seen(segment, segment.terms, end)
            for ladder in ladders:
                if ladder.selector.matches(standing.case):
                    self._ladder(ladder, segment, segment.terms, seen, end)
        reached = sorted(self.reached.values(), key=lambda each: (each.reached_at, each.level.number, each.key))
        return Ladderwork(tuple(reached), tuple(self.upcoming))

    def _stretches(self) -> Iterator[tuple[Segment, Standing, datetime | None]]:
        """Yield each stretch with its end; None for the one that goes on now."""
        start, until = self.clock.cycle.started_at, self.clock.until
        last = max(self.timeline.now, start) if until is None else until
        cuts = {segment.since for segment in self.clock.segments}
        cuts |= {each.since for each in self.standings if start < each.since <= last}
        for begin, end in pairwise([*sorted(cuts), None]):
            assert begin is not None  # noqa: S101 - only the last is None
            segment = [each for each in self.clock.segments if each.since <= begin][-1]
            standing = ([each for each in self.standings if each.since <= begin] or [self.standings[0]])[-1]
            if begin > segment.since:
                segment = Segment(begin, segment.terms, standing.because, segment.manual)
            yield segment, standing, end if end is not None else until

    def _seen(self, segment: Segment, terms: Terms, end: datetime | None) -> Deadline:
        """Return the deadline of a stretch as seen at its end, and note when the breach that it shows began."""
        at = max(self.timeline.now, self.clock.cycle.started_at) if end is None else end
        seen = deadline(terms, self.pauses, at, self.policy, running=end is None)
        due = segment.manual.due_at if segment.manual else seen.due_at
        if due is None or due >= at:
            self.breached_at = None
        elif self.breached_at is None or due > segment.since:
            self.breached_at = max(due, segment.since)
        return seen

    def _ladder(self, ladder: Ladder, segment: Segment, terms: Terms, seen: Deadline, end: datetime | None) -> None:
        previous: datetime | None = None
        for level in ladder.levels:
            key = self.prefix + level.key
            if key in self.reached:
                previous = self.reached[key].reached_at
                continue
            at = self._level_at(level, segment, terms, seen, previous)
            previous = at
            if at is None:
                continue
            at = max(at, segment.since)
            if self._is_reached(level, at, end):
                self.reached[key] = Escalation(key, level, at)
            elif end is None and level.at is not At.REQUEST:
                self.upcoming.append((at, level))

    def _is_reached(self, level: Level, at: datetime, end: datetime | None) -> bool:
        """Return whether an instant lies in the stretch; a breach shows only after it, and meeting comes first."""
        now = self.timeline.now
        if end is None:
            return at < now if level.at is At.BREACH else at <= now
        return at < end

    def _level_at(
        self, level: Level, segment: Segment, terms: Terms, seen: Deadline, previous: datetime | None
    ) -> datetime | None:
        """Return when a level is reached if nothing more happens; None if it is not in sight."""
        within, calendar = terms.target.within, terms.calendar
        due = segment.manual.due_at if segment.manual else seen.due_at
        base = segment.manual.due_at if segment.manual else seen.base
        pauses = () if segment.manual else seen.pauses
        match level.at:
            case At.SHARE:
                return None if base is None else share_at(level.share, terms, base, pauses)
            case At.BEFORE_DUE if base is not None and level.wait is not None:
                return self._before(level.wait, base, terms, pauses)
            case At.AFTER_START if level.wait is not None:
                own = level.wait if within.unit is Unit.NONE else within
                at = level.wait.after(terms.counted_from, calendar, end_of_day=self.policy.end_of_day)
                return None if at is None else moved(at, pauses, own, calendar)
            case At.BREACH:
                return due if self.breached_at is None else self.breached_at
            case At.AFTER_BREACH if level.wait is not None:
                breach = due if self.breached_at is None else self.breached_at
                return None if breach is None else level.wait.after(breach, calendar, end_of_day=self.policy.end_of_day)
            case At.AFTER_PREVIOUS if level.wait is not None and previous is not None:
                return level.wait.after(previous, calendar, end_of_day=self.policy.end_of_day)
            case At.REQUEST:
                return self._requested(level, terms)
            case _:
                return None

    def _before(self, lead: Duration, base: datetime, terms: Terms, pauses: Sequence[Pause]) -> datetime | None:
        """Return the instant this long before due: it follows the deadline until it is reached itself."""
        at = lead.before(base, terms.calendar)
        for pause in pauses:
            if pause.begin >= at:
                break
            if pause.due_after is None:
                return None
            at = lead.before(pause.due_after, terms.calendar)
        return max(at, terms.counted_from)

    def _requested(self, level: Level, terms: Terms) -> datetime | None:
        """Return when the request came that reaches this level: the k-th for the k-th, repeats counting once."""
        order = [each for each in self._request_levels() if each.number <= level.number]
        counted: list[datetime] = []
        for at in self.timeline.requests:
            if at < self.clock.cycle.started_at or any(gap.covers(at) for gap in self.clock.cycle.gaps):
                continue
            if counted and len(counted) <= len(order):
                wait = order[len(counted) - 1].wait
                again = wait.after(counted[-1], terms.calendar) if wait else None
                if again is not None and at < again:
                    continue
            counted.append(at)
            if len(counted) == len(order):
                return at
        return None

    def _request_levels(self) -> list[Level]:
        """Return the request levels of every ladder of this metric that holds now, in order."""
        case = self.standings[-1].case
        ladders = [each for each in self.policy.ladders if each.metric is self.clock.metric]
        return [
            level for each in ladders if each.selector.matches(case) for level in each.levels if level.at is At.REQUEST
        ]


def raises(reached: Sequence[Escalation]) -> list[Raise]:
    """Return the rises in tier among the levels reached, in order of time."""
    return [
        Raise(each.reached_at, each.level.raise_tier, each.key) for each in reached if each.level.raise_tier is not None
    ]
