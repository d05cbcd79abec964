"""A connection's link: its adapter, its policy, what it may write. Made once at start, without any call."""

from collections.abc import Callable, Mapping
from datetime import datetime

from adapters import registry
from adapters.base import Adapter
from adapters.services import Services
from core.errors import ConfigError, Fault
from core.evaluate import Evaluation, evaluate
from core.policy import Policy
from core.ticket import Ticket
from core.update import Wanted
from webhooks.engine.ticket import Link
from webhooks.engine.wanted import wanted
from webhooks.policy_files import open_policy
from webhooks.settings import ConnectionSettings, Settings
from webhooks.store.memory import EffectState


def linker(settings: Settings) -> Callable[[str, Services], Link]:
    """Return what makes a link from a connection's name and what its adapter borrows; policies are loaded at once.

    Raises:
        ConfigError: a policy cannot be loaded, or lacks a parameter; the faults name the connection.
    """
    policies = policies_of(settings)

    def link(name: str, services: Services) -> Link:
        connection, policy = settings.connections[name], policies[name]

        def decide(ticket: Ticket, now: datetime) -> Evaluation:
            return evaluate(ticket, policy, now)

        def want(_ticket: Ticket, evaluation: Evaluation, states: Mapping[str, EffectState]) -> Wanted:
            return wanted(evaluation, states, connection.roles)

        return Link(
            adapter=adapter_of(name, connection, services),
            evaluate=decide,
            wanted=want,
            writes=connection.write == "on",
            may_write=connection.may_write,
        )

    return link


def adapter_of(name: str, connection: ConnectionSettings, services: Services) -> Adapter:
    """Return a connection's adapter, with its secrets as they are now. Makes no call."""
    secrets = {key: secret.get_secret_value() for key, secret in connection.secrets.items()}
    return registry.create(connection.platform, name, connection.settings, secrets, services)


def policies_of(settings: Settings) -> dict[str, Policy]:
    """Return each connection's policy with its parameters.

    Raises:
        ConfigError: with the faults of all connections at once.
    """
    policies: dict[str, Policy] = {}
    faults: list[Fault] = []
    for name, connection in settings.connections.items():
        path = settings.folder / connection.policy
        policy = str(path) if path.is_file() else connection.policy
        try:
            policies[name] = open_policy(policy, connection.parameters)
        except ConfigError as err:
            faults += [
                Fault(
                    f"{fault.path}: {fault.message}" if fault.path else fault.message,
                    f"connections.{name}.policy",
                    fault.source,
                    fault.line,
                )
                for fault in err.faults
            ]
    if faults:
        raise ConfigError(tuple(faults))
    return policies
