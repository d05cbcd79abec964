"""The other side of each world: a stand-in with a customer and an agent, and what the tests ask of every platform."""

from dataclasses import replace
from typing import Any

from sandbox.freshdesk import Sandbox as FreshdeskSandbox
from sandbox.freshdesk import State as FreshdeskState
from sandbox.freshdesk import Switches as FreshdeskSwitches
from sandbox.freshdesk.limits import PLANS as FRESHDESK_PLANS
from sandbox.freshdesk.limits import Plan as FreshdeskPlan
from sandbox.jira import Sandbox as JiraSandbox
from sandbox.jira import State as JiraState
from sandbox.jira.store import Switches as JiraSwitches
from sandbox.zendesk import Sandbox as ZendeskSandbox
from sandbox.zendesk import State as ZendeskState
from sandbox.zendesk.limits import Plan as ZendeskPlan
from sandbox.zendesk.tickets_model import CommentEvent

SECRET = "a-secret-for-tests"
NOTE = "sla-sidecar:"
FRESHDESK_PLANS["generous"] = FreshdeskPlan(60_000, 60_000, 60_000, 60_000, 60_000)


class Side:
    """One platform's stand-in, running.

    Attributes:
        ticket_path: what the path of a request about one ticket contains.
        extra_reads: reads of a look that organizations, once cached, cost no more.
    """

    platform = ""
    ticket_path = ""
    settings: dict[str, Any]
    environment: dict[str, str]
    state: Any
    sandbox: Any

    def open(self, subject: str = "It broke") -> str:
        """Let the customer, who has the plan Gold, open an urgent ticket; return its id."""
        raise NotImplementedError

    def reply(self, ticket_id: str) -> None:
        """Let the agent answer in public."""
        raise NotImplementedError

    def set_status(self, ticket_id: str, status: str) -> None:
        """Let the agent change the status: open, pending, solved."""
        raise NotImplementedError

    def shown(self, ticket_id: str) -> str | None:
        """Return the state that agents see: running, paused, …; None while nothing is shown."""
        raise NotImplementedError

    def notes(self, ticket_id: str) -> list[str]:
        """Return our notes."""
        raise NotImplementedError

    def is_waiting(self, ticket_id: str) -> bool:
        """Return whether the ticket waits for the customer."""
        raise NotImplementedError

    def add_team(self) -> str:
        """Let an admin make a team; return the word for it in ``roles``."""
        raise NotImplementedError

    def delete_team(self, team: str) -> None:
        """Let an admin delete a team."""
        raise NotImplementedError

    def team_of(self, ticket_id: str) -> str | None:
        """Return the team that has the ticket, in the same word."""
        raise NotImplementedError

    def reads(self) -> int:
        """Return how many requests have read since the log was cleared."""
        return len([each for each in self.state.log.find() if not each.writes and "oauth" not in each.path])

    def writes(self) -> int:
        """Return how many requests have written to tickets since then."""
        return len(self.state.log.find("PUT", self.ticket_path))


class Zendesk(Side):
    platform = "zendesk"
    ticket_path = "/api/v2/tickets/"

    def __init__(self) -> None:
        self.state = ZendeskState()
        company = self.state.add_organization("Northwind", plan="Gold")
        self.customer = self.state.add_end_user("Greta Gold", organization=company)
        self.agent = self.state.add_agent("Ada Agent")
        self.state.add_oauth_client("sla-sidecar", self.state.add_agent("SLA Sidecar", role="admin"), SECRET)
        generous = ZendeskPlan(account=60_000, ticket_updates=60_000, incremental=1_000)
        self.sandbox = ZendeskSandbox(self.state, plan=generous).start()
        self.environment = {"ZENDESK_CLIENT_SECRET": SECRET}
        plan = [{"from": "organization_field", "key": "support_plan", "values": {"plan_gold": "Gold"}}]
        self.settings = {
            "base_url": self.sandbox.url,
            "client_id": "sla-sidecar",
            "plan": plan,
            "priorities": {"urgent": "P1", "normal": "P2", "low": "P3"},
        }

    def ticket(self, ticket_id: str) -> Any:
        return self.state.tickets[int(ticket_id)]

    def open(self, subject: str = "It broke") -> str:
        return str(self.state.open_ticket(self.customer, subject, priority="urgent").id)

    def reply(self, ticket_id: str) -> None:
        self.state.reply(self.ticket(ticket_id), self.agent, "On it")

    def set_status(self, ticket_id: str, status: str) -> None:
        self.state.set_status(self.ticket(ticket_id), status, self.agent)

    def values(self, ticket_id: str) -> dict[str, Any]:
        """Return what agents see, by field title."""
        titles = {field.id: field.title for field in self.state.custom_ticket_fields()}
        return {titles[id_]: value for id_, value in self.ticket(ticket_id).custom.items() if value not in (None, "")}

    def shown(self, ticket_id: str) -> str | None:
        tag = self.values(ticket_id).get("SLA state")
        return tag.removeprefix("sla_state_") if tag else None

    def notes(self, ticket_id: str) -> list[str]:
        events = [event for audit in self.ticket(ticket_id).audits for event in audit.events]
        return [event.body for event in events if isinstance(event, CommentEvent) and NOTE in event.body]

    def add_team(self) -> str:
        return str(self.state.add_group("Second line", self.agent).id)

    def delete_team(self, team: str) -> None:
        del self.state.groups[int(team)]

    def team_of(self, ticket_id: str) -> str | None:
        group_id = self.ticket(ticket_id).group_id
        return str(group_id) if group_id in self.state.groups else None

    def is_waiting(self, ticket_id: str) -> bool:
        return self.ticket(ticket_id).status == "pending"


