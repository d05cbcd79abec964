"""What single values of Freshdesk mean. Pure."""

from typing import Any

from adapters.freshdesk.observed import Raw
from adapters.freshdesk.payloads import CompanyBody, ContactBody
from adapters.freshdesk.settings import FactField, PlanSource
from adapters.freshdesk.tables import OUR_TAG_PREFIX
from core.ticket import FactValue


def fact_value(fact: FactField, raw: Raw) -> FactValue:
    """Return a field's raw value as the fact that it says; a tick-box that was never touched says False."""
    if fact.kind == "checkbox":
        return is_ticked(raw)
    if raw in (None, "") or isinstance(raw, tuple):
        return None
    if fact.kind == "text":
        return fact.values.get(str(raw), str(raw))
    try:
        number = float(str(raw))  # a decimal field comes back as text, "124.0"
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def is_ticked(raw: Raw) -> bool:
    """True for a ticked tick-box."""
    return raw is True or str(raw).lower() == "true"


def id_of(raw: Raw) -> int | None:
    """Return an id, None for none."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else None


def others_tags(tags: Raw) -> tuple[str, ...]:
    """Return the tags that are not ours, sorted."""
    return tuple(sorted(tag for tag in tags if not tag.startswith(OUR_TAG_PREFIX))) if isinstance(tags, tuple) else ()


def plan_name(source: PlanSource, id_: int | None) -> str:
    """Return under which name the plan of one place and one owner is kept."""
    return f"@{source.source}:{source.key or ''}:{id_ or ''}"


def plan_of(source: PlanSource, raw: Any) -> str | None:
    """Return the plan that a field's value or the first known tag means; choices are editable, so case is no matter."""
    known = {theirs.casefold(): plan for theirs, plan in source.values.items()}
    if isinstance(raw, list | tuple):
        return next((known[str(tag).casefold()] for tag in raw if str(tag).casefold() in known), None)
    if raw in (None, ""):
        return None
    return known.get(str(raw).casefold()) if known else str(raw)


def owner_value(source: PlanSource, owner: CompanyBody | ContactBody) -> Any:
    """Return what a company's or a contact's field, or a contact's tags, hold."""
    if isinstance(owner, CompanyBody):
        return owner.value(str(source.key))
    return owner.tags if source.source == "contact_tags" else owner.custom_fields.get(str(source.key))


def word_of(raw: Any) -> str | None:
    """Return a text that says something, or None."""
    return raw if isinstance(raw, str) and raw else None
