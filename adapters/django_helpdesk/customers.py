"""Who asked, and for which customer: all that is known of either is a mail address. Pure."""

import math
from collections.abc import Mapping

from adapters.django_helpdesk.settings import DjangoHelpdeskSettings, FactField
from core.ticket import FactValue, Organization, Requester, Role

Value = str | int | float | bool | None


def is_among(address: str | None, addresses: frozenset[str]) -> bool:
    """True for an address that is listed, by itself or by its ``@domain``."""
    lower = (address or "").lower()
    return lower in addresses or f"@{domain_of(lower)}" in addresses


def domain_of(address: str | None) -> str:
    """Return the domain of an address, in lower case; "" for none."""
    return (address or "").lower().rpartition("@")[2] if "@" in (address or "") else ""


def requester_of(address: Value, settings: DjangoHelpdeskSettings) -> Requester | None:
    """Return who asked; None for a ticket without a submitter."""
    if not isinstance(address, str) or not address:
        return None
    role = Role.CUSTOMER
    if is_among(address, settings.agent_addresses):
        role = Role.AGENT
    elif is_among(address, settings.end_customers):
        role = Role.END_CUSTOMER
    return Requester(id=address.lower(), email=address, role=role)


def organization_of(values: Mapping[str, Value], settings: DjangoHelpdeskSettings) -> Organization | None:
    """Return the customer by the submitter's mail domain, with the plan from wherever it stands; None if unknown."""
    address = values.get("submitter_email")
    domain = domain_of(address if isinstance(address, str) else None)
    known, plan = settings.organizations.get(domain), plan_of(values, settings)
    if known is None:
        return Organization(plan=plan) if plan else None
    return Organization(
        id=domain,
        name=known.name or domain,
        plan=plan,
        timezone=known.timezone,
        country=known.country,
        subdivision=known.subdivision,
    )


def plan_of(values: Mapping[str, Value], settings: DjangoHelpdeskSettings) -> str | None:
    """Return the plan from the first field that names one, else the organization's."""
    for source in settings.plan:
        raw = values.get(source.field)
        if raw not in (None, ""):
            found = source.values.get(str(raw)) if source.values else str(raw)
            if found is not None:
                return found
    address = values.get("submitter_email")
    known = settings.organizations.get(domain_of(address if isinstance(address, str) else None))
    return known.plan if known else None


def fact_value(fact: FactField, raw: Value) -> FactValue:
    """Return a field's raw value as the fact that it says; a tick-box that was never touched says False."""
    if fact.kind == "checkbox":
        return is_ticked(raw)
    if raw is None or raw == "":
        return None
    if fact.kind == "text":
        return fact.values.get(str(raw), str(raw))
    try:
        number = float(str(raw)) if "." in str(raw) else int(str(raw))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def is_ticked(raw: Value) -> bool:
    """True for a ticked tick-box, which the API writes as true and the database as text."""
    return str(raw).lower() in ("true", "1", "on")
