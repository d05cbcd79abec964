"""Contacts and companies: where a ticket's customer and plan are found.

Source: API reference, "Contacts", "Companies".
"""

from typing import Any

from flask import Blueprint, request

from sandbox.freshdesk import views
from sandbox.freshdesk.api.routing import Answer, agent, body, created, route
from sandbox.freshdesk.errors import Fault, conflict, invalid, missing, not_allowed, not_found, nothing_matches, one_of
from sandbox.freshdesk.inputs import Input
from sandbox.freshdesk.model import Company, Contact
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.queries import instant
from sandbox.freshdesk.state import State

blueprint = Blueprint("customers", __name__)
CHOICES = {
    "account_tier": ("Basic", "Premium", "Enterprise"),
    "health_score": ("Happy", "Doing okay", "At risk"),
}
DEFAULT_FIELDS = (
    ("name", "Company Name"),
    ("domains", "Domains for this company"),
    ("description", "Description"),
    ("note", "Notes"),
    ("health_score", "Health score"),
    ("account_tier", "Account tier"),
    ("renewal_date", "Renewal date"),
    ("industry", "Industry"),
)


class CompanyInput(Input):
    """The keys of a company."""

    name: str | None = None
    description: str | None = None
    note: str | None = None
    domains: list[str] | None = None
    health_score: str | None = None
    account_tier: str | None = None
    renewal_date: str | None = None
    industry: str | None = None
    custom_fields: dict[str, Any] | None = None


class ContactInput(Input):
    """The keys of a contact."""

    name: str | None = None
    email: str | None = None
    company_id: int | None = None
    other_companies: list[dict[str, Any]] | None = None
    phone: str | None = None
    mobile: str | None = None
    job_title: str | None = None
    time_zone: str | None = None
    language: str | None = None
    tags: list[str] | None = None
    description: str | None = None
    address: str | None = None
    unique_external_id: str | None = None
    view_all_tickets: bool | None = None
    custom_fields: dict[str, Any] | None = None


@route(blueprint, "GET", "/companies")
def list_companies(state: State) -> Answer:
    """Return a page of companies, by name; ``updated_since`` keeps the changed ones."""
    found = sorted(_changed(list(state.companies.values())), key=lambda company: (company.name.lower(), company.id))
    return page(found, views.company)


@route(blueprint, "GET", "/companies/autocomplete")
def autocomplete(state: State) -> dict[str, Any]:
    """Return companies whose names begin so."""
    wanted = request.args.get("name", "").lower()
    found = [company for company in state.companies.values() if company.name.lower().startswith(wanted)]
    return {"companies": [{"id": company.id, "name": company.name} for company in found]}


@route(blueprint, "GET", "/companies/<int:company_id>")
def show_company(state: State, company_id: int) -> dict[str, Any]:
    """Return a company."""
    return views.company(state.get(state.companies, company_id))


@route(blueprint, "POST", "/companies")
def create_company(state: State) -> Answer:
    """Create a company."""
    given = body(CompanyInput)
    if not given.name:
        raise invalid([missing("name")])
    _check_company(state, given, None)
    company = state.new(state.companies, Company, name=given.name)
    _put(company, given)
    return created("/companies", company.id, views.company(company))


@route(blueprint, "PUT", "/companies/<int:company_id>")
def update_company(state: State, company_id: int) -> dict[str, Any]:
    """Change a company; no rule runs on that."""
    company, given = state.get(state.companies, company_id), body(CompanyInput)
    _check_company(state, given, company)
    _put(company, given)
    company.updated_at = state.now()
    return views.company(company)


@route(blueprint, "DELETE", "/companies/<int:company_id>")
def delete_company(state: State, company_id: int) -> Answer:
    """Delete a company; its people stay."""
    company = state.get(state.companies, company_id)
    del state.companies[company.id]
    for contact in state.contacts.values():
        contact.company_id = None if contact.company_id == company.id else contact.company_id
    return Answer(status=204)


def _check_company(state: State, given: CompanyInput, company: Company | None) -> None:
    names = [other.name.lower() for other in state.companies.values() if other is not company]
    if given.name and given.name.lower() in names:
        raise conflict("name")
    tiers = {other.account_tier for other in state.companies.values() if other.account_tier}
    allowed = CHOICES | {"account_tier": (*CHOICES["account_tier"], *sorted(tiers - set(CHOICES["account_tier"])))}
    faults = [one_of(name, values) for name, values in allowed.items() if getattr(given, name) not in (None, *values)]
    if faults:
        raise invalid(faults)


@route(blueprint, "GET", "/company_fields")
def company_fields(state: State) -> list[Any]:
    """Return the fields of a company; custom ones have no prefix."""
    custom = dict.fromkeys(key for company in state.companies.values() for key in company.custom_fields)
    named = [*((name, label, True) for name, label in DEFAULT_FIELDS), *((key, key, False) for key in custom)]
    return [
        {
            "id": position,
            "name": name,
            "label": label,
            "position": position,
            "type": f"default_{name}" if default else "custom_text",
            "default": default,
            "required_for_agents": name == "name",
            **({"choices": list(CHOICES[name])} if name in CHOICES else {}),
        }
        for position, (name, label, default) in enumerate(named, start=1)
    ]


