"""From an audit to the bodies of event-subscription webhooks.

Ids are text, statuses, priorities and types are upper case, and there are no custom fields in ``detail``.
Source: event pages, and two captured deliveries for the envelope.
"""

import itertools
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.ids import event_id
from sandbox.zendesk.model import Organization
from sandbox.zendesk.tickets_model import Audit, CommentEvent, FieldEvent, OtherEvent, Ticket
from sandbox.zendesk.webhooks.courier import Parcel

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

PREFIX = "zen:event-type:"
VERSION = "2022-11-06"
CONDITIONAL = "conditional_ticket_events"
FIELD_EVENTS = {
    "status": "status_changed",
    "custom_status_id": "custom_status_changed",
    "priority": "priority_changed",
    "type": "type_changed",
    "subject": "subject_changed",
    "external_id": "external_id_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
    "organization_id": "organization_changed",
    "requester_id": "requester_changed",
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "due_at": "task_due_at_changed",
    "problem_id": "problem_link_changed",
}
LIST_EVENTS = {
    "tags": ("tags_changed", "tags"),
    "follower_ids": ("followers_changed", "users"),
    "email_cc_ids": ("email_ccs_changed", "users"),
}
UPPER = {"status", "priority", "type"}
CHANNELS = {"api": "web_service", "email": "mail", "web": "web_form"}
_nanoseconds = itertools.count(1)

Change = tuple[str, dict[str, Any]]


def ticket_parcels(store: "Store", ticket: Ticket, audit: Audit, extra: Iterable[Change] = ()) -> list[Parcel]:
    """Return the deliveries of one update: one for each change and each webhook that subscribes to it.

    ``extra`` are events that no audit event stands for, such as created or merged.
    """
    changes = [*extra, *_changes(store, ticket, audit)]
    detail = _ticket_detail(ticket, audit.author_id)
    return _parcels(store, "ticket", ticket.id, detail, changes)


def organization_parcels(store: "Store", organization: Organization, changes: Iterable[Change]) -> list[Parcel]:
    """Return the deliveries about one organization."""
    detail = {
        "id": str(organization.id),
        "name": organization.name,
        "external_id": organization.external_id,
        "shared_tickets": organization.shared_tickets,
        "shared_comments": organization.shared_comments,
        "created_at": _second(organization.created_at),
        "updated_at": _second(organization.updated_at),
    }
    return _parcels(store, "organization", organization.id, detail, list(changes))


def _parcels(store: "Store", kind: str, record_id: int, detail: dict[str, Any], changes: list[Change]) -> list[Parcel]:
    if not any(webhook.status == "active" for webhook in store.webhooks.values()):
        return []
    sequence = secrets.token_hex(16)
    parcels = []
    for position, (name, event) in enumerate(changes, start=1):
        type_ = f"{PREFIX}{kind}.{name}"
        listeners = [w for w in store.webhooks.values() if w.status == "active" and type_ in w.subscriptions]
        if not listeners:
            continue
        envelope = {
            "account_id": store.account_id,
            "detail": detail,
            "event": event | {"meta": {"sequence": {"id": sequence, "position": position}}},
            "id": event_id(),
            "subject": f"zen:{kind}:{record_id}",
            "time": _nanosecond(store.clock()),
            "type": type_,
            "zendesk_event_version": VERSION,
        }
        body = (json.dumps(envelope, indent=3, sort_keys=True, ensure_ascii=False) + "\n").encode()
        parcels += [Parcel(webhook, type_, body) for webhook in listeners]
    return parcels


def _changes(store: "Store", ticket: Ticket, audit: Audit) -> Iterator[Change]:
    for event in audit.events:
        match event:
            case FieldEvent(type="Change"):
                yield from _field_change(store, event)
            case CommentEvent():
                first = next(ticket.comments(), None)
                if store.switches.comment_added_on_create or first is None or first[1] is not event:
                    yield "comment_added", {"comment": _comment(store, event)}
            case OtherEvent(type="CommentPrivacyChange"):
                yield "comment_made_private", {"comment": {"id": str(event.data["comment_id"]), "is_public": False}}


def _field_change(store: "Store", event: FieldEvent) -> Iterator[Change]:
    name = event.field_name
    if name in LIST_EVENTS:
        type_, what = LIST_EVENTS[name]
        before, after = set(event.previous or ()), set(event.value or ())
        yield type_, {f"{what}_added": sorted(after - before), f"{what}_removed": sorted(before - after)}
    elif name.isdigit():
        field = store.ticket_fields[int(name)]
        yield (
            "custom_field_changed",
            {
                "custom_field": {"id": name, "title": field.title, "type": field.type},
                "current": {"value": event.raw},
                "previous": {"value": event.previous_raw},
            },
        )
    elif name in FIELD_EVENTS and "deleted" not in (event.value, event.previous):
        yield FIELD_EVENTS[name], {"current": _word(name, event.value), "previous": _word(name, event.previous)}


def _word(name: str, value: Any) -> Any:
    return value.upper() if name in UPPER and value else value


def _comment(store: "Store", comment: CommentEvent) -> dict[str, Any]:
    author = store.users.get(comment.author_id)
    return {
        "id": str(comment.id),
        "body": comment.body,
        "html_body": comment.html_body,
        "is_public": comment.public,
        "author": {
            "id": str(comment.author_id),
            "is_staff": bool(author and author.is_staff),
            "name": author.name if author else "",
        },
    }


def _ticket_detail(ticket: Ticket, actor_id: int) -> dict[str, Any]:
    return {
        "actor_id": str(actor_id),
        "assignee_id": _id(ticket.assignee_id),
        "brand_id": _id(ticket.brand_id),
        "created_at": _second(ticket.created_at),
        "custom_status": _id(ticket.custom_status_id),
        "description": ticket.description,
        "external_id": ticket.external_id,
        "form_id": _id(ticket.ticket_form_id),
        "group_id": _id(ticket.group_id),
        "id": str(ticket.id),
        "is_public": ticket.is_public,
        "organization_id": _id(ticket.organization_id),
        "priority": ticket.priority.upper() if ticket.priority else None,
        "requester_id": _id(ticket.requester_id),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": _id(ticket.submitter_id),
        "tags": list(ticket.tags),
        "type": ticket.type.upper() if ticket.type else None,
        "updated_at": _second(ticket.updated_at),
        "via": {"channel": CHANNELS.get(ticket.via.channel, ticket.via.channel)},
    }


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def _second(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _nanosecond(at: datetime) -> str:
    """Return an instant with nine fraction digits, which strict parsers choke on."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond * 1000 + next(_nanoseconds) % 1000:09d}Z"
