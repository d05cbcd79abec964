"""One update as one PUT and, when a note is due, one note; and what came of it. Pure; the adapter sends it.

Tags in a PUT replace the whole list, so other people's go along. A note is private in the request itself, and its text
is escaped, for Freshdesk takes HTML.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.base import Written
from adapters.common.values import whole
from adapters.freshdesk.fields import NoChoiceError, rendered, shown
from adapters.freshdesk.payloads import TicketBody
from adapters.freshdesk.settings import FieldNames, FreshdeskSettings
from adapters.freshdesk.tables import PRIORITY_CODES
from core.update import Field, FieldValue, Note, Reply, TicketUpdate
from core.zones import zone

NATIVE_KEYS = frozenset({"due_by", "fr_due_by"})
NOTIFY = "notify_emails"


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, and what could not even be asked for (name to reason)."""

    ticket: Mapping[str, Any]
    fields: Mapping[Field, FieldValue]
    note: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def without(self, names: Iterable[str]) -> "Request":
        """Return the request without some keys of the ticket."""
        left = {key: value for key, value in self.ticket.items() if key not in set(names)}
        return replace(self, ticket=left)


def to_request(
    update: TicketUpdate,
    settings: FreshdeskSettings,
    tags: Sequence[str] = (),
    native: Mapping[str, str] | None = None,
    emails: Mapping[int, str | None] | None = None,
) -> Request:
    """Return the requests for an update.

    Args:
        update: what to change.
        settings: which Freshdesk field shows what.
        tags: all tags of the ticket as it was read; needed where the update changes tags.
        native: Freshdesk's own due dates to send along.
        emails: agents' addresses, to tell followers who are named by id.
    """
    local = zone(settings.timezone)
    refused: dict[str, str] = {}
    custom: dict[str, str | None] = {}
    fields: dict[Field, FieldValue] = {}
    for name, value in update.fields.items():
        try:
            custom |= rendered(settings.fields.get(name, FieldNames()), value, local)
            fields[name] = value
        except NoChoiceError as err:
            refused[name.value] = str(err)
    body: dict[str, Any] = dict(native or {}) if fields else {}
    _put_priority(update.priority, settings, body, custom, refused)
    if custom:
        body["custom_fields"] = custom
    if update.add_tags or update.remove_tags:
        kept = [tag for tag in tags if tag not in update.remove_tags]
        body["tags"] = kept + sorted(update.add_tags - set(kept))
    for name_, key, id_ in (("group", "group_id", update.group), ("assignee", "responder_id", update.assignee)):
        if id_ is not None and id_.isascii() and id_.isdigit():
            body[key] = int(id_)
        elif id_ is not None:
            refused[name_] = "needs a Freshdesk id, a number"
    return Request(body, fields, _note(update, emails or {}, refused), refused)


def note_html(notes: Sequence[Note]) -> str:
    """Return the text of one note for all notes, with the marker by which it is found again."""
    return _html("\n\n".join(note.text for note in notes), " ".join(note.key for note in notes))


def reply_html(reply: Reply) -> str:
    """Return the text of a public reply, with the marker by which it is found again."""
    return _html(reply.text, reply.key)


def written(update: TicketUpdate, request: Request, answer: TicketBody | None, settings: FreshdeskSettings) -> Written:
    """Return what Freshdesk really took, by comparing the ticket in its answer with what was asked.

    Due dates are not compared: the answer shows the old ones.

    Args:
        update: what was wanted.
        request: what was sent.
        answer: the ticket in the PUT's answer; None if there was nothing to PUT.
        settings: which Freshdesk field shows what.
    """
    refused = dict(request.refused)
    if answer is None:
        return Written(refused=refused, version=update.version)
    local = zone(settings.timezone)
    taken: dict[Field, FieldValue] = {}
    for name, value in request.fields.items():
        names = settings.fields.get(name, FieldNames())
        if whole(shown(name, names, answer.custom_fields, local)) == whole(value):
            taken[name] = value
        else:
            refused.setdefault(name.value, "Freshdesk kept another value: check the field, and automation rules")
    raw = answer.value(settings.priority_field or "priority")
    if update.priority and "priority" not in refused and settings.priority(raw) != update.priority:
        refused["priority"] = "Freshdesk kept another priority: an automation rule may set it"
    for name_, key in (("group", "group_id"), ("assignee", "responder_id")):
        if key in request.ticket and getattr(answer, key) != request.ticket[key]:
            refused[name_] = "not taken: an agent must be a member of the group"
    if not update.add_tags <= set(answer.tags) or update.remove_tags & set(answer.tags):
        refused["tags"] = "Freshdesk kept other tags: an automation rule may set them"
    return Written(fields=taken, refused=refused, version=answer.updated_stamp)


def refused_by(fields: Iterable[str], update: TicketUpdate, settings: FreshdeskSettings) -> dict[str, str]:
    """Return which parts of an update a 400 turned away, by the names that it complains about."""
    complained, refused = set(fields), dict[str, str]()
    why = "Freshdesk refused the value: run sla-sidecar doctor, and connect again if a field or a choice is missing"
    for name in update.fields:
        if complained & set(settings.fields.get(name, FieldNames()).names()):
            refused[name.value] = why
    keys = {"priority": settings.priority_field or "priority", "group": "group_id", "assignee": "responder_id"}
    refused |= {name: why for name, key in keys.items() if key in complained and getattr(update, name)}
    if "tags" in complained and (update.add_tags or update.remove_tags):
        refused["tags"] = why
    return refused


def _html(text: str, keys: str) -> str:
    """Return plain text as HTML, with the marker in its last line.

    Two braces are written apart in HTML, so that nothing that expands placeholders takes them for one; people see them
    as they were written.
    """
    whole = f"{text}\n\n[sla-sidecar: {keys}]"
    return "<div>" + html.escape(whole, quote=False).replace("\n", "<br>").replace("{{", "{&#123;") + "</div>"


def _note(update: TicketUpdate, emails: Mapping[int, str | None], refused: dict[str, str]) -> dict[str, Any]:
    """Return the note's body. Followers are told by it: watching costs a request each, and cannot be read back."""
    addresses = [address for who in sorted(update.add_followers) if (address := _address(who, emails))]
    if len(addresses) < len(update.add_followers):
        refused["followers"] = "needs the e-mail address of an agent, or the id of one whom the key may see"
    if not update.notes:
        if addresses:
            refused["followers"] = "are told by a note only; let the connection write notes"
        return {}
    note: dict[str, Any] = {"body": note_html(update.notes), "private": True}
    return note | ({NOTIFY: addresses} if addresses else {})


def _address(who: str, emails: Mapping[int, str | None]) -> str | None:
    return emails.get(int(who)) if who.isascii() and who.isdigit() else who if "@" in who else None


def _put_priority(
    wanted: str | None,
    settings: FreshdeskSettings,
    body: dict[str, Any],
    custom: dict[str, str | None],
    refused: dict[str, str],
) -> None:
    if wanted is None:
        return
    theirs = next((theirs for theirs, ours in settings.priorities.items() if ours == wanted), None)
    if theirs is None:
        refused["priority"] = f"no Freshdesk priority means {wanted}; add it to the connection's `priorities`"
    elif settings.priority_field:
        custom[settings.priority_field] = theirs
    else:
        body["priority"] = PRIORITY_CODES[theirs]
