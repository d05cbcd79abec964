"""What the prover reports: a claim about a policy file, where it stands, and a ticket that shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Fault
from core.ticket import Metric, Role, Ticket


class FindingKind(StrEnum):
    """What can be wrong with a policy that loads. The values are stable: scripts may filter by them."""

    TOO_MANY_COMBINATIONS = "too_many_combinations"
    UNREACHABLE_TARGET = "unreachable_target"
    SHADOWED_RULE = "shadowed_rule"
    RULE_NEVER_HOLDS = "rule_never_holds"
    NO_TARGET = "no_target"
    TIED_TARGETS = "tied_targets"
    RESOLUTION_BEFORE_RESPONSE = "resolution_before_response"
    BETTER_PLAN_PROMISES_LESS = "better_plan_promises_less"
    CALENDAR_RUNS_OUT = "calendar_runs_out"
    HOLIDAYS_END = "holidays_end"
    OVERLAPPING_HOURS = "overlapping_hours"
    UNUSED_CALENDAR = "unused_calendar"
    LADDER_WITHOUT_CLOCK = "ladder_without_clock"
    LEVEL_NEVER_REACHED = "level_never_reached"


class Severity(StrEnum):
    """A fault is a policy that cannot be meant; a warning may be what the vendor's document says."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is proven about a policy.

    Attributes:
        fault: what, with the counter-example and the remedy in words, and where in the file.
        example: a ticket that shows it when evaluated; None where the point is that there is no such ticket.
        now: the instant at which to evaluate ``example``.
    """

    kind: FindingKind
    severity: Severity
    fault: Fault
    example: Ticket | None = None
    now: datetime | None = None

    @property
    def message(self) -> str:
        """What is wrong, an example, and what to do about it."""
        return self.fault.message

    @property
    def path(self) -> str:
        """Where in the document, as ``targets[3]``."""
        return self.fault.path

    @property
    def line(self) -> int | None:
        """The 1-based line in the file; None where the prover was not given the document."""
        return self.fault.line


def described(ticket: Ticket) -> str:
    """Return what the rules can tell about an example: ``a ticket with plan Gold, P1, request bug``."""
    parts = []
    if ticket.organization is not None and ticket.organization.plan is not None:
        parts.append(f"plan {ticket.organization.plan}")
    if ticket.priority is not None:
        parts.append(f"priority {ticket.priority}")
    if ticket.channel is not None:
        parts.append(f"channel {ticket.channel}")
    if ticket.requester is not None and ticket.requester.role is not Role.CUSTOMER:
        parts.append(f"requester {ticket.requester.role}")
    for name, value in ticket.facts.items():
        parts.append(f"{name} {str(value).lower() if isinstance(value, bool) else value}")
    return f"a ticket with {', '.join(parts)}" if parts else "a ticket of which nothing is known"


def in_words(metric: Metric) -> str:
    """Return a metric as a sentence needs it: ``first response``."""
    return metric.value.replace("_", " ")


def listed(parts: Iterable[str]) -> str:
    """Return parts joined as a sentence needs them: ``a, b or c``."""
    *rest, last = parts
    return f"{', '.join(rest)} or {last}" if rest else last
