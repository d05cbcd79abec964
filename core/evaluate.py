"""The decision: one ticket, one policy, one instant; the same input gives the same output, byte for byte.

Source: SEMANTICS sections 4 to 7.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from core.clocks import Clock, State, clock, course
from core.cover import Refusal, Suspension, suspension
from core.cycles import cycles
from core.escalation import TICK, Escalation, Ladderwork, climb, raises
from core.explain import Step, explain
from core.policy import Policy
from core.problems import problems
from core.result import mapping_of
from core.ticket import Metric, Ticket
from core.tiers import Standing, standings
from core.timeline import Timeline, fold


class Overall(StrEnum):
    """The state of a whole ticket, worst first, as it is shown to agents."""

    BREACHED = "breached"
    AT_RISK = "at_risk"
    RUNNING = "running"
    PAUSED = "paused"
    MISSED = "missed"
    MET = "met"
    NOT_COVERED = "not_covered"
    CANCELLED = "cancelled"
    NO_TARGET = "no_target"


@dataclass(frozen=True)
class Evaluation:
    """What a policy says about a ticket at one instant.

    Attributes:
        standing: the effective plan, priority and tier, and the facts behind them.
        clocks: every cycle of every metric, in the order of metrics and cycles.
        risen: the levels reached that raised the ticket's tier.
        work: what the ladders of each clock came to, in the order of ``clocks``.
        next_wake_at: the next instant at which anything changes with no new event; None if nothing will.
    """

    ticket: Ticket
    policy: Policy
    now: datetime
    timeline: Timeline
    standings: tuple[Standing, ...]
    risen: tuple[Escalation, ...]
    suspension: Suspension
    clocks: tuple[Clock, ...]
    work: tuple[Ladderwork, ...]

    @property
    def standing(self) -> Standing:
        """How the policy sees the ticket now."""
        return self.standings[-1]

    @property
    def refusal(self) -> Refusal | None:
        """Why the ticket is not covered; None if it is."""
        return self.suspension.refusal

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        """Every level reached, in order of time."""
        reached = [each for work in self.work for each in work.reached]
        return tuple(sorted(reached, key=lambda each: (each.reached_at, each.key)))

    @cached_property
    def current(self) -> dict[Metric, Clock]:
        """The last cycle of each metric."""
        return {each.metric: each for each in self.clocks}

    @cached_property
    def state(self) -> Overall:
        """The state of the whole ticket: the worst of its current cycles, and once solved of the earlier ones too."""
        found = {_overall(each) for each in self.current.values() if each.state is not State.CANCELLED}
        if self.timeline.statuses[-1].why in ("solved", "closed"):
            found |= {Overall.MISSED for each in self.clocks if each.state is State.MISSED}
        worst = next((state for state in Overall if state in found), None)
        if worst is not None:
            return worst
        if self.refusal is not None:
            return Overall.NOT_COVERED
        return Overall.CANCELLED if self.current else Overall.NO_TARGET

    @cached_property
    def next_wake_at(self) -> datetime | None:
        """The next instant, later than now, at which anything changes with no new event."""
        return min((at if at > self.now else self.now + TICK for at in self._instants()), default=None)

    def _instants(self) -> Iterator[datetime]:
        """Yield the instants ahead that matter; a deadline that is now shows its breach only after now."""
        for each, work in zip(self.clocks, self.work, strict=True):
            if each.is_finished:
                continue
            if each.due_at is not None and each.due_at >= self.now:
                yield each.due_at
            if each.at_risk_at is not None and each.at_risk_at > self.now and each.state is State.RUNNING:
                yield each.at_risk_at
            if each.manual is not None and each.manual.until is not None and each.manual.until > self.now:
                yield each.manual.until
            if work.next_at is not None:
                yield work.next_at

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """What keeps the policy from saying more, each with what to do about it."""
        return problems(self.timeline, self.standing, self.refusal, self.clocks, self.policy)

    @cached_property
    def explanation(self) -> tuple[Step, ...]:
        """Why: one step a line, in the order in which the decision was made."""
        return explain(self)

    def to_mapping(self) -> dict[str, Any]:
        """Return the result as the JSON object that the command line prints."""
        return mapping_of(self)


def evaluate(ticket: Ticket, policy: Policy, now: datetime) -> Evaluation:
    """Return what ``policy`` says about ``ticket`` at ``now``. Pure: no clock, no file, no network.

    Args:
        ticket: state at creation, and events in any order; events after ``now`` are ignored.
        policy: as loaded by ``core.policy_load``.
        now: aware.

    Raises:
        ValueError: ``now`` is naive.
        CalendarError: a calendar does not open for long enough to hold a target.
    """
    if now.tzinfo is None:
        raise ValueError(f"`now` has no zone: {now.isoformat()}; give an aware datetime")
    timeline = fold(ticket, now)
    risen: tuple[Escalation, ...] = ()
    while True:
        found = standings(timeline, policy, raises(risen))
        cancelled = suspension(timeline, found, policy)
        courses = [course(metric, timeline, found, cancelled.spans[metric], policy) for metric in policy.metrics]
        judged = [
            (made, each)
            for each in courses
            for cycle in cycles(each.metric, timeline, policy)
            if (made := clock(cycle, each)) is not None
        ]
        work = tuple(climb(made, each, found, risen) for made, each in judged)
        new = _rise(risen, work)
        if new is None:
            clocks = tuple(made for made, _ in judged)
            return Evaluation(ticket, policy, now, timeline, found, risen, cancelled, clocks, work)
        risen = (*risen, new)


def _rise(known: Sequence[Escalation], work: Sequence[Ladderwork]) -> Escalation | None:
    """Return the earliest level that raises the tier and is new: it changes targets, and whether others come at all."""
    new = [each for one in work for each in one.reached if each.level.raise_tier is not None and each not in known]
    return min(new, key=lambda each: (each.reached_at, each.key), default=None)


def _overall(each: Clock) -> Overall:
    return Overall.AT_RISK if each.is_at_risk else Overall(each.state.value)
