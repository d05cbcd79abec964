"""The Zendesk stand-in as a :class:`~adapters.testing.Desk`."""

from adapters.base import WebhookRequest
from adapters.zendesk import ADAPTER
from core.ticket import Status
from sandbox.zendesk.serving import Sandbox
from sandbox.zendesk.state import State
from sandbox.zendesk.webhooks.signing import signature
from tests.adapters.standin_desk import StandInDesk, standing_clock

STATUSES = {status: "hold" if status is Status.ON_HOLD else status.value for status in Status}
PRIORITIES = {"P1": "urgent", "P2": "high", "P3": "normal", "P4": "low"}


class ZendeskDesk(StandInDesk):
    """One account with a customer, an agent, an admin's OAuth client, and a clock that only ``wait`` moves."""

    kind = ADAPTER
    statuses = STATUSES
    priorities = PRIORITIES
    teams = ("Second line",)
    counted = "^/api/"

    def __init__(self, **more) -> None:
        super().__init__(Sandbox, State(standing_clock()), **more)
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

    def open_ticket(self, *, by_agent=False, priority=None):
        values = {"priority": self.priorities[priority]} if priority else {}
        by = self.agent if by_agent else None
        return self.ref(self.state.open_ticket(self.customer, "It is broken", "Please help", by=by, **values))

    def private_notes(self, ref):
        return [comment.body for _, comment in self.ticket(ref).comments() if not comment.public]

    def public_texts(self, ref):
        return [comment.body for _, comment in self.ticket(ref).comments() if comment.public]

    def is_about(self, request, ref):
        return f'"subject": "zen:ticket:{ref.ticket_id}"'.encode() in request.body

    def other_delivery(self, body=None):
        raw = b'{"type": "zen:event-type:user.deleted", "id": "x", "detail": {}}' if body is None else body
        at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "X-Zendesk-Webhook-Signature": signature(self.secrets["signing_secret"], at, raw),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
            "X-Zendesk-Webhook-Invocation-Id": "01HANA2B5D5W9XSJS3NE5SQA1J",
        }
        return WebhookRequest("POST", "/webhooks/acme/t0ken", headers, raw)
