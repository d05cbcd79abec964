"""When each clock starts, is met and begins again: the moments of a ticket read for one metric at a time.

Source: SEMANTICS section 4, the table of metrics and the rules below it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.policy import Policy
from core.ticket import Metric
from core.timeline import Moment, Span, Timeline


@dataclass(frozen=True, slots=True)
class Cycle:
    """One start-to-stop run of a clock.

    Attributes:
        number: from 1.
        started_at, met_at: its ends; ``met_at`` is None while it is unfinished.
        gaps: spans in which it was met before it was taken up again (resolution only).
        observed: an end comes from an instant that was only observed.
    """

    metric: Metric
    number: int
    started_at: datetime
    met_at: datetime | None
    gaps: tuple[Span, ...] = ()
    observed: bool = False


def cycles(metric: Metric, timeline: Timeline, policy: Policy) -> tuple[Cycle, ...]:
    """Return the cycles of one metric, numbered from 1; empty if it has not begun."""
    start = _start(timeline, policy)
    if metric is Metric.NEXT_RESPONSE:
        runs = _next_responses(timeline.moments)
    elif start is None:
        return ()
    elif metric is Metric.UPDATE:
        runs = _updates(start, timeline.moments)
    elif metric is Metric.FIRST_RESPONSE:
        runs = _first_response(start, timeline.moments)
    else:
        return (_resolution(start, timeline.moments, policy.met_by_workaround),)
    return tuple(
        Cycle(metric, n, begin, met.at if met else None, observed=observed or bool(met and met.observed))
        for n, (begin, met, observed) in enumerate(runs, 1)
    )


_Run = tuple[datetime, Moment | None, bool]


def _start(timeline: Timeline, policy: Policy) -> datetime | None:
    """Return when the clocks that run from creation start, or None if they have not."""
    by_agent = timeline.ticket.opened_by == "agent"
    if not by_agent or policy.form.agent_opened != "after_first_customer_reply":
        return timeline.ticket.created_at
    return next((moment.at for moment in timeline.moments if False in moment.replies), None)


def _first_response(start: datetime, moments: Iterable[Moment]) -> Iterator[_Run]:
    met = (m for m in moments if m.at >= start and ((True in m.replies and not m.was_solved) or m.enters_solved))
    yield start, next(met, None), False


def _next_responses(moments: Iterable[Moment]) -> Iterator[_Run]:
    """Yield a cycle for each first unanswered requester reply after the first response has ended.

    A reply while solved begins nothing; the reopening that follows it does.
    """
    answered = False
    waiting = False
    begun: Moment | None = None
    for moment in moments:
        for by_agent in moment.replies:
            if by_agent and not moment.was_solved:
                answered = True
                waiting = False
                if begun is not None:
                    yield begun.at, moment, begun.observed
                    begun = None
            elif not by_agent and answered:
                waiting = True
        if moment.enters_solved:
            answered = True
            waiting = False
            if begun is not None:
                yield begun.at, moment, begun.observed
                begun = None
        if waiting and begun is None and not moment.is_solved:
            begun = moment
    if begun is not None:
        yield begun.at, None, begun.observed


def _updates(start: datetime, moments: Iterable[Moment]) -> Iterator[_Run]:
    """Yield a cycle from creation and one from each public agent reply and each reopening."""
    begun: datetime | None = start
    observed = False
    for moment in moments:
        if moment.at < start:
            continue
        replied = True in moment.replies and not moment.was_solved
        if begun is not None and (replied or moment.enters_solved):
            yield begun, moment, observed
            begun = None
        if begun is None and not moment.is_solved and (replied or moment.reopens):
            begun, observed = moment.at, moment.observed
    if begun is not None:
        yield begun, None, observed


def _resolution(start: datetime, moments: Sequence[Moment], by_workaround: bool) -> Cycle:
    """Return the one cycle of the resolution clock; between its earliest meeting and its being taken up it pauses."""
    met: Moment | None = None
    gaps: list[Span] = []
    for moment in moments:
        taken_up = moment.reopens or (moment.workaround is False and not moment.is_solved)
        if met is not None and taken_up:
            why = "solved until reopened" if moment.reopens else "workaround until it was withdrawn"
            gaps.append(Span(met.at, moment.at, why, met.observed or moment.observed))
            met = None
        if met is None and (moment.enters_solved or (by_workaround and moment.workaround is True)):
            met = moment
    observed = bool(met and met.observed)
    return Cycle(Metric.RESOLUTION, 1, start, met.at if met else None, tuple(gaps), observed)
