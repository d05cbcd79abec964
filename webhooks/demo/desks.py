"""The demo's helpdesks: a stand-in for each platform with the same people, and the few things that they do."""

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import sandbox.freshdesk
import sandbox.jira
import sandbox.zendesk
from sandbox.common.clock import Clock
from sandbox.common.serving import StandIn
from sandbox.freshdesk import Switches as FreshdeskSwitches
from sandbox.jira.store import Switches as JiraSwitches

CUSTOMERS = {
    "Gold": ("Greta Gold", "Northwind Devices"),
    "Silver": ("Sam Silver", "Cedar Labs"),
    "Standard": ("Stan Standard", "Birch & Sons"),
}


class Desk(ABC):
    """One helpdesk, running on its port; a ticket is known by the name that the story gives it.

    Attributes:
        platform: the adapter's name.
        url: its address.
        page: where an agent looks.
        secrets: what ``connect`` takes from the environment.
        settings: what ``connect`` is told with ``--set``.
        customers: by plan.
        state: what is on the desk.
        tickets, subjects, plans: the tickets, what they are about and their customers' plans, by name.
    """

    platform: str
    state: Any
    served: StandIn[Any]
    customers: Mapping[str, Any]
    secrets: Mapping[str, str]
    settings: Mapping[str, Any]

    def __init__(self) -> None:
        self.tickets: dict[str, Any] = {}
        self.plans: dict[str, str] = {}
        self.subjects: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Its address."""
        return self.served.url

    @property
    def page(self) -> str:
        """Where an agent looks."""
        return f"{self.url}/agent/tickets"

    def open(self, name: str, plan: str, subject: str, body: str, priority: str) -> None:
        """Let the customer with that plan open a ticket; ``priority`` is the policy's."""
        self.plans[name], self.subjects[name] = plan, subject
        self.tickets[name] = self._open(self.customers[plan], subject, body, priority)

    def subject_of(self, ticket_id: str) -> str:
        """Return what a ticket is about, with who asked; its id for one that the story does not know."""
        name = next((name for name, ticket in self.tickets.items() if str(ticket.id) == ticket_id), None)
        return f"{CUSTOMERS[self.plans[name]][1]}, “{self.subjects[name]}”" if name else ticket_id

    @abstractmethod
    def _open(self, customer: Any, subject: str, body: str, priority: str) -> Any:
        """Return the new ticket."""

    @abstractmethod
    def answer(self, name: str, text: str, status: str | None = None) -> None:
        """Let the agent answer in public, and perhaps set the status: pending or solved."""

    @abstractmethod
    def write_back(self, name: str, text: str) -> None:
        """Let the customer reply, which opens a pending ticket again."""

    @abstractmethod
    def tick_workaround(self, name: str) -> None:
        """Let the agent say that a workaround is in place."""

    def is_quiet(self) -> bool:
        """Return whether every delivery has arrived."""
        return bool(self.state.courier.wait_idle(0))

    def stop(self) -> None:
        """Stop serving."""
        self.served.stop()


