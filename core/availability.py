"""Whether a service was as available as its policy promises for one calendar month, and what a missed month gives.

Source: Service Level Addendum, "Availability Commitment", "Service Credit", "Exclusions" and "Conditions". What the
addendum leaves open, with the readings chosen here, is listed in docs/availability.md.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from core.errors import ConfigError, Fault
from core.explain import length
from core.policy_file import AllowanceForm, AvailabilityForm
from core.ticket import FIRST_YEAR, LAST_YEAR, Instant
from core.wall_time import first_instant
from core.zones import is_zone, unknown_zone, zone

PRODUCTION = "production"
_EXCLUSIONS = "Exclusions"  # policy files give no clause of their own to excused and uncounted downtime
_STEP = timedelta(microseconds=1)  # time is counted in whole ones, so every share is exact
_ZERO = timedelta(0)


class OutageKind(StrEnum):
    """How a downtime came about."""

    UNPLANNED = "unplanned"
    SCHEDULED = "scheduled"
    EMERGENCY = "emergency"


class Verdict(StrEnum):
    """What has become of the commitment; OPEN until the month is over, also when it can no longer be met."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


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

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    begin: Instant
    kind: OutageKind
    end: Instant | None = None
    announced_at: Instant | None = None
    cause: str | None = None
    service: str = PRODUCTION
    source: Annotated[str, StringConstraints(max_length=500)] | None = None


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; where it begins and ends depends on the zone, so one has 719 to 745 hours."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month that ``2026-11`` names.

        Raises:
            ConfigError: it cannot be read, or lies outside the years that zones are known for.
        """
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if match is None or not FIRST_YEAR < int(match[1]) < LAST_YEAR:
            known = f"{FIRST_YEAR + 1}-01 to {LAST_YEAR - 1}-12"
            raise ConfigError(f"{text[:60]!r} is not a month; write year and month such as 2026-11, from {known}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, at: datetime, timezone: str) -> "Month":
        """Return the month in which an instant lies on the zone's calendar."""
        local = at.astimezone(zone(timezone))
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def following(self) -> "Month":
        """The month after this one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def first_on(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    def begin(self, timezone: str) -> datetime:
        """Return the instant, in UTC, at which it begins on the zone's calendar."""
        return first_instant(timezone, datetime.combine(self.first_on, time.min))


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
    """One outage on the statement; without parts it has not begun yet."""

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


