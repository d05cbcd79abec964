"""What single values of Zendesk mean. Pure."""

from collections.abc import Mapping
from typing import Any

from adapters.zendesk.entries import Value
from adapters.zendesk.payloads import OrganizationBody, UserBody, Via
from adapters.zendesk.settings import FactField, PlanSource
from adapters.zendesk.tables import FOLLOW_UP_REL, FOLLOW_UP_VIA_ID
from core.ticket import FactValue

_TICKED = frozenset({"true", "1", "yes", "on"})


def fact_value(fact: FactField, raw: Value) -> FactValue:
    """Return a field's raw value as the fact that it says; a tick-box that was never touched says False."""
    if fact.kind == "checkbox":
        return is_ticked(raw)
    if raw in (None, "") or isinstance(raw, tuple):
        return None
    if fact.kind == "text":
        return fact.values.get(str(raw), str(raw))
    try:
        return float(str(raw)) if "." in str(raw) else int(str(raw))
    except ValueError:
        return None


def is_ticked(raw: Value) -> bool:
    """True for a ticked tick-box, as tickets (true) and audits (text) write it."""
    return str(raw).lower() in _TICKED


def is_follow_up(via: Via) -> bool:
    """True for a ticket that began as an answer to a closed one; it inherits that one's tags and fields."""
    return via.id == FOLLOW_UP_VIA_ID or via.channel == FOLLOW_UP_VIA_ID or via.rel == FOLLOW_UP_REL


def id_of(raw: Value) -> int | None:
    """Return an id, which audits write as text; None, "" and "0" are no id."""
    text = str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) else None


def id_text(raw: Value) -> str | None:
    """Return an id as text, None for no id."""
    id_ = id_of(raw)
    return str(id_) if id_ else None


def tags_of(raw: Value) -> tuple[str, ...]:
    """Return tags, which audits write as a list and placeholders as words."""
    return raw if isinstance(raw, tuple) else tuple(str(raw).split()) if raw else ()


def custom_of(body: UserBody | OrganizationBody) -> Mapping[str, Any]:
    """Return the custom fields of a user or an organization, by key."""
    return body.user_fields if isinstance(body, UserBody) else body.organization_fields


def plan_owner(source: PlanSource, id_: int | None) -> str:
    """Return under which name the plan of one place and one owner is kept."""
    return f"{source.source}:{source.key or ''}:{id_ or ''}"


def plan_of(source: PlanSource, raw: Any) -> str | None:
    """Return the plan that a field's value or the first known tag means."""
    if isinstance(raw, list | tuple):
        return next((source.values[tag] for tag in raw if tag in source.values), None)
    if raw in (None, ""):
        return None
    return source.values.get(str(raw)) if source.values else str(raw)


def word_of(raw: Any) -> str | None:
    """Return a text that says something, or None."""
    return raw if isinstance(raw, str) and raw else None
