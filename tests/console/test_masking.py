import json

import pytest

from webhooks.console.masking import MASK, MOST_CHARACTERS, shown_body


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"api_token": "s", "id": 1}, {"api_token": MASK, "id": 1}),
        ({"a": [{"Authorization": "Bearer x"}]}, {"a": [{"Authorization": MASK}]}),
        ({"client_secret": {"value": "s"}}, {"client_secret": MASK}),
        ({"user": {"password": "p", "name": "Ada"}}, {"user": {"password": MASK, "name": "Ada"}}),
        (["plain", 1, None], ["plain", 1, None]),
    ],
)
def test_secrets_are_masked(body, shown):
    """Whatever stands under a secret's name is masked, at any depth; the rest is shown."""
    assert json.loads(shown_body(json.dumps(body).encode())) == shown


@pytest.mark.parametrize("body", [b"token=s3cret", b"\xff\xfe", b"", b"[" * 100_000])
def test_what_is_no_json_is_not_shown(body):
    """In a body that cannot be read nothing can be told apart, so nothing of it is shown."""
    assert shown_body(body) == f"({len(body)} bytes that are not JSON)"


def test_a_long_body_is_cut():
    """A page stays readable."""
    text = shown_body(json.dumps(["x" * 100] * 5000).encode())
    assert len(text) < MOST_CHARACTERS + 100
    assert text.endswith("more characters)")
