"""The Freshdesk stand-in as a :class:`~adapters.testing.Desk`, over real HTTP, with a receiver for its webhooks."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from adapters.base import SetUpPlan, WebhookRequest
from adapters.freshdesk import ADAPTER
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from core.ticket import Status
from core.update import Field, TicketRef
from sandbox.common.clock import Clock
from sandbox.freshdesk.serving import Sandbox
from sandbox.freshdesk.state import State

CODES = {Status.OPEN: 2, Status.PENDING: 3, Status.SOLVED: 4, Status.CLOSED: 5, Status.ON_HOLD: 7}
PRIORITIES = {"P1": 4, "P2": 3, "P3": 2, "P4": 1}
STATES = ["running", "paused", "at_risk", "breached", "met", "missed"]


class Receiver:
    """Collects what the stand-in delivers, and answers 200."""

    def __init__(self) -> None:
        self.requests: list[WebhookRequest] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                parts = urlsplit(self.path)
                headers = dict(self.headers.items())
                query = dict(parse_qsl(parts.query))
                receiver.requests.append(WebhookRequest("POST", parts.path, headers, body, query))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/acme/t0ken"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class FreshdeskDesk:
    """One account with a customer, an agent, an agent of ours, and a clock that only ``wait`` moves."""

    def __init__(self, **more) -> None:
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0), speed=0)
        self.state = State(self.clock)
        self.sandbox = Sandbox(self.state, **{"limits": False, **more}).start()
        self.receiver = Receiver()
        self.acme = self.state.add_company("Acme", "Premium")
        self.customer = self.state.add_contact("Carla Customer", company=self.acme)
        self.agent = self.state.add_agent("Andy Agent")
        self.group = self.state.add_group("Second line", self.agent)
        self.us = self.state.add_agent("SLA Sidecar", admin=True)
        self.settings = {
            "base_url": self.sandbox.url,
            "plan": [{"from": "company_field", "key": "account_tier", "values": {"Premium": "Gold"}}],
        }
        self.secrets = {"api_key": self.us.api_key}
        self.slept: list[float] = []
        self.services = Services(budget=MemoryBudget(), now=self.clock, sleep=self._sleep)

    def _sleep(self, seconds) -> None:
        """Let the account's clock run on instead, and its engine with it."""
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))
        self.state.run_engine()

    def close(self) -> None:
        for stop in (self.sandbox.stop, self.receiver.close):
            threading.Thread(target=stop, daemon=True).start()  # each waits for its server's next poll

    def plan(self, **more) -> SetUpPlan:
        """Return what ``connect`` asks for with a policy like Glassbeam's."""
        return SetUpPlan(
            **{
                "webhook_url": self.receiver.url,
                "fields": {
                    Field.STATE: STATES,
                    Field.TIER: ["1", "2", "3"],
                    Field.PLAN: ["Standard", "Premium Plus"],
                    Field.NEXT: ["first_response", "update", "resolution"],
                    Field.NEXT_DUE: [],
                    Field.FIRST_RESPONSE_DUE: [],
                    Field.RESOLUTION_DUE: [],
                },
                "inputs": {"affected": ["one_user", "many_users"], "critical": [], "workaround": [], "escalate": []},
                **more,
            }
        )

    def adapter(self, **settings):
        """Return an adapter with these settings beside the connection's."""
        conf = ADAPTER.settings.model_validate({**self.settings, **settings})
        return ADAPTER.create("acme", conf, self.secrets, self.services)

    def connect(self, plan=None, **settings):
        """Set the account up as ``connect`` does, keep what it says, and return the adapter."""
        result = self.adapter(**settings).set_up(plan or self.plan())
        self.settings |= settings | dict(result.settings)
        self.secrets |= result.secrets
        self.reset_calls()
        return self.adapter()

    def ticket(self, ref):
        return self.state.tickets[int(ref.ticket_id)]

    def ref(self, ticket) -> TicketRef:
        return TicketRef("acme", str(ticket.id))

    # -- the verbs of adapters.testing.Desk ------------------------------------------------------------------------

    def open_ticket(self, *, by_agent=False, priority=None, **values):
        if priority:
            values["priority"] = PRIORITIES[priority]
        by = self.agent if by_agent else None
        return self.ref(
            self.state.open_ticket(self.customer, "It is broken", "Please help", by=by, outbound=by_agent, **values)
        )

    def reply_as_customer(self, ref):
        self.state.reply(self.ticket(ref), self.customer, "Any news?")

    def reply_as_agent(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "We are on it")

    def add_note(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "Looks like the disk", public=False)

    def set_status(self, ref, status):
        self.state.set_status(self.ticket(ref), CODES[status], self.agent)

    def set_priority(self, ref, priority):
        self.state.set_priority(self.ticket(ref), PRIORITIES[priority], self.agent)

    def add_tag(self, ref, tag):
        self.state.change(self.ticket(ref), self.agent, tags=[*self.ticket(ref).tags, tag])

    def delete(self, ref):
        self.state.delete(self.ticket(ref))

    def tags(self, ref):
        return set(self.ticket(ref).tags)

    def private_notes(self, ref):
        return [said.body_text for said in self.ticket(ref).conversations if said.private]

    def public_texts(self, ref):
        return [said.body_text for said in self.ticket(ref).conversations if not said.private]

    def delivery(self, ref):
        assert self.state.courier.wait_idle()
        return next(each for each in self.receiver.requests if each.query.get("ticket_id") == ref.ticket_id)

    def other_delivery(self, body=None):
        raw = b'{"event": "onContactUpdate", "data": {"contact": {"id": 2}}}' if body is None else body
        headers = {"X-Sidecar-Key": self.secrets["webhook_key"], "Content-Type": "application/json"}
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)

    def wait(self, span):
        self.clock.advance(span)

    def reset_calls(self):
        self.state.log.clear()

    def calls(self):
        entries = self.state.log.find(path="^/api/")
        writes = sum(entry.writes for entry in entries)
        return Calls(reads=len(entries) - writes, writes=writes)
