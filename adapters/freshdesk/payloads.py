"""The parts of Freshdesk's answers that we read. Everything else is ignored: Freshdesk adds fields at any time."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from core.ticket import Instant


def _instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("has no zone")
    return text


def _none_if_empty(raw: object) -> object:
    return None if raw == "" else raw


def _list(raw: object) -> object:
    return [] if raw is None else raw


def _mapping(raw: object) -> object:
    return {} if raw is None else raw


Stamp = Annotated[str, AfterValidator(_instant)]
MaybeInstant = Annotated[Instant | None, BeforeValidator(_none_if_empty)]
Texts = Annotated[list[str], BeforeValidator(_list)]
Custom = Annotated[dict[str, Any], BeforeValidator(_mapping)]


class Payload(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Stats(Payload):
    """Instants that Freshdesk keeps of a ticket. Not every account gives all of them."""

    agent_responded_at: MaybeInstant = None
    requester_responded_at: MaybeInstant = None
    first_responded_at: MaybeInstant = None
    status_updated_at: MaybeInstant = None
    reopened_at: MaybeInstant = None
    resolved_at: MaybeInstant = None
    closed_at: MaybeInstant = None
    pending_since: MaybeInstant = None


class Person(Payload):
    """The requester, as a ticket carries it along."""

    id: int
    name: str | None = None
    email: str | None = None


class CompanyName(Payload):
    """The company, as a ticket carries it along: without its tier and its fields."""

    id: int
    name: str | None = None


class TicketBody(Payload):
    """A ticket as it is now. ``updated_stamp`` keeps ``updated_at`` exactly as it was written."""

    id: int
    status: int
    created_at: Instant
    updated_stamp: Stamp = Field(alias="updated_at")
    subject: str | None = None
    priority: int | None = None
    type: str | None = None
    source: int | None = None
    requester_id: int | None = None
    responder_id: int | None = None
    group_id: int | None = None
    company_id: int | None = None
    product_id: int | None = None
    tags: Texts = Field(default_factory=list)
    custom_fields: Custom = Field(default_factory=dict)
    due_by: MaybeInstant = None
    fr_due_by: MaybeInstant = None
    spam: bool | None = None
    deleted: bool | None = None
    archived: bool | None = None
    stats: Stats | None = None
    requester: Person | None = None
    company: CompanyName | None = None

    @property
    def updated_at(self) -> datetime:
        """When anything was changed last."""
        return datetime.fromisoformat(self.updated_stamp)

    def value(self, name: str) -> Any:
        """Return what a custom or a built-in field holds now; old accounts have custom fields without ``cf_``."""
        return self.custom_fields[name] if name in self.custom_fields else getattr(self, name, None)


class ConversationBody(Payload):
    """A reply or a note. The last keys are not documented, but recorded."""

    id: int
    created_at: Instant
    incoming: bool | None = None
    private: bool | None = None
    user_id: int | None = None
    source: int | None = None
    body_text: Any = None
    body: Any = None
    automation_id: Any = None
    auto_response: Any = None


class Conversations(Payload):
    """A page of a ticket's conversations, oldest first."""

    rows: list[ConversationBody]


class Tickets(Payload):
    """A page of a list of tickets."""

    rows: list[TicketBody]


class CompanyBody(Payload):
    """A customer. Custom fields have no ``cf_`` here."""

    id: int
    name: str | None = None
    domains: Texts = Field(default_factory=list)
    account_tier: str | None = None
    health_score: str | None = None
    industry: str | None = None
    custom_fields: Custom = Field(default_factory=dict)
    updated_at: MaybeInstant = None

    def value(self, name: str) -> Any:
        """Return what a custom or a built-in field holds now."""
        return self.custom_fields[name] if name in self.custom_fields else getattr(self, name, None)


class Companies(Payload):
    """A page of the list of companies."""

    rows: list[CompanyBody]


class ContactBody(Payload):
    """A customer's person; agents are not contacts. ``id`` is 0 for somebody who is none."""

    id: int
    name: str | None = None
    email: str | None = None
    company_id: int | None = None
    tags: Texts = Field(default_factory=list)
    custom_fields: Custom = Field(default_factory=dict)


class AgentContact(Payload):
    """The personal part of an agent."""

    name: str | None = None
    email: str | None = None
    time_zone: str | None = None


class AgentBody(Payload):
    """An agent; ``id`` is also its user id."""

    id: int
    ticket_scope: int | None = None
    contact: AgentContact = AgentContact()


class Agents(Payload):
    """A page of the list of agents."""

    rows: list[AgentBody]


class NoteAnswer(Payload):
    """The answer to a note that was written."""

    id: int
    private: bool | None = None
