"""The playground: a ticket that nobody opened, to see what a policy would promise it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.evaluate import Evaluation, evaluate
from core.policy import Policy
from core.ticket import FactValue, Organization, Requester, Role, Status, Ticket
from core.wall_time import first_instant
from webhooks.console.wall import read_wall, wall_at, written_wall

UNKNOWN = ""
_FACT = "fact_"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its name in the form, what people call it, and the values; ``chosen`` is one of them."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Question:
    """A ticket to try.

    Attributes:
        choices: everything that the policy's rules may ask about, with what was chosen.
        at: the wall time of its creation, in ``timezone``, as forms write it.
    """

    choices: tuple[Choice, ...]
    at: str
    timezone: str
    ticket: Ticket
    created_at: datetime


def question(policy: Policy, arguments: Mapping[str, str], now: datetime) -> Question:
    """Return the ticket that a form describes; what is not given, or is none of the values, is left at its default."""
    choices = tuple(_choices(policy, arguments))
    chosen = {each.name: each.chosen for each in choices}
    timezone = next(iter(policy.calendars.values())).timezone
    wall = read_wall(arguments.get("at", "")) or wall_at(now, timezone)
    created_at = first_instant(timezone, wall)
    facts = {
        name.removeprefix(_FACT): _value(policy, name.removeprefix(_FACT), value)
        for name, value in chosen.items()
        if name.startswith(_FACT) and value != UNKNOWN
    }
    ticket = Ticket(
        id="playground",
        platform="playground",
        connection="playground",
        created_at=created_at,
        status=Status.NEW,
        priority=chosen.get("priority") or None,
        channel=chosen.get("channel") or None,
        facts=facts,
        requester=Requester(role=Role(chosen.get("requester") or Role.CUSTOMER)),
        organization=Organization(plan=chosen.get("plan") or None),
    )
    return Question(choices, written_wall(wall), timezone, ticket, created_at)


def answer(policy: Policy, asked: Question) -> Evaluation:
    """Return what the policy promises at the moment of creation."""
    return evaluate(asked.ticket, policy, asked.created_at)


def _choices(policy: Policy, arguments: Mapping[str, str]) -> Iterator[Choice]:
    if policy.plans:
        plans = list(policy.plans)
        yield _choice("plan", "Plan", plans, arguments, policy.default_plan or plans[-1])
    if policy.priorities:
        yield _choice("priority", "Priority", list(policy.priorities), arguments, policy.priorities[0])
    for name, domain in policy.form.facts.items():
        values = ["yes", "no"] if domain == "boolean" else list(domain) if isinstance(domain, list) else []
        if values:
            yield _choice(_FACT + name, name.replace("_", " ").capitalize(), values, arguments, UNKNOWN)
    for name in policy.form.add_ons:
        yield _choice(_FACT + name, name.replace("_", " ").capitalize(), ["yes", "no"], arguments, UNKNOWN)
    if policy.known_channels:
        yield _choice("channel", "Channel", sorted(policy.known_channels), arguments, UNKNOWN)
    asked = {name for rule in policy.cover for conditions in rule.when.alternatives for name, _ in conditions}
    if "requester" in asked:
        yield _choice("requester", "Requester", [Role.CUSTOMER.value, Role.END_CUSTOMER.value], arguments, "customer")


def _choice(name: str, label: str, values: list[str], arguments: Mapping[str, str], default: str) -> Choice:
    offered = [(UNKNOWN, "not known"), *((value, value.replace("_", " ")) for value in values)]
    given = arguments.get(name, default)
    known = {value for value, _ in offered}
    return Choice(name, label, tuple(offered), given if given in known else default)


def _value(policy: Policy, name: str, written: str) -> FactValue:
    domain = policy.form.facts.get(name, "boolean")
    return written == "yes" if domain == "boolean" else written
