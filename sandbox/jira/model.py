"""The records of one site apart from issues, as they are kept. How each looks in JSON is in the view modules."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# key: id, name, colour
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}


@dataclass(slots=True, kw_only=True)
class User:
    """Anybody with an account.

    Attributes:
        kind: ``atlassian``, ``app`` or ``customer``, which is a portal account.
        groups: ids of groups.
        lacking: permissions that this person is denied whatever the roles say, for tests.
        hides_email: the person's privacy settings keep the address to themselves.
    """

    account_id: str
    name: str
    email: str
    kind: str = "atlassian"
    active: bool = True
    time_zone: str = "UTC"
    groups: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    hides_email: bool = False

    @property
    def key(self) -> str:
        """What Data Center calls this person."""
        return self.email.partition("@")[0] or self.account_id


@dataclass(slots=True, kw_only=True)
class Group:
    """A group of accounts; its id is a UUID."""

    id: str
    name: str


@dataclass(slots=True, kw_only=True)
class Role:
    """A project role; who has it is kept for each project."""

    id: str
    name: str
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Status:
    """A status of the workflow. ``editable`` False: issues in it take no edits."""

    id: str
    name: str
    category: str
    description: str = ""
    editable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A way to a status. ``sources`` None: from everywhere else; ``fields`` are those of its screen."""

    id: str
    name: str
    to: str
    sources: frozenset[str] | None = None
    fields: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Named:
    """A priority, resolution or issue type."""

    id: str
    name: str
    description: str = ""
    color: str = ""
    subtask: bool = False


@dataclass(slots=True, kw_only=True)
class Project:
    """A project; ``roles`` holds account ids by role id."""

    id: str
    key: str
    name: str
    lead: str
    type_key: str = "service_desk"
    simplified: bool = False
    issue_types: list[str] = field(default_factory=list)
    initial_status: str = ""
    transitions: list[Transition] = field(default_factory=list)
    roles: dict[str, set[str]] = field(default_factory=dict)
    screen_scheme: str = ""
    issues: int = 0


@dataclass(slots=True, kw_only=True)
class ServiceDesk:
    """The service side of a project, with its customers and organizations."""

    id: str
    project_id: str
    customers: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class RequestType:
    """What customers choose in the portal."""

    id: str
    service_desk_id: str
    issue_type_id: str
    name: str
    description: str = ""
    group_ids: list[str] = field(default_factory=list)
    fields: tuple[str, ...] = ("summary", "description", "priority")


@dataclass(slots=True, kw_only=True)
class Organization:
    """A customer's company; ``properties`` are seen by the API only."""

    id: str
    name: str
    users: set[str] = field(default_factory=set)
    properties: dict[str, Any] = field(default_factory=dict)
    details: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Option:
    """One choice of a select field."""

    id: str
    value: str
    disabled: bool = False


@dataclass(slots=True, kw_only=True)
class Context:
    """Where a custom field exists, with its options there; no projects means everywhere."""

    id: str
    name: str
    description: str = ""
    project_ids: list[str] = field(default_factory=list)
    issue_type_ids: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Field:
    """A field of issues. ``custom`` is the custom type's full key, empty for a system field.

    Attributes:
        kind: which entry of :data:`sandbox.jira.fieldkinds.KINDS` reads and shows its values.
        searcher: full key; None means that JQL cannot use a custom field.
    """

    id: str
    name: str
    kind: str
    custom: str = ""
    description: str = ""
    searcher: str | None = None
    contexts: list[Context] = field(default_factory=list)
    trashed: bool = False

    @property
    def custom_id(self) -> int | None:
        """The number of a custom field."""
        return int(self.id.removeprefix("customfield_")) if self.custom else None


@dataclass(slots=True, kw_only=True)
class Tab:
    """A tab of a screen: ids of fields in order."""

    id: str
    name: str
    fields: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Screen:
    """A screen with its tabs."""

    id: str
    name: str
    description: str = ""
    tabs: list[Tab] = field(default_factory=list)

    def field_ids(self) -> list[str]:
        """Return all fields on it."""
        return [field_id for tab in self.tabs for field_id in tab.fields]


@dataclass(slots=True, kw_only=True)
class ScreenScheme:
    """Which screen an operation shows: ``default``, and ``edit``, ``view``, ``create`` where they differ."""

    id: str
    name: str
    screens: dict[str, str]
    description: str = ""


@dataclass(slots=True, kw_only=True)
class IssueTypeScreenScheme:
    """Which screen scheme an issue type has; the key ``default`` is for all the rest."""

    id: str
    name: str
    mapping: dict[str, str]
    description: str = ""


@dataclass(slots=True, kw_only=True)
class LinkType:
    """How two issues can be linked."""

    id: str
    name: str
    inward: str
    outward: str


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where deliveries go.

    Attributes:
        dynamic: registered by an app: unsigned by a secret, with an expiry.
        jql: which issues; empty is all of them.
    """

    id: str
    name: str
    url: str
    events: list[str]
    created_by: str
    updated_at: datetime
    jql: str = ""
    secret: str = ""
    exclude_body: bool = False
    enabled: bool = True
    dynamic: bool = False
    expires_at: datetime | None = None
    field_ids: list[str] = field(default_factory=list)
    property_keys: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Token:
    """An API token, an access token or a personal access token.

    Attributes:
        scopes: None is a classic token, good for everything on the site's own address; anything else is only taken
            under the gateway's.
        app: it is an app's: an OAuth access token.
    """

    value: str
    account_id: str
    scopes: frozenset[str] | None = None
    app: bool = False
    expires_at: datetime | None = None
