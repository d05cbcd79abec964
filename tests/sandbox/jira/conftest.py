"""A site, its server, and a client that speaks HTTP to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import Organization, User
from sandbox.jira.webhooks.delivering import RetryRules
from tests.sandbox import parties

V3 = "/rest/api/3"
DESK = "/rest/servicedeskapi"


class Client(parties.Client):
    """Calls the site's API."""

    def edit(self, issue: Issue, **body: Any) -> requests.Response:
        return self("PUT", f"{V3}/issue/{issue.id}", body)


@dataclass(frozen=True)
class People:
    """Who is on the site."""

    acme: Organization
    carla: User
    ada: User
    service: User


@pytest.fixture
def state(clock: Clock) -> Iterator[State]:
    made = State(clock)
    made.courier.rules = RetryRules(timeout_seconds=0.4, pause_seconds=(0.01, 0.02))
    yield made
    made.courier.stop()


def populate(state: State) -> People:
    """Put the usual people onto a site."""
    state.owner()
    acme = state.add_organization("Acme", plan="Gold")
    return People(
        acme,
        state.add_customer("Carla Custer", organization=acme),
        state.add_agent("Ada Agent"),
        state.add_agent("SLA Sidecar", admin=True),
    )


@pytest.fixture
def people(state: State) -> People:
    return populate(state)


@pytest.fixture
def sandbox(state: State, people: People) -> Iterator[Sandbox]:
    with Sandbox(state, limits=False) as running:
        yield running


def client_of(sandbox: Sandbox, user: User) -> Client:
    """Return a client that calls as somebody, with a fresh API token."""
    session = requests.Session()
    session.auth = (user.email, sandbox.state.add_token(user).value)
    return Client(sandbox.url, session)


@pytest.fixture
def client(sandbox: Sandbox, people: People) -> Client:
    return client_of(sandbox, people.service)


@pytest.fixture
def issue(state: State, people: People) -> Issue:
    return state.open_request(people.carla, "No data", "Since this morning.", priority="High")
