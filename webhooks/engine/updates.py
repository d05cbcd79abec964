"""What of an update may be sent now. Pure; the difference itself is ``core.update.difference``."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from adapters.base import Written
from core.update import Field, FieldValue, TicketUpdate
from webhooks.store.memory import EffectState, LastWrite


class Writes(StrEnum):
    """What a connection may change on a ticket (``may_write``)."""

    FIELDS = "fields"
    TAGS = "tags"
    NOTES = "notes"
    PRIORITY = "priority"
    GROUP = "group"
    ASSIGNEE = "assignee"
    FOLLOWERS = "followers"


def permitted(update: TicketUpdate, may_write: Set[Writes]) -> TicketUpdate:
    """Return what the admin lets this program change."""
    return replace(
        update,
        fields=update.fields if Writes.FIELDS in may_write else {},
        add_tags=update.add_tags if Writes.TAGS in may_write else frozenset(),
        remove_tags=update.remove_tags if Writes.TAGS in may_write else frozenset(),
        notes=update.notes if Writes.NOTES in may_write else (),
        priority=update.priority if Writes.PRIORITY in may_write else None,
        group=update.group if Writes.GROUP in may_write else None,
        assignee=update.assignee if Writes.ASSIGNEE in may_write else None,
        add_followers=update.add_followers if Writes.FOLLOWERS in may_write else frozenset(),
    )


ROUTING = ("priority", "group", "assignee", "followers", "tags")  # as adapters name them in ``Written.refused``


def unrouted(written: Written) -> str | None:
    """Return what of people and tags the platform did not take, with its reasons; None if it took all."""
    refused = [f"{name}: {written.refused[name]}" for name in ROUTING if name in written.refused]
    return "; ".join(refused) or None


def still_to_do(update: TicketUpdate, last: LastWrite, notes: Mapping[str, EffectState]) -> TicketUpdate:
    """Leave out what was refused with this very value, and notes that are known to have been written.

    A note that somebody deleted stays deleted; a refused field is asked for again when its value changes.
    """
    fields = {name: value for name, value in update.fields.items() if not _was_refused(name, value, last)}
    unwritten = tuple(note for note in update.notes if notes.get(note.key) is not EffectState.DONE)
    return replace(update, fields=fields, notes=unwritten)


def summary(update: TicketUpdate) -> dict[str, Any]:
    """Return an update as JSON for the audit and the console: names, our own values, keys of notes."""
    whole = {
        "fields": {name.value: text(value) for name, value in sorted(update.fields.items())},
        "add_tags": sorted(update.add_tags),
        "remove_tags": sorted(update.remove_tags),
        "priority": update.priority,
        "group": update.group,
        "assignee": update.assignee,
        "add_followers": sorted(update.add_followers),
        "notes": [note.key for note in update.notes],
    }
    return {name: value for name, value in whole.items() if value}


def digest(update: TicketUpdate) -> str:
    """Return a hash of what an update asks for."""
    return hashlib.sha256(json.dumps(summary(update), sort_keys=True).encode()).hexdigest()


def _was_refused(name: Field, value: FieldValue, last: LastWrite) -> bool:
    return name.value in last.refused and last.refused[name.value][0] == text(value)


def text(value: FieldValue) -> str:
    """Return a field's value as the audit words it."""
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
