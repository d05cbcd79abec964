"""Freshdesk's words and ours, as tables. Source of each: README.md in this folder."""

from core.ticket import Status

PLATFORM = "freshdesk"

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
STATUSES = {
    OPEN: Status.OPEN,
    PENDING: Status.PENDING,
    RESOLVED: Status.SOLVED,
    CLOSED: Status.CLOSED,
    6: Status.PENDING,  # Waiting on Customer
    7: Status.ON_HOLD,  # Waiting on Third Party
}

PRIORITY_CODES = {"low": 1, "medium": 2, "high": 3, "urgent": 4}
PRIORITIES = {"urgent": "P1", "high": "P2", "medium": "P3", "low": "P4"}

CHANNELS = {
    1: "email",
    2: "web",
    3: "phone",
    4: "forum",
    5: "social",
    6: "social",
    7: "chat",
    8: "mobile",
    9: "web",
    10: "email",
    11: "ecommerce",
    12: "chat",
    13: "chat",
    15: "chat",
}
OUTBOUND_EMAIL = 10  # an agent wrote first

# Conversations of these sources answer nobody: survey feedback, mail forwarded to third parties, a phone call's record.
NO_REPLY_SOURCES = frozenset({6, 8, 9})

OUR_TAG_PREFIX = "sla_"
KEY_HEADER = "X-Sidecar-Key"
GLOBAL_SCOPE = 1
