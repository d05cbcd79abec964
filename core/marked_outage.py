"""An outage of the service that was reported as a ticket: agents mark it, and it begins and ends with the ticket."""

from core.outages import PRODUCTION, Outage, OutageKind
from core.policy_file import AvailabilityForm
from core.timeline import Timeline

KIND, CAUSE, SERVICE = "outage", "outage_cause", "outage_service"  # the facts that mark a ticket
KINDS = tuple(kind.value for kind in OutageKind)


def marked_outage(timeline: Timeline, promise: AvailabilityForm) -> Outage | None:
    """Return the outage that a ticket is marked as, from its creation until it was last solved; None if it is not.

    A cause or service that the promise does not know leaves nothing out. A ticket does not say when customers were
    told, so scheduled downtime counts until a person adds that.
    """
    facts, ticket = timeline.latest.facts, timeline.ticket
    kind, cause, service = (facts.get(name) for name in (KIND, CAUSE, SERVICE))
    is_removed = bool(timeline.removed) and timeline.removed[-1].end is None
    if kind not in KINDS or is_removed:
        return None
    solved = next((each for each in reversed(timeline.moments) if each.was_solved != each.is_solved), None)
    end = solved.at if solved and solved.is_solved else None
    if end is not None and end <= ticket.created_at:
        return None
    return Outage(
        id=f"ticket {ticket.id}",
        begin=ticket.created_at,
        kind=OutageKind(kind),
        end=end,
        cause=str(cause) if cause in promise.excused else None,
        service=str(service) if service in promise.not_counted else PRODUCTION,
        source="marked on the ticket",
    )
