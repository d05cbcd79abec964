"""The demo's helpdesks: a stand-in for each platform with the same people, and the few things that they do."""

import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

import sandbox.freshdesk
import sandbox.jira
import sandbox.zendesk
from sandbox.common.clock import Clock
from sandbox.freshdesk import Switches as FreshdeskSwitches
from sandbox.jira.store import Switches as JiraSwitches

CUSTOMERS = {
    "Gold": ("Greta Gold", "Northwind Devices"),
    "Silver": ("Sam Silver", "Cedar Labs"),
    "Standard": ("Stan Standard", "Birch & Sons"),
}


class Desk(Protocol):
    """One helpdesk, running on its port.

    Attributes:
        platform: the adapter's name.
        url: its address.
        page: where an agent looks.
        secrets: what ``connect`` takes from the environment.
        settings: what ``connect`` is told with ``--set``.
    """

    platform: str
    url: str
    page: str
    secrets: Mapping[str, str]
    settings: Mapping[str, Any]

    def open(self, plan: str, subject: str, body: str, priority: str) -> None:
        """Let the customer with that plan open a ticket; ``priority`` is the policy's."""

    def answer(self, plan: str, text: str, status: str | None = None) -> None:
        """Let the agent answer that customer in public, and perhaps set the status: pending or solved."""

    def write_back(self, plan: str, text: str) -> None:
        """Let the customer reply, which opens a pending ticket again."""

    def tick_workaround(self, plan: str) -> None:
        """Let the agent say that a workaround is in place."""

    def stop(self) -> None:
        """Stop serving."""


