"""Signatures in the forms that platforms use."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.signing import base64_hmac, hex_hmac, require_fresh, require_signature
from core.errors import SignatureError

KEY = "Jefe"
MESSAGE = b"what do ya want for nothing?"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=300)


def test_known_answers():
    """RFC 4231, test case 2, in hex and in base64."""
    assert hex_hmac(KEY, MESSAGE) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert base64_hmac(KEY, MESSAGE) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


@pytest.mark.parametrize("signer", ["new", "old"])
def test_two_secrets_are_valid_while_one_is_replaced(signer):
    """Both the new and the old secret's signatures are accepted."""
    require_signature("acme", hex_hmac, ["new", "old"], MESSAGE, hex_hmac(signer, MESSAGE))


@pytest.mark.parametrize(
    ("secrets", "given", "why"),
    [
        pytest.param(["s"], "", "not signed", id="no signature"),
        pytest.param(["s"], hex_hmac("other", MESSAGE), "does not match", id="another secret"),
        pytest.param(["s"], hex_hmac("s", MESSAGE).upper(), "does not match", id="upper case is another text"),
        pytest.param(["s"], "\N{SNOWMAN}", "does not match", id="no ASCII"),
        pytest.param([], hex_hmac("", MESSAGE), "no signing secret", id="no secret"),
        pytest.param(["", ""], hex_hmac("", MESSAGE), "no signing secret", id="an empty secret is none"),
    ],
)
def test_what_is_not_signed_by_us_is_turned_away(secrets, given, why):
    """Nothing but a valid secret's signature passes, and an empty secret is never valid."""
    with pytest.raises(SignatureError, match=why):
        require_signature("acme", hex_hmac, secrets, MESSAGE, given)


@pytest.mark.parametrize(
    "signed_at", ["2026-11-20T15:00:00Z", "2026-11-20T14:55:00Z", "2026-11-20T10:05:00-05:00", "2026-11-20T15:04:59"]
)
def test_fresh(signed_at):
    """Up to the window before or after now, in any zone; without one it is UTC."""
    require_fresh("acme", signed_at, NOW, WINDOW)


@pytest.mark.parametrize(
    "signed_at", ["", "yesterday", "1795527000", "2026-11-20T14:54:59Z", "2026-11-20T15:05:01Z", "2026-13-01T00:00:00Z"]
)
def test_stale_or_unreadable(signed_at):
    """A second past the window, before or after, is a replay; so is what cannot be read."""
    with pytest.raises(SignatureError):
        require_fresh("acme", signed_at, NOW, WINDOW)