@route(blueprint, "GET", "/contacts")
def list_contacts(state: State) -> Answer:
    """Return a page of contacts, by name; deleted ones only with ``state=deleted``."""
    deleted = request.args.get("state") == "deleted"
    found = [contact for contact in state.contacts.values() if contact.deleted is deleted]
    for name in ("email", "phone", "mobile", "unique_external_id"):
        if wanted := request.args.get(name):
            found = [contact for contact in found if (getattr(contact, name) or "").casefold() == wanted.casefold()]
    if wanted := request.args.get("company_id"):
        found = [contact for contact in found if str(contact.company_id) == wanted]
    found = sorted(_changed(found, "_updated_since"), key=lambda contact: (contact.name.lower(), contact.id))
    return page(found, lambda contact: views.contact(contact, listed=True))


@route(blueprint, "GET", "/contacts/<int:contact_id>")
def show_contact(state: State, contact_id: int) -> dict[str, Any]:
    """Return a contact; agents are none."""
    return views.contact(state.get(state.contacts, contact_id))


@route(blueprint, "POST", "/contacts")
def create_contact(state: State) -> Answer:
    """Create a contact; an address that somebody has is a conflict."""
    given = body(ContactInput)
    faults = [] if given.name else [missing("name")]
    if not any((given.email, given.phone, given.mobile, given.unique_external_id)):
        faults.append(Fault("email", "Please fill at least 1 of email, mobile, phone, twitter_id", "missing_field"))
    if faults:
        raise invalid(faults)
    _check_contact(state, given, None)
    contact = state.new(state.contacts, Contact)
    _put(contact, given)
    return created("/contacts", contact.id, views.contact(contact))


@route(blueprint, "PUT", "/contacts/<int:contact_id>")
def update_contact(state: State, contact_id: int) -> dict[str, Any]:
    """Change a contact."""
    contact = state.get(state.contacts, contact_id)
    if contact.deleted:
        raise not_allowed("PUT", ["GET"])
    given = body(ContactInput)
    _check_contact(state, given, contact)
    _put(contact, given)
    contact.updated_at = state.now()
    return views.contact(contact)


@route(blueprint, "DELETE", "/contacts/<int:contact_id>")
def delete_contact(state: State, contact_id: int) -> Answer:
    """Delete a contact softly."""
    contact = state.get(state.contacts, contact_id)
    if contact.deleted:
        raise not_allowed("DELETE", ["GET"])
    contact.deleted, contact.updated_at = True, state.now()
    return Answer(status=204)


@route(blueprint, "PUT", "/contacts/<int:contact_id>/restore")
def restore_contact(state: State, contact_id: int) -> Answer:
    """Take a deletion back."""
    contact = state.get(state.contacts, contact_id)
    contact.deleted = False
    return Answer(status=204)


@route(blueprint, "DELETE", "/contacts/<int:contact_id>/hard_delete")
def forget_contact(state: State, contact_id: int) -> Answer:
    """Forget a person for good; what they said stays, nobody's."""
    contact = state.get(state.contacts, contact_id)
    if not contact.deleted and request.args.get("force", "").lower() != "true":
        raise not_allowed("DELETE", ["GET"])
    del state.contacts[contact.id]
    for ticket in state.tickets.values():
        for said in ticket.conversations:
            said.user_id = None if said.user_id == contact.id else said.user_id
    return Answer(status=204)


@route(blueprint, "PUT", "/contacts/<int:contact_id>/make_agent", admin=True)
def make_agent(state: State, contact_id: int) -> dict[str, Any]:
    """Turn a contact into an agent of the same id; from now on no rule runs on that person's tickets."""
    contact = state.get(state.contacts, contact_id)
    if not contact.email:
        raise not_found()
    made = state.new_agent(contact.name, contact.email, admin=False, scope=1, occasional=False)
    del state.agents[made.id], state.contacts[contact.id]
    made.id = contact.id
    state.agents[made.id] = made
    return views.contact(contact) | {"agent": views.agent(made, state), "last_updated_by": agent().id}


def _check_contact(state: State, given: ContactInput, contact: Contact | None) -> None:
    known = state.person_by_email(given.email) if given.email else None
    if known is not None and known is not contact:
        raise conflict("email")
    if given.company_id is not None and given.company_id not in state.companies:
        raise invalid([nothing_matches("company_id", "company")])


def _put(record: Company | Contact, given: Input) -> None:
    for name in given.model_fields_set:
        value = getattr(given, name)
        if name == "custom_fields":
            record.custom_fields |= value or {}
        elif value is not None or name not in ("name", "domains", "tags", "other_companies"):
            setattr(record, name, value)


def _changed(records: list[Any], name: str = "updated_since") -> list[Any]:
    since = request.args.get(name)
    if since is None:
        return records
    after = instant(name, since)
    return [record for record in records if record.updated_at >= after]
