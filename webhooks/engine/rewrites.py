"""What others set back: each of our fields is repaired once, then left alone and reported. Pure.

Something on the platform that sets a field back would do so for ever, and so would we.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.base import Written
from core.update import TicketUpdate
from webhooks.engine.updates import digest, text
from webhooks.store.memory import LastWrite

REPAIRS = 1  # of a field, however often its value changes meanwhile
MAX_REPEATS = 2  # the same change of tags, sent in a row
REPEATS_WITHIN = timedelta(hours=1)
LEFT_ALONE = "somebody else sets it; left alone until its value changes"


def set_back(update: TicketUpdate, last: LastWrite, now: datetime) -> TicketUpdate:
    """Return the part of an update that was sent before, set back by somebody else, and is not sent again."""
    fields = {name: value for name, value in update.fields.items() if is_left(name.value, text(value), last)}
    tags = _tags(update)
    again = last.digest == digest(tags) and last.repeats >= MAX_REPEATS and _is_recent(last, now)
    return replace(tags if again else TicketUpdate(update.ref), fields=fields)


def without(update: TicketUpdate, part: TicketUpdate) -> TicketUpdate:
    """Return an update without what :func:`set_back` found in it."""
    return replace(
        update,
        fields={name: value for name, value in update.fields.items() if name not in part.fields},
        add_tags=update.add_tags - part.add_tags,
        remove_tags=update.remove_tags - part.remove_tags,
    )


def is_left(name: str, value: str, last: LastWrite) -> bool:
    """Return whether a field that no longer shows what we wrote has been repaired often enough."""
    wrote, times = last.wrote.get(name, ("", 0))
    return wrote == value and times >= REPAIRS


def leave(last: LastWrite, fields: Mapping[str, str]) -> LastWrite:
    """Remember fields as the platform's refusals are remembered: asked for again when the value changes."""
    return replace(last, refused={**last.refused, **{name: (value, LEFT_ALONE) for name, value in fields.items()}})


def after_write(update: TicketUpdate, written: Written, last: LastWrite, now: datetime) -> LastWrite:
    """Return what to remember of a write that was sent."""
    asked = {name.value: text(value) for name, value in update.fields.items()}
    refused = {name: pair for name, pair in last.refused.items() if name not in asked}
    refused |= {name: (asked.get(name, ""), why) for name, why in written.refused.items()}
    wrote = {**last.wrote, **dict(_wrote(asked, written.refused, last))}
    tags = _tags(update)
    if not tags:  # a fight over tags goes on meanwhile
        return replace(last, at=now.isoformat(), wrote=wrote, refused=refused, withheld={})
    again = last.digest == digest(tags) and _is_recent(last, now)
    return LastWrite(now.isoformat(), digest(tags), last.repeats + 1 if again else 1, wrote, refused)


def _tags(update: TicketUpdate) -> TicketUpdate:
    """Return what an update does to tags; people and priority are changed once, and so is a note written."""
    return TicketUpdate(update.ref, add_tags=update.add_tags, remove_tags=update.remove_tags)


def _wrote(asked: Mapping[str, str], refused: Iterable[str], last: LastWrite) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the fields that were taken; one that had to be written with the value that it had was set back."""
    for name in asked.keys() - set(refused):
        value, times = last.wrote.get(name, (None, 0))
        yield name, (asked[name], times + (value == asked[name]))


def _is_recent(last: LastWrite, now: datetime) -> bool:
    return last.at is not None and now - datetime.fromisoformat(last.at) < REPEATS_WITHIN
