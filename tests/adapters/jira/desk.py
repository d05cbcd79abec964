"""The Jira stand-in as a :class:`~adapters.testing.Desk`, over real HTTP, with a receiver for its webhooks."""

import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.base import SetUpPlan, WebhookRequest
from adapters.jira import ADAPTER
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from core.ticket import Status
from core.update import Field, TicketRef
from sandbox.common.clock import Clock
from sandbox.jira.serving import Sandbox
from sandbox.jira.state import State
from sandbox.jira.store import Switches
from tests.adapters.doubles import Time

WORDS = {
    Status.NEW: "Open",
    Status.OPEN: "Waiting for support",
    Status.PENDING: "Waiting for customer",
    Status.ON_HOLD: "Pending",
    Status.SOLVED: "Resolved",
    Status.CLOSED: "Closed",
}
PRIORITIES = {"P1": "Highest", "P2": "High", "P3": "Medium", "P4": "Low"}
STATES = ["running", "paused", "at_risk", "breached", "met", "missed"]


class Receiver:
    """Collects what the stand-in delivers, and answers 200."""

    def __init__(self) -> None:
        self.requests: list[WebhookRequest] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                receiver.requests.append(WebhookRequest("POST", self.path, dict(self.headers.items()), body))
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


class JiraDesk:
    """One site with a customer, an agent, an administrator's token, and a clock that only ``wait`` moves.

    Jira's own rule that a customer's comment moves the issue is off: the contract asks for what it does itself.
    """

    def __init__(self, *, data_center=False, **more) -> None:
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0), speed=0)
        switches = Switches(customer_reply_reopens=False, data_center=data_center)
        self.state = State(self.clock, switches=switches)
        self.sandbox = Sandbox(self.state, **{"limits": False, **more}).start()
        self.receiver = Receiver()
        self.state.desk_project()
        self.acme = self.state.add_organization("Acme", "Gold")
        self.customer = self.state.add_customer("Carla Customer", organization=self.acme)
        self.agent = self.state.add_agent("Andy Agent")
        self.us = self.state.add_agent("SLA Sidecar", admin=True)
        self.settings = {
            "site": self.sandbox.url,
            "projects": ["SUP"],
            "plan": [{"from": "organization_property"}],
            "organization_property": "support-plan",
            **({"deployment": "data_center"} if data_center else {"email": self.us.email}),
        }
        self.secrets = {"api_token": self.state.add_token(self.us).value}
        waiting = Time()  # the budget's own time, so that no test waits for ten calls a second
        self.services = Services(budget=MemoryBudget(waiting.monotonic), now=self.clock, sleep=waiting.sleep)

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
                "teams": ["Second line"],
                **more,
            }
        )

    def adapter(self, **settings):
        """Return an adapter with these settings beside the connection's."""
        conf = ADAPTER.settings.model_validate({**self.settings, **settings})
        return ADAPTER.create("acme", conf, self.secrets, self.services)

    def connect(self, plan=None, **settings):
        """Set the site up as ``connect`` does, keep what it says, and return the adapter."""
        result = self.adapter(**settings).set_up(plan or self.plan())
        self.settings |= settings | dict(result.settings)
        self.secrets |= result.secrets
        self.reset_calls()
        return self.adapter()

    def issue(self, ref):
        return self.state.issues[ref.ticket_id]

    def ref(self, issue) -> TicketRef:
        return TicketRef("acme", issue.id)

    # -- the verbs of adapters.testing.Desk ------------------------------------------------------------------------

    def open_ticket(self, *, by_agent=False, priority=None):
        by = self.agent if by_agent else None
        return self.ref(
            self.state.open_request(self.customer, "It is broken", by=by, priority=PRIORITIES.get(priority))
        )

    def reply_as_customer(self, ref):
        self.state.reply(self.issue(ref), self.customer, "Any news?")

    def reply_as_agent(self, ref):
        self.state.reply(self.issue(ref), self.agent, "We are on it")

    def add_note(self, ref):
        self.state.reply(self.issue(ref), self.agent, "Looks like the disk", public=False)

    def set_status(self, ref, status):
        if status is Status.CLOSED:
            self.state.set_status(self.issue(ref), "Resolved", self.agent)
        self.state.set_status(self.issue(ref), WORDS[status], self.agent)

    def set_priority(self, ref, priority):
        self.state.set_priority(self.issue(ref), PRIORITIES[priority], self.agent)

    def add_tag(self, ref, tag):
        self.state.change(self.issue(ref), self.agent, labels=[*self.tags(ref), tag])

    def delete(self, ref):
        self.state.delete(self.issue(ref))

    def tags(self, ref):
        return set(self.issue(ref).values.get("labels", ()))

    def private_notes(self, ref):
        return [comment.body for comment in self.issue(ref).comments if not comment.public]

    def public_texts(self, ref):
        return [comment.body for comment in self.issue(ref).comments if comment.public]

    def delivery(self, ref):
        assert self.state.courier.wait_idle()
        return next(
            request
            for request in self.receiver.requests
            if json.loads(request.body).get("issue", {}).get("id") == ref.ticket_id
        )

    def other_delivery(self, body=None):
        raw = b'{"webhookEvent": "user_created", "timestamp": 1}' if body is None else body
        digest = hmac.new(self.secrets["webhook_secret"].encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": "w-other"}
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)

    def wait(self, span):
        self.clock.advance(span)

    def reset_calls(self):
        self.state.log.clear()

    def calls(self):
        entries = self.state.log.find()
        writes = sum(entry.writes for entry in entries)
        return Calls(reads=len(entries) - writes, writes=writes)
