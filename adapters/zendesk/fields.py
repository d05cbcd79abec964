"""How our fields' values look in Zendesk's fields, and back. Pure.

A drop-down takes a tag, a text field anything, an integer field epoch seconds (milliseconds would be too long), a date
field a day without a time. All fields of one value are written together and must agree, or the value counts as changed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.common.settings import INSTANTS
from adapters.zendesk.settings import FieldIds
from core.update import Field, FieldValue

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) (\S+)")


class NoOptionError(ValueError):
    """A drop-down has no option for a value: Zendesk would drop it without a word."""


def rendered(ids: FieldIds, value: FieldValue, zone: ZoneInfo) -> dict[int, str | None]:
    """Return what to write into each Zendesk field, by id; None clears it.

    Raises:
        NoOptionError: there is a drop-down without an option for the value.
    """
    return dict(_rendered(ids, value, zone))


def _rendered(ids: FieldIds, value: FieldValue, zone: ZoneInfo) -> Iterator[tuple[int, str | None]]:
    if value is None:
        yield from ((id_, None) for id_ in ids.ids())
        return
    if ids.tagger is not None:
        if str(value) not in ids.options:
            raise NoOptionError(f"the drop-down {ids.tagger} has no option for {value}; run sla-sidecar connect again")
        yield ids.tagger, ids.options[str(value)]
    if ids.text is not None:
        yield ids.text, local_text(value, zone) if isinstance(value, datetime) else str(value)
    if ids.epoch is not None:
        yield ids.epoch, str(int(value.timestamp())) if isinstance(value, datetime) else str(value)
    if ids.date is not None and isinstance(value, datetime):
        yield ids.date, value.astimezone(zone).date().isoformat()


def shown(name: Field, ids: FieldIds, custom: Mapping[int, Any], zone: ZoneInfo) -> FieldValue:
    """Return the value that a ticket shows, None for none.

    What cannot be ours (edited by hand, fields that disagree) comes back as text that equals no value of ours, so that
    the next write puts it right.
    """
    there = {id_: _text(custom.get(id_)) for id_ in ids.ids()}
    if not any(there.values()):
        return None
    value = _read(name, ids, there, zone)
    try:
        if value is not None and rendered(ids, value, zone) == there:
            return value
    except NoOptionError:
        pass  # an option that somebody else added
    return "changed by hand: " + ", ".join(str(text) for text in there.values())


def _read(name: Field, ids: FieldIds, there: Mapping[int, str | None], zone: ZoneInfo) -> FieldValue:
    """Return the value that one of the fields says, the most exact one first."""
    epoch = there.get(ids.epoch) if ids.epoch is not None else None
    text = there.get(ids.text) if ids.text is not None else None
    if name in INSTANTS:
        if epoch and epoch.isascii() and epoch.isdigit():
            return datetime.fromtimestamp(int(epoch), UTC)
        return instant_of(text or "", zone)
    if ids.tagger is not None:
        tag = there[ids.tagger]
        text = next((value for value, option in ids.options.items() if option == tag), None)
    said = text or epoch
    return int(said) if name is Field.TIER and said and said.isascii() and said.isdigit() else said


def local_text(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as agents read it: ``2026-11-24 14:30 CET``, with seconds only where there are some."""
    local = at.astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M:%S %Z" if local.second else "%Y-%m-%d %H:%M %Z")


def instant_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that :func:`local_text` wrote, or None for any other text.

    In the hour that the clocks repeat, the zone's abbreviation tells which of the two is meant.
    """
    found = _LOCAL.fullmatch(text)
    if not found:
        return None
    try:
        local = datetime.fromisoformat(f"{found[1]} {found[2]}").replace(tzinfo=zone)
    except ValueError:
        return None
    both = (local.replace(fold=fold) for fold in (0, 1))
    return next((at.astimezone(UTC) for at in both if at.tzname() == found[3]), None)


def _text(raw: Any) -> str | None:
    return None if raw is None or raw == "" else str(raw)
