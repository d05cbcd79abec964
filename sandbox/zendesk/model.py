"""The records of one account, as they are kept. How each looks in JSON is in ``views``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.common.records import Record

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")


@dataclass(frozen=True, slots=True)
class Via:
    """How something came in: ``channel``, and for rules, merges and follow-ups where from."""

    channel: str
    rel: str | None = None
    source: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return Zendesk's shape."""
        return {"channel": self.channel, "source": {"from": dict(self.source), "to": {}, "rel": self.rel}}


@dataclass(slots=True, kw_only=True)
class Organization(Record):
    """A customer's company. ``organization_fields`` is by key."""

    name: str
    external_id: str | None = None
    domain_names: list[str] = field(default_factory=list)
    details: str | None = None
    notes: str | None = None
    group_id: int | None = None
    shared_tickets: bool = False
    shared_comments: bool = False
    tags: list[str] = field(default_factory=list)
    organization_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class User(Record):
    """Anybody: role is end-user, agent or admin; role_type 1 is a light agent, who never comments publicly."""

    name: str
    email: str | None
    role: str = "end-user"
    role_type: int | None = None
    organization_id: int | None = None
    external_id: str | None = None
    default_group_id: int | None = None
    phone: str | None = None
    details: str | None = None
    notes: str | None = None
    locale: str = "en-US"
    iana_time_zone: str = "Etc/UTC"
    time_zone: str = "UTC"
    verified: bool = True
    suspended: bool = False
    active: bool = True
    tags: list[str] = field(default_factory=list)
    user_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_staff(self) -> bool:
        """True for agents and admins."""
        return self.role in ("agent", "admin")


@dataclass(slots=True, kw_only=True)
class Group(Record):
    """A team of agents."""

    name: str
    description: str = ""
    default: bool = False
    is_public: bool = True
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Membership(Record):
    """One agent in one group."""

    user_id: int
    group_id: int
    default: bool = False


@dataclass(slots=True, kw_only=True)
class CustomField(Record):
    """A ticket, user or organization field. Options are ``{"id", "name", "value"}`` objects."""

    type: str = "text"
    title: str
    key: str | None = None
    description: str | None = None
    agent_description: str | None = None
    position: int = 9999
    active: bool = True
    required: bool = False
    collapsed_for_agents: bool = False
    regexp_for_validation: str | None = None
    title_in_portal: str | None = None
    visible_in_portal: bool = False
    editable_in_portal: bool = False
    required_in_portal: bool = False
    tag: str | None = None
    system: bool = False
    options: list[dict[str, Any]] = field(default_factory=list)
    creator_user_id: int | None = None

    @property
    def option_values(self) -> list[str]:
        """The tags that a drop-down or multiselect can set."""
        return [option["value"] for option in self.options]


@dataclass(slots=True, kw_only=True)
class TicketForm(Record):
    """Which fields an agent sees on a ticket."""

    name: str
    display_name: str | None = None
    position: int = 1
    active: bool = True
    default: bool = False
    end_user_visible: bool = True
    ticket_field_ids: list[int] = field(default_factory=list)
    agent_conditions: list[dict[str, Any]] = field(default_factory=list)
    end_user_conditions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CustomStatus(Record):
    """A status label inside one category."""

    status_category: str
    agent_label: str
    end_user_label: str | None = None
    description: str = ""
    active: bool = True
    default: bool = False


@dataclass(slots=True, kw_only=True)
class Rule(Record):
    """A trigger or automation: conditions ``all`` and ``any``, then actions, in order."""

    title: str
    kind: str = "trigger"
    active: bool = True
    position: int = 0
    category_id: str | None = None
    description: str | None = None
    all_of: list[dict[str, Any]] = field(default_factory=list)
    any_of: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class TriggerCategory(Record):
    """A folder of triggers."""

    name: str
    position: int = 0


@dataclass(slots=True, kw_only=True)
class View(Record):
    """A stored list of tickets."""

    title: str
    description: str | None = None
    active: bool = True
    position: int = 10000
    all_of: list[dict[str, Any]] = field(default_factory=list)
    any_of: list[dict[str, Any]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    group_by: str | None = None
    group_order: str = "desc"
    sort_by: str | None = None
    sort_order: str = "desc"
    restriction: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class SlaPolicy(Record):
    """A native SLA policy; only kept, never applied."""

    title: str
    description: str | None = None
    position: int = 1
    filter: dict[str, Any] = field(default_factory=lambda: {"all": [], "any": []})
    policy_metrics: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where deliveries go. ``id`` is a ULID; ``authentication`` holds the secret part too."""

    id: str
    name: str
    endpoint: str
    http_method: str
    request_format: str
    status: str
    subscriptions: list[str]
    secret: str
    created_at: datetime
    created_by: int
    description: str | None = None
    authentication: dict[str, Any] | None = None
    custom_headers: dict[str, str] | None = None
    updated_at: datetime | None = None
    updated_by: int | None = None


@dataclass(slots=True, kw_only=True)
class OAuthClient(Record):
    """A confidential client; ``user_id`` is who its client_credentials tokens act as."""

    name: str
    identifier: str
    secret: str
    user_id: int
    kind: str = "confidential"
    scopes: tuple[str, ...] = ("read", "write", "impersonate")


@dataclass(slots=True, kw_only=True)
class Token(Record):
    """An access token; ``expires_at`` None never expires."""

    token: str
    user_id: int
    scopes: tuple[str, ...]
    client_id: int | None = None
    expires_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Job:
    """A background job: lines of work, done when it has been asked after often enough.

    Attributes:
        work: what is still to do, a line each.
        results: what came of the lines that are done.
        questions_left: how often it still answers that it is not finished.
        dies_after: so many lines are done, then it is killed; None lives.
    """

    id: str
    total: int
    message: str
    work: list[Callable[[], dict[str, Any]]]
    results: list[dict[str, Any]] = field(default_factory=list)
    questions_left: int = 0
    dies_after: int | None = None

    @property
    def status(self) -> str:
        """What the account shows: queued, working, completed or killed."""
        if self.questions_left > 0:
            return "working"
        return "killed" if len(self.results) < self.total else "completed"

    def go_on(self) -> None:
        """Do the work, unless it is to be asked after once more first."""
        if self.questions_left > 0:
            self.questions_left -= 1
        if self.questions_left == 0 and self.work:
            lines = self.work[: self.dies_after]
            self.work = []
            self.results = [line() for line in lines]
