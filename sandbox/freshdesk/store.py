"""One account, in memory: its records, its clock, its lock, and where its webhooks go."""

import copy
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sandbox.common.clock import Now
from sandbox.common.records import Ids, RecordStore
from sandbox.freshdesk.errors import not_found
from sandbox.freshdesk.ids import FIRST, STEP, api_key
from sandbox.freshdesk.limits import PLANS, Limits
from sandbox.freshdesk.model import (
    Agent,
    Company,
    Contact,
    Group,
    Job,
    Rule,
    SlaPolicy,
    Status,
    StatusChoice,
    Target,
    TicketField,
)
from sandbox.freshdesk.ticketfields import STATUSES, default_fields
from sandbox.freshdesk.tickets import Ticket
from sandbox.freshdesk.webhooks.courier import Courier

HOUR = 3600
TARGETS = {
    1: Target(24 * HOUR, 120 * HOUR),
    2: Target(12 * HOUR, 72 * HOUR),
    3: Target(4 * HOUR, 24 * HOUR),
    4: Target(HOUR, 8 * HOUR),
}
REOPENED = (Status.PENDING, Status.RESOLVED, Status.CLOSED, Status.ON_CUSTOMER)


@dataclass(frozen=True, slots=True)
class Switches:
    """How this account behaves where accounts differ, or where no source is certain.

    Attributes:
        plan: free, trial, growth, pro or enterprise; decides the calls per minute.
        automations_api: rules can be made by API; without it an admin has to click them together.
        confirmed_events_only: of the rules' events only those that public clients are known to send are taken.
        newer_engine: both due dates are worked out anew seconds after any update, and a PUT answers the old ones;
            accounts made after 25 August 2025 may have it.
        dates_stand: a date set by hand survives the newer engine; UNCONFIRMED.
        dates_refused_while_stopped: due dates are refused in a status whose timer is off; UNCONFIRMED by API.
        engine_seconds: how long the engine takes.
        cascading_rules: all creation rules that match run, not only the first.
        conversations_move_updated_at: replies and notes move the ticket's ``updated_at``; UNCONFIRMED.
        escapes_json: quotes and line breaks in placeholders are escaped in JSON bodies, as a real delivery shows.
        deleted_are_shown: a GET of a deleted ticket answers it with ``deleted`` true, not 404; both were seen.
        search_lag_seconds: how old a ticket's last change must be before search sees the ticket.
        domain: what stands in links and in the ``Location`` of new records; None is the host that was called.
    """

    plan: str = "growth"
    automations_api: bool = True
    confirmed_events_only: bool = False
    newer_engine: bool = False
    dates_stand: bool = False
    dates_refused_while_stopped: bool = True
    engine_seconds: float = 3.0
    cascading_rules: bool = True
    conversations_move_updated_at: bool = True
    escapes_json: bool = True
    deleted_are_shown: bool = True
    search_lag_seconds: float = 0.0
    domain: str | None = None


class Store(RecordStore):
    """All records of one account. Hold ``lock`` while reading or changing more than one thing."""

    def __init__(self, now: Now | None = None, *, switches: Switches | None = None) -> None:
        super().__init__(now, Ids(FIRST, STEP), not_found)
        self.switches = switches or Switches()
        self.limits = Limits(PLANS[self.switches.plan])
        self.courier = Courier(self.clock, on_attempt=self.limits.count_webhook)
        self.zone = ZoneInfo("America/New_York")
        self.name = "Acme Support"
        self.companies: dict[int, Company] = {}
        self.contacts: dict[int, Contact] = {}
        self.agents: dict[int, Agent] = {}
        self.groups: dict[int, Group] = {}
        self.tickets: dict[int, Ticket] = {}
        self.ticket_fields: dict[int, TicketField] = {}
        self.statuses: dict[int, StatusChoice] = {status.id: copy.copy(status) for status in STATUSES}
        self.rules: dict[int, Rule] = {}
        self.sla_policies: dict[int, SlaPolicy] = {}
        self.jobs: dict[str, Job] = {}
        self.form_id = self.ids.record()
        self.business_hour_id = self.ids.record()
        self._furnish()

    def person(self, person_id: int | None) -> Agent | Contact | None:
        """Return whoever has this id, on either side."""
        return self.agents.get(person_id or 0) or self.contacts.get(person_id or 0)

    def person_by_email(self, email: str) -> Agent | Contact | None:
        """Return who has this address, in whatever case it is written."""
        wanted = email.casefold()
        people: list[Agent | Contact] = [*self.agents.values(), *self.contacts.values()]
        return next((person for person in people if (person.email or "").casefold() == wanted), None)

    def custom_fields(self) -> list[TicketField]:
        """Return the fields that an admin made, in their order."""
        return sorted((f for f in self.ticket_fields.values() if not f.default), key=lambda f: (f.position, f.id))

    def field_named(self, name: str) -> TicketField | None:
        """Return a field by its key in the API."""
        return next((field for field in self.ticket_fields.values() if field.name == name), None)

    def new_agent(self, name: str, email: str, *, admin: bool, scope: int, occasional: bool) -> Agent:
        """Create an agent with an API key."""
        key = api_key()
        return self.new(
            self.agents, Agent, name=name, email=email, admin=admin, scope=scope, occasional=occasional, api_key=key
        )

    def _furnish(self) -> None:
        """Put in what every account has from its first day."""
        self.ticket_fields = {field.id: field for field in default_fields(self)}
        self.new(self.groups, Group, name="Customer Support", business_hour_id=self.business_hour_id)
        self.new(self.sla_policies, SlaPolicy, name="Default SLA Policy", is_default=True, targets=dict(TARGETS))
        self.new(
            self.rules,
            Rule,
            name="Reopen the ticket when the customer responds",
            performer={"type": 2},
            events=[{"field_name": "reply_sent", "value": "--"}],
            conditions=[
                {
                    "name": "condition_set_1",
                    "match_type": "all",
                    "properties": [
                        {"resource_type": "ticket", "field_name": "status", "operator": "in", "value": list(REOPENED)}
                    ],
                }
            ],
            actions=[{"field_name": "status", "value": int(Status.OPEN)}],
        )
