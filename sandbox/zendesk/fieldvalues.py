"""What a custom field takes, what it makes of it, and which tags come and go with it.

Source: reference pages "Ticket fields" and "Creating and updating tickets"; the 422 of a date with a time as clients
report it.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from sandbox.zendesk.errors import ApiError, invalid
from sandbox.zendesk.model import CustomField

CLASSES = {
    "date": "FieldDate",
    "integer": "FieldInteger",
    "decimal": "FieldDecimal",
    "regexp": "FieldRegexp",
    "checkbox": "FieldCheckbox",
    "text": "FieldText",
    "textarea": "FieldTextarea",
    "tagger": "FieldTagger",
    "multiselect": "FieldMultiselect",
}
DIGITS = 12  # of an integer field: epoch seconds fit, epoch milliseconds do not
UNKNOWN = object()  # an option that the field does not have: the value is dropped without a word


def stored(field: CustomField, value: Any) -> Any:
    """Return what the ticket keeps for ``value``, None for no value, or UNKNOWN for an option that is not there.

    Raises:
        ApiError: 422, where Zendesk validates.
    """
    if value is None or value == "" or value == []:
        return None
    match field.type:
        case "tagger" | "dropdown":
            return value if value in field.option_values else UNKNOWN
        case "multiselect":
            chosen = value if isinstance(value, list) else [value]
            return sorted(item for item in chosen if item in field.option_values) or None
        case "checkbox":
            return value in (True, 1, "true", "1", "on")
        case "date":
            return _date(field, value)
        case "integer":
            text = str(value).strip()
            if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d+", text) or len(text.lstrip("+-")) > DIGITS:
                raise refusal(field, f"{field.title}: must be a number of at most {DIGITS} digits")
            return text
        case "decimal":
            text = str(value).strip()
            if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
                raise refusal(field, f"{field.title}: must be a decimal number")
            return text
        case "regexp":
            if not re.search(field.regexp_for_validation or "", str(value)):
                raise refusal(field, f"{field.title}: is not valid")
            return str(value)
        case "lookup":
            return str(value)
        case _:
            return str(value)


def refusal(field: CustomField, description: str, error: str = "InvalidValue") -> ApiError:
    """Return the 422 that names the field."""
    return invalid(
        "base",
        description,
        error,
        field_key=None,
        ticket_field_id=field.id,
        ticket_field_type=CLASSES.get(field.type, "FieldText"),
    )


def tags_of(field: CustomField, value: Any) -> set[str]:
    """Return the ticket tags that a stored value stands for."""
    if field.type == "tagger" and value is not None:
        return {value}
    if field.type == "multiselect":
        return set(value or ())
    if field.type == "checkbox" and value and field.tag:
        return {field.tag}
    return set()


def value_from_tags(field: CustomField, value: Any, tags: Iterable[str]) -> Any:
    """Return what a field is after somebody set the ticket's tags by hand: a tag that goes clears it."""
    there = set(tags)
    match field.type:
        case "tagger":
            if value in there:
                return value
            return next((option for option in field.option_values if option in there), None)
        case "multiselect":
            return sorted(option for option in field.option_values if option in there) or None
        case "checkbox" if field.tag:
            return field.tag in there or (None if value is None else False)
        case _:
            return value


def audited(value: Any) -> Any:
    """Return a value as audits write it: text, also for ids; lists stay lists; a tick-box is "1" or "0".

    That a tick-box is written as a digit is UNCONFIRMED: no recorded audit has one.
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return [str(item) for item in value]
    return str(value) if isinstance(value, int) else value


def _date(field: CustomField, value: Any) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
            raise ValueError
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise refusal(field, f"{field.title}: is not a valid date, write YYYY-MM-DD") from None
