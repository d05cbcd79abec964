"""Who is told of an escalation, and by what: the parts ``roles`` and ``notify`` of a connection."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from webhooks.secret import Secret

STRICT = ConfigDict(extra="forbid", frozen=True)
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")


def is_address(written: str) -> bool:
    """Return whether this is one e-mail address, with nothing that could add a header or another."""
    return _ADDRESS.fullmatch(written) is not None


def _address(written: str) -> str:
    if not is_address(written):
        raise ValueError("is no e-mail address; write csm@example.com")
    return written


def _listed(written: Any) -> Any:
    return (written,) if isinstance(written, str) else written


def _key(secret: Any) -> Any:
    """Check that a secret can sign: base64, as the receiver shows it, with or without ``whsec_``."""
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_") + "==", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 16:
        raise ValueError("is no signing secret; use whsec_… as the receiver shows it, base64 of 24 to 64 random bytes")
    return secret


Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Emails = Annotated[tuple[Email, ...], BeforeValidator(_listed)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class RoleSettings(BaseModel):
    """Who a policy's role is on this platform and what happens when it is called; what is absent is not touched.

    Attributes:
        group: the platform's id or name of a group or team.
        assignee: the platform's id of a user.
        followers: e-mail addresses or ids of users who then follow the ticket.
        tag: added to the ticket.
        priority: set on the ticket, in the policy's words.
        email: who gets a mail: one address or a list; needs ``notify.mail``.
        webhook: which of ``notify.webhooks`` are called: one name or a list.
    """

    model_config = STRICT

    group: Text | None = None
    assignee: Text | None = None
    followers: tuple[Text, ...] = ()
    tag: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,80}$")] | None = None
    priority: Text | None = None
    email: Emails = ()
    webhook: Names = ()

    @property
    def routes(self) -> bool:
        """Whether anything changes on the ticket beside its note."""
        return bool(self.group or self.assignee or self.followers or self.tag or self.priority)

    @property
    def reaches_somebody(self) -> bool:
        """Whether a person or a system hears of it."""
        return bool(self.group or self.assignee or self.followers or self.email or self.webhook)


class MailSettings(BaseModel):
    """The server that takes our mail.

    Attributes:
        host: its name.
        port: its port.
        sender: the From address.
        user, password: the login; both or neither.
        tls: ``starttls`` (usually port 587), ``implicit`` (port 465), or ``off``, which takes no password.
        timeout_seconds: for each step of the conversation.
    """

    model_config = STRICT

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "off"] = "starttls"
    sender: Email
    user: Text | None = None
    password: Secret | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10

    @property
    def faults(self) -> Mapping[str, str]:
        """What does not fit together: key to what to do about it."""
        if (self.user is None) != (self.password is None):
            return {"password" if self.user else "user": "is missing: a login needs both `user` and `password`"}
        if self.password is not None and self.tls == "off":
            return {"tls": "`off` would send the password readable to all; write starttls or implicit"}
        return {}


class HookSettings(BaseModel):
    """A receiver of signed webhooks (Standard Webhooks).

    Attributes:
        url: where to; https, but for receivers on the same machine or network.
        secret: signs each message.
        timeout_seconds: for connecting, and for the answer.
    """

    model_config = STRICT

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s#@]+$")]
    secret: Annotated[Secret, AfterValidator(_key)]
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10


class NotifySettings(BaseModel):
    """By what people are told outside the platform.

    Attributes:
        mail: the mail server; without it no role may have an ``email``.
        webhooks: receivers by name.
    """

    model_config = STRICT

    mail: MailSettings | None = None
    webhooks: Mapping[Text, HookSettings] = Field(default_factory=dict)
