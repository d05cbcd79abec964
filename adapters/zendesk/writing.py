"""One update as one PUT or as one line of a job, and what came of it. Pure; the adapter sends it.

Tags in a PUT replace the whole list, so other people's go along; a comment without ``public`` could reach the customer,
so it is always said; Zendesk drops unknown drop-down values without a word, so the answer is compared with the request.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.base import Written
from adapters.common.values import whole
from adapters.zendesk.entries import COMMENTS
from adapters.zendesk.fields import NoOptionError, rendered, shown
from adapters.zendesk.payloads import AuditBody, AuditEventBody, TicketBody, UpdateAnswer
from adapters.zendesk.settings import FieldIds, ZendeskSettings
from adapters.zendesk.tables import FROZEN_STATUSES, METADATA_KEY, PLATFORM, RULE_CHANNEL
from core.errors import ConflictError, FrozenError, PlatformError
from core.update import Field, FieldValue, Note, Reply, TicketUpdate
from core.zones import zone

_GUARDED = ("tags", "priority", "group_id", "assignee_id")  # what people write too: a stale write is refused (409)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: the body of ``ticket``, and what could not even be asked for (name to reason)."""

    ticket: Mapping[str, Any]
    fields: Mapping[Field, FieldValue]
    refused: Mapping[str, str] = field(default_factory=dict)


def to_request(update: TicketUpdate, settings: ZendeskSettings, tags: Iterable[str] = ()) -> Request:
    """Return the request for an update.

    Args:
        update: what to change.
        settings: which Zendesk field shows what.
        tags: all tags of the ticket as it was read; needed where the update changes tags.
    """
    local = zone(settings.timezone)
    body: dict[str, Any] = {}
    refused: dict[str, str] = {}
    custom: dict[int, str | None] = {}
    fields: dict[Field, FieldValue] = {}
    for name, value in update.fields.items():
        try:
            custom |= rendered(settings.fields.get(name, FieldIds()), value, local)
            fields[name] = value
        except NoOptionError as err:
            refused[name.value] = str(err)
    _put_priority(update.priority, settings, body, custom, refused)
    if custom:
        body["custom_fields"] = [{"id": id_, "value": value} for id_, value in custom.items()]
    if update.add_tags or update.remove_tags:
        after = _tags_after(tags, custom, settings.fields.values())
        body["tags"] = sorted((after - update.remove_tags) | update.add_tags)
    for key, id_ in (("group_id", update.group), ("assignee_id", update.assignee)):
        if id_ is not None and id_.isdigit():
            body[key] = int(id_)
        elif id_ is not None:
            refused[key.removesuffix("_id")] = "needs a Zendesk id, a number"
    if update.add_followers:
        body["followers"] = [_follower(who) for who in sorted(update.add_followers)]
    if update.notes:
        body["comment"] = {"html_body": note_html(update.notes), "public": False}
        body["metadata"] = _mark(note.key for note in update.notes)
    if update.version and (any(key in body for key in _GUARDED) or settings.priority_field in custom):
        body |= {"safe_update": True, "updated_stamp": update.version}
    return Request(body, fields, refused)


def to_line(update: TicketUpdate, request: Request) -> dict[str, Any] | None:
    """Return the request as one line of a job; None for what has to go alone.

    Only the answer to a PUT tells whether a note came out private. Every line is guarded: a job may begin minutes
    later, when another look has written something newer.
    """
    if not request.ticket or update.notes or not update.version:
        return None
    guard = {"safe_update": True, "updated_stamp": update.version}
    return {"id": int(update.ref.ticket_id), **request.ticket, **guard}


def outcome(
    update: TicketUpdate, request: Request, after: TicketBody, settings: ZendeskSettings, *, is_done: bool
) -> Written | PlatformError | None:
    """Return what came of a line by the ticket as it is after the job; None where only a PUT of its own can tell.

    The texts that a job gives with a refused line are not read: they are in the user's language.
    """
    ticket_id = update.ref.ticket_id
    if is_done:
        return written(update, request, UpdateAnswer(ticket=after), settings)
    if after.status in FROZEN_STATUSES:
        said = f"zendesk: ticket {ticket_id} takes no more updates"
        return FrozenError(said, platform=PLATFORM, ticket_id=ticket_id)
    if after.updated_stamp != update.version:
        said = f"zendesk: ticket {ticket_id} changed before the job came to it"
        return ConflictError(said, platform=PLATFORM, ticket_id=ticket_id)
    return None


