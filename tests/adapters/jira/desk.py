"""The Jira stand-in as a :class:`~adapters.testing.Desk`."""

import hashlib
import hmac
import json

from adapters.base import WebhookRequest
from adapters.jira import ADAPTER
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from core.ticket import Status
from sandbox.jira.auth import READING_POSTS
from sandbox.jira.serving import Sandbox
from sandbox.jira.state import State
from sandbox.jira.store import Switches
from tests.adapters.doubles import Time
from tests.adapters.standin_desk import StandInDesk, standing_clock

STATUSES = {
    Status.NEW: "Open",
    Status.OPEN: "Waiting for support",
    Status.PENDING: "Waiting for customer",
    Status.ON_HOLD: "Pending",
    Status.SOLVED: "Resolved",
    Status.CLOSED: "Closed",
}
PRIORITIES = {"P1": "Highest", "P2": "High", "P3": "Medium", "P4": "Low"}


class JiraDesk(StandInDesk):
    """One site with a customer, an agent, an administrator's token, and a clock that only ``wait`` moves.

    Jira's own rule that a customer's comment moves the issue is off: the contract asks for what it does itself.
    """

    kind = ADAPTER
    statuses = STATUSES
    priorities = PRIORITIES
    teams = ("Second line",)

    def __init__(self, *, data_center=False, **more) -> None:
        switches = Switches(customer_reply_reopens=False, data_center=data_center)
        super().__init__(Sandbox, State(standing_clock(), switches=switches), **more)
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

    def calls(self):
        entries = self.state.log.find(path=self.counted)
        reads = sum(not entry.writes or any(part in entry.path for part in READING_POSTS) for entry in entries)
        return Calls(reads=reads, writes=len(entries) - reads)

    def issue(self, ref):
        return self.state.issues[ref.ticket_id]

    def ticket(self, ref):
        return self.issue(ref)

    def open_ticket(self, *, by_agent=False, priority=None):
        by = self.agent if by_agent else None
        return self.ref(
            self.state.open_request(self.customer, "It is broken", by=by, priority=self.priorities.get(priority))
        )

    def set_status(self, ref, status):
        if status is Status.CLOSED:
            super().set_status(ref, Status.SOLVED)  # the way to it leads through Resolved
        super().set_status(ref, status)

    def add_tag(self, ref, tag):
        self.state.change(self.issue(ref), self.agent, labels=[*self.tags(ref), tag])

    def tags(self, ref):
        return set(self.issue(ref).values.get("labels", ()))

    def private_notes(self, ref):
        return [comment.body for comment in self.issue(ref).comments if not comment.public]

    def public_texts(self, ref):
        return [comment.body for comment in self.issue(ref).comments if comment.public]

    def is_about(self, request, ref):
        return json.loads(request.body).get("issue", {}).get("id") == ref.ticket_id

    def other_delivery(self, body=None):
        raw = b'{"webhookEvent": "user_created", "timestamp": 1}' if body is None else body
        digest = hmac.new(self.secrets["webhook_secret"].encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": "w-other"}
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)
