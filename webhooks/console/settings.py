"""The part ``console`` of ``sidecar.yaml``: who may sign in, for how long, and whose time the pages show."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from core.zones import is_zone, unknown_zone, zone
from webhooks.console.openid_settings import OpenIdSettings
from webhooks.console.report_settings import ReportSettings
from webhooks.secret import Secret

_METHODS = ("scrypt:", "pbkdf2:")


def _hash(value: str) -> str:
    if not value.startswith(_METHODS) or value.count("$") != 2:
        raise ValueError("is not a password's hash; run `sla-sidecar password` and write what it prints")
    return value


def _zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError(unknown_zone(value))
    return value


PasswordHash = Annotated[str, AfterValidator(_hash)]
PublicUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")]


class ConsoleSettings(BaseModel):
    """Without this part of the file there is no console.

    Attributes:
        operator_password: the hash of the password that may also change things; needed unless there is ``openid``.
        viewer_password: the hash of a second password, which may only look.
        openid: sign-in through a provider, beside the passwords or in their place.
        report: the weekly report by mail.
        public_url: how people reach the console, where that is not the ``public_url`` of the whole file.
        session_key: signs the session's cookie; a new key signs everybody out.
        session_hours: after so long one signs in again, whatever happens.
        idle_minutes: and after so long without a page.
        refresh_seconds: how often an open page asks for fresh lists.
        timezone: of the lists and of the days and weeks of the compliance figures; IANA name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operator_password: PasswordHash | None = Field(None, repr=False)
    viewer_password: PasswordHash | None = Field(None, repr=False)
    openid: OpenIdSettings | None = None
    report: ReportSettings | None = None
    public_url: PublicUrl | None = None
    session_key: Secret
    session_hours: Annotated[float, Field(gt=0, le=168)] = 12
    idle_minutes: Annotated[float, Field(gt=0, le=1440)] = 60
    refresh_seconds: Annotated[float, Field(ge=1, le=3600)] = 15
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"

    @property
    def takes_password(self) -> bool:
        """Whether anybody signs in with a password."""
        return bool(self.operator_password or self.viewer_password)

    @property
    def longest(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without a page."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def zone(self) -> ZoneInfo:
        """The zone, from the pinned zone data."""
        return zone(self.timezone)
