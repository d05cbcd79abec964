"""Mail over real sockets: encrypted, under an id of ours, and every failure told with what to do about it."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from core.errors import RefusedError, RetryLaterError
from tests.effects.smtp import DROP, MailSink
from webhooks.effects.mail import Letter, Mailer
from webhooks.notify_settings import MailSettings, RoleSettings

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
LETTER = Letter("0123abcd", ("csm@example.com", "vp@example.com"), "SLA escalation: ticket 7", "Reached.\n", AT)


def settings(port: int, **changes: object) -> MailSettings:
    """Return settings for a server on this machine, as they are after reading."""
    base = MailSettings(host="127.0.0.1", port=port, tls="off", sender="sla@example.com", timeout_seconds=2)
    return base.model_copy(update=changes)


def test_what_is_sent(mail: MailSink):
    """A mail goes to all at once, from the sender, under a stable Message-ID, and asks programs not to answer."""
    assert Mailer(settings(mail.port)).send(LETTER) == {}
    (got,) = mail.received
    assert got.to == LETTER.to
    assert got.message["From"] == "sla@example.com"
    assert got.message["To"] == "csm@example.com, vp@example.com"
    assert got.message["Subject"] == "SLA escalation: ticket 7"
    assert got.message["Message-ID"] == "<0123abcd@example.com>"
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert got.message.get_content() == "Reached.\n"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_encrypted_with_a_login(certificate: Path, monkeypatch: pytest.MonkeyPatch, tls: str):
    """Text and password travel encrypted, to a server whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sink = MailSink(tls, certificate, login="sla:s3cret")
    try:
        Mailer(settings(sink.port, tls=tls, user="sla", password=SecretStr("s3cret"))).send(LETTER)
        assert [(each.encrypted, each.login) for each in sink.received] == [(True, "sla")]
        with pytest.raises(RefusedError, match="does not let us in: 535 wrong; check user and password") as caught:
            Mailer(settings(sink.port, tls=tls, user="sla", password=SecretStr("wr0ng"))).check()
        assert "wr0ng" not in str(caught.value)
    finally:
        sink.close()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_signed(certificate: Path, tls: str):
    """A server that cannot prove who it is gets nothing."""
    sink = MailSink(tls, certificate)
    try:
        with pytest.raises(RefusedError, match="certificate that cannot be trusted"):
            Mailer(settings(sink.port, tls=tls)).send(LETTER)
        assert sink.received == []
    finally:
        sink.close()


def test_a_server_without_encryption(mail: MailSink):
    """Encryption that the server does not offer is never left out without a word."""
    with pytest.raises(RefusedError, match="offers no encryption"):
        Mailer(settings(mail.port, tls="starttls")).send(LETTER)
    assert mail.received == []


@pytest.mark.parametrize(
    ("verb", "answer", "error", "said"),
    [
        pytest.param("CONNECT", "421 busy", RetryLaterError, "421 busy", id="busy"),
        pytest.param("CONNECT", "554 go away", RefusedError, "554 go away", id="turned away"),
        pytest.param("CONNECT", DROP, RetryLaterError, "cannot be reached", id="hangs up"),
        pytest.param("MAIL", "451 later", RetryLaterError, "451 later", id="asks to wait"),
        pytest.param("MAIL", "550 spam", RefusedError, "550 spam", id="refuses the sender"),
        pytest.param("END", "552 too big", RefusedError, "552 too big", id="refuses the text"),
        pytest.param("END", DROP, RetryLaterError, "cannot be reached", id="breaks off after the text"),
    ],
)
def test_failures(mail: MailSink, verb: str, answer: str, error: type[Exception], said: str):
    """What passes by itself (4yz, no answer) is retried later, what does not (5yz) waits for a person."""
    mail.answers[verb].append(answer)
    with pytest.raises(error, match=said):
        Mailer(settings(mail.port)).send(LETTER)


def test_some_addresses_are_refused(mail: MailSink):
    """A mail that reaches one of two is sent, and the other address is told; one that reaches none is not."""
    mail.answers["RCPT"] += ["550 no such user"]
    assert Mailer(settings(mail.port)).send(LETTER) == {"csm@example.com": "550 no such user"}
    mail.answers["RCPT"] += ["550 no such user", "550 nor this one"]
    with pytest.raises(RefusedError, match="for no address: 550 no such user; 550 nor this one"):
        Mailer(settings(mail.port)).send(LETTER)
    assert [each.to for each in mail.received] == [("vp@example.com",)]


def test_a_failed_goodbye_undoes_nothing(mail: MailSink):
    """A mail that the server took is sent, whatever happens afterwards."""
    mail.answers["QUIT"].append("500 what")
    assert Mailer(settings(mail.port)).send(LETTER) == {}


def test_a_server_that_is_away_rests():
    """A server that cannot be reached is left alone for a moment, so that nobody else waits for its time-out."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    mailer = Mailer(settings(port))
    with pytest.raises(RetryLaterError, match=r"127\.0\.0\.1 cannot be reached") as first:
        mailer.send(LETTER)
    assert first.value.retry_after is None
    with pytest.raises(RetryLaterError, match="did not answer a moment ago") as second:
        mailer.send(LETTER)
    assert 0 < (second.value.retry_after or 0) <= 30


@pytest.mark.parametrize("address", ["csm", "a@b\nBcc: c@d", "A <a@b>", "a@b, c@d", ""])
def test_addresses(address: str):
    """An address is one address: nothing that could add a header or a recipient."""
    with pytest.raises(ValidationError):
        RoleSettings(email=address)
