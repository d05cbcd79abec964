"""The ticket's history, folded once: what held when, and the moments that can start or stop a clock.

Everything else in the core reads a :class:`Timeline`; nobody else reads events.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from core.ticket import Event, FactValue, Kind, Metric, Organization, Requester, Status, Ticket, deadline_of


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about a ticket from ``since`` on, until the next situation.

    Attributes:
        because: what changed, in words; empty for the first situation.
        priority: as the platform shows it, whoever set it.
        priority_by_agent: the last value that an agent set, or None.
    """

    since: datetime
    because: str
    organization: Organization
    requester: Requester
    priority: str | None
    priority_by_agent: str | None
    facts: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which something happened that a clock listens to; what happened then, folded together.

    Attributes:
        replies: in the platform's order, True for the support side and False for the requester's.
        was_solved, is_solved: before and after the instant.
        workaround: True when one was given, False when it was withdrawn, None when neither.
        observed: the platform gave no exact instant.
    """

    at: datetime
    replies: tuple[bool, ...] = ()
    was_solved: bool = False
    is_solved: bool = False
    workaround: bool | None = None
    observed: bool = False

    @property
    def enters_solved(self) -> bool:
        """The ticket is solved at this instant."""
        return self.is_solved and not self.was_solved

    @property
    def reopens(self) -> bool:
        """The ticket is reopened at this instant."""
        return self.was_solved and not self.is_solved


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span ``[begin, end)``; an open one has no end yet."""

    begin: datetime
    end: datetime | None
    why: str
    observed: bool = False

    def covers(self, at: datetime) -> bool:
        """Return whether ``at`` lies within the span."""
        return self.begin <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class ManualDeadline:
    """A deadline that a person set by hand, in force during ``[set_at, until)``."""

    metric: Metric
    set_at: datetime
    due_at: datetime
    until: datetime | None
    by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """One ticket's history up to ``now``."""

    ticket: Ticket
    now: datetime
    situations: tuple[Situation, ...]
    moments: tuple[Moment, ...]
    statuses: tuple[Span, ...]
    removed: tuple[Span, ...]
    requests: tuple[datetime, ...]
    manual: tuple[ManualDeadline, ...]

    @property
    def latest(self) -> Situation:
        """What holds now."""
        return self.situations[-1]


_ATTRIBUTES = frozenset(
    [
        Kind.PRIORITY_CHANGED,
        Kind.FACT_CHANGED,
        Kind.PLAN_CHANGED,
        Kind.ORGANIZATION_CHANGED,
        Kind.REQUESTER_CHANGED,
    ]
)
_REMOVES = {Kind.MERGED: "merged", Kind.DELETED: "deleted"}


def fold(ticket: Ticket, now: datetime) -> Timeline:
    """Return the ticket's history up to and including ``now``; repeated and unordered events are harmless."""
    return _Fold(ticket, now).run()


