"""What requests may say, and the faults where they say something else.

Source: API reference, "Create a ticket", "Update a ticket", "Create a note", "Merge tickets"; any other key is refused.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sandbox.freshdesk.errors import Fault, invalid, missing, unexpected

Model = TypeVar("Model", bound=BaseModel)
TYPES = {"str": "String", "int": "Integer", "float": "Number", "bool": "Boolean", "list": "Array", "NoneType": "Null"}
WANTED = {
    "int_type": "Positive Integer",
    "string_type": "String",
    "bool_type": "Boolean",
    "list_type": "Array",
    "dict_type": "key/value pair",
    "model_type": "key/value pair",
    "float_type": "Number",
}


def _instant(value: Any) -> Any:
    """Return ISO 8601 text as an aware instant; without a zone it is UTC."""
    if not isinstance(value, str):
        return value
    at = datetime.fromisoformat(value.strip())
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


Instant = Annotated[datetime, BeforeValidator(_instant)]


class Input(BaseModel):
    """A body whose keys are all known; numbers are numbers, not text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TicketChange(Input):
    """The keys of a ticket's update."""

    name: str | None = None
    requester_id: int | None = None
    email: str | None = None
    phone: str | None = None
    facebook_id: str | None = None
    twitter_id: str | None = None
    unique_external_id: str | None = None
    subject: str | None = None
    description: str | None = None
    type: str | None = None
    status: Any = None
    priority: Any = None
    source: Any = None
    responder_id: int | None = None
    group_id: int | None = None
    company_id: int | None = None
    product_id: int | None = None
    email_config_id: int | None = None
    internal_agent_id: int | None = None
    internal_group_id: int | None = None
    parent_id: int | None = None
    due_by: Instant | None = None
    fr_due_by: Instant | None = None
    tags: list[str] | None = None
    custom_fields: dict[str, Any] | None = None


class TicketInput(TicketChange):
    """The keys of a new ticket."""

    cc_emails: list[str] | None = None
    related_ticket_ids: list[int] | None = None


class NoteInput(Input):
    """A note; private unless it says otherwise."""

    body: str
    private: bool = True
    incoming: bool = False
    notify_emails: list[str] = Field(default_factory=list)
    user_id: int | None = None


class ReplyInput(Input):
    """A public reply."""

    body: str
    from_email: str | None = None
    user_id: int | None = None
    cc_emails: list[str] = Field(default_factory=list)
    bcc_emails: list[str] = Field(default_factory=list)


class ConversationChange(Input):
    """An edited note."""

    body: str


class MergeNote(Input):
    """The note that a merge leaves behind."""

    body: str | None = None
    private: bool = True


class MergeInput(Input):
    """Close ``ticket_ids`` into ``primary_id``."""

    primary_id: int
    ticket_ids: list[int]
    note_in_primary: MergeNote = Field(default_factory=MergeNote)
    note_in_secondary: MergeNote = Field(default_factory=MergeNote)
    convert_recepients_to_cc: bool = False  # spelled so in the reference


class WatchInput(Input):
    """Who is to watch a ticket; the caller where nobody is named."""

    user_id: int | None = None


class BulkProperties(TicketChange):
    """What a bulk update sets on each ticket."""

    skip_close_notification: bool = False


class BulkAction(Input):
    """One set of values for many tickets."""

    ids: list[int]
    properties: BulkProperties = Field(default_factory=BulkProperties)
    reply: ReplyInput | None = None


class BulkInput(Input):
    """The envelope of a bulk update."""

    bulk_action: BulkAction


class OutboundInput(Input):
    """An outbound email: a ticket that an agent begins by writing to a customer."""

    email: str
    subject: str
    description: str
    email_config_id: int
    name: str | None = None
    status: Any = None
    priority: Any = None
    type: str | None = None
    group_id: int | None = None
    due_by: Instant | None = None
    fr_due_by: Instant | None = None
    tags: list[str] | None = None
    cc_emails: list[str] | None = None
    custom_fields: dict[str, Any] | None = None


def read(model: type[Model], given: Any) -> Model:
    """Return ``given`` as ``model``.

    Raises:
        ApiError: 400, naming every fault.
    """
    try:
        return model.model_validate(given)
    except ValidationError as err:
        raise invalid(_fault(fault["type"], fault["loc"], fault["input"]) for fault in err.errors()) from None


def _fault(kind: str, where: tuple[int | str, ...], given: Any) -> Fault:
    name = ".".join(str(part) for part in where if not isinstance(part, int))
    if kind == "extra_forbidden":
        return unexpected(name)
    if kind == "missing":
        return missing(name)
    if kind in ("value_error", "datetime_type"):
        return Fault(name, "It should be in the 'combined date and time ISO8601' format", "invalid_value")
    word = TYPES.get(type(given).__name__, "key/value pair")
    return Fault(name, f"Value set is of type {word}.It should be a/an {WANTED.get(kind, kind)}", "datatype_mismatch")
