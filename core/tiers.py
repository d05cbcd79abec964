"""What selects a ticket's targets, and from when: effective plan, priority and tier.

The classified tier is that of the first rule that matches the facts as they are; the effective tier is the highest
of it and every tier that an escalation has raised the ticket to. Source: SEMANTICS section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.policy import Case, Policy
from core.ticket import FactValue, Organization
from core.timeline import Situation, Timeline


@dataclass(frozen=True, slots=True)
class Raise:
    """An escalation that raised the ticket to a tier, for the rest of its life."""

    at: datetime
    tier: int
    key: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the policy sees a ticket from ``since`` on.

    Attributes:
        because: what changed, in words; empty at creation.
        facts: the ticket's facts and the built-in ones, as rules see them.
    """

    since: datetime
    because: str
    case: Case
    organization: Organization
    facts: Mapping[str, FactValue]


def standings(timeline: Timeline, policy: Policy, raises: Sequence[Raise] = ()) -> tuple[Standing, ...]:
    """Return the ticket's standings in order of time, the first at creation; raises take effect at their instants."""
    changes = [standing(situation, timeline.ticket.channel, policy) for situation in timeline.situations]
    for rise in sorted(raises, key=lambda rise: rise.at):
        changes = _raised(changes, rise)
    return tuple(changes)


def standing(situation: Situation, channel: str | None, policy: Policy) -> Standing:
    """Return how the policy sees a ticket in one situation, before any escalation."""
    plan, priority = effective_plan(situation, policy), effective_priority(situation, policy)
    facts: dict[str, FactValue] = {
        **situation.facts,
        "plan": plan,
        "priority": priority,
        "channel": channel,
        "requester": situation.requester.role.value,
    }
    tier = next((rule.tier for rule in policy.tier_rules if rule.when.holds(facts)), policy.form.default_tier)
    add_ons = frozenset(name for name in policy.form.add_ons if situation.facts.get(name) is True)
    case = Case(plan, priority if policy.priorities else None, tier, add_ons)
    return Standing(situation.since, situation.because, case, situation.organization, facts)


def effective_plan(situation: Situation, policy: Policy) -> str | None:
    """Return the customer's plan; an unknown one is the default plan, None if the policy has none."""
    plan = situation.organization.plan
    if not policy.plans:
        return None
    return plan if plan in policy.plans else policy.default_plan


def effective_priority(situation: Situation, policy: Policy) -> str | None:
    """Return the priority that counts by the policy's own scale, or None while it is unknown.

    Where the vendor decides, only a value set by an agent counts.
    """
    form = policy.form.priorities
    if form is None:
        return situation.priority
    value = situation.priority_by_agent if form.decided_by == "vendor" else situation.priority
    if value is None:
        value = form.default
    return value if value in policy.priorities else None


def _raised(changes: list[Standing], rise: Raise) -> list[Standing]:
    """Return the standings with one raise applied from its instant on."""
    before = [each for each in changes if each.since < rise.at]
    after = [each for each in changes if each.since >= rise.at]
    if before and not (after and after[0].since == rise.at):
        last = before[-1]
        after.insert(0, Standing(rise.at, f"raised to tier {rise.tier}", last.case, last.organization, last.facts))
    return before + [_at_least(each, rise.tier) for each in after]


def _at_least(each: Standing, tier: int) -> Standing:
    case = each.case
    if case.tier is not None and case.tier >= tier:
        return each
    raised = Case(case.plan, case.priority, tier, case.add_ons)
    return Standing(each.since, each.because, raised, each.organization, each.facts)
