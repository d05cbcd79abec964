"""What a django-helpdesk connection is told in ``sidecar.yaml``; ``connect`` writes a part of it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from adapters.common.settings import INSTANTS, FactSource, Strict, ZoneKey, web_address
from adapters.django_helpdesk.tables import FIRST_STATUS, PRIORITIES, STATUSES
from core.ticket import Status
from core.update import Field as OurField


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.query or parts.fragment:
        raise ValueError("write the address alone: no user, no ?, no #")
    return web_address(url)


def _lower(addresses: frozenset[str]) -> frozenset[str]:
    if wrong := sorted(address for address in addresses if "@" not in address):
        raise ValueError(f"{wrong[0]!r} is neither an address nor @domain")
    return frozenset(address.lower() for address in addresses)


Addresses = Annotated[frozenset[str], AfterValidator(_lower)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=50)]


class FactField(FactSource):
    """The field in which agents or customers say a fact.

    Attributes:
        field: a custom field's name, or ``queue``.
        kind: how to read it; a list is text.
        values: the field's value to the fact's; empty takes it as it is.
    """

    field: Name


class PlanSource(Strict):
    """One place where a customer's plan may stand; the first that has a value counts, an organization's own comes last.

    Attributes:
        field: a custom field's name, or ``queue`` (with ``values``: the queue's number to the plan).
        values: the field's value to the plan; empty takes it as it is.
    """

    field: Name
    values: Mapping[str, str] = Field(default_factory=dict)


class OrganizationSettings(Strict):
    """One customer, known by its mail domain: django-helpdesk has no organizations.

    Attributes:
        name: for people.
        plan: what it bought.
        timezone: where it works, an IANA name.
        country: two letters; it decides the holidays.
        subdivision: a part of the country with holidays of its own.
    """

    name: str | None = None
    plan: str | None = None
    timezone: ZoneKey | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    subdivision: str | None = None


class DjangoHelpdeskSettings(Strict):
    """One connection to one django-helpdesk site.

    Attributes:
        base_url: the address under which ``/api/`` lies.
        auth: ``token`` (DRF's) or ``basic`` (needs ``user``).
        user: whom a password acts as.
        user_id: the number of our user; its public follow-ups that bear our mark are nobody's answer.
        timezone: the zone in which instants are shown to agents.
        statuses: a status's number to a category, for the site's own statuses.
        first_status: the number that new tickets get (HELPDESK_TICKET_OPEN_STATUS).
        hold: what "on hold" means to the policy.
        priorities: the number to the policy's priority.
        agents: ids of the users on the support side; empty: everybody who is signed in.
        agent_addresses: addresses or ``@domain`` whose mails are the support side's.
        automation_users: ids of other integrations' users, whose comments are no response.
        end_customers: addresses or ``@domain`` of customers' customers.
        organizations: mail domain to customer.
        plan: where else the customer's plan stands.
        facts: the policy's facts to the fields that say them.
        workaround_field: the custom tick-box "a workaround is in place".
        escalate_field: the custom tick-box "the customer asks to escalate".
        fields: our fields to the custom text fields that show them, by name.
        due_date: which deadline stands in the ticket's own "Due on"; None leaves it alone.
        tags_field: a custom text field with tags, separated by commas.
    """

    base_url: Annotated[str, AfterValidator(_address)]
    auth: Literal["token", "basic"] = "token"
    user: str | None = None
    user_id: int | None = None
    timezone: ZoneKey = "UTC"
    statuses: Mapping[int, Status] = Field(default_factory=dict)
    first_status: int = FIRST_STATUS
    hold: Literal[Status.ON_HOLD, Status.PENDING] = Status.ON_HOLD
    priorities: Mapping[int, str] = Field(default_factory=lambda: dict(PRIORITIES))
    agents: frozenset[int] = frozenset()
    agent_addresses: Addresses = frozenset()
    automation_users: frozenset[int] = frozenset()
    end_customers: Addresses = frozenset()
    organizations: Mapping[str, OrganizationSettings] = Field(default_factory=dict)
    plan: tuple[PlanSource, ...] = ()
    facts: Mapping[str, FactField] = Field(default_factory=dict)
    workaround_field: Name | None = None
    escalate_field: Name | None = None
    fields: Mapping[OurField, Name] = Field(default_factory=dict)
    due_date: OurField | None = OurField.NEXT_DUE
    tags_field: Name | None = None

    @model_validator(mode="after")
    def _complete(self) -> "DjangoHelpdeskSettings":
        if self.auth == "basic" and not self.user:
            raise ValueError("auth: basic needs `user`, whom the password acts as")
        if self.due_date is not None and self.due_date not in INSTANTS:
            raise ValueError(f"due_date is one of {', '.join(sorted(INSTANTS))}, or null")
        if self.first_status not in self.categories:
            raise ValueError("first_status has no category; give it one under `statuses`")
        if lost := sorted(domain for domain in self.organizations if domain != domain.lower() or "@" in domain):
            raise ValueError(f"organizations: write {lost[0].lower().rpartition('@')[2]} for {lost[0]}")
        return self

    @cached_property
    def categories(self) -> Mapping[int, Status]:
        """Every status that has a category."""
        return {**STATUSES, **self.statuses}

    @cached_property
    def open_statuses(self) -> tuple[int, ...]:
        """The statuses in which something is left to do."""
        return tuple(sorted(number for number, category in self.categories.items() if not category.is_solved))

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """The fields of which the platform keeps no history, so that their changes are noted when seen."""
        names = {"priority", "assigned_to", "submitter_email", "merged_to"}
        names.update(fact.field for fact in self.facts.values())
        names.update(source.field for source in self.plan)
        names.update(field for field in (self.workaround_field, self.escalate_field) if field)
        return tuple(sorted(names))
