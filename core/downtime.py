"""Which downtime counts against a promise of availability, which is left out, and by which rule.

Source: Service Level Addendum, "Exclusions". What it leaves open, with the readings chosen, is in docs/availability.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from core.explain import length
from core.months import Month
from core.outages import PRODUCTION, Outage, OutageKind
from core.policy_file import AllowanceForm, AvailabilityForm, ScheduledForm

_EXCLUSIONS = "Exclusions"  # policy files give no clause of their own to excused and uncounted downtime
_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A span of one outage, inside the month and before ``now``, to which one rule applies.

    Attributes:
        counts: whether it counts against availability.
        why: the rule, in words.
        clause: the rule's place in the vendor's document.
        time: what of the span is booked here, not on another outage that covers it too. A counted part goes before
            one left out, an earlier outage before a later one.
    """

    begin: datetime
    end: datetime
    counts: bool
    why: str
    clause: str
    time: timedelta = _ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """One outage of a month with its parts; without parts it has not begun yet."""

    outage: Outage
    parts: tuple[Part, ...]

    @property
    def counted(self) -> timedelta:
        """What it adds to the downtime that counts."""
        return sum((part.time for part in self.parts if part.counts), _ZERO)

    @property
    def excluded(self) -> timedelta:
        """What it adds to the downtime that is left out."""
        return sum((part.time for part in self.parts if not part.counts), _ZERO)


def lines(
    promise: AvailabilityForm, outages: Sequence[Outage], begin: datetime, end: datetime, now: datetime
) -> tuple[Line, ...]:
    """Return the lines of the outages that touch ``[begin, end)``, with their parts cut to it and to ``now``."""
    ordered = sorted(outages, key=lambda each: (each.begin, each.id))
    begun = {each: min(each.end or now, now) for each in ordered if each.begin < now}
    limits = _limits(promise, begun)
    found: list[tuple[Outage, Part]] = []
    for outage, ended in begun.items():
        for part in _parts(promise, outage, ended, limits.get(outage)):
            inside = replace(part, begin=max(part.begin, begin), end=min(part.end, end))
            if inside.begin < inside.end:
                found.append((outage, inside))
    parts: dict[Outage, list[Part]] = {each: [] for each in ordered}
    for (outage, part), own in zip(found, _own_time([part for _, part in found]), strict=True):
        parts[outage].append(replace(part, time=own))
    touching = [each for each in ordered if each.begin < end and (each.end is None or each.end > begin)]
    return tuple(Line(each, tuple(parts[each])) for each in touching)


def _own_time(parts: Sequence[Part]) -> list[timedelta]:
    """Return for each part the time that is booked on it, so that no instant is booked twice.

    An instant that any outage makes count does count: the service would have been down then all the same.
    """
    own = [_ZERO] * len(parts)
    order = sorted(range(len(parts)), key=lambda n: not parts[n].counts)
    for begin, end in pairwise(sorted({edge for part in parts for edge in (part.begin, part.end)})):
        holder = next((n for n in order if parts[n].begin <= begin < parts[n].end), None)
        if holder is not None:
            own[holder] += end - begin
    return own


def _parts(promise: AvailabilityForm, outage: Outage, ended: datetime, limit: datetime | None) -> Iterator[Part]:
    """Yield what the rules make of one outage; ``limit`` is the instant at which its allowance is used up, if any."""
    if outage.service != PRODUCTION:
        yield Part(outage.begin, ended, False, f"not counted: {promise.not_counted[outage.service]}", _EXCLUSIONS)
    elif outage.cause is not None:
        yield Part(outage.begin, ended, False, f"excused: {promise.excused[outage.cause]}", _EXCLUSIONS)
    elif outage.kind is OutageKind.UNPLANNED:
        yield Part(outage.begin, ended, True, "unplanned downtime", promise.clause)
    elif outage.kind is OutageKind.SCHEDULED:
        why_not = _lacks_notice(outage, promise.scheduled)
        yield from _allowed("scheduled downtime", promise.scheduled, outage, ended, limit, why_not)
    else:
        why_not = f"a further one; {promise.emergency.per_month} a month is allowed"
        yield from _allowed("emergency maintenance", promise.emergency, outage, ended, limit, why_not)


def _allowed(
    name: str, allowance: AllowanceForm, outage: Outage, ended: datetime, limit: datetime | None, why_not: str | None
) -> Iterator[Part]:
    """Yield what is left out up to ``limit`` and counts beyond it; without one all counts, and ``why_not`` says why."""
    most = f"{allowance.most_hours:g} hours"
    if limit is None:
        yield Part(outage.begin, ended, True, f"{name}, {why_not}", allowance.clause)
        return
    if outage.begin < limit:
        yield Part(outage.begin, min(ended, limit), False, f"{name}, up to {most}", allowance.clause)
    if limit < ended:
        yield Part(max(outage.begin, limit), ended, True, f"{name} beyond {most}", allowance.clause)


def _lacks_notice(outage: Outage, allowance: ScheduledForm) -> str | None:
    """Return what is wrong with the notice that was given of a downtime, or None if it was early enough."""
    if outage.announced_at is None:
        return "no announcement of it is recorded"
    notice = outage.begin - outage.announced_at
    if notice >= timedelta(hours=allowance.notice_hours):
        return None
    when = f"announced {length(notice.total_seconds())} before" if notice > _ZERO else "not announced before it began"
    return f"{when}; {allowance.notice_hours:g} hours are needed"


def _limits(promise: AvailabilityForm, begun: Mapping[Outage, datetime]) -> dict[Outage, datetime]:
    """Return until when each outage is left out by an allowance; ``begun`` is in order, with the outages' ends."""
    count = {each: ended for each, ended in begun.items() if each.service == PRODUCTION and each.cause is None}
    scheduled = {each: ended for each, ended in count.items() if each.kind is OutageKind.SCHEDULED}
    emergency = [each for each in count if each.kind is OutageKind.EMERGENCY]
    return _scheduled_limits(promise.scheduled, scheduled) | _emergency_limits(promise, emergency)


def _scheduled_limits(allowance: ScheduledForm, scheduled: Mapping[Outage, datetime]) -> dict[Outage, datetime]:
    """Return until when each downtime that was announced early enough is left out.

    Downtimes that overlap or touch are one, which "can last for up to 6 hours", in however many entries.
    """
    limits: dict[Outage, datetime] = {}
    reached = limit = datetime.min.replace(tzinfo=UTC)
    for outage, ended in scheduled.items():
        if _lacks_notice(outage, allowance) is None:
            if outage.begin > reached:
                limit = outage.begin + timedelta(hours=allowance.most_hours)
            reached = max(reached, ended)
            limits[outage] = limit
    return limits


def _emergency_limits(promise: AvailabilityForm, emergency: Sequence[Outage]) -> dict[Outage, datetime]:
    """Return until when each emergency maintenance is left out.

    The maintenance that a month allows begins with the month's first emergency outage and is over 4 hours later:
    outages that begin meanwhile are the same work, and those that begin later are a second time.
    """
    limits: dict[Outage, datetime] = {}
    used: dict[Month, list[datetime]] = {}
    for outage in emergency:
        own = used.setdefault(Month.of(outage.begin, promise.timezone), [])
        if (not own or outage.begin >= own[-1]) and len(own) != promise.emergency.per_month:
            own.append(outage.begin + timedelta(hours=promise.emergency.most_hours))
        if outage.begin < own[-1]:
            limits[outage] = own[-1]
    return limits
