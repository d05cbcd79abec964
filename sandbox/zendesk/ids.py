"""Identifiers in the forms that Zendesk uses."""

import secrets
import uuid
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FIRST, STEP = 6130830344474, 128  # of record ids: large, with gaps


def ulid(at: datetime) -> str:
    """Return a new 26-character id that sorts by time, as webhooks and their invocations have."""
    value = int(at.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def event_id() -> str:
    """Return a new id of a webhook event."""
    return str(uuid.uuid4())


def job_id() -> str:
    """Return a new id of a background job."""
    return f"V3-{secrets.token_hex(16)}"
