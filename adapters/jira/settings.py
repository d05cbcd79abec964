"""What a Jira connection is told in ``sidecar.yaml``; ``sla-sidecar connect jira`` writes most of it."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from adapters.common.settings import INSTANTS, FactSource, Strict, WebAddress, ZoneKey
from adapters.jira.deployment import DEPLOYMENTS, Deployment, Name
from adapters.jira.tables import PRIORITIES, PROPERTY
from core.ticket import Status
from core.update import Field as OurField

GATEWAY = "https://api.atlassian.com/ex/jira"

CustomField = Annotated[str, Field(pattern=r"^customfield_[0-9]{1,12}$")]
ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$")]


class FieldTarget(Strict):
    """The Jira field that shows one of our fields.

    Attributes:
        field: its id.
        kind: ``select`` (the value must be an option), ``text``, or ``datetime``, which every viewer sees in their
            own zone and queues can sort by.
    """

    field: CustomField
    kind: Literal["select", "text", "datetime"]


class FactField(FactSource):
    """The Jira field in which agents or customers say a fact.

    Attributes:
        field: a custom field's id, or ``issuetype``, ``components``; a request type is a custom field.
        kind: how to read it: an option's or a name's ``text``, a ``checkbox`` (ticked: anything chosen), a ``number``.
        values: Jira's text, or an option's id, to the fact's value; empty takes the text as it is.
    """

    field: Annotated[str, Field(pattern=r"^(customfield_[0-9]{1,12}|issuetype|components)$")]


class PlanSource(Strict):
    """One place where a customer's plan may stand; the first that has a value counts.

    Attributes:
        source: where to look (written ``from``): ``issue_field`` and ``labels`` on the ticket; ``organizations``, the
            table in these settings; ``organization_property``, a JSON property of the organization.
        key: the issue field's id.
        values: Jira's value, or label, to the plan; for a field, empty takes its value as it is.
    """

    source: Annotated[Literal["issue_field", "labels", "organizations", "organization_property"], Field(alias="from")]
    key: CustomField | None = None
    values: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "PlanSource":
        if self.source == "issue_field" and self.key is None:
            raise ValueError("issue_field needs `key`, the field's id (customfield_…)")
        if self.source == "labels" and not self.values:
            raise ValueError("labels needs `values`: which label means which plan")
        return self


class Customer(Strict):
    """What is known of one organization; each is optional.

    Attributes:
        plan: what it bought.
        timezone: where it works, an IANA name.
        country: two letters; it decides the holidays.
        subdivision: a part of the country with holidays of its own.
    """

    plan: str | None = None
    timezone: ZoneKey | None = None
    country: str | None = None
    subdivision: str | None = None


class Support(Strict):
    """Who is on the support side. The first rule that decides counts, in this order.

    Attributes:
        agents: accounts that are.
        customers: accounts that are not, whatever they may do in Jira.
        groups: names of groups whose members are.
        by_permission: ask whether the account is an agent of the ticket's service desk. Needs Administer projects.
    """

    agents: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    by_permission: bool = True


class EndCustomers(Strict):
    """How to know a requester who is a user of the customer's own.

    Attributes:
        label: by this label on the ticket.
        accounts: by these accounts.
    """

    label: str | None = None
    accounts: frozenset[str] = frozenset()


class GroupField(Strict):
    """The field that stands for "the ticket's group": Jira has no group as assignee.

    Attributes:
        field: its id.
        kind: how it is written: an option, a group, or text.
    """

    field: CustomField
    kind: Literal["select", "group", "text"] = "select"


class JiraSettings(Strict):
    """One connection to one Jira site.

    Attributes:
        site: the address that people use, ``https://acme.atlassian.net``.
        cloud_id: call through the gateway, as tokens with scopes must; on the site itself they are refused.
        deployment: ``cloud`` or ``data_center``.
        projects: keys of the projects whose issues are tickets.
        email: whom an API token of Cloud acts as.
        account_id: the account that we write as; its comments are never a response.
        own_account: nobody else uses that account, so what it did needs no look.
        token_ends_on: when the token expires, as its maker was told: Jira tells nobody later.
        automation_users: other integrations' accounts, whose comments are no response either.
        support: who is on the support side.
        webhook_id: ours, as ``connect`` created it.
        signed: False only for a Data Center that cannot sign: the token in the webhook's address is then all there is.
        timezone: the account's zone.
        statuses: a status's id or name to a category; else Jira's own category decides.
        solved_by: ``status``, or ``resolution`` where the workflow resolves without a change of category.
        merged_resolutions: names or ids of resolutions with which a solved ticket counts as merged into another.
        priorities: Jira's priority, by name or id, to the policy's.
        plan: where the customer's plan stands, in the order to look.
        organizations: organizations, by id or name, with their plan, zone and country.
        organization_property: the property of an organization that holds the same as JSON.
        organizations_field: the field that says with which organizations a request is shared.
        request_type_field: the field that says which request type it is.
        field_names: display names of fields to their ids: Data Center's history knows no ids.
        facts: the policy's facts to the fields that say them.
        workaround_field: the tick-box "a workaround is in place".
        escalate_field: the tick-box "the customer asks to escalate".
        fields: our fields to the Jira fields that show them.
        group_field: the field that stands for the ticket's group.
        end_customers: who is a customer's customer.
    """

    site: WebAddress
    cloud_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{8,64}$")] | None = None
    deployment: Name = "cloud"
    projects: Annotated[tuple[ProjectKey, ...], Field(min_length=1)]
    email: str | None = None
    account_id: str | None = None
    own_account: bool = True
    token_ends_on: date | None = None
    automation_users: frozenset[str] = frozenset()
    support: Support = Support()
    webhook_id: str | None = None
    signed: bool = True
    timezone: ZoneKey = "UTC"
    statuses: Mapping[str, Status] = Field(default_factory=dict)
    solved_by: Literal["status", "resolution"] = "status"
    merged_resolutions: frozenset[str] = frozenset({"Duplicate"})
    priorities: Mapping[str, str] = Field(default_factory=lambda: dict(PRIORITIES))
    plan: tuple[PlanSource, ...] = ()
    organizations: Mapping[str, Customer] = Field(default_factory=dict)
    organization_property: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] = PROPERTY
    organizations_field: CustomField | None = None
    request_type_field: CustomField | None = None
    field_names: Mapping[str, str] = Field(default_factory=dict)
    facts: Mapping[str, FactField] = Field(default_factory=dict)
    workaround_field: CustomField | None = None
    escalate_field: CustomField | None = None
    fields: Mapping[OurField, FieldTarget] = Field(default_factory=dict)
    group_field: GroupField | None = None
    end_customers: EndCustomers = EndCustomers()

    @model_validator(mode="after")
    def _complete(self) -> "JiraSettings":
        if self.deployment == "cloud" and not self.email:
            raise ValueError("Cloud needs `email`, the account whom the API token acts as")
        if self.deployment == "data_center" and self.cloud_id:
            raise ValueError("a Data Center has no `cloud_id`; remove it")
        if not self.signed and self.deployment == "cloud":
            raise ValueError("Cloud signs its deliveries: remove `signed: false`")
        for name, target in self.fields.items():
            if (target.kind == "datetime") != (name in INSTANTS):
                kind = "datetime" if name in INSTANTS else "select or text"
                raise ValueError(f"{name.value} needs a field of kind {kind}")
        return self

    @property
    def differences(self) -> Deployment:
        """What this kind of Jira can do."""
        return DEPLOYMENTS[self.deployment]

    @property
    def url(self) -> str:
        """The address that the API is called at, without a path."""
        return f"{GATEWAY}/{self.cloud_id}" if self.cloud_id else self.site

    def field_id(self, id_: str | None, name: str) -> str:
        """Return the id of a field that the history names."""
        return id_ or self.field_names.get(name) or name.lower()

    @cached_property
    def tracked(self) -> frozenset[str]:
        """The fields from which a clock can move."""
        names = {"status", "resolution", "priority", "reporter", "assignee", "labels"}
        names.update(fact.field for fact in self.facts.values())
        names.update(source.key for source in self.plan if source.key)
        names.update(field for field in (self.organizations_field, self.workaround_field, self.escalate_field) if field)
        return frozenset(names)

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The fields to ask for with an issue, in a fixed order."""
        names = self.tracked | {"summary", "created", "updated", "project", "issuetype", "creator", "comment"}
        names |= {target.field for target in self.fields.values()}
        names |= {field for field in (self.request_type_field,) if field}
        names |= {self.group_field.field} if self.group_field else set()
        return tuple(sorted(names))
