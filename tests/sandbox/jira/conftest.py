"""A site, its server, a client that speaks HTTP to it, and an endpoint that receives deliveries."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import Organization, User
from sandbox.jira.webhooks.delivering import RetryRules

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
V3 = "/rest/api/3"
DESK = "/rest/servicedeskapi"


@dataclass(frozen=True)
class Client:
    """A session that knows the address and the token."""

    url: str
    session: requests.Session

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.url}{path}", json=body, timeout=10, **more)

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def edit(self, issue: Issue, **body: Any) -> requests.Response:
        return self("PUT", f"{V3}/issue/{issue.id}", body)


@dataclass(frozen=True)
class People:
    """Who is on the site."""

    acme: Organization
    carla: User
    ada: User
    service: User


@dataclass
class Endpoint:
    """Receives deliveries and answers what a test wants: ``answers`` in order, then 200."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hang_seconds: float = 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY, speed=0)


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


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made, stopping = Endpoint(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.received.append((dict(self.headers), body))
            stopping.wait(made.hang_seconds)
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield made
    stopping.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
