"""An account, its server, and a client that speaks HTTP to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.model import CustomField, Organization, User
from sandbox.zendesk.tickets_model import Ticket
from sandbox.zendesk.webhooks.invocations import RetryRules
from tests.sandbox import parties


class Client(parties.Client):
    """Calls the account's API."""

    def put_ticket(self, ticket_id: int, **values: Any) -> requests.Response:
        return self("PUT", f"/api/v2/tickets/{ticket_id}", {"ticket": values})


@dataclass(frozen=True)
class People:
    """Who is in the account."""

    acme: Organization
    carla: User
    ada: User
    service: User


@pytest.fixture
def state(clock: Clock) -> Iterator[State]:
    made = State(clock)
    made.courier.rules = RetryRules(timeout_seconds=0.4, pause_seconds=0.01)
    yield made
    made.courier.stop()


@pytest.fixture
def people(state: State) -> People:
    state.owner()
    acme = state.add_organization("Acme", plan="Gold")
    return People(
        acme,
        state.add_end_user("Carla Custer", organization=acme),
        state.add_agent("Ada Agent"),
        state.add_agent("SLA Sidecar", role="admin"),
    )


@pytest.fixture
def sandbox(state: State, people: People) -> Iterator[Sandbox]:
    with Sandbox(state, limits=False) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, people: People) -> Iterator[Client]:
    with requests.Session() as session:
        token = sandbox.state.add_access_token(people.service)
        session.headers["Authorization"] = f"Bearer {token.token}"
        yield Client(sandbox.url, session)


@pytest.fixture
def ticket(state: State, people: People) -> Ticket:
    return state.open_ticket(people.carla, "No data", "Since this morning.", priority="high")


@pytest.fixture
def tagger(state: State) -> CustomField:
    return state.add_ticket_field(
        "SLA state", "tagger", {"sla_state_running": "Running", "sla_state_breached": "Breached"}
    )
