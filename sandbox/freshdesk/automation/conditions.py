"""Conditions of rules: does a ticket meet them?

Source: API reference, "Create an automation rule"; operators from public clients. A day is open from Monday to
Friday, 8 to 17 in the helpdesk's zone, and there are no holidays.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk.model import Rule
from sandbox.freshdesk.tickets import Ticket

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

OPERATORS = (
    "is",
    "is_not",
    "in",
    "not_in",
    "contains",
    "does_not_contain",
    "is_any_of",
    "is_none_of",
    "during",
    "greater_than",
    "less_than",
)
PERIODS = ("business_hours", "non_business_hours", "holidays")
KEYS = {"ticket_type": "type", "tag_names": "tags", "tag_ids": "tags"}


def met(store: "Store", ticket: Ticket, rule: Rule) -> bool:
    """Return whether the rule's condition sets hold: all of them, or one of them if the operator says or."""
    held = [_set_holds(store, ticket, conditions) for conditions in rule.conditions]
    if not held:
        return True
    return any(held) if "or" in (rule.operator or "and").lower().split() else all(held)


def _set_holds(store: "Store", ticket: Ticket, conditions: Mapping[str, Any]) -> bool:
    held = [_holds(store, ticket, condition) for condition in conditions.get("properties") or []]
    return any(held) if conditions.get("match_type") == "any" and held else all(held)


def _holds(store: "Store", ticket: Ticket, condition: Mapping[str, Any]) -> bool:
    value, wanted = _value(store, ticket, condition), condition.get("value")
    values = [str(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
    own = [str(item) for item in value] if isinstance(value, list) else ["" if value is None else str(value)]
    match condition["operator"]:
        case "during":
            return isinstance(value, datetime) and any(_during(store, value, period) for period in values)
        case "is" | "in" | "is_any_of":
            return bool(set(own) & set(values))
        case "is_not" | "not_in" | "is_none_of":
            return not set(own) & set(values)
        case "contains":
            return any(text.lower() in item.lower() for text in values for item in own)
        case "does_not_contain":
            return not any(text.lower() in item.lower() for text in values for item in own)
        case operator:
            return _is_beyond(own, values, above=operator == "greater_than")


def _is_beyond(own: list[str], limits: list[str], *, above: bool) -> bool:
    """Return whether the first number is above (or below) the first limit; anything that is no number is not."""
    try:
        number, limit = float(own[0]), float(limits[0])
    except (ValueError, IndexError):
        return False
    return number > limit if above else number < limit


def _value(store: "Store", ticket: Ticket, condition: Mapping[str, Any]) -> Any:
    name = condition["field_name"]
    match condition.get("resource_type", "ticket"):
        case "company" | "companies":
            company = store.companies.get(ticket.company_id or 0)
            return getattr(company, name, None) if company else None
        case "contact" | "contacts":
            return getattr(store.person(ticket.requester_id), name, None)
        case _:
            return ticket.custom_fields.get(name, getattr(ticket, KEYS.get(name, name), None))


def _during(store: "Store", at: datetime, period: str) -> bool:
    local = at.astimezone(store.zone)
    is_open = local.weekday() < 5 and 8 <= local.hour < 17
    return {"business_hours": is_open, "non_business_hours": not is_open}.get(period, False)