class _Fold:
    """The state of one pass over the events."""

    def __init__(self, ticket: Ticket, now: datetime) -> None:
        self.ticket, self.now = ticket, now
        by_agent = ticket.priority if ticket.priority_by in (None, "agent") else None
        first = Situation(
            since=ticket.created_at,
            because="",
            organization=ticket.organization or Organization(),
            requester=ticket.requester or Requester(),
            priority=ticket.priority,
            priority_by_agent=by_agent,
            facts=ticket.facts,
        )
        self.situations = [first]
        self.moments: list[Moment] = []
        self.statuses: list[tuple[datetime, Status, bool]] = [(ticket.created_at, ticket.status, False)]
        self.removed: list[Span] = []
        self.requests: list[datetime] = []
        self.manual: list[ManualDeadline] = []
        self.is_solved = ticket.status.is_solved

    def run(self) -> Timeline:
        if self.is_solved:
            self.moments.append(Moment(self.ticket.created_at, is_solved=True))
        created_at = self.ticket.created_at
        known = _known(self.ticket.events, self.now)
        # A platform's clocks may disagree: what is said to come before the ticket came with it.
        for at, events in groupby(known, key=lambda event: max(event.at, created_at)):
            self._instant(at, list(events))
        return Timeline(
            ticket=self.ticket,
            now=self.now,
            situations=tuple(self.situations),
            moments=tuple(self.moments),
            statuses=tuple(_spans(self.statuses)),
            removed=tuple(self.removed),
            requests=tuple(self.requests),
            manual=tuple(self.manual),
        )

    def _instant(self, at: datetime, events: list[Event]) -> None:
        """Fold what happened at one instant: attributes, then replies, then status, then removal."""
        replies: list[bool] = []
        workaround: bool | None = None
        status: Status | None = None
        removal: Event | None = None
        observed = False
        for event in events:
            kind = event.kind
            if kind is Kind.STATUS_CHANGED:
                status = Status(event.to)  # type: ignore[arg-type]  # checked when the ticket was read
            elif kind is Kind.AGENT_REPLIED or kind is Kind.CUSTOMER_REPLIED:
                replies.append(kind is Kind.AGENT_REPLIED and not self._is_requester(event.by))
            elif kind in _ATTRIBUTES:
                self._change(at, event)
            elif kind is Kind.WORKAROUND_PROVIDED or kind is Kind.WORKAROUND_WITHDRAWN:
                workaround = kind is Kind.WORKAROUND_PROVIDED
            elif kind is Kind.ESCALATION_REQUESTED:
                self.requests.append(at)
            elif kind is Kind.DEADLINE_SET or kind is Kind.DEADLINE_WITHDRAWN:
                self._deadline(at, event)
            elif kind in _REMOVES or kind is Kind.RESTORED:
                removal = event
            observed = observed or event.observed
        was_solved = self.is_solved
        if status is not None and status is not self.statuses[-1][1]:
            self.statuses.append((at, status, observed))
        if removal is not None:
            self._remove(at, removal)
        if not (self.removed and self.removed[-1].covers(at)):
            # A merge closes its source: that ends the ticket's clocks, it does not meet them.
            self.is_solved = self.statuses[-1][1].is_solved
        if replies or workaround is not None or was_solved != self.is_solved:
            self.moments.append(Moment(at, tuple(replies), was_solved, self.is_solved, workaround, observed))

    def _is_requester(self, person: str | None) -> bool:
        return person is not None and person == self.situations[-1].requester.id

    def _change(self, at: datetime, event: Event) -> None:
        """Append what holds from ``at`` on; several changes at one instant are one situation."""
        last = self.situations[-1]
        new = _after(last, event)
        if new == last:
            return
        if last.since == at:
            because = f"{last.because}, {new.because}" if last.because else new.because
            self.situations[-1] = replace(new, because=because if len(self.situations) > 1 else "")
        else:
            self.situations.append(replace(new, since=at))

    def _deadline(self, at: datetime, event: Event) -> None:
        metric = event.metric or Metric.RESOLUTION
        for n, manual in enumerate(self.manual):
            if manual.metric is metric and (manual.until is None or manual.until > at):
                self.manual[n] = replace(manual, until=at)
        due = deadline_of(event)
        if event.kind is Kind.DEADLINE_SET and due is not None:
            self.manual.append(ManualDeadline(metric, at, due, event.expires_at, event.by, event.reason))

    def _remove(self, at: datetime, event: Event) -> None:
        gone = bool(self.removed) and self.removed[-1].end is None
        if event.kind is Kind.RESTORED:
            if gone:
                self.removed[-1] = replace(self.removed[-1], end=at)
        elif not gone:
            self.removed.append(Span(at, None, _REMOVES[event.kind], event.observed))


def _known(events: Iterable[Event], now: datetime) -> Iterator[Event]:
    """Yield each event up to ``now`` once, in order of time; the platform's order decides within an instant."""
    ids: set[str] = set()
    together: list[Event] = []
    for event in sorted(events, key=attrgetter("at")):
        if event.at > now:
            return
        if event.id is not None:
            if event.id in ids:
                continue
            ids.add(event.id)
        else:
            if together and together[0].at != event.at:
                together.clear()
            if event in together:
                continue
            together.append(event)
        yield event


def _after(situation: Situation, event: Event) -> Situation:
    """Return the situation after an event that changes an attribute; equal if nothing changed."""
    to = event.to
    match event.kind:
        case Kind.PRIORITY_CHANGED:
            value = None if to is None else str(to)
            if event.by_role in (None, "agent"):
                changed = replace(situation, priority=value, priority_by_agent=value)
            else:
                changed = replace(situation, priority=value)
            because = f"priority changed to {value}"
        case Kind.FACT_CHANGED:
            name = event.name or ""
            if situation.facts.get(name) == to and type(situation.facts.get(name)) is type(to):
                return situation
            changed = replace(situation, facts={**situation.facts, name: to})  # type: ignore[dict-item]
            because = f"{name} changed"
        case Kind.PLAN_CHANGED:
            plan = None if to is None else str(to)
            changed = replace(situation, organization=replace(situation.organization, plan=plan))
            because = f"plan changed to {plan}"
        case Kind.ORGANIZATION_CHANGED:
            organization = to if isinstance(to, Organization) else Organization(name=None if to is None else str(to))
            changed = replace(situation, organization=organization)
            because = "organization changed"
        case _:
            requester = to if isinstance(to, Requester) else Requester(id=None if to is None else str(to))
            changed = replace(situation, requester=requester)
            because = "requester changed"
    return changed if changed == situation else replace(changed, because=because)


def _spans(statuses: list[tuple[datetime, Status, bool]]) -> Iterator[Span]:
    """Yield each status with the span in which it held."""
    for n, (begin, status, observed) in enumerate(statuses):
        end = statuses[n + 1][0] if n + 1 < len(statuses) else None
        if end != begin:
            yield Span(begin, end, status, observed)
