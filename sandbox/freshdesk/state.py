"""The account as tests, the demo and stories use it: who is there, and what they do to tickets.

Everything goes the way that API requests go, so instants, rules and webhooks arise as they do there.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sandbox.freshdesk import lifecycle, ticketfields
from sandbox.freshdesk.inputs import MergeInput, MergeNote, NoteInput, TicketChange, TicketInput, read
from sandbox.freshdesk.model import (
    Agent,
    Company,
    Contact,
    Group,
    Rule,
    RuleType,
    Source,
    StatusChoice,
    TicketField,
)
from sandbox.freshdesk.store import Store
from sandbox.freshdesk.texts import to_html
from sandbox.freshdesk.tickets import Ticket

FIRST_OWN_STATUS = 8
REPLIES: Mapping[str, Any] = {"field_name": "reply_sent", "value": "--"}
NOTES: Mapping[str, Any] = {"field_name": "note_type", "value": "--"}


class State(Store):
    """One account with its people at work. Every method may be called from any thread."""

    def owner(self) -> Agent:
        """Return the account's first admin, making one where there is none."""
        with self.lock:
            found = next((agent for agent in self.agents.values() if agent.admin), None)
            return found or self.add_agent("Olivia Owner", "owner@support.example", admin=True)

    def add_company(self, name: str, plan: str | None = None, **values: Any) -> Company:
        """Add a customer's company; ``plan`` is its account tier."""
        with self.lock:
            return self.new(self.companies, Company, name=name, account_tier=plan, **values)

    def set_plan(self, company: Company, plan: str | None) -> None:
        """Change a company's account tier: no rule runs on companies, only ``updated_at`` tells of it."""
        with self.lock:
            company.account_tier, company.updated_at = plan, self.now()

    def add_contact(self, name: str, email: str | None = None, company: Company | None = None) -> Contact:
        """Add a customer's person."""
        with self.lock:
            address = email or f"{name.lower().replace(' ', '.')}@customer.example"
            return self.new(
                self.contacts, Contact, name=name, email=address, company_id=company.id if company else None
            )

    def add_agent(
        self,
        name: str,
        email: str | None = None,
        *,
        admin: bool = False,
        group: Group | None = None,
        scope: int = 1,
        occasional: bool = False,
    ) -> Agent:
        """Add somebody on the support side, with an API key, in ``group`` or else the first one."""
        with self.lock:
            address = email or f"{name.lower().replace(' ', '.')}@support.example"
            agent = self.new_agent(name, address, admin=admin, scope=scope, occasional=occasional)
            (group or next(iter(self.groups.values()))).agent_ids.append(agent.id)
            return agent

    def add_group(self, name: str, *agents: Agent) -> Group:
        """Add a team with its agents."""
        with self.lock:
            ids = [agent.id for agent in agents]
            return self.new(self.groups, Group, name=name, agent_ids=ids, business_hour_id=self.business_hour_id)

    def add_status(self, label: str, *, customer_label: str | None = None, timer_runs: bool = True) -> StatusChoice:
        """Add a status of the account's own; ids begin at 8."""
        with self.lock:
            made = StatusChoice(
                max(FIRST_OWN_STATUS - 1, *self.statuses) + 1, label, customer_label or label, timer_runs
            )
            self.statuses[made.id] = made
            return made

    def add_ticket_field(
        self,
        label: str,
        type: str = "custom_text",  # noqa: A002 - Freshdesk's word
        choices: Sequence[str] = (),
        **values: Any,
    ) -> TicketField:
        """Add a custom field to the form; tickets that exist get it empty."""
        with self.lock:
            field = self.new(self.ticket_fields, TicketField, label=label, type=type, choices=list(choices), **values)
            taken = {other.name for other in self.ticket_fields.values()}
            field.name = ticketfields.key_of(label, taken, field.id)
            field.label_for_customers = field.label_for_customers or label
            field.position = field.position or len(self.ticket_fields)
            for ticket in self.tickets.values():
                ticket.custom_fields[field.name] = None
            return field

    def add_rule(self, kind: RuleType, name: str, actions: Sequence[dict[str, Any]], **values: Any) -> Rule:
        """Add an active rule at the end; ``values`` are ``performer``, ``events``, ``conditions``."""
        with self.lock:
            last = max((rule.position for rule in self.rules.values() if rule.rule_type is kind), default=0)
            return self.new(
                self.rules, Rule, rule_type=kind, name=name, actions=list(actions), position=last + 1, **values
            )

    def add_webhook(
        self, url: str, headers: Mapping[str, str] | None = None, *, content: Mapping[str, str] | None = None
    ) -> tuple[Rule, Rule]:
        """Add a rule for new tickets and one for replies, notes and changes of status, priority, type, group, agent.

        Both call ``url`` with a JSON body of the layout Advanced.
        """
        action = {
            "field_name": "trigger_webhook",
            "request_type": "POST",
            "url": url,
            "content_type": "JSON",
            "content_layout": "2",
            "custom_headers": dict(headers or {}),
            "content": dict(content or {"ticket_id": "{{ticket.id}}", "event": "{{triggered_event}}"}),
        }
        names = ("status", "priority", "ticket_type", "group_id", "responder_id")
        events: list[Any] = [REPLIES, NOTES, *({"field_name": name, "from": "--", "to": "--"} for name in names)]
        return (
            self.add_rule(RuleType.CREATION, "SLA Sidecar: new tickets", [action]),
            self.add_rule(
                RuleType.UPDATES, "SLA Sidecar: updates", [action], performer={"type": 3}, events=[*map(dict, events)]
            ),
        )

    def open_ticket(
        self,
        requester: Contact | Agent,
        subject: str,
        body: str = "",
        *,
        by: Agent | None = None,
        source: int = Source.PORTAL,
        outbound: bool = False,
        **values: Any,
    ) -> Ticket:
        """Open a ticket for ``requester``, who opens it or for whom the agent ``by`` does.

        Args:
            requester: whose ticket it is; an agent's ticket runs no rule at all.
            subject: its title.
            body: its description as plain text; empty is the subject.
            by: the agent who opens it, if it is not the requester.
            source: the channel's number.
            outbound: an agent begins it by writing to the customer.
            values: any other key of a ticket's body, such as ``priority`` or ``custom_fields``.
        """
        body = to_html(body or subject)
        channel = Source.OUTBOUND if outbound else source
        told = {"subject": subject, "description": body, "requester_id": requester.id, "source": int(channel)}
        with self.lock:
            given = read(TicketInput, told | values)
            return lifecycle.create(self, given, by or requester, "web", outbound=outbound)

    def reply(
        self, ticket: Ticket, author: Agent | Contact, body: str, *, public: bool = True, **values: Any
    ) -> Ticket:
        """Answer as the customer or an agent, or add a private note, with further changes in the same update."""
        with self.lock:
            also = read(TicketChange, values) if values else None
            if public:
                how = "web" if isinstance(author, Agent) else "email"
                lifecycle.answer(self, ticket, author, to_html(body), how, also)
            else:
                lifecycle.note(self, ticket, author, NoteInput(body=to_html(body)), "web", also)
            return ticket

    def public_note(self, ticket: Ticket, author: Agent, body: str, **values: Any) -> None:
        """Add a note that the customer sees; it counts as a response."""
        given = NoteInput(body=to_html(body), private=False)
        with self.lock:
            lifecycle.note(self, ticket, author, given, "web", read(TicketChange, values) if values else None)

    def change(self, ticket: Ticket, by: Agent, **values: Any) -> None:
        """Change anything of a ticket in one update, as an agent does in the browser."""
        with self.lock:
            lifecycle.update(self, ticket, read(TicketChange, values), by, "web")

    def set_status(self, ticket: Ticket, status: int, by: Agent | None = None) -> None:
        """Change a ticket's status."""
        self.change(ticket, by or self.owner(), status=int(status))

    def set_priority(self, ticket: Ticket, priority: int, by: Agent | None = None) -> None:
        """Change a ticket's priority, 1 to 4."""
        self.change(ticket, by or self.owner(), priority=priority)

    def set_field(self, ticket: Ticket, field: TicketField, value: Any, by: Agent | None = None) -> None:
        """Change one custom field."""
        self.change(ticket, by or self.owner(), custom_fields={field.name: value})

    def merge(self, source: Ticket, target: Ticket, by: Agent, *, public: bool = False) -> None:
        """Close ``source`` into ``target``."""
        said = MergeNote(private=not public)
        given = MergeInput(primary_id=target.id, ticket_ids=[source.id], note_in_primary=said, note_in_secondary=said)
        with self.lock:
            lifecycle.merge(self, given, by, "web")

    def delete(self, ticket: Ticket, by: Agent | None = None) -> None:
        """Move a ticket to the trash."""
        with self.lock:
            lifecycle.delete(self, ticket, by or self.owner(), "web")

    def restore(self, ticket: Ticket, by: Agent | None = None) -> None:
        """Take a ticket out of the trash."""
        with self.lock:
            lifecycle.restore(self, ticket, by or self.owner(), "web")

    def mark_spam(self, ticket: Ticket, by: Agent | None = None) -> None:
        """Mark a ticket as spam."""
        with self.lock:
            lifecycle.mark_spam(self, ticket, by or self.owner(), "web")

    def close_resolved(self, after: timedelta = timedelta(hours=48)) -> list[Ticket]:
        """Close tickets that have been resolved for so long, as an hourly rule does; the system is the performer."""
        with self.lock:
            return lifecycle.close_resolved(self, self.now() - after)

    def archive_closed(self, after: timedelta = lifecycle.ARCHIVED_AFTER) -> list[Ticket]:
        """Archive tickets that have been closed and idle for long."""
        with self.lock:
            return lifecycle.archive(self, after)

    def run_engine(self) -> None:
        """Let the native SLA engine catch up with the clock on every ticket."""
        with self.lock:
            for ticket in list(self.tickets.values()):
                lifecycle.settle(self, ticket)