class ZendeskDesk:
    """The stand-in for Zendesk Support."""

    platform = "zendesk"

    def __init__(self, clock: Clock, port: int) -> None:
        self.state = sandbox.zendesk.State(clock)
        self.agent = self.state.add_agent("Ada Agent")
        self.state.add_group("Customer Success", self.agent)
        self.customers = {
            plan: self.state.add_end_user(name, organization=self.state.add_organization(company, plan=plan))
            for plan, (name, company) in CUSTOMERS.items()
        }
        us = self.state.add_agent("SLA Sidecar", role="admin")
        client = self.state.add_oauth_client("sla-sidecar", us, secrets.token_hex(16))
        self.served = sandbox.zendesk.Sandbox(self.state, port=port).start()
        self.url = self.served.url
        self.page = f"{self.url}/agent/tickets"
        self.secrets: Mapping[str, str] = {"ZENDESK_CLIENT_SECRET": client.secret}
        values = {"plan_gold": "Gold", "plan_silver": "Silver", "plan_standard": "Standard"}
        self.settings: Mapping[str, Any] = {
            "base_url": self.url,
            "client_id": "sla-sidecar",
            "plan": [{"from": "organization_field", "key": "support_plan", "values": values}],
            "timezone": "America/Los_Angeles",
            "priorities": {"urgent": "P1", "high": "P1", "normal": "P2", "low": "P3"},
        }
        self.tickets: dict[str, Any] = {}

    def open(self, plan: str, subject: str, body: str, priority: str) -> None:
        """Let the customer open a ticket."""
        word = {"P1": "urgent", "P2": "normal", "P3": "low"}[priority]
        self.tickets[plan] = self.state.open_ticket(self.customers[plan], subject, body, priority=word)

    def answer(self, plan: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        also: dict[str, Any] = {"status": status} if status else {}
        self.state.reply(self.tickets[plan], self.agent, text, **also)

    def write_back(self, plan: str, text: str) -> None:
        """Let the customer reply."""
        self.state.reply(self.tickets[plan], self.customers[plan], text, status="open")

    def tick_workaround(self, plan: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.custom_ticket_fields() if one.title == "SLA: workaround")
        self.state.set_field(self.tickets[plan], field, True, self.agent)

    def stop(self) -> None:
        """Stop serving."""
        self.served.stop()


class JiraDesk:
    """The stand-in for Jira Service Management."""

    platform = "jira"
    STATUSES = {"pending": "Waiting for customer", "solved": "Resolved"}  # noqa: RUF012 - a table

    def __init__(self, clock: Clock, port: int) -> None:
        self.state = sandbox.jira.State(clock, switches=JiraSwitches(customer_reply_reopens=True))
        self.state.desk_project()
        self.agent = self.state.add_agent("Ada Agent")
        self.customers = {
            plan: self.state.add_customer(name, organization=self.state.add_organization(company, plan))
            for plan, (name, company) in CUSTOMERS.items()
        }
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.served = sandbox.jira.Sandbox(self.state, port=port).start()
        self.url = self.served.url
        self.page = f"{self.url}/agent/tickets"
        self.secrets: Mapping[str, str] = {"JIRA_API_TOKEN": self.state.add_token(us).value}
        self.settings: Mapping[str, Any] = {
            "site": self.url,
            "email": us.email,
            "projects": ["SUP"],
            "plan": [{"from": "organization_property"}],
            "organization_property": "support-plan",
            "priorities": {"Highest": "P1", "High": "P1", "Medium": "P2", "Low": "P3"},
        }
        self.tickets: dict[str, Any] = {}

    def open(self, plan: str, subject: str, body: str, priority: str) -> None:
        """Let the customer open a request."""
        word = {"P1": "Highest", "P2": "Medium", "P3": "Low"}[priority]
        self.tickets[plan] = self.state.open_request(self.customers[plan], subject, body, priority=word)

    def answer(self, plan: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        self.state.reply(self.tickets[plan], self.agent, text)
        if status:
            self.state.set_status(self.tickets[plan], self.STATUSES[status], self.agent)

    def write_back(self, plan: str, text: str) -> None:
        """Let the customer reply; the desk's own rule takes the request up again."""
        self.state.reply(self.tickets[plan], self.customers[plan], text)

    def tick_workaround(self, plan: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.fields.values() if one.name == "SLA Sidecar: workaround")
        choice = field.contexts[0].options[0].value
        self.state.set_field(self.tickets[plan], field, [choice], self.agent)

    def stop(self) -> None:
        """Stop serving."""
        self.served.stop()


class FreshdeskDesk:
    """The stand-in for Freshdesk."""

    platform = "freshdesk"
    STATUSES = {"pending": 3, "solved": 4}  # noqa: RUF012 - a table

    def __init__(self, clock: Clock, port: int) -> None:
        self.state = sandbox.freshdesk.State(clock, switches=FreshdeskSwitches(plan="enterprise"))
        self.agent = self.state.add_agent("Ada Agent")
        self.customers = {
            plan: self.state.add_contact(name, company=self.state.add_company(company, plan))
            for plan, (name, company) in CUSTOMERS.items()
        }
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.served = sandbox.freshdesk.Sandbox(self.state, port=port).start()
        self.url = self.served.url
        self.page = f"{self.url}/agent/tickets"
        self.secrets: Mapping[str, str] = {"FRESHDESK_API_KEY": us.api_key}
        self.settings: Mapping[str, Any] = {
            "base_url": self.url,
            "plan": [{"from": "company_field", "key": "account_tier"}],
            "priorities": {"urgent": "P1", "high": "P1", "medium": "P2", "low": "P3"},
            "timezone": "America/Los_Angeles",
        }
        self.tickets: dict[str, Any] = {}

    def open(self, plan: str, subject: str, body: str, priority: str) -> None:
        """Let the customer open a ticket."""
        number = {"P1": 4, "P2": 2, "P3": 1}[priority]
        self.tickets[plan] = self.state.open_ticket(self.customers[plan], subject, body, priority=number)

    def answer(self, plan: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        also: dict[str, Any] = {"status": self.STATUSES[status]} if status else {}
        self.state.reply(self.tickets[plan], self.agent, text, **also)

    def write_back(self, plan: str, text: str) -> None:
        """Let the customer reply; the desk's own rule opens the ticket again."""
        self.state.reply(self.tickets[plan], self.customers[plan], text)

    def tick_workaround(self, plan: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.custom_fields() if one.name == "cf_sla_workaround")
        self.state.set_field(self.tickets[plan], field, True, self.agent)

    def stop(self) -> None:
        """Stop serving."""
        self.served.stop()


def settings_options(desk: Desk) -> list[str]:
    """Return a desk's settings as options of ``connect``."""
    return [part for name, value in desk.settings.items() for part in ("--set", f"{name}={json.dumps(value)}")]
