"""What of a ticket's follow-ups can move a clock, in a small form that can be kept between two looks.

Never kept: texts, titles, names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from adapters.django_helpdesk.customers import is_among
from adapters.django_helpdesk.payloads import FollowUpBody, TicketBody
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import (
    COPIED_TITLE,
    ESCALATED_TITLE,
    HELD_TITLES,
    MARKER,
    MERGED_TITLE,
    OPENED_BY_WEB_TITLES,
    OPENED_TITLE,
    RELEASED_TITLES,
)

What = Literal["opened", "customer_replied", "agent_replied", "noted", "held", "released", "nothing"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One follow-up.

    Attributes:
        id: the follow-up's.
        at: its instant.
        what: what it says; a status may have changed with any of it.
        by: the id of the user who was signed in, or None.
        status: the number of the new status, if it changed.
        by_web: of an opening: by the form for customers.
        public: the customer sees it.
        note_keys: the keys of our notes, or of our reply, that it carries.
    """

    id: int
    at: datetime
    what: What
    by: int | None = None
    status: int | None = None
    by_web: bool = False
    public: bool = False
    note_keys: tuple[str, ...] = ()


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])


def entries_of(body: TicketBody, settings: DjangoHelpdeskSettings) -> tuple[Entry, ...]:
    """Return what can move a clock, oldest first; follow-ups that a merge brought along belong to another ticket."""
    return tuple(_entries(body, settings))


def entries_to_json(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return JSON objects that :func:`entries_from_json` reads back."""
    kept: list[dict[str, Any]] = _ENTRIES.dump_python(tuple(entries), mode="json", exclude_defaults=True)
    return list(kept)


def entries_from_json(kept: object) -> tuple[Entry, ...]:
    """Return the entries that were kept.

    Raises:
        ValueError: they were kept in another form.
    """
    return _ENTRIES.validate_python(kept)


def is_ours(follow_up: FollowUpBody, own_user: int | None = None) -> bool:
    """True for a note of ours, internal with our marker, and for a public reply of our own user with it."""
    may_be_ours = not follow_up.public or (follow_up.user is not None and follow_up.user == own_user)
    return may_be_ours and bool(note_keys(follow_up))


def note_keys(follow_up: FollowUpBody) -> tuple[str, ...]:
    """Return the keys that the marker of a note names."""
    found = MARKER.search(follow_up.comment or "")
    return tuple(found[1].split()) if found else ()


def _entries(body: TicketBody, settings: DjangoHelpdeskSettings) -> Iterator[Entry]:
    own = (each for each in body.followup_set if not MERGED_TITLE.match(each.title or ""))
    for number, follow_up in enumerate(sorted(own, key=lambda each: (each.date, each.id))):
        opens = number == 0 and _is_opening(follow_up, body)
        yield Entry(
            id=follow_up.id,
            at=follow_up.date,
            what="opened" if opens else _what(follow_up, settings),
            by=follow_up.user,
            status=follow_up.new_status,
            by_web=opens and follow_up.title in OPENED_BY_WEB_TITLES,
            public=follow_up.public,
            note_keys=note_keys(follow_up) if is_ours(follow_up, settings.user_id) else (),
        )


def _is_opening(first: FollowUpBody, body: TicketBody) -> bool:
    """True for the follow-up that repeats the description; a ticket made in Django's admin has none."""
    title = first.title or ""
    by_form = title.startswith(OPENED_TITLE) or title in OPENED_BY_WEB_TITLES
    return bool(by_form or first.message_id or (first.public and first.comment == body.description))


def _what(follow_up: FollowUpBody, settings: DjangoHelpdeskSettings) -> What:
    """Return what a follow-up says. What commands, copies, our own and other programs write says nothing."""
    title, user = follow_up.title or "", follow_up.user
    by_machine = is_ours(follow_up, settings.user_id) or (user is None and title == ESCALATED_TITLE)
    if by_machine or COPIED_TITLE.match(title) or user in settings.automation_users:
        return "nothing"
    if not follow_up.comment and not follow_up.followupattachment_set:
        if user is not None and title in HELD_TITLES:
            return "held"
        return "released" if user is not None and title in RELEASED_TITLES else "nothing"
    if user is not None and (not settings.agents or user in settings.agents):
        return "agent_replied" if follow_up.public else "noted"
    if follow_up.message_id and is_among(_sender(title), settings.agent_addresses):
        return "agent_replied"
    return "customer_replied" if follow_up.public else "noted"


def _sender(title: str) -> str:
    """Return the address at the end of the title of a mail's follow-up, in any language."""
    return next((word.lower() for word in title.split() if "@" in word), "")
