"""What a Zendesk connection is told in ``sidecar.yaml``; ``sla-sidecar connect zendesk`` writes most of it."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from adapters.common.settings import FactSource, Place, Strict, WebAddress, ZoneKey
from adapters.zendesk.tables import PRIORITIES
from core.ticket import Status
from core.update import Field as OurField


class FieldIds(Strict):
    """The Zendesk fields that show one of our fields; each is optional, all are written together.

    Attributes:
        tagger: a drop-down, for state, tier, plan and next obligation.
        text: any value; an instant as local time with the zone's name.
        epoch: an integer field: an instant in seconds since 1970, which views can sort by.
        date: a date field: an instant's local day, which views can sort by and filter.
        options: for the drop-down: our value to the option's tag. A value without an option is not written.
    """

    tagger: int | None = None
    text: int | None = None
    epoch: int | None = None
    date: int | None = None
    options: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "FieldIds":
        if self.tagger is not None and not self.options:
            raise ValueError("a tagger needs `options`, our values to its tags; sla-sidecar connect writes them")
        if self.date is not None and self.text is None and self.epoch is None:
            raise ValueError("a date field alone loses the time of day; add `text` or `epoch`")
        return self

    def ids(self) -> Iterator[int]:
        """Yield the ids that are set."""
        yield from (id_ for id_ in (self.tagger, self.text, self.epoch, self.date) if id_ is not None)


class FactField(FactSource):
    """The Zendesk field in which agents or customers say a fact.

    Attributes:
        field: a custom field's id, or ``type``, ``brand_id``, ``ticket_form_id``, ``group_id``.
        kind: how to read it; a drop-down is text.
        values: Zendesk's value to the fact's; empty takes it as it is.
    """

    field: int | Literal["type", "brand_id", "ticket_form_id", "group_id"]


class PlanSource(Strict):
    """One place where a customer's plan may stand; the first that has a value counts.

    Attributes:
        source: where to look (written ``from``).
        key: the field's key (organization, requester) or id (ticket); not for tags.
        values: Zendesk's value, or tag, to the plan; for a field, empty takes its value as it is.
    """

    source: Annotated[
        Literal[
            "organization_field",
            "organization_tags",
            "ticket_field",
            "ticket_tags",
            "requester_field",
            "requester_tags",
        ],
        Field(alias="from"),
    ]
    key: str | int | None = None
    values: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "PlanSource":
        if self.source.endswith("_field") and self.key is None:
            raise ValueError(f"{self.source} needs `key`, the field's key or id")
        if self.source.endswith("_tags") and not self.values:
            raise ValueError(f"{self.source} needs `values`: which tag means which plan")
        return self


class EndCustomers(Strict):
    """How to know a requester who is a user of the customer's own.

    Attributes:
        user_tag: by this tag of the user.
        user_field: by this ticked user field.
    """

    user_tag: str | None = None
    user_field: str | None = None


class ZendeskSettings(Strict):
    """One connection to one Zendesk account.

    Attributes:
        subdomain: the account's, without ``.zendesk.com``.
        base_url: instead of it, an address (the sandbox, a private gateway).
        auth: ``oauth`` (client credentials) or ``api_token`` (legacy: Zendesk ends it on 2027-04-30).
        client_id: the OAuth client's unique identifier, the text, not the number.
        scope: what the running service asks for; ``connect`` asks for ``read write``.
        email: whom an API token acts as.
        user_id: the user that we write as; its comments are never a response.
        automation_users: other integrations' users, whose comments are no response either.
        webhook: ``events`` (event subscription) or ``trigger`` (an admin's trigger decides which tickets).
        webhook_id: ours, as ``connect`` created it.
        timezone: the zone in which instants are shown to agents.
        priorities: Zendesk's priority, or the option of ``priority_field``, to the policy's.
        priority_field: a custom field that holds the priority instead of Zendesk's own.
        statuses: a status or a custom status's id to a category, where Zendesk's own category is not meant.
        plan: where the customer's plan stands, in the order to look.
        facts: the policy's facts to the fields that say them.
        workaround_field: the tick-box "a workaround is in place".
        escalate_field: the tick-box "the customer asks to escalate".
        fields: our fields to the Zendesk fields that show them.
        organization: the keys of the organization fields that say where the customer works.
        end_customers: who is a customer's customer.
        replay_window_seconds: how old a signed delivery may be.
    """

    subdomain: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=63)] | None = None
    base_url: WebAddress | None = None
    auth: Literal["oauth", "api_token"] = "oauth"
    client_id: str | None = None
    scope: str = "read tickets:write"
    email: str | None = None
    user_id: int | None = None
    automation_users: frozenset[int] = frozenset()
    webhook: Literal["events", "trigger"] = "events"
    webhook_id: str | None = None
    timezone: ZoneKey = "UTC"
    priorities: Mapping[str, str] = Field(default_factory=lambda: dict(PRIORITIES))
    priority_field: int | None = None
    statuses: Mapping[str, Status] = Field(default_factory=dict)
    plan: tuple[PlanSource, ...] = ()
    facts: Mapping[str, FactField] = Field(default_factory=dict)
    workaround_field: int | None = None
    escalate_field: int | None = None
    fields: Mapping[OurField, FieldIds] = Field(default_factory=dict)
    organization: Place = Place()
    end_customers: EndCustomers = EndCustomers()
    replay_window_seconds: Annotated[int, Field(ge=30, le=3600)] = 300

    @model_validator(mode="after")
    def _complete(self) -> "ZendeskSettings":
        if not self.subdomain and not self.base_url:
            raise ValueError("write `subdomain` (acme for acme.zendesk.com)")
        if self.auth == "oauth" and not self.client_id:
            raise ValueError("auth: oauth needs `client_id`, the OAuth client's unique identifier")
        if self.auth == "api_token" and not self.email:
            raise ValueError("auth: api_token needs `email`, the agent whom the token acts as")
        return self

    @property
    def url(self) -> str:
        """The address of the account, without a path."""
        return self.base_url or f"https://{self.subdomain}.zendesk.com"

    @property
    def priority_name(self) -> str:
        """The name under which audits keep the priority."""
        return str(self.priority_field) if self.priority_field else "priority"

    @cached_property
    def tracked(self) -> frozenset[str]:
        """The audits' field names from which a clock can move."""
        names = {"status", "custom_status_id", "requester_id", "organization_id", "assignee_id", "tags"}
        names.add(self.priority_name)
        names.update(str(fact.field) for fact in self.facts.values())
        names.update(str(source.key) for source in self.plan if source.source == "ticket_field")
        names.update(str(field) for field in (self.workaround_field, self.escalate_field) if field)
        return frozenset(names)
