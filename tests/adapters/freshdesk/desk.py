"""The Freshdesk stand-in as a :class:`~adapters.testing.Desk`."""

from datetime import timedelta

from adapters.base import WebhookRequest
from adapters.freshdesk import ADAPTER
from adapters.services import MemoryBudget, Services
from core.ticket import Status
from sandbox.freshdesk.serving import Sandbox
from sandbox.freshdesk.state import State
from tests.adapters.standin_desk import StandInDesk, standing_clock

STATUSES = {Status.OPEN: 2, Status.PENDING: 3, Status.SOLVED: 4, Status.CLOSED: 5, Status.ON_HOLD: 7}
PRIORITIES = {"P1": 4, "P2": 3, "P3": 2, "P4": 1}


class FreshdeskDesk(StandInDesk):
    """One account with a customer, an agent, an agent of ours, and a clock that only ``wait`` moves."""

    kind = ADAPTER
    statuses = STATUSES
    priorities = PRIORITIES
    counted = "^/api/"

    def __init__(self, **more) -> None:
        super().__init__(Sandbox, State(standing_clock()), **more)
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

    def open_ticket(self, *, by_agent=False, priority=None, **values):
        if priority:
            values["priority"] = self.priorities[priority]
        by = self.agent if by_agent else None
        return self.ref(
            self.state.open_ticket(self.customer, "It is broken", "Please help", by=by, outbound=by_agent, **values)
        )

    def private_notes(self, ref):
        return [said.body_text for said in self.ticket(ref).conversations if said.private]

    def public_texts(self, ref):
        return [said.body_text for said in self.ticket(ref).conversations if not said.private]

    def is_about(self, request, ref):
        return request.query.get("ticket_id") == ref.ticket_id

    def other_delivery(self, body=None):
        raw = b'{"event": "onContactUpdate", "data": {"contact": {"id": 2}}}' if body is None else body
        headers = {"X-Sidecar-Key": self.secrets["webhook_key"], "Content-Type": "application/json"}
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)
