"""One downtime of a service, as it was recorded, and whether a policy's promise can judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from core.errors import Fault
from core.policy_file import AvailabilityForm
from core.ticket import Instant

PRODUCTION = "production"
_PRINTED = r"^[^\x00-\x1f\x7f]*$"


class OutageKind(StrEnum):
    """How a downtime came about."""

    UNPLANNED = "unplanned"
    SCHEDULED = "scheduled"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Outage:
    """One downtime, as it was recorded.

    Attributes:
        id: its name on the statement; no two outages share one.
        begin: when it began.
        kind: how it came about.
        end: when it ended; None while it lasts.
        announced_at: when customers were told; matters to scheduled downtime only.
        cause: one of the policy's excused causes, or None.
        service: ``production``, or one of those that the policy does not count.
        source: where it was recorded, for people.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTED)]
    begin: Instant
    kind: OutageKind
    end: Instant | None = None
    announced_at: Instant | None = None
    cause: str | None = None
    service: str = PRODUCTION
    source: Annotated[str, StringConstraints(max_length=500, pattern=_PRINTED)] | None = None


def outage_faults(promise: AvailabilityForm, outages: Sequence[Outage]) -> Iterator[Fault]:
    """Yield what a promise cannot judge, each fault with its path: ``outages[3].cause``."""
    first: dict[str, int] = {}
    services = [PRODUCTION, *promise.not_counted]
    for n, outage in enumerate(outages):
        path = f"outages[{n}]"
        if first.setdefault(outage.id, n) != n:
            yield Fault(f"is also the id of outages[{first[outage.id]}]; give each outage its own", f"{path}.id")
        if outage.end is not None and outage.end <= outage.begin:
            yield Fault("is not after `begin`; correct it, or leave it out while the outage lasts", f"{path}.end")
        if outage.cause is not None and outage.cause not in promise.excused:
            known = ", ".join(promise.excused) or "none"
            yield Fault(f"{outage.cause!r} is not excused by the policy ({known}); remove it", f"{path}.cause")
        if outage.service not in services:
            yield Fault(f"{outage.service!r} is not a service; write one of {', '.join(services)}", f"{path}.service")


def in_utc(outage: Outage) -> Outage:
    """Return the outage with its instants in UTC: two of one zone would be subtracted by the wall clock."""
    end, announced_at = (at and at.astimezone(UTC) for at in (outage.end, outage.announced_at))
    return replace(outage, begin=outage.begin.astimezone(UTC), end=end, announced_at=announced_at)