@dataclass(frozen=True, slots=True)
class Credit:
    """What the customer may ask for: a share of the yearly fee, up to the end of ``last_claim_on`` (local date)."""

    share_of_yearly_fee: Fraction
    last_claim_on: date
    clause: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One month's account.

    Attributes:
        begin: the month's first instant, ``end`` that of the following month; UTC.
        now: the instant of judgement; later than ``begin``.
        at_least: the share of the month that is promised.
        lines: the outages of the month, by begin and id.
        credit: what the customer may ask for, or None while the commitment is or can still be met.
    """

    month: Month
    timezone: str
    begin: datetime
    end: datetime
    now: datetime
    at_least: Fraction
    clause: str
    lines: tuple[Line, ...]
    credit: Credit | None

    @property
    def total(self) -> timedelta:
        """The full calendar month."""
        return self.end - self.begin

    @property
    def counted(self) -> timedelta:
        """The downtime that counts; what several outages cover counts once."""
        return sum((line.counted for line in self.lines), _ZERO)

    @property
    def excluded(self) -> timedelta:
        """The downtime that is left out."""
        return sum((line.excluded for line in self.lines), _ZERO)

    @property
    def allowed(self) -> timedelta:
        """The most downtime that may count in a month which meets the commitment."""
        return int((1 - self.at_least) * (self.total // _STEP)) * _STEP

    @property
    def availability(self) -> Fraction:
        """The share of the month that was available; of a month that is not over, the share so far."""
        return 1 - Fraction(self.counted // _STEP, (min(self.now, self.end) - self.begin) // _STEP)

    @property
    def at_best(self) -> Fraction:
        """The share of the full month, if nothing further counts."""
        return 1 - Fraction(self.counted // _STEP, self.total // _STEP)

    @property
    def can_be_met(self) -> bool:
        """Whether the commitment is met, or still can be."""
        return self.at_best >= self.at_least

    @property
    def verdict(self) -> Verdict:
        """What has become of the commitment."""
        if self.now < self.end:
            return Verdict.OPEN
        return Verdict.MET if self.can_be_met else Verdict.MISSED


def statement(promise: AvailabilityForm, outages: Sequence[Outage], month: Month, now: datetime) -> Statement:
    """Return the account of one month.

    Args:
        promise: the policy's ``availability``.
        outages: any order, overlap allowed, also those of other months: an allowance belongs to the month in which
            it was begun, so those that reach into the month are needed whole.
        month: which; in the promise's zone.
        now: aware; an outage without an end lasts until now, and nothing later is known.

    Raises:
        ValueError: an instant has no zone.
        ConfigError: the promise or an outage cannot be used, every fault at once with paths as ``outages[3].cause``;
            or the month has not begun.
    """
    instants = (now, *(at for each in outages for at in (each.begin, each.end, each.announced_at) if at))
    if naive := next((at for at in instants if at.tzinfo is None), None):
        raise ValueError(f"an instant has no zone: {naive.isoformat()}; give aware datetimes")
    faults = [*_promise_faults(promise), *_outage_faults(promise, outages)]
    if faults:
        raise ConfigError(tuple(faults))
    now, known = now.astimezone(UTC), [_in_utc(each) for each in outages]
    begin, end = month.begin(promise.timezone), month.following.begin(promise.timezone)
    if now <= begin:
        raise ConfigError(f"{month} has not begun by {now.isoformat()}; ask for an earlier month")
    account = Statement(
        month=month,
        timezone=promise.timezone,
        begin=begin,
        end=end,
        now=now,
        at_least=Fraction(promise.at_least).limit_denominator(10**6),  # 99.9% was read as a float
        clause=promise.clause,
        lines=_lines(promise, known, begin, end, now),
        credit=None,
    )
    return account if account.can_be_met else replace(account, credit=_credit(promise, month))


def percent(share: Fraction) -> str:
    """Return a share as ``98.999%``: three decimals, rounded down, so that what was missed never looks met."""
    thousandths = int(share * 100_000)
    return f"{thousandths // 1000}.{thousandths % 1000:03}%"


def _promise_faults(promise: AvailabilityForm) -> Iterator[Fault]:
    if not is_zone(promise.timezone):
        yield Fault(unknown_zone(promise.timezone), "availability.timezone")
    if promise.scheduled.per_month is not None:
        yield Fault("has no meaning for scheduled downtime; remove it", "availability.scheduled.per_month")
    if promise.emergency.notice_hours:
        yield Fault("has no meaning for emergency maintenance; remove it", "availability.emergency.notice_hours")


def _outage_faults(promise: AvailabilityForm, outages: Sequence[Outage]) -> Iterator[Fault]:
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


def _in_utc(outage: Outage) -> Outage:
    """Return the outage with its instants in UTC: two of one zone would be subtracted by the wall clock."""
    end, announced_at = (at and at.astimezone(UTC) for at in (outage.end, outage.announced_at))
    return replace(outage, begin=outage.begin.astimezone(UTC), end=end, announced_at=announced_at)


def _credit(promise: AvailabilityForm, month: Month) -> Credit:
    """Return the credit. The days are counted from the month's last: claimed "within 60 days of the end"."""
    last_on = month.following.first_on - timedelta(days=1)
    within = timedelta(days=promise.credit.claim_within_days)
    return Credit(Fraction(promise.credit.share_of_yearly_fee), last_on + within, promise.credit.clause)


def _lines(
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
    else:
        scheduled = outage.kind is OutageKind.SCHEDULED
        form = promise.scheduled if scheduled else promise.emergency
        name, most = ("scheduled downtime" if scheduled else "emergency maintenance"), f"{form.most_hours:g} hours"
        if limit is None:
            further = f"a further one; {promise.emergency.per_month} a month is allowed"
            why = _lacks_notice(outage, form) if scheduled else further
            yield Part(outage.begin, ended, True, f"{name}, {why}", form.clause)
            return
        if outage.begin < limit:
            yield Part(outage.begin, min(ended, limit), False, f"{name}, up to {most}", form.clause)
        if limit < ended:
            yield Part(max(outage.begin, limit), ended, True, f"{name} beyond {most}", form.clause)


def _lacks_notice(outage: Outage, allowance: AllowanceForm) -> str | None:
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


def _scheduled_limits(allowance: AllowanceForm, scheduled: Mapping[Outage, datetime]) -> dict[Outage, datetime]:
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
