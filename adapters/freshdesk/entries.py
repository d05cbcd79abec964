"""What of a ticket's conversations can move a clock, in a small form that is kept between two looks.

Kept because people change: who is a customer's contact today may have been an agent when they wrote, and a deleted
reply was a reply. Never kept: texts, subjects, names.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from adapters.freshdesk.payloads import ConversationBody
from adapters.freshdesk.settings import Merges
from adapters.freshdesk.tables import NO_REPLY_SOURCES

MARKER = re.compile(r"\[sla-sidecar: ([^\]]+)\]")
Side = Literal["support", "customer", ""]


@dataclass(frozen=True, slots=True)
class Entry:
    """One reply or note.

    Attributes:
        id: the conversation's.
        at: when it was written.
        side: whose it is; "" where nobody is named.
        author: the user's id.
        private: only agents see it.
        no_reply: an automatic mail, a rule's, a merge's, a survey's or a forwarded one: it answers nobody.
        merged_away: it says that the ticket was merged into another.
        note_keys: the keys of our notes, or of our reply, that it carries.
    """

    id: int
    at: datetime
    side: Side = ""
    author: int | None = None
    private: bool = False
    no_reply: bool = False
    merged_away: bool = False
    note_keys: tuple[str, ...] = ()


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])


def entry_of(
    body: ConversationBody, merges: Merges, side_of: Callable[[ConversationBody], Side], own_agent: int | None = None
) -> Entry:
    """Return what can move a clock.

    Args:
        body: as Freshdesk gives it.
        merges: the words of merge notes.
        side_of: tells whose it is; may have to ask who somebody is.
        own_agent: the agent that we write as, whose public replies may bear a marker too: others quote ours.
    """
    text = body.body_text if isinstance(body.body_text, str) else body.body if isinstance(body.body, str) else ""
    private, incoming = bool(body.private), bool(body.incoming)
    may_be_ours = private or (body.user_id is not None and body.user_id == own_agent)
    keys = MARKER.search(text) if may_be_ours and not incoming else None
    said = "" if incoming else text.casefold()  # a customer may quote anything
    away, into = (any(word.casefold() in said for word in words) for words in (merges.away, merges.into))
    automatic = body.automation_id is not None or body.auto_response is True
    return Entry(
        id=body.id,
        at=body.created_at,
        side=side_of(body),
        author=body.user_id,
        private=private,
        no_reply=automatic or away or into or body.source in NO_REPLY_SOURCES,
        merged_away=away,
        note_keys=tuple(keys[1].split()) if keys else (),
    )


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
