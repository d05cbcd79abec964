"""An account, its server, and a client that speaks HTTP to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.model import Agent, Company, Contact, TicketField
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox import parties


class Client(parties.Client):
    """Calls the account's API; paths begin after its version."""

    prefix = "/api/v2"

    def put(self, path: str, **values: Any) -> Any:
        answer = self("PUT", path, values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, method: str, path: str, body: Any = None) -> tuple[int, set[tuple[str, str]]]:
        """Return a refusal's status and its fields with their codes."""
        answer = self(method, path, body)
        return answer.status_code, {(fault["field"], fault["code"]) for fault in answer.json().get("errors", [])}


@dataclass(frozen=True)
class People:
    """Who is in the account."""

    acme: Company
    carla: Contact
    ada: Agent
    service: Agent


@pytest.fixture
def switches() -> Switches:
    """How the account behaves; a test parametrizes it to have another one."""
    return Switches()


@pytest.fixture
def state(clock: Clock, switches: Switches) -> Iterator[State]:
    made = State(clock, switches=switches)
    yield made
    made.courier.stop()


@pytest.fixture
def people(state: State) -> People:
    state.owner()
    acme = state.add_company("Acme", plan="Premium")
    return People(
        acme,
        state.add_contact("Carla Custer", company=acme),
        state.add_agent("Ada Agent"),
        state.add_agent("SLA Sidecar", admin=True),
    )


@pytest.fixture
def sandbox(state: State, people: People) -> Iterator[Sandbox]:
    with Sandbox(state, limits=False) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, people: People) -> Iterator[Client]:
    with requests.Session() as session:
        session.auth = (people.service.api_key, "X")
        yield Client(sandbox.url, session)


@pytest.fixture
def ticket(state: State, people: People) -> Ticket:
    return state.open_ticket(people.carla, "No data", "Since this morning.", priority=3)


@pytest.fixture
def dropdown(state: State) -> TicketField:
    return state.add_ticket_field("SLA state", "custom_dropdown", ["Running", "Breached"])
