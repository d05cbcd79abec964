"""Every ticket that a policy's rules can tell apart, enumerated: what the prover's exact claims rest on.

A rule asks whether a fact is one of the values that it names, so all values that no rule names are one, and "absent"
can stand for them. The values that are named, and absent, are then the whole domain of a fact, be it text or number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from math import prod

from core.cover import Refusal, refusal
from core.facts import BUILT_IN
from core.policy import Case, Policy
from core.ticket import Event, FactValue, Kind, Metric, Organization, Requester, Role, Status, Ticket
from core.tiers import Standing, standing
from core.timeline import fold

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One ticket for all those that the rules cannot tell from it, at its creation.

    Attributes:
        refusal: why it is not covered; None if it is.
        excluded_by: the numbers of the exclusions that hold.
        cancelled: the metrics that they cancel.
    """

    ticket: Ticket
    standing: Standing
    refusal: Refusal | None
    excluded_by: tuple[int, ...]
    cancelled: frozenset[Metric]

    @property
    def case(self) -> Case:
        """What selects its targets."""
        return self.standing.case

    @property
    def weight(self) -> int:
        """How much has to be said to describe it; the lightest example is the most readable."""
        channel, requester = self.ticket.channel is not None, self.ticket.requester is not None
        return len(self.ticket.facts) + channel + requester


@dataclass(frozen=True, slots=True)
class Domains:
    """What each thing that the rules ask about can be; None is absent and comes first."""

    plans: tuple[str | None, ...]
    priorities: tuple[str | None, ...]
    channels: tuple[str | None, ...]
    roles: tuple[Role, ...]
    facts: Mapping[str, tuple[FactValue, ...]]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        named = (self.plans, self.priorities, self.channels, self.roles, *self.facts.values())
        return prod(len(values) for values in named)


def domains(policy: Policy) -> Domains:
    """Return the values that the policy's rules, plans and scale can tell apart."""
    asked: dict[str, dict[tuple[bool, FactValue], None]] = {name: {(True, True): None} for name in policy.form.add_ons}
    rules = [*(rule.when for rule in policy.tier_rules), *(rule.when for rule in (*policy.cover, *policy.exclusions))]
    for name, wanted in (each for rule in rules for conditions in rule.alternatives for each in conditions):
        for value in sorted((value for value in wanted if value is not None), key=str):
            asked.setdefault(name, {})[isinstance(value, bool), value] = None  # True is not 1 here
    named = {name: tuple(value for _, value in values) for name, values in asked.items()}
    return Domains(
        plans=(*policy.plans, *([None] if policy.default_plan is None else [])),
        priorities=(*(policy.priorities or _texts(named.get("priority", ()))), None),
        channels=(None, *sorted(policy.known_channels | set(_texts(named.get("channel", ()))))),
        roles=_roles(named.get("requester", ())),
        facts={name: (None, *values) for name, values in named.items() if name not in BUILT_IN},
    )


def samples(policy: Policy, at: datetime) -> Iterator[Sample]:
    """Yield a ticket created at ``at`` for every combination that the rules can tell apart."""
    found = domains(policy)
    status = _status(policy)
    facts = [
        {name: value for name, value in zip(found.facts, values, strict=True) if value is not None}
        for values in product(*found.facts.values())
    ]
    combinations = product(found.plans, found.priorities, found.channels, found.roles, facts)
    for plan, priority, channel, role, known in combinations:
        ticket = Ticket(
            id="example",
            platform="example",
            connection="example",
            created_at=at,
            status=status,
            priority=priority,
            priority_by=None if priority is None else "agent",
            channel=channel,
            facts=known,
            requester=None if role is Role.CUSTOMER else Requester(role=role),
            organization=None if plan is None else Organization(plan=plan),
        )
        yield _sample(ticket, policy)


def begun(ticket: Ticket, metric: Metric, at: datetime) -> Ticket:
    """Return the same ticket as one whose clock of ``metric`` begins at ``at``, the last thing that happened to it."""
    if metric is not Metric.NEXT_RESPONSE:
        return replace(ticket, created_at=at)
    answered, asked = Event(at - _MINUTE, Kind.AGENT_REPLIED), Event(at, Kind.CUSTOMER_REPLIED)
    return replace(ticket, created_at=at - 2 * _MINUTE, events=(answered, asked))


def _sample(ticket: Ticket, policy: Policy) -> Sample:
    timeline = fold(ticket, ticket.created_at)
    seen = standing(timeline.latest, ticket.channel, policy)
    holding = tuple(n for n, rule in enumerate(policy.exclusions) if rule.when.holds(seen.facts))
    cancelled = frozenset[Metric]().union(*(policy.exclusions[n].cancels for n in holding))
    return Sample(ticket, seen, refusal(seen, timeline, policy), holding, cancelled)


def _roles(asked: Iterable[FactValue]) -> tuple[Role, ...]:
    """Return the roles that are asked about, and one that is not; a requester always has a role."""
    known = [role for role in Role if role.value in set(asked)]
    others = [role for role in Role if role not in known]
    return (*others[:1], *known)


def _texts(values: Iterable[FactValue]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))


def _status(policy: Policy) -> Status:
    """Return a status in which as few clocks as possible stand still, so that the examples run."""
    running = (Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD)
    return min(running, key=lambda status: sum(status in paused for paused in policy.pauses.values()))
