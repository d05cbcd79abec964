"""What clients may send about anything but tickets; see ``inputs`` for those."""

from typing import Any, Literal

from pydantic import Field

from sandbox.zendesk.inputs import Input, Tags, Text


class OrganizationInput(Input):
    """An organization; custom values are by key and merged."""

    name: str | None = None
    external_id: Text | None = None
    domain_names: list[str] | None = None
    details: str | None = None
    notes: str | None = None
    group_id: int | None = None
    shared_tickets: bool | None = None
    shared_comments: bool | None = None
    tags: Tags | None = None
    organization_fields: dict[str, Any] | None = None


class UserInput(Input):
    """A user; custom values are by key and merged."""

    name: str | None = None
    email: str | None = None
    role: str | None = None
    organization_id: int | None = None
    external_id: Text | None = None
    phone: str | None = None
    details: str | None = None
    notes: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    iana_time_zone: str | None = None
    verified: bool | None = None
    suspended: bool | None = None
    default_group_id: int | None = None
    tags: Tags | None = None
    user_fields: dict[str, Any] | None = None


class GroupInput(Input):
    """A group."""

    name: str | None = None
    description: str | None = None
    is_public: bool | None = None


class MembershipInput(Input):
    """One agent in one group."""

    user_id: int
    group_id: int
    default: bool | None = None


class OptionInput(Input):
    """One option of a drop-down or multiselect."""

    id: int | None = None
    name: str
    value: str


class CustomFieldInput(Input):
    """A ticket, user or organization field. Options that are left out of a list are removed."""

    type: str | None = None
    title: str | None = None
    key: str | None = None
    description: str | None = None
    agent_description: str | None = None
    position: int | None = None
    active: bool | None = None
    required: bool | None = None
    collapsed_for_agents: bool | None = None
    regexp_for_validation: str | None = None
    title_in_portal: str | None = None
    visible_in_portal: bool | None = None
    editable_in_portal: bool | None = None
    required_in_portal: bool | None = None
    tag: str | None = None
    custom_field_options: list[OptionInput] | None = None


class TicketFormInput(Input):
    """A form. Sending empty conditions deletes them."""

    name: str | None = None
    display_name: str | None = None
    position: int | None = None
    active: bool | None = None
    end_user_visible: bool | None = None
    ticket_field_ids: list[int] | None = None
    agent_conditions: list[dict[str, Any]] | None = None
    end_user_conditions: list[dict[str, Any]] | None = None


class CustomStatusInput(Input):
    """A status label."""

    status_category: str | None = None
    agent_label: str | None = None
    end_user_label: str | None = None
    description: str | None = None
    active: bool | None = None


class ConditionInput(Input):
    """One condition."""

    field: str
    operator: str
    value: Any = None


class ConditionsInput(Input):
    """Conditions of a rule."""

    all_: list[ConditionInput] = Field(default_factory=list, alias="all")
    any_: list[ConditionInput] = Field(default_factory=list, alias="any")


class ActionInput(Input):
    """One action of a trigger."""

    field: str
    value: Any = None


class TriggerInput(Input):
    """A trigger; conditions are also taken directly, as was recorded."""

    title: str | None = None
    active: bool | None = None
    position: int | None = None
    category_id: Text | None = None
    description: str | None = None
    conditions: ConditionsInput | None = None
    all_: list[ConditionInput] | None = Field(default=None, alias="all")
    any_: list[ConditionInput] | None = Field(default=None, alias="any")
    actions: list[ActionInput] | None = None


class TriggerCategoryInput(Input):
    """A folder of triggers."""

    name: str | None = None
    position: int | None = None


class OutputInput(Input):
    """Columns and order of a view."""

    columns: list[Text] = Field(default_factory=list)
    group_by: Text | None = None
    group_order: str = "asc"
    sort_by: Text | None = None
    sort_order: str = "asc"


class ViewInput(Input):
    """A view."""

    title: str | None = None
    description: str | None = None
    active: bool | None = None
    position: int | None = None
    all_: list[ConditionInput] | None = Field(default=None, alias="all")
    any_: list[ConditionInput] | None = Field(default=None, alias="any")
    conditions: ConditionsInput | None = None
    output: OutputInput | None = None
    restriction: dict[str, Any] | None = None


class SlaPolicyInput(Input):
    """A native SLA policy."""

    title: str | None = None
    description: str | None = None
    position: int | None = None
    filter: dict[str, Any] | None = None
    policy_metrics: list[dict[str, Any]] | None = None


class AuthenticationInput(Input):
    """How an endpoint recognises its callers; what ``data`` holds depends on ``type``."""

    type: Literal["basic_auth", "bearer_token", "api_key"]
    data: dict[str, str] = Field(default_factory=dict)
    add_position: Literal["header"] = "header"


class WebhookInput(Input):
    """A webhook."""

    name: str | None = None
    description: str | None = None
    endpoint: str | None = None
    http_method: str | None = None
    request_format: str | None = None
    status: str | None = None
    subscriptions: list[str] | None = None
    authentication: AuthenticationInput | None = None
    custom_headers: dict[str, str] | None = None
    signing_secret: dict[str, Any] | None = None


class WebhookTestInput(Input):
    """What to send in a webhook test; empty for an existing webhook."""

    endpoint: str | None = None
    http_method: str | None = None
    request_format: str | None = None
    payload: str | None = None
    authentication: AuthenticationInput | None = None
    custom_headers: dict[str, str] | None = None


class OAuthClientInput(Input):
    """An OAuth client."""

    name: str
    identifier: str
    kind: str = "confidential"
    user_id: int | None = None
    redirect_uri: list[str] | None = None


class TokenInput(Input):
    """A token that an admin makes, by the client's numeric id."""

    client_id: int
    scopes: list[str]


class GrantInput(Input):
    """The body of the OAuth token endpoint; ``client_id`` is the client's identifier."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    expires_in: int | None = None
