"""An account, its server, a client that speaks HTTP to it, and an endpoint that receives deliveries."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.zendesk import Sandbox, State
from sandbox.zendesk.model import CustomField, Organization, User
from sandbox.zendesk.tickets_model import Ticket
from sandbox.zendesk.webhooks.invocations import RetryRules

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


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

    def put_ticket(self, ticket_id: int, **values: Any) -> requests.Response:
        return self("PUT", f"/api/v2/tickets/{ticket_id}", {"ticket": values})


@dataclass(frozen=True)
class People:
    """Who is in the account."""

    acme: Organization
    carla: User
    ada: User
    service: User


@dataclass
class Endpoint:
    """Receives deliveries and answers what a test wants: ``answers`` in order, then 200."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hang_seconds: float = 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY, speed=0)


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


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made, stopping = Endpoint(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.received.append((dict(self.headers), body))
            stopping.wait(made.hang_seconds)
            status, headers = made.answers.pop(0) if made.answers else (200, {})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
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
