"""What clients may send about tickets. Keys that are not named here are ignored, and named in a warning header."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Input(BaseModel):
    """Base of all bodies: unknown keys are kept apart, not refused, as Zendesk does."""

    model_config = ConfigDict(extra="allow")

    def unpermitted(self, root: str) -> list[str]:
        """Return the ignored keys as ``root.key``."""
        return [f"{root}.{key}" for key in self.model_extra or {}]

    def sent(self) -> dict[str, Any]:
        """Return the named fields that were in the body, null ones too."""
        return {key: getattr(self, key) for key in type(self).model_fields if key in self.model_fields_set}


def _split(tags: object) -> object:
    """Return tags as Zendesk reads them: a space splits, case is folded, order and doubles do not matter."""
    if isinstance(tags, str):
        tags = tags.replace(",", " ").split()
    if isinstance(tags, list):
        return sorted({part.lower() for tag in tags for part in str(tag).split()})
    return tags if tags is not None else []


Tags = Annotated[list[str], BeforeValidator(_split)]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]


class CommentInput(Input):
    """A comment. ``public`` left out takes the visibility of the ticket's first comment: Zendesk's best-known trap."""

    body: str | None = None
    html_body: str | None = None
    value: str | None = None
    public: bool | None = None
    author_id: int | None = None
    uploads: list[str] | None = None


class FieldInput(Input):
    """One custom field's value."""

    id: int
    value: Any = None


class PersonInput(Input):
    """A requester who may not exist yet."""

    name: str | None = None
    email: str | None = None


class FollowerInput(Input):
    """One follower or CC to add (put) or to take away (delete)."""

    user_id: int | None = None
    user_email: str | None = None
    user_name: str | None = None
    action: Literal["put", "delete"] = "put"


class ViaInput(Input):
    """A client may say how a ticket came in."""

    channel: str | int | None = None


class TicketInput(Input):
    """The ``ticket`` of a POST or PUT."""

    subject: Text | None = None
    raw_subject: Text | None = None
    description: Text | None = None
    comment: CommentInput | None = None
    status: str | None = None
    custom_status_id: int | None = None
    priority: str | None = None
    type: str | None = None
    due_at: str | None = None
    tags: Tags | None = None
    custom_fields: list[FieldInput] | None = None
    fields_: list[FieldInput] | None = Field(default=None, alias="fields")
    requester: PersonInput | None = None
    requester_id: int | None = None
    submitter_id: int | None = None
    assignee_id: int | None = None
    assignee_email: str | None = None
    group_id: int | None = None
    organization_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    external_id: Text | None = None
    problem_id: int | None = None
    followers: list[FollowerInput] | None = None
    email_ccs: list[FollowerInput] | None = None
    collaborator_ids: list[int] | None = None
    recipient: str | None = None
    metadata: dict[str, Any] | None = None
    safe_update: bool | None = None
    updated_stamp: str | None = None
    via_followup_source_id: int | None = None
    via: ViaInput | None = None
    additional_tags: Tags | None = None
    remove_tags: Tags | None = None


class TagsInput(Input):
    """The body of the tag calls."""

    tags: Tags
    safe_update: bool | None = None
    updated_stamp: str | None = None


class BulkInput(Input):
    """Many tickets: one change for all, or a list with one each."""

    ticket: dict[str, Any] | None = None
    tickets: list[dict[str, Any]] | None = None


class MergeInput(Input):
    """Which tickets go into another one. Both comments are private unless said otherwise."""

    ids: list[int]
    target_comment: str | None = None
    source_comment: str | None = None
    target_comment_is_public: bool = False
    source_comment_is_public: bool = False
