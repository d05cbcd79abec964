"""How tickets, comments and audits look in answers."""

from typing import TYPE_CHECKING, Any

from sandbox.zendesk.jsonviews import Json, iso
from sandbox.zendesk.tickets_model import Audit, AuditEvent, CommentEvent, FieldEvent, Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

SYSTEM = {"client": "sandbox", "ip_address": "192.0.2.1", "location": "", "latitude": 0, "longitude": 0}


def ticket(record: Ticket, store: "Store", base: str) -> Json:
    """Return a ticket. Every active custom field is there, null when unset, and the same list comes twice."""
    fields = [{"id": field.id, "value": _value(record, field)} for field in store.custom_ticket_fields()]
    return {
        "url": f"{base}/api/v2/tickets/{record.id}.json",
        "id": record.id,
        "external_id": record.external_id,
        "via": record.via.to_json(),
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "generated_timestamp": int(record.generated_at.timestamp()),
        "type": record.type,
        "subject": record.subject,
        "raw_subject": record.subject,
        "description": record.description,
        "priority": record.priority,
        "status": record.status,
        "recipient": record.recipient,
        "requester_id": record.requester_id,
        "submitter_id": record.submitter_id,
        "assignee_id": record.assignee_id,
        "organization_id": record.organization_id,
        "group_id": record.group_id,
        "collaborator_ids": sorted({*record.follower_ids, *record.email_cc_ids}),
        "follower_ids": record.follower_ids,
        "email_cc_ids": record.email_cc_ids,
        "forum_topic_id": None,
        "problem_id": record.problem_id,
        "has_incidents": any(other.problem_id == record.id for other in store.tickets.values())
        if record.type == "problem"
        else False,
        "is_public": record.is_public,
        "due_at": iso(record.due_at),
        "tags": record.tags,
        "custom_fields": fields,
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "custom_status_id": record.custom_status_id,
        "fields": fields,
        "followup_ids": record.followup_ids,
        "ticket_form_id": record.ticket_form_id,
        "brand_id": record.brand_id,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }


def _value(record: Ticket, field: Any) -> Any:
    value = record.custom.get(field.id)
    return False if value is None and field.type == "checkbox" else value


def audit(record: Audit) -> Json:
    """Return an audit with its events."""
    return {
        "id": record.id,
        "ticket_id": record.ticket_id,
        "created_at": iso(record.created_at),
        "author_id": record.author_id,
        "metadata": {"system": SYSTEM, "custom": record.custom},
        "events": [_event(event, record) for event in record.events],
        "via": record.via.to_json(),
    }


def _event(event: AuditEvent, audit_: Audit) -> Json:
    body: Json = {"id": event.id}
    match event:
        case FieldEvent():
            body |= {"type": event.type, "value": event.value, "field_name": event.field_name}
            if event.type == "Change":
                body["previous_value"] = event.previous
        case CommentEvent():
            body |= _comment(event, audit_)
        case _:
            body |= {"type": event.type} | event.data
    return body | ({"via": event.via.to_json()} if event.via else {})


def comment(audit_: Audit, record: CommentEvent) -> Json:
    """Return a comment as the comments endpoint shows it."""
    metadata: Json = {"system": SYSTEM, "custom": audit_.custom}
    if record.flags:
        metadata["flags"] = list(record.flags)
        metadata["flags_options"] = {str(flag): {"trusted": flag in (11, 17)} for flag in record.flags}
    return (
        {"id": record.id}
        | _comment(record, audit_)
        | {
            "via": (record.via or audit_.via).to_json(),
            "created_at": iso(audit_.created_at),
            "metadata": metadata,
        }
    )


def _comment(record: CommentEvent, audit_: Audit) -> Json:
    return {
        "type": "Comment",
        "author_id": record.author_id,
        "body": record.body,
        "html_body": record.html_body,
        "plain_body": record.body,
        "public": record.public,
        "attachments": [],
        "audit_id": audit_.id,
    }
