"""A connection's link: adapter, policies, what it may write, whom it tells. Made once at start, without any call."""

from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial

from adapters import registry
from adapters.base import Adapter, Replying
from adapters.services import Services
from core.errors import ConfigError, Fault
from core.evaluate import Evaluation
from core.marked_outage import marked_outage
from core.outages import Outage
from core.ticket import Ticket
from core.update import Wanted
from webhooks.availability.recorded import promising
from webhooks.effects.courier import Courier
from webhooks.effects.plan import Reached, reached, without_person
from webhooks.engine.ticket import Link
from webhooks.engine.wanted import routed, wanted
from webhooks.policy_book import PolicyBook, open_book
from webhooks.settings import ConnectionSettings, Settings
from webhooks.store.memory import Effect, EffectState


def linker(settings: Settings) -> Callable[[str, Services], Link]:
    """Return what makes a link from a connection's name and what its adapter borrows; policies are loaded at once.

    Raises:
        ConfigError: a policy cannot be loaded, or lacks a parameter; the faults name the connection.
    """
    books = books_of(settings)

    def link(name: str, services: Services) -> Link:
        connection = settings.connections[name]
        return link_of(connection, books[name], adapter_of(name, connection, services))

    return link


def link_of(connection: ConnectionSettings, book: PolicyBook, adapter: Adapter) -> Link:
    """Return a connection's link."""
    roles = connection.roles
    reply = adapter.reply if connection.turn_back == "public" and isinstance(adapter, Replying) else None

    def want(
        _ticket: Ticket, evaluation: Evaluation, states: Mapping[str, EffectState], reply: Effect | None
    ) -> Wanted:
        return wanted(evaluation, states, roles, reply)

    def route(wish: Wanted, evaluation: Evaluation, keys: Set[str]) -> Wanted:
        return routed(wish, evaluation, keys, roles)

    def reach(evaluation: Evaluation) -> Sequence[Reached]:
        return reached(evaluation, roles, replies=reply is not None)

    def mark(evaluation: Evaluation) -> Outage | None:
        promise = evaluation.policy.form.availability
        return marked_outage(evaluation.timeline, promise) if promise else None

    return Link(
        adapter=adapter,
        evaluate=book.evaluate,
        wanted=want,
        writes=connection.write == "on",
        may_write=connection.may_write,
        reached=reach,
        routed=route,
        problems=partial(without_person, roles=roles),
        courier=Courier.of(roles, connection.notify),
        marks=mark if promising(book.policies) else None,
        reply=reply,
        versions=frozenset(policy.version for policy in book.policies),
    )


def adapter_of(name: str, connection: ConnectionSettings, services: Services) -> Adapter:
    """Return a connection's adapter, with its secrets as they are now. Makes no call."""
    secrets = {key: secret.get_secret_value() for key, secret in connection.secrets.items()}
    return registry.create(connection.platform, name, connection.settings, secrets, services)


def books_of(settings: Settings) -> dict[str, PolicyBook]:
    """Return each connection's policies with their parameters.

    Raises:
        ConfigError: with the faults of all connections at once.
    """
    books: dict[str, PolicyBook] = {}
    faults: list[Fault] = []
    for name, connection in settings.connections.items():
        try:
            books[name] = open_book(connection, settings.folder)
        except ConfigError as err:
            faults += [
                Fault(each.message, f"connections.{name}.{each.path}", each.source, each.line) for each in err.faults
            ]
    if faults:
        raise ConfigError(tuple(faults))
    return books
