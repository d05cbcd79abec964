"""Mail by SMTP: one message at a time, encrypted unless the admin says otherwise, under a Message-ID of ours."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from core.errors import PlatformError, RefusedError, RetryLaterError
from webhooks.effects.breaker import Breaker
from webhooks.notify_settings import MailSettings

MAIL = "mail"  # the ``platform`` of the errors


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to send; ``id`` is the same at each attempt, and ``html`` says the same as ``text``."""

    id: str
    to: Sequence[str]
    subject: str
    text: str
    written_at: datetime
    html: str | None = None


class Mailer:
    """Sends through one server."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._breaker = Breaker(f"the mail server {settings.host}")

    def send(self, letter: Letter) -> Mapping[str, str]:
        """Send a letter and return the addresses that the server refused, each with its reason.

        Raises:
            RetryLaterError: the server cannot be reached or asks to wait. If it broke off after the text, it may
                have sent it: the Message-ID tells.
            RefusedError: it does not let us in, or takes the mail for no address.
        """
        message = to_message(letter, self._settings.sender)
        with self._breaker.guarding(), self._session() as session:
            refused = session.send_message(message)
        return {address: _said(code, text) for address, (code, text) in refused.items()}

    def check(self) -> None:
        """Connect and log in, and send nothing.

        Raises:
            RetryLaterError, RefusedError: as in :meth:`send`.
        """
        with self._session() as session:
            session.noop()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Yield a session that is encrypted and logged in; a goodbye that fails at the end undoes nothing."""
        settings = self._settings
        with translated(settings.host):
            session = _connected(settings)
            try:
                if settings.tls == "starttls":
                    session.starttls(context=ssl.create_default_context())
                if settings.user is not None and settings.password is not None:
                    session.login(settings.user, settings.password.get_secret_value())
                yield session
            finally:
                with suppress(OSError, smtplib.SMTPException):
                    session.quit()


def to_message(letter: Letter, sender: str) -> EmailMessage:
    """Return the message; it asks other programs not to answer it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def _connected(settings: MailSettings) -> smtplib.SMTP:
    if settings.tls == "implicit":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_seconds, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Raise our errors for the library's."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as err:
        answers = [_said(code, text) for code, text in err.recipients.values()]
        codes = [code for code, _ in err.recipients.values()]
        raise _error(f"{host} took the mail for no address: {'; '.join(answers)}", max(codes)) from err
    except smtplib.SMTPAuthenticationError as err:
        message = f"{host} does not let us in: {_said(err.smtp_code, err.smtp_error)}; check user and password"
        raise _error(message, err.smtp_code) from err
    except smtplib.SMTPResponseException as err:
        raise _error(f"{host} answered {_said(err.smtp_code, err.smtp_error)}", err.smtp_code) from err
    except smtplib.SMTPNotSupportedError as err:
        message = f"{host} offers no encryption or no login; check `tls`, `port` and `user` under `notify.mail`"
        raise RefusedError(message, platform=MAIL) from err
    except ssl.SSLCertVerificationError as err:
        message = f"{host} shows a certificate that cannot be trusted ({err.verify_message}); correct it or `host`"
        raise RefusedError(message, platform=MAIL) from err
    except (OSError, smtplib.SMTPException) as err:
        why = getattr(err, "strerror", None) or type(err).__name__
        raise RetryLaterError(f"{host} cannot be reached: {why}", platform=MAIL) from err


def _error(message: str, code: int) -> PlatformError:
    """Return the error for an answer: 4yz passes by itself, 5yz does not (RFC 5321, 4.2.1)."""
    kind = RefusedError if code >= 500 else RetryLaterError
    return kind(message, platform=MAIL, status=code)


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:200]}"
