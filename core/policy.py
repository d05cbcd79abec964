"""A vendor's support policy, ready to decide: which target holds, which calendar counts, what is covered.

Made from a policy file by ``core.policy_load``; the form that people write is in ``core.policy_file``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from core.calendars import Calendar
from core.durations import Duration
from core.facts import When
from core.policy_file import PolicyForm
from core.ticket import Metric, Organization, Status
from core.zones import is_zone


@dataclass(frozen=True, slots=True)
class Plan:
    """What the customer bought. ``rank`` counts from 0, the cheapest."""

    name: str
    rank: int
    calendar: str | None
    channels: frozenset[str] | None
    tickets_per_year: int | None
    clause: str


@dataclass(frozen=True, slots=True)
class Selector:
    """For which tickets something holds; an empty field asks nothing."""

    plans: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    tiers: frozenset[int] = frozenset()
    add_on: str | None = None

    @property
    def specificity(self) -> int:
        """Return how many things are asked; the more, the stronger."""
        return bool(self.plans) + bool(self.priorities) + bool(self.tiers) + (self.add_on is not None)

    def matches(self, case: "Case") -> bool:
        """Return whether a ticket is one of those selected."""
        return (
            (not self.plans or case.plan in self.plans)
            and (not self.priorities or case.priority in self.priorities)
            and (not self.tiers or case.tier in self.tiers)
            and (self.add_on is None or self.add_on in case.add_ons)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """What selects a target: the effective plan, priority and tier of a ticket, and its add-ons."""

    plan: str | None
    priority: str | None
    tier: int | None
    add_ons: frozenset[str] = frozenset()

    def __str__(self) -> str:
        parts = [self.plan, self.priority, f"tier {self.tier}" if self.tier else None, *sorted(self.add_ons)]
        return ", ".join(part for part in parts if part) or "any ticket"


@dataclass(frozen=True, slots=True)
class Target:
    """The time that a policy allows one metric."""

    number: int
    metric: Metric
    within: Duration
    selector: Selector
    calendar: str | None
    clause: str


class At(StrEnum):
    """When a level of a ladder is reached."""

    SHARE = "share"
    BEFORE_DUE = "before due"
    AFTER_START = "after start"
    BREACH = "breach"
    AFTER_BREACH = "after breach"
    AFTER_PREVIOUS = "after previous"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a ladder.

    Attributes:
        number: 1 for the first of its ladder.
        share: of the target, for SHARE; 0 to 1.
        wait: the amount, for the kinds that have one; for REQUEST the time in which repeats count once.
        in_working_hours: people are told when the clock's calendar is open, not in the middle of the night.
    """

    key: str
    number: int
    at: At
    share: float
    wait: Duration | None
    role: str | None
    raise_tier: int | None
    clause: str
    in_working_hours: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """The escalation of one metric."""

    metric: Metric
    selector: Selector
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule on facts with its reason: a kind of request not covered, or an exclusion.

    ``cancels`` are the clocks that it cancels; a rule of cover cancels all.
    """

    name: str
    when: When
    because: str
    clause: str
    cancels: frozenset[Metric]


@dataclass(frozen=True, slots=True)
class TierRule:
    """A rule that puts a ticket into a tier."""

    tier: int
    when: When
    clause: str


@dataclass(frozen=True, eq=False)
class Policy:
    """One vendor's policy.

    Attributes:
        name: as files and results name it.
        version: ``sha256:…`` of everything that decides, the parameters' values included.
        form: the file as it was read, for those who print it.
        parameters: the value of each parameter.
        examples: the parameters for which the file's example stands in for an admin's value.
        calendars: by name.
        plans: by name, from the cheapest to the best.
        priorities: the scale, from the most urgent; empty if the policy has none.
    """

    name: str
    version: str
    form: PolicyForm
    parameters: Mapping[str, Any]
    examples: frozenset[str]
    calendars: Mapping[str, Calendar]
    plans: Mapping[str, Plan]
    priorities: tuple[str, ...]
    targets: tuple[Target, ...]
    ladders: tuple[Ladder, ...]
    tier_rules: tuple[TierRule, ...]
    cover: tuple[Rule, ...]
    exclusions: tuple[Rule, ...]
    pauses: Mapping[Metric, frozenset[Status]]
    met_by_workaround: bool
    _found: dict[tuple[Metric, Case], Target | None] = field(default_factory=dict, repr=False)

    @property
    def default_plan(self) -> str | None:
        """The plan of a ticket whose own plan is unknown."""
        return self.form.default_plan

    @property
    def end_of_day(self) -> bool:
        """Whether a business day ends at closing rather than at the same wall time."""
        return self.form.business_day == "end_of_day"

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that this policy times, in the order of :class:`Metric`."""
        timed = {target.metric for target in self.targets}
        return tuple(metric for metric in Metric if metric in timed)

    @cached_property
    def known_channels(self) -> frozenset[str]:
        """The channels that some plan names; a channel that none names excludes nobody."""
        return frozenset().union(*(plan.channels or () for plan in self.plans.values()))

    @property
    def tiers(self) -> tuple[int, ...]:
        """Every tier that a ticket can be in, ascending."""
        raised = {level.raise_tier for ladder in self.ladders for level in ladder.levels if level.raise_tier}
        classified = {rule.tier for rule in self.tier_rules}
        default = {self.form.default_tier} if self.form.default_tier else set()
        return tuple(sorted(raised | classified | default))

    def target(self, metric: Metric, case: Case) -> Target | None:
        """Return the target that holds: the most specific that matches; the loader excludes ties."""
        key = (metric, case)
        try:
            return self._found[key]
        except KeyError:
            found = self._found[key] = next(iter(strongest(self.targets, metric, case)), None)
            return found

    def calendar(self, target: Target, case: Case, organization: Organization) -> Calendar:
        """Return the calendar by which a target is counted for this customer."""
        plan = self.plans.get(case.plan) if case.plan is not None else None
        name = target.calendar or (plan.calendar if plan else None) or self.form.default_calendar
        assert name is not None  # noqa: S101 - the loader refuses a target without a calendar
        return self.for_customer(self.calendars[name], organization)

    def for_customer(self, calendar: Calendar, organization: Organization) -> Calendar:
        """Return a calendar as this customer's zone and country make it; most calendars ignore both."""
        if not (calendar.uses_customer_zone or calendar.uses_customer_country):
            return calendar
        return calendar.in_zone(
            timezone=organization.timezone if is_zone(organization.timezone) else None,
            country=organization.country,
            subdivision=organization.subdivision,
        )


def strongest(targets: Iterable[Target], metric: Metric, case: Case) -> list[Target]:
    """Return the most specific targets that match; more than one is a tie, which no policy may have."""
    matching = [target for target in targets if target.metric is metric and target.selector.matches(case)]
    most = max((target.selector.specificity for target in matching), default=0)
    return [target for target in matching if target.selector.specificity == most]
