"""How our fields' values look in Jira's fields, and back. Pure.

One Jira field shows one of ours: a date-time is seen by every viewer in their own zone and can be sorted by, so an
instant needs no second field.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.jira.settings import FieldTarget
from adapters.jira.values import jira_time, value_of
from core.update import Field, FieldValue


class NotTakenError(ValueError):
    """A value that Jira would refuse; the message says why."""


def rendered(target: FieldTarget, value: FieldValue, options: frozenset[str] | None) -> Any:
    """Return what to write into the Jira field; None clears it.

    Args:
        target: the field.
        value: ours.
        options: the values that a select offers; None where Jira did not say.

    Raises:
        NotTakenError: the select has no such option.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return jira_time(value)
    if target.kind == "select":
        if options is not None and str(value) not in options:
            raise NotTakenError(f"{target.field} has no option {value}; run sla-sidecar connect again")
        return {"value": str(value)}
    return str(value)


def shown(name: Field, target: FieldTarget, raw: Any) -> FieldValue:
    """Return the value that an issue shows, None for none.

    What cannot be ours comes back as text that equals no value of ours, so that the next write puts it right.
    """
    text = value_of(raw).text
    if text is None:
        return None
    if target.kind == "datetime":
        return _instant(text) or f"changed by hand: {text}"
    return int(text) if name is Field.TIER and text.isascii() and text.isdigit() and len(text) < 10 else text


def options_of(meta: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the options that ``editmeta`` lists for a select; None where it lists none."""
    allowed = meta.get("allowedValues")
    if not isinstance(allowed, list):
        return None
    return frozenset(str(option["value"]) for option in allowed if isinstance(option, dict) and "value" in option)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
