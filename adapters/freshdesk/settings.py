"""What a Freshdesk connection is told in ``sidecar.yaml``; ``sla-sidecar connect freshdesk`` writes most of it."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from adapters.common.settings import FactSource, Place, Strict, ZoneKey, web_address
from adapters.freshdesk.tables import PRIORITIES, PRIORITY_CODES, STATUSES
from core.ticket import Status
from core.update import Field as OurField

BUILT_IN_FACTS = ("type", "product_id", "group_id", "source")
COMPANY_FIELDS = ("account_tier", "health_score", "industry")  # not among a company's custom fields
PlaceName = Literal["company_field", "ticket_field", "ticket_tags", "contact_field", "contact_tags"]


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname and parts.hostname.endswith(".freshservice.com"):
        raise ValueError("that is Freshservice, another product with another API; write a Freshdesk address")
    return web_address(url)


class FieldNames(Strict):
    """The Freshdesk fields that show one of our fields, by API name; each is optional, all are written together.

    Attributes:
        dropdown: for state, tier, plan and next obligation.
        text: any value; an instant as local time with zone and offset.
        date: an instant's local day, which views can filter by.
        choices: for the drop-down: our value to the choice's text. A value without a choice is not written.
    """

    dropdown: str | None = None
    text: str | None = None
    date: str | None = None
    choices: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "FieldNames":
        if self.dropdown is not None and not self.choices:
            raise ValueError("a drop-down needs `choices`, our values to its texts; sla-sidecar connect writes them")
        if self.date is not None and self.text is None:
            raise ValueError("a date field alone loses the time of day; add `text`")
        return self

    def names(self) -> Iterator[str]:
        """Yield the names that are set."""
        yield from (name for name in (self.dropdown, self.text, self.date) if name is not None)


class FactField(FactSource):
    """The Freshdesk field in which agents or customers say a fact.

    Attributes:
        field: a custom field's API name (``cf_…``), or ``type``, ``product_id``, ``group_id``, ``source``.
        kind: how to read it; a drop-down is text.
        values: Freshdesk's value to the fact's; empty takes it as it is.
    """

    field: str


class PlanSource(Strict):
    """One place where a customer's plan may stand; the first that has a value counts.

    Attributes:
        source: where to look (written ``from``).
        key: the field's name; ``account_tier``, ``health_score`` and ``industry`` are a company's own. Not for tags.
        values: Freshdesk's value, or tag, to the plan, in any case; for a field, empty takes its value as it is.
    """

    source: Annotated[PlaceName, Field(alias="from")]
    key: str | None = None
    values: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "PlanSource":
        if self.source.endswith("_field") and self.key is None:
            raise ValueError(f"{self.source} needs `key`, the field's name")
        if self.source.endswith("_tags") and not self.values:
            raise ValueError(f"{self.source} needs `values`: which tag means which plan")
        return self

    @property
    def is_of_company(self) -> bool:
        """True where the plan belongs to the company."""
        return self.source == "company_field"

    @property
    def is_of_contact(self) -> bool:
        """True where the plan belongs to the requester."""
        return self.source in ("contact_field", "contact_tags")


class EndCustomers(Strict):
    """How to know a requester who is a user of the customer's own.

    Attributes:
        contact_tag: by this tag of the contact.
        contact_field: by this ticked field of the contact.
    """

    contact_tag: str | None = None
    contact_field: str | None = None


class Rules(Strict):
    """The ids of our automation rules, as ``connect`` created them.

    Attributes:
        created: of the rule for new tickets.
        updated: of the rule for changed tickets.
    """

    created: int | None = None
    updated: int | None = None


class Merges(Strict):
    """The words by which merge notes are known: Freshdesk has no other sign. Agents may have changed them.

    Attributes:
        away: in the note on the ticket that was merged into another.
        into: in the note on the ticket that took another in.
    """

    away: tuple[str, ...] = ("merged into ticket",)
    into: tuple[str, ...] = ("merged into this ticket",)


class FreshdeskSettings(Strict):
    """One connection to one Freshdesk account.

    Attributes:
        domain: the account's, without ``.freshdesk.com``. A portal's own host name does not work for the API.
        base_url: instead of it, an address (the sandbox, a private gateway).
        agent_id, agent_email: the agent that we write as; its notes are never a response, its events are echoes.
        automation_users: other integrations' agents, whose replies are no response either.
        timezone: the zone in which instants are shown to agents.
        priorities: Freshdesk's priority (low, medium, high, urgent), or the choice of ``priority_field``, to the
            policy's.
        priority_field: a custom drop-down that holds the priority instead of Freshdesk's own.
        statuses: a status's id to a category; one that is not named here or known by itself counts as open.
        plan: where the customer's plan stands, in the order to look.
        facts: the policy's facts to the fields that say them.
        workaround_field: the tick-box "a workaround is in place".
        escalate_field: the tick-box "the customer asks to escalate".
        fields: our fields to the Freshdesk fields that show them.
        company: the names of the company fields that say where the customer works.
        end_customers: who is a customer's customer.
        rules: our automation rules.
        merges: the words of merge notes.
        native_due: ``test`` lets ``connect`` try on ``native_due_ticket`` whether written due dates stand, and it
            writes ``on`` if they do; ``on`` sends ours along with our own fields.
        native_due_ticket: an open ticket made for that test.
    """

    domain: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=63)] | None = None
    base_url: Annotated[str, AfterValidator(_address)] | None = None
    agent_id: int | None = None
    agent_email: str | None = None
    automation_users: frozenset[int] = frozenset()
    timezone: ZoneKey = "UTC"
    priorities: Mapping[str, str] = Field(default_factory=lambda: dict(PRIORITIES))
    priority_field: str | None = None
    statuses: Mapping[int, Status] = Field(default_factory=dict)
    plan: tuple[PlanSource, ...] = ()
    facts: Mapping[str, FactField] = Field(default_factory=dict)
    workaround_field: str | None = None
    escalate_field: str | None = None
    fields: Mapping[OurField, FieldNames] = Field(default_factory=dict)
    company: Place = Place()
    end_customers: EndCustomers = EndCustomers()
    rules: Rules = Rules()
    merges: Merges = Merges()
    native_due: Literal["off", "test", "on"] = "off"
    native_due_ticket: int | None = None

    @model_validator(mode="after")
    def _complete(self) -> "FreshdeskSettings":
        if not self.domain and not self.base_url:
            raise ValueError("write `domain` (acme for acme.freshdesk.com)")
        strange = sorted(set(self.priorities) - set(PRIORITY_CODES))
        if strange and not self.priority_field:
            raise ValueError(f"priorities: {', '.join(strange)} is not one of {', '.join(PRIORITY_CODES)}")
        if self.native_due == "test" and self.native_due_ticket is None:
            raise ValueError("native_due: test needs `native_due_ticket`, an open ticket made for the test")
        return self

    @property
    def url(self) -> str:
        """The address of the account, without a path."""
        return self.base_url or f"https://{self.domain}.freshdesk.com"

    @property
    def needs_contact(self) -> bool:
        """True where something about the requester is asked that a ticket does not carry."""
        rule = self.end_customers
        return bool(rule.contact_tag or rule.contact_field) or any(source.is_of_contact for source in self.plan)

    @cached_property
    def tracked(self) -> frozenset[str]:
        """The names of the ticket's fields from which a clock can move, besides its status."""
        names = {"requester_id", "company_id", "responder_id", "tags", self.priority_field or "priority"}
        names.update(fact.field for fact in self.facts.values())
        names.update(str(source.key) for source in self.plan if source.source == "ticket_field")
        names.update(self.tick_boxes)
        return frozenset(names)

    @property
    def tick_boxes(self) -> tuple[str, ...]:
        """The tick-boxes that are events rather than facts."""
        return tuple(name for name in (self.workaround_field, self.escalate_field) if name)

    def category(self, status: object) -> Status:
        """Return a status's category; one that nobody gave a category counts as open, so that nothing pauses by it."""
        code = status if isinstance(status, int) else 0
        return self.statuses.get(code) or STATUSES.get(code) or Status.OPEN

    def priority(self, raw: object) -> str | None:
        """Return the policy's priority for a ticket's raw value; a value that is not mapped stays as it is."""
        if raw is None or raw == "":
            return None
        word = str(raw)
        if not self.priority_field:
            word = next((name for name, code in PRIORITY_CODES.items() if code == raw), word)
        return self.priorities.get(word, word)
