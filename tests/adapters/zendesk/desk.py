"""The Zendesk stand-in as a :class:`~adapters.testing.Desk`, over real HTTP, with a receiver for its webhooks."""

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.base import SetUpPlan, WebhookRequest
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from adapters.zendesk import ADAPTER
from core.ticket import Status
from core.update import Field, TicketRef
from sandbox.common.clock import Clock
from sandbox.zendesk.serving import Sandbox
from sandbox.zendesk.state import State
from sandbox.zendesk.webhooks.signing import signature

WORDS = {status: "hold" if status is Status.ON_HOLD else status.value for status in Status}
PRIORITIES = {"P1": "urgent", "P2": "high", "P3": "normal", "P4": "low"}
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


class ZendeskDesk:
    """One account with a customer, an agent, an admin's OAuth client, and a clock that only ``wait`` moves."""

    def __init__(self, **more) -> None:
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0), speed=0)
        self.state = State(self.clock)
        self.sandbox = Sandbox(self.state, **{"limits": False, **more}).start()
        self.receiver = Receiver()
        self.acme = self.state.add_organization("Acme", "Gold")
        self.customer = self.state.add_end_user("Carla Customer", organization=self.acme)
        self.group = self.state.add_group("Second line")
        self.agent = self.state.add_agent("Andy Agent", group=self.group)
        us = self.state.add_agent("SLA Sidecar", role="admin")
        client = self.state.add_oauth_client("sidecar", us)
        self.settings = {
            "base_url": self.sandbox.url,
            "client_id": "sidecar",
            "plan": [{"from": "organization_field", "key": "support_plan", "values": {"plan_gold": "Gold"}}],
        }
        self.secrets = {"client_secret": client.secret}
        self.services = Services(budget=MemoryBudget(), now=self.clock)

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

    def open_ticket(self, *, by_agent=False, priority=None):
        values = {"priority": PRIORITIES[priority]} if priority else {}
        by = self.agent if by_agent else None
        return self.ref(self.state.open_ticket(self.customer, "It is broken", "Please help", by=by, **values))

    def reply_as_customer(self, ref):
        self.state.reply(self.ticket(ref), self.customer, "Any news?")

    def reply_as_agent(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "We are on it")

    def add_note(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "Looks like the disk", public=False)

    def set_status(self, ref, status):
        self.state.set_status(self.ticket(ref), WORDS[status], self.agent)

    def set_priority(self, ref, priority):
        self.state.set_priority(self.ticket(ref), PRIORITIES[priority], self.agent)

    def add_tag(self, ref, tag):
        self.state.change(self.ticket(ref), self.agent, tags=[*self.ticket(ref).tags, tag])

    def delete(self, ref):
        self.state.delete(self.ticket(ref))

    def tags(self, ref):
        return set(self.ticket(ref).tags)

    def private_notes(self, ref):
        return [comment.body for _, comment in self.ticket(ref).comments() if not comment.public]

    def public_texts(self, ref):
        return [comment.body for _, comment in self.ticket(ref).comments() if comment.public]

    def delivery(self, ref):
        assert self.state.courier.wait_idle()
        about = f'"subject": "zen:ticket:{ref.ticket_id}"'.encode()
        return next(request for request in self.receiver.requests if about in request.body)

    def other_delivery(self, body=None):
        raw = b'{"type": "zen:event-type:user.deleted", "id": "x", "detail": {}}' if body is None else body
        at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "X-Zendesk-Webhook-Signature": signature(self.secrets["signing_secret"], at, raw),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
            "X-Zendesk-Webhook-Invocation-Id": "01HANA2B5D5W9XSJS3NE5SQA1J",
        }
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)

    def wait(self, span):
        self.clock.advance(span)

    def reset_calls(self):
        self.state.log.clear()

    def calls(self):
        entries = [entry for entry in self.state.log.find() if entry.path != "/oauth/tokens"]
        writes = sum(entry.writes for entry in entries)
        return Calls(reads=len(entries) - writes, writes=writes)
