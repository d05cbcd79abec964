"""The ticket form: the fields of every account, and what a custom field takes and gives back.

Source: API reference, "Ticket fields"; recorded answers for the order, the labels and a decimal that returns as text.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk.errors import Fault, one_of
from sandbox.freshdesk.model import PRIORITIES, SOURCES, TYPES, StatusChoice, TicketField

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

DEFAULTS = (  # name, label, type, whether agents have to fill it in
    ("requester", "Search a requester", "default_requester", True),
    ("subject", "Subject", "default_subject", True),
    ("ticket_type", "Type", "default_ticket_type", False),
    ("source", "Source", "default_source", False),
    ("status", "Status", "default_status", True),
    ("priority", "Priority", "default_priority", True),
    ("group", "Group", "default_group", False),
    ("agent", "Agent", "default_agent", False),
    ("product", "Product", "default_product", False),
    ("description", "Description", "default_description", True),
    ("company", "Company", "default_company", False),
)
STATUSES = (
    StatusChoice(2, "Open", "Being Processed", True),
    StatusChoice(3, "Pending", "Awaiting your Reply", False),
    StatusChoice(4, "Resolved", "This ticket has been Resolved", False),
    StatusChoice(5, "Closed", "This ticket has been Closed", False),
    StatusChoice(6, "Waiting on Customer", "Awaiting your Reply", False),
    StatusChoice(7, "Waiting on Third Party", "Being Processed", False),
)
CUSTOM_TYPES = {  # type to how many an account of the Growth plan may have
    "custom_text": 80,
    "custom_paragraph": 10,
    "custom_checkbox": 10,
    "custom_dropdown": 80,
    "custom_date": 10,
    "custom_number": 10,
    "custom_decimal": 10,
}
WORDS = {
    "custom_text": "String",
    "custom_paragraph": "String",
    "custom_checkbox": "Boolean",
    "custom_number": "Integer",
    "custom_decimal": "Number",
}
ACCEPTED: dict[str, tuple[type, ...]] = {
    "custom_text": (str,),
    "custom_paragraph": (str,),
    "custom_checkbox": (bool,),
    "custom_number": (int,),
    "custom_decimal": (int, float),
}
MOST_CHARACTERS = 255


def default_fields(store: "Store") -> Iterator[TicketField]:
    """Yield the fields that every account has."""
    now = store.now()
    for position, (name, label, kind, required) in enumerate(DEFAULTS, start=1):
        made = TicketField(id=store.ids.record(), created_at=now, updated_at=now, name=name, label=label, type=kind)
        made.label_for_customers, made.position, made.default = label, position, True
        made.required_for_agents = required
        yield made


def key_of(label: str, taken: set[str], record_id: int) -> str:
    """Return a new custom field's key: made from the label, with a number behind it where the key is taken."""
    key = "cf_" + (re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "field")
    return f"{key}{str(record_id)[-6:]}" if key in taken else key


def choices(store: "Store", field: TicketField) -> Any:
    """Return a field's choices in the shape of its type, or None for a field without any."""
    match field.type:
        case "default_status":
            return {str(status.id): [status.label, status.customer_label] for status in store.statuses.values()}
        case "default_priority":
            return {label: number for number, label in PRIORITIES.items()}
        case "default_source":
            return dict(SOURCES)
        case "default_ticket_type":
            return list(TYPES)
        case "default_group":
            return {group.name: group.id for group in store.groups.values()}
        case "default_agent":
            return {agent.name: agent.id for agent in store.agents.values()}
        case "default_product":
            return {}
        case "custom_dropdown":
            return list(field.choices)
        case _:
            return None


def stored(field: TicketField, value: Any) -> Any:
    """Return a value as it is kept and shown; a decimal comes back as text, never as the number that was sent."""
    if value is None or value == "":
        return None
    return f"{float(value)}" if field.type == "custom_decimal" else value


def fault_of(field: TicketField, value: Any) -> Fault | None:
    """Return what is wrong with a value for a custom field, or None."""
    name = f"custom_fields.{field.name}"
    if value is None:
        return None
    if field.type == "custom_dropdown":
        return None if value in field.choices or value == "" else one_of(name, field.choices)
    if field.type == "custom_date":
        return None if _is_date(value) else Fault(name, "It should be in the 'yyyy-mm-dd' format", "invalid_value")
    accepted = ACCEPTED[field.type]
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
        given = {"str": "String", "int": "Integer", "float": "Number", "bool": "Boolean"}.get(type(value).__name__, "")
        text = f"Value set is of type {given or 'Object'}.It should be a/an {WORDS[field.type]}"
        return Fault(name, text, "datatype_mismatch")
    if field.type == "custom_text" and isinstance(value, str) and len(value) > MOST_CHARACTERS:
        text = f"Has {len(value)} characters, it can have maximum of {MOST_CHARACTERS} characters"
        return Fault(name, text, "invalid_value")
    return None


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
