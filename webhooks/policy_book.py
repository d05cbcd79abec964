"""The policies of one connection: one for most tickets, others by brand, project or product. Pure but for loading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import ConfigError, Fault
from core.evaluate import Evaluation, evaluate
from core.facts import When, when
from core.policy import Policy
from core.ticket import FactValue, Ticket
from core.timeline import fold
from webhooks.policy_files import open_policy
from webhooks.settings import ConnectionSettings


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """Which policy judges which ticket.

    Attributes:
        default: where no choice matches.
        choices: rules with their policies; the first that matches holds.
    """

    default: Policy
    choices: tuple[tuple[When, Policy], ...] = ()

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy, the default first, each once."""
        return tuple(dict.fromkeys([self.default, *(policy for _, policy in self.choices)]))

    def evaluate(self, ticket: Ticket, now: datetime) -> Evaluation:
        """Return the evaluation by the policy that holds now: another one counts as though it had always held."""
        return evaluate(ticket, self.policy_for(ticket, now), now)

    def policy_for(self, ticket: Ticket, now: datetime) -> Policy:
        """Return the policy for a ticket by its facts as they are now."""
        if not self.choices:
            return self.default
        facts = _facts(ticket, now)
        return next((policy for rule, policy in self.choices if rule.holds(facts)), self.default)


def _facts(ticket: Ticket, now: datetime) -> Mapping[str, FactValue]:
    """Return what a choice may ask about: the ticket's facts, and who asked by which way."""
    latest = fold(ticket, now).latest
    return {
        **latest.facts,
        "plan": latest.organization.plan,
        "priority": latest.priority,
        "channel": ticket.channel,
        "requester": latest.requester.role.value,
    }


def open_book(connection: ConnectionSettings, folder: Path) -> PolicyBook:
    """Return a connection's policies, loaded with their parameters.

    Args:
        folder: where relative paths start.

    Raises:
        ConfigError: with the faults of all its policies at once; each path begins at the connection.
    """
    faults: list[Fault] = []
    loaded: list[Policy] = []
    wanted = [(connection.policy, connection.parameters, "policy")]
    wanted += [(each.policy, each.parameters, f"policies[{n}].policy") for n, each in enumerate(connection.policies)]
    for name, parameters, place in wanted:
        path = folder / name
        try:
            loaded.append(open_policy(str(path) if path.is_file() else name, parameters))
        except ConfigError as err:
            faults += [_placed(fault, place) for fault in err.faults]
    if faults:
        raise ConfigError(tuple(faults))
    rules = [when(dict(each.when)) for each in connection.policies]
    return PolicyBook(loaded[0], tuple(zip(rules, loaded[1:], strict=True)))


def _placed(fault: Fault, place: str) -> Fault:
    message = f"{fault.path}: {fault.message}" if fault.path else fault.message
    return Fault(message, place, fault.source, fault.line)
