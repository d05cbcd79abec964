"""The parts of Zendesk's answers that we read. Everything else is ignored: Zendesk adds fields at any time."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.ticket import Instant


def _instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("has no zone")
    return text


Stamp = Annotated[str, AfterValidator(_instant)]


class Payload(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Source(Payload):
    """Where a change came from."""

    rel: str | None = None


class Via(Payload):
    """How a change came about; an event without its own inherits its audit's."""

    channel: str | int | None = None
    id: int | None = None
    source: Source | None = None

    @property
    def rel(self) -> str | None:
        """The relation, such as trigger, merge, follow_up."""
        return self.source.rel if self.source else None


class CustomValue(Payload):
    """One custom field of a ticket."""

    id: int
    value: Any = None


class TicketBody(Payload):
    """A ticket as it is now. ``updated_stamp`` keeps ``updated_at`` exactly as it was written."""

    id: int
    status: str
    created_at: Instant
    updated_stamp: Stamp = Field(alias="updated_at")
    url: str | None = None
    subject: str | None = None
    priority: str | None = None
    type: str | None = None
    custom_status_id: int | None = None
    requester_id: int | None = None
    submitter_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    follower_ids: list[int] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    custom_fields: list[CustomValue] = Field(default_factory=list)
    via: Via = Via()

    def value(self, name: str) -> Any:
        """Return what the field that audits call ``name`` holds now."""
        if name.isdigit():
            return self.custom.get(int(name))
        return getattr(self, name, None)

    @property
    def custom(self) -> dict[int, Any]:
        """The custom fields' values by id; every active field is there, unset as None."""
        return {field.id: field.value for field in self.custom_fields}


class UserBody(Payload):
    """A user; ``role`` is today's."""

    id: int
    name: str | None = None
    email: str | None = None
    role: str | None = None
    tags: list[str] = Field(default_factory=list)
    user_fields: dict[str, Any] = Field(default_factory=dict)


class OrganizationBody(Payload):
    """A customer."""

    id: int
    name: str | None = None
    tags: list[str] = Field(default_factory=list)
    organization_fields: dict[str, Any] = Field(default_factory=dict)


class Metadata(Payload):
    """What travels with an audit: what an API client put there, and flags of its comment."""

    custom: Any = None
    flags: list[int] = Field(default_factory=list)


class AuditEventBody(Payload):
    """One thing of an audit; which keys it has depends on its type."""

    id: int
    type: str
    field_name: str | None = None
    value: Any = None
    previous_value: Any = None
    author_id: int | None = None
    public: bool | None = None
    body: Any = None
    via: Via | None = None
    metadata: Metadata | None = None


class AuditBody(Payload):
    """All that one update did."""

    id: int
    created_at: Instant
    author_id: int | None = None
    via: Via = Via()
    metadata: Metadata = Metadata()
    events: list[AuditEventBody] = Field(default_factory=list)


class Meta(Payload):
    """The end of a page."""

    has_more: bool = False
    after_cursor: str | None = None


class Sideloads(Payload):
    """Users and organizations that came along."""

    users: list[UserBody] = Field(default_factory=list)
    organizations: list[OrganizationBody] = Field(default_factory=list)


class TicketAnswer(Sideloads):
    """GET of one ticket."""

    ticket: TicketBody


class TicketsAnswer(Sideloads):
    """GET of several tickets by their ids; what is missing or cannot be seen is left out."""

    tickets: list[TicketBody]


class AuditsPage(Sideloads):
    """A page of a ticket's audits. An archived ticket's have no pages, hence no ``meta``."""

    audits: list[AuditBody]
    meta: Meta = Meta()


class UpdateAnswer(Payload):
    """The answer to a PUT: the ticket as it is now, and what really changed."""

    ticket: TicketBody
    audit: AuditBody | None = None


class TicketsPage(Payload):
    """A page of a list of tickets."""

    tickets: list[TicketBody]
    meta: Meta = Meta()


class SearchPage(Payload):
    """A page of a search export."""

    results: list[TicketBody]
    meta: Meta = Meta()


class ExportPage(Payload):
    """A page of the incremental export."""

    tickets: list[TicketBody]
    after_cursor: str | None = None
    end_of_stream: bool = False


class JobResult(Payload):
    """One line of a job: what became of one ticket. Its texts are in the caller's language and are not read."""

    id: int | None = None
    success: bool = False


class JobBody(Payload):
    """A background job; ``results`` is null until it has any."""

    id: str
    status: str
    results: list[JobResult] | None = None

    @property
    def done_ids(self) -> frozenset[str]:
        """The ids of the tickets that it says it changed."""
        return frozenset(str(line.id) for line in self.results or () if line.success and line.id is not None)


class JobAnswer(Payload):
    """The answer to what starts a job."""

    job_status: JobBody


class JobsAnswer(Payload):
    """GET of jobs by their ids; what is missing is left out."""

    job_statuses: list[JobBody]
