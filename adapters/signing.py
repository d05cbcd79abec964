"""Signatures of webhooks: HMAC in the forms that platforms use, compared in constant time."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from core.errors import SignatureError

Sign = Callable[[str, bytes], str]


def base64_hmac(secret: str, message: bytes) -> str:
    """Return base64(HMAC-SHA256(secret as UTF-8 text, message)). The secret is never base64-decoded (Zendesk)."""
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def hex_hmac(secret: str, message: bytes) -> str:
    """Return the lower-case hex of HMAC-SHA256(secret as UTF-8 text, message) (Jira's ``sha256=…``)."""
    return hmac.digest(secret.encode(), message, hashlib.sha256).hex()


def require_signature(platform: str, sign: Sign, secrets: Iterable[str], message: bytes, given: str) -> None:
    """Raise SignatureError unless one of ``secrets`` signed ``message``.

    Two secrets are valid while one is being replaced. All of them are compared, each in constant time, so that the
    time taken tells nothing.
    """
    if not given:
        raise SignatureError(f"{platform}: the delivery is not signed")
    good = [hmac.compare_digest(sign(secret, message).encode(), given.encode()) for secret in secrets if secret]
    if not good:
        raise SignatureError(f"{platform}: this connection has no signing secret; run sla-sidecar connect")
    if not any(good):
        raise SignatureError(f"{platform}: the signature does not match the body")


def require_fresh(platform: str, signed_at: str, now: datetime, window: timedelta) -> None:
    """Raise SignatureError unless the instant that was signed lies within ``window`` of ``now``, before or after.

    Args:
        platform: the adapter's name, for the message.
        signed_at: an ISO 8601 instant, as the platform's header gives it.
        now: aware.
        window: how old a captured delivery may be; also bounds a clock that is ahead.
    """
    try:
        at = datetime.fromisoformat(signed_at)
    except ValueError:
        raise SignatureError(f"{platform}: the signature's timestamp cannot be read") from None
    if abs(now - (at if at.tzinfo else at.replace(tzinfo=UTC))) > window:
        raise SignatureError(
            f"{platform}: the delivery was signed more than {window.total_seconds():.0f} s from now; "
            "if it is new, set this machine's clock"
        )
