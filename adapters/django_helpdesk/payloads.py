"""The parts of django-helpdesk's answers and deliveries that we read; everything else is ignored."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from adapters.django_helpdesk.tables import CUSTOM_PREFIX
from core.ticket import Instant

Number = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class Payload(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FollowUpBody(Payload):
    """One comment or change. ``user`` is somebody signed in; None is a customer by web or mail, or the program."""

    id: Number
    date: Instant
    user: Number | None = None
    title: str | None = None
    comment: str | None = None
    public: StrictBool = False
    new_status: int | None = None
    message_id: str | None = None
    followupattachment_set: list[Any] = Field(default_factory=list)
    email_recipients: list[str] | None = None


class TicketBody(Payload):
    """A ticket as it is now, with its custom fields as extra attributes ``custom_<name>``."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Number
    queue: Number
    status: int
    on_hold: StrictBool
    priority: int
    title: str = ""
    description: str | None = None
    submitter_email: str | None = None
    assigned_to: Number | None = None
    due_date: str | None = None
    merged_to: Number | None = None
    followup_set: list[FollowUpBody]

    @property
    def custom(self) -> Mapping[str, Any]:
        """The custom fields' values by name, without the prefix; unset is None or ""."""
        extra = self.model_extra or {}
        return {key.removeprefix(CUSTOM_PREFIX): value for key, value in extra.items() if key.startswith(CUSTOM_PREFIX)}

    def value(self, name: str) -> str | int | float | bool | None:
        """Return what a field or a custom field (by its bare name) holds; None for anything that is no plain value."""
        raw = getattr(self, name) if name in TicketBody.model_fields else self.custom.get(name)
        return raw if isinstance(raw, str | int | float | bool) else None


class TicketsPage(Payload):
    """One page of tickets."""

    results: list[TicketBody]
    next: str | None = None
    count: int = 0


class Choice(Payload):
    """One value of a choice."""

    value: Any = None
    display_name: Any = None


class FieldForm(Payload):
    """What the API says of one field."""

    type: str
    choices: list[Choice] = Field(default_factory=list)


class _Actions(Payload):
    post: Annotated[dict[str, FieldForm], Field(alias="POST")]


class Description(Payload):
    """The API's description of tickets, which lists every custom field."""

    actions: _Actions

    @property
    def fields(self) -> Mapping[str, FieldForm]:
        """The fields by name, custom ones with their prefix."""
        return self.actions.post
