"""How our fields' values look in Freshdesk's fields, and back. Pure.

Freshdesk has no field for an instant: a text field takes local time with its offset, which sorts as text, and a date
field the local day, which views filter by. All fields of one value are written together and must agree, or the value
counts as changed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.common.settings import INSTANTS
from adapters.freshdesk.settings import FieldNames
from core.update import Field, FieldValue

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) \S+ \(([+-]\d\d:\d\d)\)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|T)")


class NoChoiceError(ValueError):
    """A drop-down has no choice for a value: Freshdesk would refuse the whole update."""


def rendered(names: FieldNames, value: FieldValue, zone: ZoneInfo) -> dict[str, str | None]:
    """Return what to write into each Freshdesk field, by name; None clears it.

    Raises:
        NoChoiceError: there is a drop-down without a choice for the value.
    """
    return dict(_rendered(names, value, zone))


def _rendered(names: FieldNames, value: FieldValue, zone: ZoneInfo) -> Iterator[tuple[str, str | None]]:
    if value is None:
        yield from ((name, None) for name in names.names())
        return
    if names.dropdown is not None:
        if str(value) not in names.choices:
            raise NoChoiceError(
                f"the drop-down {names.dropdown} has no choice for {value}; run sla-sidecar connect again"
            )
        yield names.dropdown, names.choices[str(value)]
    if names.text is not None:
        yield names.text, local_text(value, zone) if isinstance(value, datetime) else str(value)
    if names.date is not None and isinstance(value, datetime):
        yield names.date, value.astimezone(zone).date().isoformat()


def shown(name: Field, names: FieldNames, custom: Mapping[str, Any], zone: ZoneInfo) -> FieldValue:
    """Return the value that a ticket shows, None for none.

    What cannot be ours (edited by hand, fields that disagree) comes back as text that equals no value of ours, so that
    the next write puts it right.
    """
    there = {field: _text(custom.get(field)) for field in names.names()}
    if names.date is not None and (day := _DAY.match(there[names.date] or "")):
        there[names.date] = day[0]  # some answers add a time of day to a date
    if not any(there.values()):
        return None
    value = _read(name, names, there)
    try:
        if value is not None and rendered(names, value, zone) == there:
            return value
    except NoChoiceError:
        pass  # a choice that somebody else added
    return "changed by hand: " + ", ".join(str(text) for text in there.values())


def _read(name: Field, names: FieldNames, there: Mapping[str, str | None]) -> FieldValue:
    """Return the value that one of the fields says."""
    text = there.get(names.text) if names.text is not None else None
    if name in INSTANTS:
        return instant_of(text or "")
    if names.dropdown is not None:
        text = next((value for value, choice in names.choices.items() if choice == there[names.dropdown]), None)
    return int(text) if name is Field.TIER and text and text.isascii() and text.isdigit() else text


def local_text(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as agents read it: ``2026-11-24 14:30 CET (+01:00)``, with seconds where there are some."""
    local = at.astimezone(zone)
    offset = local.strftime("%z")
    time = local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
    return f"{time} {local.tzname()} ({offset[:3]}:{offset[3:5]})"


def instant_of(text: str) -> datetime | None:
    """Return the instant that :func:`local_text` wrote, or None for any other text."""
    found = _LOCAL.fullmatch(text)
    if not found:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]} {found[2]}{found[3]}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(raw: Any) -> str | None:
    return None if raw is None or raw == "" else str(raw)