class ZendeskDesk(Desk):
    """The stand-in for Zendesk Support."""

    platform = "zendesk"

    def __init__(self, clock: Clock, port: int) -> None:
        super().__init__()
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
        self.secrets: Mapping[str, str] = {"ZENDESK_CLIENT_SECRET": client.secret}
        values = {"plan_gold": "Gold", "plan_silver": "Silver", "plan_standard": "Standard"}
        self.settings: Mapping[str, Any] = {
            "base_url": self.url,
            "client_id": "sla-sidecar",
            "plan": [{"from": "organization_field", "key": "support_plan", "values": values}],
            "timezone": "America/Los_Angeles",
            "priorities": {"urgent": "P1", "high": "P1", "normal": "P2", "low": "P3"},
        }

    def _open(self, customer: Any, subject: str, body: str, priority: str) -> Any:
        """Let the customer open a ticket."""
        word = {"P1": "urgent", "P2": "normal", "P3": "low"}[priority]
        return self.state.open_ticket(customer, subject, body, priority=word)

    def answer(self, name: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        also: dict[str, Any] = {"status": status} if status else {}
        self.state.reply(self.tickets[name], self.agent, text, **also)

    def write_back(self, name: str, text: str) -> None:
        """Let the customer reply."""
        self.state.reply(self.tickets[name], self.customers[self.plans[name]], text, status="open")

    def tick_workaround(self, name: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.custom_ticket_fields() if one.title == "SLA: workaround")
        self.state.set_field(self.tickets[name], field, True, self.agent)


class JiraDesk(Desk):
    """The stand-in for Jira Service Management."""

    platform = "jira"
    STATUSES = {"pending": "Waiting for customer", "solved": "Resolved"}  # noqa: RUF012 - a table

    def __init__(self, clock: Clock, port: int) -> None:
        super().__init__()
        self.state = sandbox.jira.State(clock, switches=JiraSwitches(customer_reply_reopens=True))
        self.state.desk_project()
        self.agent = self.state.add_agent("Ada Agent")
        self.customers = {
            plan: self.state.add_customer(name, organization=self.state.add_organization(company, plan))
            for plan, (name, company) in CUSTOMERS.items()
        }
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.served = sandbox.jira.Sandbox(self.state, port=port).start()
        self.secrets: Mapping[str, str] = {"JIRA_API_TOKEN": self.state.add_token(us).value}
        self.settings: Mapping[str, Any] = {
            "site": self.url,
            "email": us.email,
            "projects": ["SUP"],
            "plan": [{"from": "organization_property"}],
            "organization_property": "support-plan",
            "priorities": {"Highest": "P1", "High": "P1", "Medium": "P2", "Low": "P3"},
        }

    def _open(self, customer: Any, subject: str, body: str, priority: str) -> Any:
        """Let the customer open a request."""
        word = {"P1": "Highest", "P2": "Medium", "P3": "Low"}[priority]
        return self.state.open_request(customer, subject, body, priority=word)

    def answer(self, name: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        self.state.reply(self.tickets[name], self.agent, text)
        if status:
            self.state.set_status(self.tickets[name], self.STATUSES[status], self.agent)

    def write_back(self, name: str, text: str) -> None:
        """Let the customer reply; the desk's own rule takes the request up again."""
        self.state.reply(self.tickets[name], self.customers[self.plans[name]], text)

    def tick_workaround(self, name: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.fields.values() if one.name == "SLA Sidecar: workaround")
        choice = field.contexts[0].options[0].value
        self.state.set_field(self.tickets[name], field, [choice], self.agent)


class FreshdeskDesk(Desk):
    """The stand-in for Freshdesk."""

    platform = "freshdesk"
    STATUSES = {"pending": 3, "solved": 4}  # noqa: RUF012 - a table

    def __init__(self, clock: Clock, port: int) -> None:
        super().__init__()
        self.state = sandbox.freshdesk.State(clock, switches=FreshdeskSwitches(plan="enterprise"))
        self.agent = self.state.add_agent("Ada Agent")
        self.customers = {
            plan: self.state.add_contact(name, company=self.state.add_company(company, plan))
            for plan, (name, company) in CUSTOMERS.items()
        }
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.served = sandbox.freshdesk.Sandbox(self.state, port=port).start()
        self.secrets: Mapping[str, str] = {"FRESHDESK_API_KEY": us.api_key}
        self.settings: Mapping[str, Any] = {
            "base_url": self.url,
            "plan": [{"from": "company_field", "key": "account_tier"}],
            "priorities": {"urgent": "P1", "high": "P1", "medium": "P2", "low": "P3"},
            "timezone": "America/Los_Angeles",
        }

    def _open(self, customer: Any, subject: str, body: str, priority: str) -> Any:
        """Let the customer open a ticket."""
        number = {"P1": 4, "P2": 2, "P3": 1}[priority]
        return self.state.open_ticket(customer, subject, body, priority=number)

    def answer(self, name: str, text: str, status: str | None = None) -> None:
        """Let the agent answer."""
        also: dict[str, Any] = {"status": self.STATUSES[status]} if status else {}
        self.state.reply(self.tickets[name], self.agent, text, **also)

    def write_back(self, name: str, text: str) -> None:
        """Let the customer reply; the desk's own rule opens the ticket again."""
        self.state.reply(self.tickets[name], self.customers[self.plans[name]], text)

    def tick_workaround(self, name: str) -> None:
        """Let the agent tick the box."""
        field = next(one for one in self.state.custom_fields() if one.name == "cf_sla_workaround")
        self.state.set_field(self.tickets[name], field, True, self.agent)


def settings_options(desk: Desk) -> list[str]:
    """Return a desk's settings as options of ``connect``."""
    return [part for name, value in desk.settings.items() for part in ("--set", f"{name}={json.dumps(value)}")]
