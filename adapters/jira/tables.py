"""Jira's words and ours, as tables. Source of each: README.md in this folder."""

from core.ticket import Status

PLATFORM = "jira"

DELETED = "jira:issue_deleted"
LOOKED_AT = (
    "jira:issue_created",
    "jira:issue_updated",
    DELETED,
    "comment_created",
    "comment_updated",
    "comment_deleted",
)

CATEGORIES = {"new": Status.NEW, "indeterminate": Status.OPEN, "done": Status.SOLVED, "undefined": Status.OPEN}

# What `connect` proposes for statuses whose category says too little; Jira has no category for waiting.
STATUS_NAMES = {
    "waiting for customer": Status.PENDING,
    "awaiting customer": Status.PENDING,
    "pending": Status.PENDING,
    "on hold": Status.ON_HOLD,
    "blocked": Status.ON_HOLD,
    "closed": Status.CLOSED,
    "canceled": Status.CLOSED,
    "cancelled": Status.CLOSED,
}

PRIORITIES = {
    "Blocker": "P1",
    "Highest": "P1",
    "Critical": "P1",
    "High": "P2",
    "Medium": "P3",
    "Low": "P4",
    "Lowest": "P4",
}

CHANNELS = {"portal": "web", "anonymousportal": "web", "email": "email", "api": "api", "jira": "api", "phone": "phone"}
CHANNEL_PROPERTY = "request.channel.type"

APP, CUSTOMER = "app", "customer"  # of accountType
PORTAL_ID_PREFIX = "qm:"  # the id of an account that only knows the portal
AGENT_PERMISSION = "SERVICEDESK_AGENT"
SERVICE_DESK = "service_desk"

_FIELD_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_SERVICE_DESK = "com.atlassian.servicedesk:"
ORGANIZATIONS_TYPE = f"{_SERVICE_DESK}sd-customer-organizations"
REQUEST_TYPE_TYPE = f"{_SERVICE_DESK}vp-origin"
NATIVE_SLA_TYPE = f"{_SERVICE_DESK}sd-sla-field"


def field_type(name: str) -> str:
    """Return the full key of a custom field's type or searcher."""
    return _FIELD_TYPES + name


OUR_LABEL_PREFIX = "sla_"
PROPERTY = "sla-sidecar"  # of issues (what we wrote, for machines) and of organizations (what an admin wrote)
INTERNAL_PROPERTY = {"key": "sd.public.comment", "value": {"internal": True}}
