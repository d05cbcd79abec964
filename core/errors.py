"""All that this program raises on purpose, sorted by what the caller does next."""

from dataclasses import dataclass


class SidecarError(Exception):
    """Root of every error that is raised on purpose."""


class ConfigError(SidecarError):
    """Refuse to start: something an admin wrote cannot be used. Carries every fault at once."""

    def __init__(self, faults: "Faults | str") -> None:
        self.faults: Faults = (Fault(message=faults),) if isinstance(faults, str) else faults
        super().__init__("\n".join(str(fault) for fault in self.faults))


class TicketError(SidecarError, ValueError):
    """A ticket that breaks the canonical form. Carries every fault at once."""

    def __init__(self, faults: "Faults | str") -> None:
        self.faults: Faults = (Fault(message=faults),) if isinstance(faults, str) else faults
        super().__init__("; ".join(str(fault) for fault in self.faults))


class CalendarError(SidecarError, ValueError):
    """A calendar that never opens for long enough, or that cannot be read. Carries every fault at once."""

    def __init__(self, faults: "Faults | str") -> None:
        self.faults: Faults = (Fault(message=faults),) if isinstance(faults, str) else faults
        super().__init__("; ".join(str(fault) for fault in self.faults))


class DurationError(SidecarError, ValueError):
    """A duration that cannot be read, or that does not name its basis."""


class WebhookError(SidecarError):
    """Turn the delivery away with :attr:`status`."""

    status = 400


class SignatureError(WebhookError):
    """The delivery was not signed by the platform, or too long ago."""

    status = 401


class PayloadError(WebhookError):
    """The delivery is signed but cannot be read; the message names the field's path."""

    status = 422


class PlatformError(SidecarError):
    """A platform did not do what was asked.

    Args:
        message: what happened and what to do about it; never a secret or a customer's text.
        platform: the adapter's name, as in the registry.
        ticket_id: the ticket concerned, if one is.
        status: the HTTP status, if an answer came.
    """

    def __init__(self, message: str, *, platform: str = "", ticket_id: str | None = None, status: int | None = None):
        super().__init__(message)
        self.platform, self.ticket_id, self.status = platform, ticket_id, status


class RetryLaterError(PlatformError):
    """429, 5xx, a time-out or a dropped connection: try again after :attr:`retry_after` seconds (None: back off)."""

    def __init__(
        self,
        message: str,
        *,
        platform: str = "",
        ticket_id: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ):
        super().__init__(message, platform=platform, ticket_id=ticket_id, status=status)
        self.retry_after = retry_after


class ConflictError(PlatformError):
    """The ticket changed under us: fetch and decide again."""


class GoneError(PlatformError):
    """The ticket no longer exists or can no longer be read: its clocks are cancelled."""


class FrozenError(PlatformError):
    """The ticket can be read but never be written again (closed, archived): stop writing, keep the verdicts."""


class RefusedError(PlatformError):
    """Any other 4xx: record it, alert, don't retry."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in something a person wrote.

    Attributes:
        message: what is wrong and what to write instead.
        path: where in the document, as ``targets[3].within``.
        source: the file, as it was named by the caller.
        line: 1-based line in that file, or None.
    """

    message: str
    path: str = ""
    source: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.source + (f":{self.line}" if self.line else "")
        return ": ".join(part for part in (place, self.path, self.message) if part)


Faults = tuple[Fault, ...]
