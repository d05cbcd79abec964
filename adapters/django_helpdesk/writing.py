"""One update as one PATCH and, where a note is due, one follow-up; and what came of it. Pure; the adapter sends it.

What django-helpdesk does to a follow-up, and what is done about it: README.md in this folder, "Notes".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.base import Written
from adapters.common.values import whole
from adapters.django_helpdesk.fields import rendered, shown
from adapters.django_helpdesk.payloads import FollowUpBody, TicketBody
from adapters.django_helpdesk.reading import shown_on
from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.tables import CUSTOM_PREFIX
from core.update import Field, FieldValue, Note, Reply, TicketUpdate

ON_SOLVED = "not written: a note on a solved ticket would replace its resolution"
NOT_TAKEN = "the site does not take this value: check the field's type (characters) and length"
NOT_KEPT = "the site kept another value"
NO_FOLLOWERS = "django-helpdesk has no API for a ticket's CCs"
NO_TAGS = "the connection's `tags_field` is not set, or no such field is on the ticket"
_NUMBERS = ("priority", "queue", "assigned_to")
_REFERENCE = re.compile(r"#(?=\d)")
_JOINER = "\u2060"  # invisible, and not part of the number
_LITERAL = {brace: "{{ " + f'"{brace}"' + " }}" for brace in "{}"}


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: the changed fields of the ticket, and what could not even be asked for (name to reason).

    ``names`` maps each field of the ticket to what is refused with it.
    """

    patch: Mapping[str, Any]
    names: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)

    def without(self, fields: frozenset[str]) -> "Request":
        """Return what is left when the site does not take some fields; parts of one value of ours go together."""
        lost = {self.names[name] for name in fields if name in self.names}
        rest = {key: value for key, value in self.patch.items() if self.names[key] not in lost}
        return replace(self, patch=rest, refused={**self.refused, **dict.fromkeys(sorted(lost), NOT_TAKEN)})


def to_request(update: TicketUpdate, settings: DjangoHelpdeskSettings, before: TicketBody | None) -> Request:
    """Return the request for an update.

    Args:
        update: what to change.
        settings: which field shows what.
        before: the ticket as it is; needed where the update changes tags.
    """
    patch: dict[str, Any] = {}
    names: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, value in update.fields.items():
        for key, text in rendered(name, value, settings).items():
            patch[key], names[key] = text, name.value
    if update.priority is not None:
        theirs = next((number for number, ours in settings.priorities.items() if ours == update.priority), None)
        if theirs is None:
            refused["priority"] = f"no priority here means {update.priority}; add it to the connection's `priorities`"
        else:
            patch["priority"], names["priority"] = theirs, "priority"
    for key, what, id_ in (("queue", "group", update.group), ("assigned_to", "assignee", update.assignee)):
        if id_ is not None and id_.isascii() and id_.isdigit():
            patch[key], names[key] = int(id_), what
        elif id_ is not None:
            refused[what] = f"needs the number of a {'queue' if key == 'queue' else 'user'}"
    if update.add_tags or update.remove_tags:
        if before is None or settings.tags_field is None or settings.tags_field not in before.custom:
            refused["tags"] = NO_TAGS
        else:
            after = (shown_on(before, settings).tags - update.remove_tags) | update.add_tags
            key = f"{CUSTOM_PREFIX}{settings.tags_field}"
            patch[key], names[key] = ",".join(sorted(after)) or ",", "tags"
    if update.add_followers:
        refused["followers"] = NO_FOLLOWERS
    return Request(patch, names, refused)


def notes_to_write(
    update: TicketUpdate, before: TicketBody, settings: DjangoHelpdeskSettings
) -> tuple[tuple[Note, ...], str | None]:
    """Return the notes that are not on the ticket yet, and why they must not be written, if so."""
    there = shown_on(before, settings).note_keys
    notes = tuple(note for note in update.notes if note.key not in there)
    return (notes, None) if not notes or takes_comments(before, settings) else ((), ON_SOLVED)


def takes_comments(before: TicketBody, settings: DjangoHelpdeskSettings) -> bool:
    """Return whether a ticket is unsolved: on a solved one a comment becomes the resolution."""
    category = settings.categories.get(before.status)
    return category is not None and not category.is_solved


def note_body(ticket_id: str, notes: Sequence[Note]) -> dict[str, Any]:
    """Return the body of one internal follow-up for all notes."""
    text, keys = "\n\n".join(note.text for note in notes), " ".join(note.key for note in notes)
    return _follow_up(ticket_id, text, keys, public=False)


def reply_body(reply: Reply) -> dict[str, Any]:
    """Return the body of one public follow-up."""
    return _follow_up(reply.ref.ticket_id, reply.text, reply.key, public=True)


def _follow_up(ticket_id: str, text: str, keys: str, *, public: bool) -> dict[str, Any]:
    """Return the body of a follow-up with its marker. It has no title: one would rename the ticket."""
    return {"ticket": int(ticket_id), "comment": escaped(f"{text}\n\n[sla-sidecar: {keys}]"), "public": public}


def escaped(text: str) -> str:
    """Return a comment that is shown as this text: comments are templates, and ``#5`` writes on ticket 5.

    Every brace is an expression of its own, so that neither ``{{``, ``{%``, ``{#`` nor ``%}`` is left.
    """
    plain = _REFERENCE.sub("#" + _JOINER, text)
    return "".join(_LITERAL.get(character, character) for character in plain)


def is_public(note: FollowUpBody, ticket: TicketBody) -> bool:
    """True for a note that the customer can see, or that was mailed to them."""
    mailed = {address.lower() for address in note.email_recipients or ()}
    return note.public or (ticket.submitter_email or "").lower() in mailed


def written(
    update: TicketUpdate, request: Request, after: TicketBody | None, settings: DjangoHelpdeskSettings
) -> Written:
    """Return what the site really took of everything but notes, by the answer to the PATCH."""
    if after is None:
        return Written(refused=dict(request.refused))
    refused = dict(request.refused)
    taken: dict[Field, FieldValue] = {}
    for name, value in update.fields.items():
        if name.value in refused:
            continue
        if rendered(name, value, settings) and whole(shown(name, after, settings)) == whole(value):
            taken[name] = value
        else:
            refused[name.value] = NOT_KEPT
    numbers = {key: what for key, what in request.names.items() if key in _NUMBERS and what not in refused}
    refused |= {what: NOT_KEPT for key, what in numbers.items() if getattr(after, key) != request.patch[key]}
    return Written(fields=taken, refused=refused)
