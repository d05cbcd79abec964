"""What an account is made of beside its tickets."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sandbox.common.records import Record


class Status(IntEnum):
    """The statuses of every new account; an admin's own begin at 8."""

    OPEN, PENDING, RESOLVED, CLOSED, ON_CUSTOMER, ON_THIRD_PARTY = 2, 3, 4, 5, 6, 7


class Source(IntEnum):
    """Channels that the stand-in uses itself; the set is open."""

    EMAIL, PORTAL, PHONE, CHAT, OUTBOUND = 1, 2, 3, 7, 10


class RuleType(IntEnum):
    """Kinds of automation rules, as the path of the API numbers them."""

    CREATION, HOURLY, UPDATES = 1, 3, 4


class Performer(IntEnum):
    """Whose action runs an update rule."""

    AGENT, REQUESTER, ANYBODY, SYSTEM = 1, 2, 3, 4


PRIORITIES = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}
SOURCES = {
    "Email": 1,
    "Portal": 2,
    "Phone": 3,
    "Forum": 4,
    "Twitter": 5,
    "Facebook": 6,
    "Chat": 7,
    "MobiHelp": 8,
    "Feedback Widget": 9,
    "Outbound Email": 10,
    "Ecommerce": 11,
    "Bot": 12,
    "Whatsapp": 13,
    "Web Chat": 15,
}
TYPES = ("Question", "Incident", "Problem", "Feature Request", "Refund")
DONE = (Status.RESOLVED, Status.CLOSED)


@dataclass(slots=True)
class StatusChoice:
    """One status: the agents' label, the customers' label, and whether the native SLA timer runs in it.

    The public API shows the labels only, never the timer's switch.
    """

    id: int
    label: str
    customer_label: str
    timer_runs: bool


@dataclass(slots=True)
class Company(Record):
    """A customer's company; the plan is usually its ``account_tier``."""

    name: str = ""
    description: str | None = None
    note: str | None = None
    domains: list[str] = field(default_factory=list)
    health_score: str | None = None
    account_tier: str | None = None
    renewal_date: str | None = None
    industry: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Contact(Record):
    """A customer's person. Agents are none, but share the ids."""

    name: str = ""
    email: str | None = None
    company_id: int | None = None
    other_companies: list[dict[str, Any]] = field(default_factory=list)
    phone: str | None = None
    mobile: str | None = None
    job_title: str | None = None
    time_zone: str = "Eastern Time (US & Canada)"
    language: str = "en"
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)
    description: str | None = None
    address: str | None = None
    unique_external_id: str | None = None
    view_all_tickets: bool = False
    active: bool = True
    deleted: bool = False


@dataclass(slots=True)
class Agent(Record):
    """Somebody on the support side; ``scope`` 1 sees all tickets, 2 the groups' ones, 3 their own."""

    name: str = ""
    email: str = ""
    admin: bool = False
    scope: int = 1
    occasional: bool = False
    time_zone: str = "Eastern Time (US & Canada)"
    api_key: str = ""
    active: bool = True


@dataclass(slots=True)
class Group(Record):
    """A team; its business hours are those of its tickets."""

    name: str = ""
    description: str | None = None
    agent_ids: list[int] = field(default_factory=list)
    business_hour_id: int | None = None


@dataclass(slots=True)
class TicketField(Record):
    """A field of the ticket form. ``name`` is the key in the API, ``choices`` those of a drop-down."""

    name: str = ""
    label: str = ""
    label_for_customers: str = ""
    type: str = "custom_text"
    position: int = 0
    default: bool = False
    choices: list[str] = field(default_factory=list)
    required_for_agents: bool = False
    required_for_closure: bool = False
    required_for_customers: bool = False
    displayed_to_customers: bool = False
    customers_can_edit: bool = False


@dataclass(slots=True)
class Rule(Record):
    """An automation rule, in the words of the API."""

    rule_type: RuleType = RuleType.UPDATES
    name: str = ""
    description: str | None = None
    position: int = 1
    active: bool = True
    performer: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    operator: str | None = None
    actions: list[dict[str, Any]] = field(default_factory=list)
    last_updated_by: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What the native policy allows at one priority."""

    respond_within_seconds: int
    resolve_within_seconds: int


@dataclass(slots=True)
class SlaPolicy(Record):
    """A native policy: priority to target. Its hours are elapsed ones here; the sidecar never reads them."""

    name: str = ""
    description: str | None = None
    active: bool = True
    is_default: bool = False
    position: int = 1
    targets: dict[int, Target] = field(default_factory=dict)
    applicable_to: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """A background job, done as soon as it is made."""

    id: str
    results: list[dict[str, Any]]
