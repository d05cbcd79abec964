"""What a ticket's fields are at one moment, for finding out what an update changed."""

import copy
from typing import Any

from sandbox.zendesk.tickets_model import Ticket

ALWAYS_CREATED = (
    "subject",
    "requester_id",
    "priority",
    "type",
    "status",
    "organization_id",
    "brand_id",
    "ticket_form_id",
    "custom_status_id",
)
ONLY_IF_SET = ("assignee_id", "group_id", "external_id", "problem_id", "due_at")
LISTS = ("tags", "follower_ids", "email_cc_ids")  # the two latter's names in audits are UNCONFIRMED
Snapshot = dict[str, Any]


def snapshot(ticket: Ticket) -> Snapshot:
    """Return the values that audits speak of, by field name; custom fields by their id as text."""
    values: Snapshot = {name: getattr(ticket, name) for name in (*ALWAYS_CREATED, *ONLY_IF_SET)}
    values |= {name: sorted(getattr(ticket, name)) for name in LISTS}
    return values | {str(field_id): copy.copy(value) for field_id, value in ticket.custom.items()}