class Jira(Side):
    platform = "jira"
    ticket_path = "/rest/api/3/issue/"

    def __init__(self) -> None:
        self.state = JiraState(switches=JiraSwitches(customer_reply_reopens=False))
        self.state.desk_project()
        company = self.state.add_organization("Northwind", "Gold")
        self.customer = self.state.add_customer("Greta Gold", organization=company)
        self.agent = self.state.add_agent("Ada Agent")
        self.team_field = self.state.add_field("Team", "select", ["First line"]).id  # Jira has no groups of its own
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.sandbox = JiraSandbox(self.state, limits=False).start()
        self.environment = {"JIRA_API_TOKEN": self.state.add_token(us).value}
        self.settings = {
            "site": self.sandbox.url,
            "projects": ["SUP"],
            "email": us.email,
            "plan": [{"from": "organization_property"}],
            "organization_property": "support-plan",
            "group_field": {"field": self.team_field},
            "priorities": {"Highest": "P1", "Medium": "P2", "Low": "P3"},
        }

    def issue(self, ticket_id: str) -> Any:
        return self.state.issues[ticket_id]

    def open(self, subject: str = "It broke") -> str:
        return str(self.state.open_request(self.customer, subject, priority="Highest").id)

    def reply(self, ticket_id: str) -> None:
        self.state.reply(self.issue(ticket_id), self.agent, "On it")

    def set_status(self, ticket_id: str, status: str) -> None:
        names = {"open": "Waiting for support", "pending": "Waiting for customer", "solved": "Resolved"}
        self.state.set_status(self.issue(ticket_id), names[status], self.agent)

    def shown(self, ticket_id: str) -> str | None:
        field = next((one for one in self.state.fields.values() if one.name == "SLA Sidecar: state"), None)
        chosen = self.issue(ticket_id).values.get(field.id) if field else None
        options = [option for context in field.contexts for option in context.options] if field else []
        return next((one.value.lower().replace(" ", "_") for one in options if one.id == chosen), None)

    def notes(self, ticket_id: str) -> list[str]:
        return [str(each.body) for each in self.issue(ticket_id).comments if NOTE in str(each.body)]

    def add_team(self) -> str:
        options = self.state.fields[self.team_field].contexts[0].options
        options.append(replace(options[0], id=self.state.ids.next("option"), value="Second line"))
        return "Second line"

    def delete_team(self, team: str) -> None:
        options = self.state.fields[self.team_field].contexts[0].options
        options[:] = [option for option in options if option.value != team]

    def team_of(self, ticket_id: str) -> str | None:
        chosen = self.issue(ticket_id).values.get(self.team_field)
        options = self.state.fields[self.team_field].contexts[0].options
        return next((option.value for option in options if option.id == chosen), None)

    def is_waiting(self, ticket_id: str) -> bool:
        return self.state.statuses[self.issue(ticket_id).status].name == "Waiting for customer"


class Freshdesk(Side):
    platform = "freshdesk"
    ticket_path = "/api/v2/tickets/"
    STATUSES = {"open": 2, "pending": 3, "solved": 4}  # noqa: RUF012 - a table

    def __init__(self) -> None:
        self.state = FreshdeskState(switches=FreshdeskSwitches(plan="generous"))
        company = self.state.add_company("Northwind", "Premium")
        self.customer = self.state.add_contact("Greta Gold", company=company)
        self.agent = self.state.add_agent("Ada Agent")
        us = self.state.add_agent("SLA Sidecar", admin=True)
        self.sandbox = FreshdeskSandbox(self.state).start()
        self.environment = {"FRESHDESK_API_KEY": us.api_key}
        self.settings = {
            "base_url": self.sandbox.url,
            "plan": [{"from": "company_field", "key": "account_tier", "values": {"Premium": "Gold"}}],
            "priorities": {"urgent": "P1", "medium": "P2", "low": "P3"},
        }

    def ticket(self, ticket_id: str) -> Any:
        return self.state.tickets[int(ticket_id)]

    def open(self, subject: str = "It broke") -> str:
        return str(self.state.open_ticket(self.customer, subject, priority=4).id)

    def reply(self, ticket_id: str) -> None:
        self.state.reply(self.ticket(ticket_id), self.agent, "On it")

    def set_status(self, ticket_id: str, status: str) -> None:
        self.state.set_status(self.ticket(ticket_id), self.STATUSES[status], self.agent)

    def shown(self, ticket_id: str) -> str | None:
        fields = self.ticket(ticket_id).custom_fields
        value = next((value for name, value in fields.items() if name.removeprefix("cf_") == "sla_state"), None)
        return str(value).lower().replace(" ", "_") if value else None

    def notes(self, ticket_id: str) -> list[str]:
        return [each.body for each in self.ticket(ticket_id).conversations if NOTE in each.body]

    def add_team(self) -> str:
        return str(self.state.add_group("Second line", self.agent).id)

    def delete_team(self, team: str) -> None:
        del self.state.groups[int(team)]

    def team_of(self, ticket_id: str) -> str | None:
        group_id = self.ticket(ticket_id).group_id
        return str(group_id) if group_id in self.state.groups else None

    def is_waiting(self, ticket_id: str) -> bool:
        return self.ticket(ticket_id).status == self.STATUSES["pending"]


SIDES = {side.platform: side for side in (Zendesk, Jira, Freshdesk)}
