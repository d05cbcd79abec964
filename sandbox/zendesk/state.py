"""The account as tests, the demo and stories use it: who is there, and what they do to tickets.

Everything goes the way that API requests go, so audits, triggers and webhooks arise as they do there.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sandbox.zendesk import lifecycle
from sandbox.zendesk.ids import ulid
from sandbox.zendesk.inputs import MergeInput, TicketInput
from sandbox.zendesk.model import (
    CustomField,
    Group,
    Membership,
    OAuthClient,
    Organization,
    Rule,
    Token,
    User,
    Via,
    Webhook,
)
from sandbox.zendesk.organizations import change_organization
from sandbox.zendesk.store import Store
from sandbox.zendesk.tickets_model import Ticket
from sandbox.zendesk.webhooks.signing import new_secret

PLAN_KEY = "support_plan"
AUTOMATIC_MAIL, PRIVATE_BY_END_USER = 4, 17


class State(Store):
    """One account with its people at work. Every method may be called from any thread."""

    def owner(self) -> User:
        """Return the account's first admin, making one where there is none."""
        with self.lock:
            found = next((user for user in self.users.values() if user.role == "admin"), None)
            return found or self.add_agent("Olivia Owner", "owner@support.example", role="admin")

    def add_organization(
        self, name: str, plan: str | None = None, *, tags: Sequence[str] = (), fields: Mapping[str, Any] | None = None
    ) -> Organization:
        """Add a customer's company; ``plan`` goes into the drop-down ``support_plan`` as ``plan_<plan>``."""
        with self.lock:
            values = dict(fields or {})
            if plan:
                values[PLAN_KEY] = self._plan_option(plan)
            return self.new(self.organizations, Organization, name=name, tags=sorted(tags), organization_fields=values)

    def set_plan(self, organization: Organization, plan: str | None) -> None:
        """Change a company's plan; no ticket event tells of it, only organization events."""
        with self.lock:
            value = self._plan_option(plan) if plan else None
            change_organization(self, organization, {"organization_fields": {PLAN_KEY: value}})

    def add_end_user(self, name: str, email: str | None = None, organization: Organization | None = None) -> User:
        """Add a customer's person."""
        with self.lock:
            address = email or f"{name.lower().replace(' ', '.')}@customer.example"
            belongs = organization.id if organization else None
            return self.new(self.users, User, name=name, email=address, organization_id=belongs)

    def add_agent(
        self,
        name: str,
        email: str | None = None,
        *,
        group: Group | None = None,
        role: str = "agent",
        light: bool = False,
    ) -> User:
        """Add somebody on the support side, in ``group`` or else the default one."""
        with self.lock:
            address = email or f"{name.lower().replace(' ', '.')}@support.example"
            joined = group or next(g for g in self.groups.values() if g.default)
            agent = self.new(
                self.users,
                User,
                name=name,
                email=address,
                role=role,
                role_type=1 if light else None,
                default_group_id=joined.id,
            )
            self.new(self.memberships, Membership, user_id=agent.id, group_id=joined.id, default=True)
            return agent

    def add_group(self, name: str, *agents: User) -> Group:
        """Add a team with its agents."""
        with self.lock:
            group = self.new(self.groups, Group, name=name)
            for agent in agents:
                self.new(self.memberships, Membership, user_id=agent.id, group_id=group.id)
            return group

    def add_ticket_field(self, title: str, type: str = "text", options: Mapping[str, str] | None = None) -> CustomField:  # noqa: A002 - Zendesk's word
        """Add a custom field on every form; ``options`` maps a drop-down's tags to their names."""
        with self.lock:
            made = [{"id": self.ids.record(), "name": name, "value": tag} for tag, name in (options or {}).items()]
            field = self.new(self.ticket_fields, CustomField, title=title, type=type, options=made)
            for form in self.ticket_forms.values():
                form.ticket_field_ids.append(field.id)
            return field

    def add_oauth_client(self, identifier: str, user: User, secret: str | None = None) -> OAuthClient:
        """Add a confidential client whose tokens act as ``user``."""
        with self.lock:
            return self.new(
                self.oauth_clients,
                OAuthClient,
                name=identifier,
                identifier=identifier,
                secret=secret or secrets.token_hex(32),
                user_id=user.id,
            )

    def add_api_token(self) -> str:
        """Return a new API token; it acts as whichever agent's address stands before it."""
        with self.lock:
            token = secrets.token_hex(20)
            self.api_tokens.add(token)
            return token

    def add_access_token(
        self, user: User, scopes: Sequence[str] = ("read", "write"), lifetime: timedelta | None = None
    ) -> Token:
        """Return a new access token of a user; without a ``lifetime`` it never expires."""
        with self.lock:
            token = secrets.token_hex(32)
            made = Token(
                id=self.ids.record(),
                created_at=self.now(),
                updated_at=self.now(),
                token=token,
                user_id=user.id,
                scopes=tuple(scopes),
                expires_at=self.now() + lifetime if lifetime else None,
            )
            self.tokens[token] = made
            return made

    def add_webhook(self, endpoint: str, subscriptions: Sequence[str], name: str = "SLA Sidecar") -> Webhook:
        """Add a webhook with a fresh secret."""
        with self.lock:
            webhook = Webhook(
                id=ulid(self.clock()),
                name=name,
                endpoint=endpoint,
                http_method="POST",
                request_format="json",
                status="active",
                subscriptions=list(subscriptions),
                secret=new_secret(),
                created_at=self.clock(),
                created_by=self.owner().id,
            )
            self.webhooks[webhook.id] = webhook
            return webhook

    def add_trigger(self, title: str, actions: Sequence[dict[str, Any]], all_of: Sequence[dict[str, Any]] = ()) -> Rule:
        """Add a trigger at the end."""
        with self.lock:
            position = max((rule.position for rule in self.rules.values()), default=0) + 1
            return self.new(
                self.rules, Rule, title=title, actions=list(actions), all_of=list(all_of), position=position
            )

    def open_ticket(
        self,
        requester: User,
        subject: str,
        body: str = "",
        *,
        by: User | None = None,
        channel: str = "web",
        automatic: bool = False,
        **values: Any,
    ) -> Ticket:
        """Open a ticket for ``requester``, who opens it or for whom the agent ``by`` does.

        Args:
            requester: whose ticket it is.
            subject: its title.
            body: its description; empty is the subject.
            by: the agent who opens it and writes the description, if it is not the requester.
            channel: web, email, api.
            automatic: the mail was sent by a machine (flag 4).
            values: any other key of a ticket body, such as ``priority`` or ``custom_fields``.
        """
        comment = {"body": body or subject}
        given = TicketInput.model_validate(
            {"subject": subject, "requester_id": requester.id, "comment": comment, **values}
        )
        flags = (AUTOMATIC_MAIL,) if automatic else ()
        with self.lock:
            return lifecycle.create(self, given, by or requester, Via(channel), flags)[0]

    def reply(
        self, ticket: Ticket, author: User, body: str, *, public: bool = True, automatic: bool = False, **values: Any
    ) -> Ticket:
        """Add a comment and return the ticket that it stands on: a follow-up, if the old one was closed."""
        channel = "web" if author.is_staff else "email"
        comment = {"body": body, "public": public, "author_id": author.id}
        flags = ((AUTOMATIC_MAIL,) if automatic else ()) + (() if public or author.is_staff else (PRIVATE_BY_END_USER,))
        with self.lock:
            if ticket.status == "closed":
                return self.open_ticket(
                    author, f"Re: {ticket.subject}", body, channel=channel, via_followup_source_id=ticket.id
                )
            given = TicketInput.model_validate({"comment": comment, **values})
            lifecycle.update(self, ticket, given, author, Via(channel), flags=flags)
            return ticket

    def change(self, ticket: Ticket, by: User, **values: Any) -> None:
        """Change anything of a ticket in one update, as an agent does in the browser."""
        with self.lock:
            lifecycle.update(self, ticket, TicketInput.model_validate(values), by, Via("web"))

    def set_status(self, ticket: Ticket, status: str, by: User | None = None) -> None:
        """Change a ticket's status."""
        self.change(ticket, by or self.owner(), status=status)

    def set_priority(self, ticket: Ticket, priority: str | None, by: User | None = None) -> None:
        """Change a ticket's priority."""
        self.change(ticket, by or self.owner(), priority=priority)

    def set_field(self, ticket: Ticket, field: CustomField, value: Any, by: User | None = None) -> None:
        """Change one custom field."""
        self.change(ticket, by or self.owner(), custom_fields=[{"id": field.id, "value": value}])

    def merge(self, source: Ticket, target: Ticket, by: User, *, public: bool = False) -> None:
        """Close ``source`` into ``target``."""
        with self.lock:
            given = MergeInput(ids=[source.id], target_comment_is_public=public, source_comment_is_public=public)
            lifecycle.merge(self, target, given, by)

    def delete(self, ticket: Ticket, by: User | None = None) -> None:
        """Delete a ticket softly."""
        with self.lock:
            lifecycle.delete(self, ticket, by or self.owner(), Via("web"))

    def restore(self, ticket: Ticket, by: User | None = None) -> None:
        """Take a deletion back."""
        with self.lock:
            lifecycle.restore(self, ticket, by or self.owner(), Via("web"))

    def close_solved(self, after: timedelta = timedelta(days=4)) -> list[Ticket]:
        """Run the automation that closes tickets which have been solved for long."""
        with self.lock:
            return lifecycle.close_solved(self, after, self.owner())

    def archive_closed(self, after: timedelta = timedelta(days=120)) -> list[Ticket]:
        """Archive tickets which have been closed for long."""
        with self.lock:
            return lifecycle.archive_closed(self, after)

    def _plan_option(self, plan: str) -> str:
        """Return a plan's option of the organization field, adding field and option where they are missing."""
        field = next((f for f in self.organization_fields.values() if f.key == PLAN_KEY), None)
        if field is None:
            field = self.new(self.organization_fields, CustomField, key=PLAN_KEY, title="Support plan", type="dropdown")
        value = f"plan_{plan.lower().replace(' ', '_')}"
        if value not in field.option_values:
            field.options.append({"id": self.ids.record(), "name": plan, "value": value})
        return value