def note_html(notes: Sequence[Note]) -> str:
    """Return the text of one comment for all notes, with the marker by which it is found again."""
    text = "\n\n".join(note.text for note in notes) + f"\n\n[sla-sidecar: {' '.join(note.key for note in notes)}]"
    return _html(text)


def reply_body(reply: Reply) -> dict[str, Any]:
    """Return the body of ``ticket`` for a public reply; its mark is metadata, which the requester does not see."""
    body = {"comment": {"html_body": _html(reply.text), "public": True}, "metadata": _mark([reply.key])}
    return body | ({"safe_update": True, "updated_stamp": reply.version} if reply.version else {})


def written(update: TicketUpdate, request: Request, answer: UpdateAnswer, settings: ZendeskSettings) -> Written:
    """Return what Zendesk really took, by comparing the ticket and the audit in its answer with what was asked."""
    local = zone(settings.timezone)
    ticket, refused = answer.ticket, dict(request.refused)
    taken: dict[Field, FieldValue] = {}
    for name, value in request.fields.items():
        now = shown(name, settings.fields.get(name, FieldIds()), ticket.custom, local)
        if whole(now) == whole(value):
            taken[name] = value
        else:
            refused[name.value] = "Zendesk kept another value: check the field's type and options, and triggers"
    asked = request.ticket
    if update.priority and "priority" not in refused and _priority(ticket, settings) != update.priority:
        refused["priority"] = "Zendesk kept another priority: a trigger may set it"
    for key in ("group_id", "assignee_id"):
        if key in asked and getattr(ticket, key) != asked[key]:
            refused[key.removesuffix("_id")] = "not taken: an assignee must be a member of the group"
    if not update.add_tags <= set(ticket.tags) or update.remove_tags & set(ticket.tags):
        refused["tags"] = "Zendesk kept other tags: a trigger may set them"
    if not {int(who) for who in update.add_followers if who.isdigit()} <= set(ticket.follower_ids):
        refused["followers"] = "not taken: followers are agents, and CCs and followers must be switched on"
    comments = comments_in(answer.audit)
    if "comment" in asked and not comments:
        refused["note"] = "Zendesk made no comment"
    return Written(
        fields=taken,
        note_keys=tuple(note.key for note in update.notes) if comments else (),
        refused=refused,
        public=bool(public_comments(answer.audit)),
        version=ticket.updated_stamp,
    )


def comments_in(audit: AuditBody | None) -> list[AuditEventBody]:
    """Return the comments that an update of ours made; a trigger may have added others to the same audit."""
    events = audit.events if audit else []
    return [
        event for event in events if event.type in COMMENTS and (event.via is None or event.via.channel != RULE_CHANNEL)
    ]


def public_comments(audit: AuditBody | None) -> list[int]:
    """Return the ids of our comments that the customer can see: there must be none."""
    return [event.id for event in comments_in(audit) if event.public is not False]


def _html(text: str) -> str:
    """Return plain text as HTML. Placeholders are not expanded: ``{{`` is written as Zendesk's escape."""
    return html.escape(text, quote=False).replace("\n", "<br>").replace("{{", "\\{{")


def _mark(keys: Iterable[str]) -> dict[str, Any]:
    return {METADATA_KEY: {"v": 1, "keys": list(keys)}}


def _put_priority(
    wanted: str | None,
    settings: ZendeskSettings,
    body: dict[str, Any],
    custom: dict[int, str | None],
    refused: dict[str, str],
) -> None:
    if wanted is None:
        return
    theirs = next((theirs for theirs, ours in settings.priorities.items() if ours == wanted), None)
    if theirs is None:
        refused["priority"] = f"no Zendesk priority means {wanted}; add it to the connection's `priorities`"
    elif settings.priority_field:
        custom[settings.priority_field] = theirs
    else:
        body["priority"] = theirs


def _priority(ticket: TicketBody, settings: ZendeskSettings) -> str | None:
    return settings.priorities.get(str(ticket.value(settings.priority_name)))


def _tags_after(tags: Iterable[str], custom: Mapping[int, str | None], ours: Iterable[FieldIds]) -> set[str]:
    """Return the tags as the drop-downs of the same request leave them: the old option's goes, the new one's comes."""
    after = set(tags)
    for ids in ours:
        if ids.tagger is not None and ids.tagger in custom:
            after -= set(ids.options.values())
            after |= {tag for tag in (custom[ids.tagger],) if tag}
    return after


def _follower(who: str) -> dict[str, str]:
    return {"user_id" if who.isdigit() else "user_email": who, "action": "put"}
