"""Conditions of triggers, automations and views: does a ticket meet them?

Source: reference pages "Conditions" and "Actions", field and operator names as the trigger definitions list them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.model import PRIORITIES, STATUSES, User
from sandbox.zendesk.tickets_model import CommentEvent, Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

VIA_IDS = {"web": 0, "email": 4, "api": 5, "rule": 8, "chat": 29}
CUSTOM = re.compile(r"(?:custom|ticket)_fields_(\d+)")
ORDERS: dict[str, Sequence[str]] = {"status": STATUSES, "priority": ("", *PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Update:
    """What rules may ask about the update that runs them, beside the ticket itself.

    Attributes:
        before: the fields' values before the update, as :func:`sandbox.zendesk.snapshots.snapshot` gives them.
    """

    actor: User
    channel: str
    creating: bool
    before: Mapping[str, Any] = field(default_factory=dict)
    comment: CommentEvent | None = None


def met(
    store: "Store",
    ticket: Ticket,
    all_of: Sequence[Mapping[str, Any]],
    any_of: Sequence[Mapping[str, Any]],
    update: Update | None = None,
) -> bool:
    """Return whether every condition of ``all_of`` and, if there are any, one of ``any_of`` holds."""
    if not all(_holds(store, ticket, condition, update) for condition in all_of):
        return False
    return not any_of or any(_holds(store, ticket, condition, update) for condition in any_of)


def _holds(store: "Store", ticket: Ticket, condition: Mapping[str, Any], update: Update | None) -> bool:
    name, operator, wanted = condition["field"], condition["operator"], condition.get("value")
    if name == "current_tags":
        hit = bool(set(str(wanted or "").split()) & set(ticket.tags))
        return hit is (operator == "includes")
    value = _value(store, ticket, name, update)
    before = update.before.get(name) if update else None
    match operator:
        case "changed":
            return update is not None and not update.creating and before != value
        case "not_changed":
            return update is None or update.creating or before == value
        case "value":  # "changed to": on creation the first value counts as changed to
            return update is not None and (update.creating or before != value) and _same(value, wanted)
        case "value_previous":
            return update is not None and before != value and _same(before, wanted)
        case "present":
            return value not in (None, "", [])
        case "not_present":
            return value in (None, "", [])
        case "includes":
            return str(wanted).lower() in str(value).lower()
        case "not_includes":
            return str(wanted).lower() not in str(value).lower()
        case "less_than" | "greater_than":
            return _compare(name, value, wanted, operator)
        case "is_not":
            return not _same(value, wanted)
        case _:
            return _same(value, wanted)


def _value(store: "Store", ticket: Ticket, name: str, update: Update | None) -> Any:
    if custom := CUSTOM.fullmatch(name):
        return ticket.custom.get(int(custom[1]))
    if name.startswith("organization.custom_fields."):
        organization = store.organizations.get(ticket.organization_id or 0)
        return organization.organization_fields.get(name.rpartition(".")[2]) if organization else None
    match name:
        case "update_type":
            return "Create" if update and update.creating else "Change"
        case "current_via_id":
            return VIA_IDS.get(update.channel, 5) if update else None
        case "via_id":
            return VIA_IDS.get(ticket.via.channel, 5)
        case "role":
            return ("agent" if update.actor.is_staff else "end_user") if update else None
        case "comment_is_public":
            return str(update.comment.public).lower() if update and update.comment else None
        case "ticket_is_public":
            return "public" if ticket.is_public else "private"
        case _:
            return getattr(ticket, name, None)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == str(wanted).lower()
    return str(value if value is not None else "") == str(wanted if wanted is not None else "")


def _compare(name: str, value: Any, wanted: Any, operator: str) -> bool:
    order = ORDERS.get(name)
    if order is None or str(value or "") not in order or str(wanted or "") not in order:
        return False
    place, other = order.index(str(value or "")), order.index(str(wanted or ""))
    return place < other if operator == "less_than" else place > other
