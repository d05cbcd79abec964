"""How our fields' values look on a ticket, and back. Pure.

An instant is text with its offset, in the zone that agents read; the one chosen for it also stands in the ticket's own
"Due on", which lists can sort by. A text field that once held something cannot be emptied: a dash says that.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.common.settings import INSTANTS
from adapters.django_helpdesk.payloads import TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import CUSTOM_PREFIX, NO_VALUE
from core.update import Field, FieldValue
from core.zones import zone

DUE_DATE = "due_date"


def is_shown(name: Field, body: TicketBody, settings: DjangoHelpdeskSettings) -> bool:
    """True for a field of ours that this ticket shows somewhere."""
    custom = settings.fields.get(name)
    return name is settings.due_date if custom is None else custom in body.custom


def rendered(name: Field, value: FieldValue, settings: DjangoHelpdeskSettings) -> dict[str, str | None]:
    """Return what to write into which field of a ticket; empty if the connection shows it nowhere."""
    values: dict[str, str | None] = {}
    if name in settings.fields:
        values[f"{CUSTOM_PREFIX}{settings.fields[name]}"] = _text(value, zone(settings.timezone))
    if name is settings.due_date:
        values[DUE_DATE] = value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else None
    return values


def shown(name: Field, body: TicketBody, settings: DjangoHelpdeskSettings) -> FieldValue:
    """Return the value that a ticket shows, None for none.

    What cannot be ours (edited by hand, text and date that disagree) comes back as text that equals no value of ours,
    so that the next write puts it right.
    """
    there = _there(name, body, settings)
    if not any(there.values()):
        return None
    value = _read(name, body, settings)
    if value is not None and rendered(name, value, settings) == there:
        return value
    return "changed by hand: " + ", ".join(str(text) for text in there.values())


def _there(name: Field, body: TicketBody, settings: DjangoHelpdeskSettings) -> dict[str, str | None]:
    """Return what stands in a ticket's fields, in the form in which :func:`rendered` writes it."""
    there: dict[str, str | None] = {}
    if name in settings.fields:
        raw = body.custom.get(settings.fields[name])
        there[f"{CUSTOM_PREFIX}{settings.fields[name]}"] = None if raw in (None, "", NO_VALUE) else str(raw)
    if name is settings.due_date:
        at = _instant(body.due_date or "")
        there[DUE_DATE] = at.isoformat(timespec="seconds") if at else body.due_date
    return there


def _read(name: Field, body: TicketBody, settings: DjangoHelpdeskSettings) -> FieldValue:
    if name is settings.due_date:
        at = _instant(body.due_date or "")
        return at.replace(microsecond=0) if at else None
    text = str(body.custom.get(settings.fields[name]))
    if name in INSTANTS:
        return _instant(text)
    return int(text) if name is Field.TIER and text.isascii() and text.isdigit() and len(text) < 10 else text


def _text(value: FieldValue, local: ZoneInfo) -> str:
    """Return a value as agents read it: ``2026-11-24 14:30+01:00``, with seconds only where there are some."""
    if isinstance(value, datetime):
        at = value.astimezone(local)
        return at.isoformat(sep=" ", timespec="seconds" if at.second else "minutes")
    return NO_VALUE if value is None else str(value)


def _instant(text: str) -> datetime | None:
    """Return an instant with its zone; None for anything else, such as the year 1 that somebody typed."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
