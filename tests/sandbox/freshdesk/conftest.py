"""An account, its server, a client that speaks HTTP to it, and an endpoint that receives webhooks."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.freshdesk import Sandbox, State
from sandbox.freshdesk.model import Agent, Company, Contact, TicketField
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Client:
    """A session that knows the address and the API key."""

    url: str
    session: requests.Session

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.url}/api/v2{path}", json=body, timeout=10, **more)

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

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


@dataclass
class Endpoint:
    """Receives webhooks and answers what a test wants: ``answers`` in order, then 200."""

    url: str = ""
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hang_seconds: float = 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY, speed=0)


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


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made, stopping = Endpoint(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.received.append((self.path, dict(self.headers), body))
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
