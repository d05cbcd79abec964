"""What should stand on a ticket, and the one update that takes it there. Pure: wanted less shown is the update."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

FieldValue = str | int | datetime | None


class Field(StrEnum):
    """The fields that agents see. An adapter maps each onto one or more fields of its platform.

    Instants are handed over as aware datetimes; the adapter renders them as text in the account's zone and,
    where the platform can sort it, as a second value.
    """

    STATE = "sla_state"
    TIER = "sla_tier"
    PLAN = "sla_plan"
    NEXT = "sla_next"
    NEXT_DUE = "sla_next_due"
    FIRST_RESPONSE_DUE = "sla_first_response_due"
    RESOLUTION_DUE = "sla_resolution_due"


@dataclass(frozen=True, slots=True)
class TicketRef:
    """One ticket of one connection."""

    connection: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class Note:
    """A private note. ``key`` marks it, so that it is found again and never written twice.

    ``text`` is ours alone: plain text, never words that a customer wrote.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One public reply to the requester. ``key`` marks it, so that it is found again and never sent twice.

    ``text`` is ours alone: plain text, never words that a customer wrote. ``version`` is the platform's mark of what
    was read, so that a ticket that changed meanwhile gets no reply.
    """

    ref: TicketRef
    key: str
    text: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a platform shows on a ticket now, in our terms.

    Attributes:
        fields: our fields' values; a field that the platform has not got is absent from the mapping.
        tags: every tag on the ticket, also other people's.
        note_keys: the keys of our notes that are already there.
        reply_keys: the keys of our replies that the requester can see.
        followers: who follows the ticket (watchers, CCs of agents).
    """

    fields: Mapping[Field, FieldValue] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    priority: str | None = None
    group: str | None = None
    assignee: str | None = None
    followers: frozenset[str] = frozenset()
    note_keys: frozenset[str] = frozenset()
    reply_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should stand on a ticket. None for priority, group and assignee means: leave it as it is.

    ``our_tags`` are all tags that this program may set; those of them that are not wanted are taken away.
    """

    fields: Mapping[Field, FieldValue] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    our_tags: frozenset[str] = frozenset()
    priority: str | None = None
    group: str | None = None
    assignee: str | None = None
    followers: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """Every change wanted on one ticket, sent at once. Falsy when nothing differs.

    ``version`` is the platform's own mark of what was read (an ``updated_at``, an ETag), so that a ticket
    that changed meanwhile is refused rather than overwritten.
    """

    ref: TicketRef
    version: str | None = None
    fields: Mapping[Field, FieldValue] = field(default_factory=dict)
    add_tags: frozenset[str] = frozenset()
    remove_tags: frozenset[str] = frozenset()
    priority: str | None = None
    group: str | None = None
    assignee: str | None = None
    add_followers: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.fields
            or self.add_tags
            or self.remove_tags
            or self.priority
            or self.group
            or self.assignee
            or self.add_followers
            or self.notes
        )


def difference(ref: TicketRef, wanted: Wanted, shown: Shown, version: str | None = None) -> TicketUpdate:
    """Return the update that makes ``shown`` what is ``wanted``; applying it and asking again gives an empty one.

    Fields that the platform does not have are left out. Instants are compared to the whole second, which is
    the finest that every platform keeps.
    """
    fields = {
        name: value
        for name, value in wanted.fields.items()
        if name in shown.fields and _comparable(value) != _comparable(shown.fields[name])
    }
    return TicketUpdate(
        ref=ref,
        version=version,
        fields=fields,
        add_tags=wanted.tags - shown.tags,
        remove_tags=(wanted.our_tags - wanted.tags) & shown.tags,
        priority=_if_changed(wanted.priority, shown.priority),
        group=_if_changed(wanted.group, shown.group),
        assignee=_if_changed(wanted.assignee, shown.assignee),
        add_followers=wanted.followers - shown.followers,
        notes=tuple(note for note in wanted.notes if note.key not in shown.note_keys),
    )


def _if_changed(wanted: str | None, shown: str | None) -> str | None:
    return wanted if wanted != shown else None


def _comparable(value: FieldValue) -> FieldValue:
    return value.replace(microsecond=0) if isinstance(value, datetime) else value
