"""Zendesk's webhook signature.

Source: developer pages "Verifying webhook authenticity". The secret looks like base64 and is used as it stands.
"""

import base64
import hashlib
import hmac
import secrets


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return base64(HMAC-SHA256(secret, timestamp + body)): no separator, the secret not decoded."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def new_secret() -> str:
    """Return a fresh secret of 44 characters."""
    return base64.b64encode(secrets.token_bytes(32)).decode()
