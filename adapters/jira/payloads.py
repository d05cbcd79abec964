"""The parts of Jira's answers that we read. Everything else is ignored: Jira adds fields at any time."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from adapters.http import Answer
from adapters.jira.tables import PLATFORM
from core.errors import RefusedError, RetryLaterError
from core.ticket import Instant

_LARGEST_SECONDS = 10**11  # some three thousand years; more are milliseconds


def _text(raw: object) -> object:
    """Return an id as text: both forms occur, in answers and in deliveries."""
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _moment(raw: object) -> object:
    """Return an instant that came as a number, which the bulk call's example does: seconds or milliseconds."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw < 1000 * _LARGEST_SECONDS:
        return raw
    return datetime.fromtimestamp(raw / 1000 if raw > _LARGEST_SECONDS else raw, UTC)


def _list(raw: object) -> object:
    return [] if raw is None else raw


Id = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=255)]
Moment = Annotated[Instant, BeforeValidator(_moment)]
MaybeId = Annotated[str | None, BeforeValidator(_text)]


def objects_in(answer: Answer) -> list[dict[str, Any]]:
    """Return the JSON objects of an answer that is a bare list.

    Raises:
        RetryLaterError: a success without JSON (a proxy's or a maintenance page).
        RefusedError: JSON, but no list.
    """
    if isinstance(answer.body, list):
        return [each for each in answer.body if isinstance(each, dict)]
    if answer.body is None:
        raise RetryLaterError("jira: a page came where JSON was expected", platform=PLATFORM)
    raise RefusedError("jira: the answer is no list; is this the site's address?", platform=PLATFORM)


class Payload(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class UserBody(Payload):
    """A person or an app; Cloud has only ``accountId``, Data Center only ``key`` and ``name``."""

    account_id: str | None = Field(None, alias="accountId")
    key: str | None = None
    name: str | None = None
    account_type: str | None = Field(None, alias="accountType")
    display_name: str | None = Field(None, alias="displayName")
    email: str | None = Field(None, alias="emailAddress")

    @property
    def id(self) -> str | None:
        """The account's id, as histories name it."""
        return self.account_id or self.key or self.name or None

    @property
    def handle(self) -> str | None:
        """How writes and searches name the person; on Data Center that is not how histories do."""
        return self.account_id or self.name or self.key or None


class StatusCategory(Payload):
    """One of Jira's few categories; names are translated, keys are not."""

    key: str


class StatusBody(Payload):
    """A status."""

    id: Id
    name: str = ""
    category: StatusCategory | None = Field(None, alias="statusCategory")


class ItemBody(Payload):
    """One field's change. Data Center has no ``fieldId``; user fields have account ids beside ids."""

    field: str = ""
    field_id: str | None = Field(None, alias="fieldId")
    before: MaybeId = Field(None, alias="from")
    before_text: MaybeId = Field(None, alias="fromString")
    after: MaybeId = Field(None, alias="to")
    after_text: MaybeId = Field(None, alias="toString")
    before_account: str | None = Field(None, alias="tmpFromAccountId")
    after_account: str | None = Field(None, alias="tmpToAccountId")


class HistoryBody(Payload):
    """All that one edit changed."""

    id: Id
    created: Moment
    author: UserBody | None = None
    items: Annotated[list[ItemBody], BeforeValidator(_list)] = Field(default_factory=list)


class HistoryPage(Payload):
    """A page of histories: oldest first by their own call (``values``), newest first beside an issue."""

    histories: list[HistoryBody] = Field(validation_alias=AliasChoices("values", "histories"))
    total: int
    is_last: bool | None = Field(None, alias="isLast")


class IssueHistories(Payload):
    """The histories of one issue, or a part of them, among those of many."""

    issue_id: Id = Field(alias="issueId")
    histories: list[HistoryBody] = Field(alias="changeHistories")


class ManyHistories(Payload):
    """A page of the histories of many issues, oldest first whosever they are."""

    issues: list[IssueHistories] = Field(alias="issueChangeLogs")
    next_token: str | None = Field(None, alias="nextPageToken")


class CommentBody(Payload):
    """A comment. ``public`` is None where Jira does not say: Data Center's platform API."""

    id: Id
    created: Instant
    updated: Instant | None = None
    author: UserBody | None = None
    body: Any = None
    public: bool | None = Field(None, alias="jsdPublic")
    visibility: Any = None


class CommentPage(Payload):
    """A page of comments, oldest first."""

    comments: list[CommentBody]
    total: int


class RequestComment(Payload):
    """A comment as the service-desk API gives it."""

    id: Id
    public: bool


class RequestCommentPage(Payload):
    """A page of the service-desk API."""

    values: list[RequestComment]
    is_last: bool = Field(True, alias="isLastPage")


class ProjectBody(Payload):
    """The project of an issue."""

    id: Id
    key: str
    type: str | None = Field(None, alias="projectTypeKey")


class Named(Payload):
    """Something with an id."""

    id: Id


class IssueFields(BaseModel):
    """An issue's fields as they are now; custom fields are kept as they came."""

    model_config = ConfigDict(extra="allow", frozen=True)

    created: Instant
    updated: str
    status: StatusBody
    project: ProjectBody
    issuetype: Named
    summary: str | None = None
    creator: UserBody | None = None
    reporter: UserBody | None = None
    assignee: UserBody | None = None
    labels: Annotated[list[str], BeforeValidator(_list)] = Field(default_factory=list)
    comment: CommentPage | None = None


class IssueBody(Payload):
    """An issue. ``raw`` keeps the fields as they came, to be read by their ids."""

    id: Id
    key: str
    fields: IssueFields
    raw: dict[str, Any]
    changelog: HistoryPage | None = None
    properties: Annotated[dict[str, Any], BeforeValidator(lambda raw: raw or {})] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _keep_raw(cls, answer: Any) -> Any:
        return {**answer, "raw": answer.get("fields")} if isinstance(answer, dict) else answer


class ManyIssues(Payload):
    """Issues by their ids; what is missing or cannot be seen is left out."""

    issues: list[IssueBody]


class EditMeta(Payload):
    """Which fields of an issue can be edited now; none at all in a status that is not editable."""

    fields: dict[str, Any]


class FoundIssue(Payload):
    """One issue of a search."""

    id: Id
    fields: dict[str, Any] = Field(default_factory=dict)

    def updated_at(self) -> datetime:
        """Return when it last changed.

        Raises:
            ValueError: the answer does not say.
        """
        at = datetime.fromisoformat(str(self.fields.get("updated")))
        if at.tzinfo is None:
            raise ValueError("no zone")
        return at


class SearchPage(Payload):
    """A page of a search, by token (Cloud) or by offset (Data Center)."""

    issues: list[FoundIssue]
    next_token: str | None = Field(None, alias="nextPageToken")
    is_last: bool | None = Field(None, alias="isLast")
    total: int | None = None


class OrganizationBody(Payload):
    """An organization of customers."""

    id: Id
    name: str | None = None


class PropertyBody(Payload):
    """A property of an organization."""

    value: Any = None
