"""Outgoing webhooks: signed, never redirected, and every answer read for what it asks."""

import pytest
import requests

from core.errors import RefusedError, RetryLaterError
from tests.effects.receiver import SECRET, Receiver
from webhooks.effects.hooks import HookSender
from webhooks.notify_settings import HookSettings
from webhooks.secret import Surroundings


def sender(url: str, secret: str = SECRET) -> HookSender:
    around = Surroundings(folder=None, environment={"SECRET": secret})  # type: ignore[arg-type]
    settings = {"url": url, "secret": "${SECRET}", "timeout_seconds": 2}
    return HookSender("ops", HookSettings.model_validate(settings, context=around))


def test_signed(receiver: Receiver):
    """A receiver that has the secret can tell that a message is ours and whole; one with another cannot."""
    sender(receiver.url).send("msg_1", '{"type":"sla.escalation.reached"}')
    assert [(got.id, got.body) for got in receiver.got] == [("msg_1", {"type": "sla.escalation.reached"})]
    with pytest.raises(RefusedError, match="the webhook ops answered 401"):
        sender(receiver.url, "whsec_" + "A" * 32).send("msg_2", "{}")
    assert (receiver.ids, receiver.forged) == (["msg_1"], 1)


@pytest.mark.parametrize(
    ("status", "headers", "error", "retry_after"),
    [
        pytest.param(500, {}, RetryLaterError, None, id="a fault of its own"),
        pytest.param(503, {"Retry-After": "7"}, RetryLaterError, 7.0, id="asks to wait"),
        pytest.param(429, {"Retry-After": "soon"}, RetryLaterError, None, id="too many, without a number"),
        pytest.param(410, {}, RefusedError, None, id="wants no more"),
        pytest.param(404, {}, RefusedError, None, id="a wrong address"),
        pytest.param(302, {"Location": "http://127.0.0.1:9/"}, RefusedError, None, id="a redirect"),
    ],
)
def test_answers(receiver: Receiver, status: int, headers: dict[str, str], error: type[Exception], retry_after):
    """5xx and 429 are tried again when they ask; any other refusal waits for a person, a redirect is not followed."""
    receiver.answers.append((status, headers))
    with pytest.raises(error, match=f"the webhook ops answered {status}") as caught:
        sender(receiver.url).send("msg_1", "{}")
    assert getattr(caught.value, "retry_after", None) == retry_after
    assert receiver.ids == ["msg_1"]


def test_unreachable(receiver: Receiver):
    """A receiver that does not answer rests; one that answers again is called again."""
    receiver.close()
    unreachable = sender(receiver.url)
    for said in ("cannot be reached", "did not answer a moment ago"):
        with pytest.raises(RetryLaterError, match=said):
            unreachable.send("msg_1", "{}")


def test_no_secret_in_errors(monkeypatch: pytest.MonkeyPatch):
    """An error names the receiver, not its address, which may hold a secret of its own."""

    def fail(*_args: object, **_options: object) -> None:
        raise requests.ConnectionError("https://hooks.example.com/s3cret refused")

    monkeypatch.setattr(requests, "post", fail)
    with pytest.raises(RetryLaterError) as caught:
        sender("https://hooks.example.com/s3cret").send("msg_1", "{}")
    assert "s3cret" not in str(caught.value)
