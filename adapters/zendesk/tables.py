"""Zendesk's words and ours, as tables. Source of each: README.md in this folder."""

from core.ticket import Status

PLATFORM = "zendesk"

STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "hold": Status.ON_HOLD,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
    "archived": Status.CLOSED,
    "scrubbed": Status.CLOSED,
}
DELETED = "deleted"
FROZEN_STATUSES = frozenset({"closed", "archived", "scrubbed"})
OPEN_STATUSES = frozenset({"new", "open", "pending", "hold"})

PRIORITIES = {"urgent": "P1", "high": "P2", "normal": "P3", "low": "P4"}

CHANNELS = {
    "email": "email",
    "mail": "email",
    "web": "web",
    "web_form": "web",
    "web_widget": "web",
    "web_service": "api",
    "api": "api",
    "mobile": "web",
    "mobile_sdk": "web",
    "help_center": "web",
    "voice": "phone",
    "phone": "phone",
    "chat": "chat",
    "native_messaging": "chat",
    "messaging": "chat",
}

SUPPORT_ROLES = frozenset({"agent", "admin"})
RULE_CHANNEL = "rule"  # a trigger or an automation did it, whoever the audit's author is
MERGE_VIA_ID, MERGE_REL, MERGE_TAG = 19, "merge", "closed_by_merge"
FOLLOW_UP_VIA_ID, FOLLOW_UP_REL = 27, "follow_up"
AUTOMATIC_MAIL_FLAG = 4
ZENDESK_ITSELF = -1  # the author of what the product does on its own

TICKET_EVENTS = (
    "created",
    "comment_added",
    "comment_made_private",
    "status_changed",
    "custom_status_changed",
    "priority_changed",
    "type_changed",
    "custom_field_changed",
    "tags_changed",
    "organization_changed",
    "requester_changed",
    "brand_changed",
    "form_changed",
    "agent_assignment_changed",
    "group_assignment_changed",
    "merged",
    "soft_deleted",
    "undeleted",
    "permanently_deleted",
    "marked_as_spam",
    "problem_link_changed",
)
ORGANIZATION_EVENTS = ("custom_field_changed", "tags_changed", "name_changed", "external_id_changed", "deleted")
EVENT_PREFIX = "zen:event-type:"
SUBSCRIPTIONS = tuple(
    [f"{EVENT_PREFIX}ticket.{name}" for name in TICKET_EVENTS]
    + [f"{EVENT_PREFIX}organization.{name}" for name in ORGANIZATION_EVENTS]
)
TRIGGER_SUBSCRIPTION = "conditional_ticket_events"

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 (public: anybody can sign with it)

OUR_TAG_PREFIX = "sla_"
METADATA_KEY = "sla_sidecar"
