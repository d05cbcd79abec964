"""One account, in memory: its records, its clock, its lock, and where its events go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.common.clock import Now
from sandbox.common.records import Ids, RecordStore
from sandbox.zendesk.errors import not_found
from sandbox.zendesk.ids import FIRST, STEP
from sandbox.zendesk.model import (
    CustomField,
    CustomStatus,
    Group,
    Job,
    Membership,
    OAuthClient,
    Organization,
    Rule,
    SlaPolicy,
    TicketForm,
    Token,
    TriggerCategory,
    User,
    View,
    Webhook,
)
from sandbox.zendesk.tickets_model import Ticket
from sandbox.zendesk.webhooks.courier import Courier

SYSTEM_FIELDS = ("subject", "description", "status", "tickettype", "priority", "group", "assignee")
CATEGORIES = (("new", "New"), ("open", "Open"), ("pending", "Pending"), ("hold", "On-hold"), ("solved", "Solved"))


@dataclass(frozen=True, slots=True)
class Switches:
    """How this account behaves where accounts differ, or where no source is certain.

    Attributes:
        user_tagging: new tickets take over the tags of their requester and organization.
        comment_added_on_create: a new ticket's description also makes a comment_added event; seen for messaging,
            UNCONFIRMED for other channels.
        hold_enabled: the account has the status "hold".
        max_comments: of one ticket, after which a comment is refused.
        token_lifetime_seconds: of an access token that was not asked to live longer.
        export_lag_seconds: how much of the newest past the incremental exports withhold.
        search_lag_seconds: how old a ticket's last change must be before search sees the ticket.
        job_questions: how often a background job answers that it is not finished before it does its work.
        job_dies_after: so many lines of a background job are done, then it is killed; None lets it end.
        record_host: scheme and host in the ``url`` of records; None is the host that was called. An account with
            several brands answers with another host than the one called.
    """

    user_tagging: bool = True
    comment_added_on_create: bool = True
    hold_enabled: bool = True
    max_comments: int = 5000
    token_lifetime_seconds: int = 1800
    export_lag_seconds: int = 60
    search_lag_seconds: int = 0
    job_questions: int = 0
    job_dies_after: int | None = None
    record_host: str | None = None


class Store(RecordStore):
    """All records of one account. Hold ``lock`` while reading or changing more than one thing."""

    def __init__(self, now: Now | None = None, *, switches: Switches | None = None, account_id: int = 22129848) -> None:
        super().__init__(now, Ids(FIRST, STEP), not_found)
        self.switches = switches or Switches()
        self.account_id = account_id
        self.courier = Courier(self.clock, account_id)
        self.organizations: dict[int, Organization] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.memberships: dict[int, Membership] = {}
        self.tickets: dict[int, Ticket] = {}
        self.ticket_fields: dict[int, CustomField] = {}
        self.organization_fields: dict[int, CustomField] = {}
        self.user_fields: dict[int, CustomField] = {}
        self.ticket_forms: dict[int, TicketForm] = {}
        self.custom_statuses: dict[int, CustomStatus] = {}
        self.rules: dict[int, Rule] = {}
        self.trigger_categories: dict[int, TriggerCategory] = {}
        self.views: dict[int, View] = {}
        self.sla_policies: dict[int, SlaPolicy] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.oauth_clients: dict[int, OAuthClient] = {}
        self.tokens: dict[str, Token] = {}
        self.api_tokens: set[str] = set()
        self.jobs: dict[str, Job] = {}
        self.idempotency: dict[str, tuple[datetime, bytes, int]] = {}
        self.brand_id = self.ids.record()
        self._furnish()

    def ticket(self, ticket_id: int | str) -> Ticket:
        """Return a ticket that is not deleted.

        Raises:
            ApiError: 404.
        """
        ticket = self.get(self.tickets, ticket_id)
        if ticket.is_deleted:
            raise not_found()
        return ticket

    def user_by_email(self, email: str) -> User | None:
        """Return who has this address, in whatever case it is written."""
        wanted = email.casefold()
        return next((user for user in self.users.values() if (user.email or "").casefold() == wanted), None)

    def default_status(self, category: str) -> int:
        """Return the id of the custom status that stands for a category; closed has none but solved's."""
        wanted = "solved" if category in ("closed", "deleted") else category
        return next(s.id for s in self.custom_statuses.values() if s.status_category == wanted and s.default)

    def default_form(self) -> TicketForm:
        """Return the form of tickets for which none was chosen."""
        return next(form for form in self.ticket_forms.values() if form.default)

    def groups_of(self, user_id: int) -> list[int]:
        """Return the ids of an agent's groups, the default one first."""
        mine = [m for m in self.memberships.values() if m.user_id == user_id]
        return [m.group_id for m in sorted(mine, key=lambda m: not m.default)]

    def custom_ticket_fields(self) -> list[CustomField]:
        """Return the active fields that an admin made, in their order."""
        return [field for field in self.ticket_fields.values() if field.active and not field.system]

    def exported_before(self) -> datetime:
        """Return the instant from which on the incremental exports withhold changes."""
        return self.now() - timedelta(seconds=self.switches.export_lag_seconds)

    def _furnish(self) -> None:
        """Put in what every account has from its first day."""
        for position, kind in enumerate(SYSTEM_FIELDS):
            title = {"tickettype": "Type"}.get(kind, kind.capitalize())
            self.new(self.ticket_fields, CustomField, type=kind, title=title, position=position, system=True)
        self.new(
            self.ticket_forms,
            TicketForm,
            name="Default Ticket Form",
            default=True,
            ticket_field_ids=list(self.ticket_fields),
        )
        for category, label in CATEGORIES:
            self.new(self.custom_statuses, CustomStatus, status_category=category, agent_label=label, default=True)
        self.new(self.groups, Group, name="Support", default=True)
        self.new(self.trigger_categories, TriggerCategory, name="Notifications")
