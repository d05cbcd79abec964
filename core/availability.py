"""Whether a service was as available as its policy promises for one calendar month, and what a missed month gives.

Source: Service Level Addendum, "Availability Commitment", "Service Credit" and "Conditions". What the addendum leaves
open, with the readings chosen here, is listed in docs/availability.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from core.downtime import Line, lines
from core.errors import ConfigError
from core.months import Month
from core.outages import Outage, in_utc, outage_faults
from core.policy_file import AvailabilityForm

_STEP = timedelta(microseconds=1)  # time is counted in whole ones, so every share is exact
_ZERO = timedelta(0)


class Verdict(StrEnum):
    """What has become of the commitment; OPEN until the month is over, also when it can no longer be met."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"


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
        ConfigError: an outage cannot be judged, every fault at once with paths as ``outages[3].cause``; or the month
            has not begun.
    """
    instants = (now, *(at for each in outages for at in (each.begin, each.end, each.announced_at) if at))
    if naive := next((at for at in instants if at.tzinfo is None), None):
        raise ValueError(f"an instant has no zone: {naive.isoformat()}; give aware datetimes")
    faults = tuple(outage_faults(promise, outages))
    if faults:
        raise ConfigError(faults)
    now, known = now.astimezone(UTC), [in_utc(each) for each in outages]
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
        lines=lines(promise, known, begin, end, now),
        credit=None,
    )
    return account if account.can_be_met else replace(account, credit=_credit(promise, month))


def percent(share: Fraction) -> str:
    """Return a share as ``98.999%``: three decimals, rounded down, so that what was missed never looks met."""
    thousandths = int(share * 100_000)
    return f"{thousandths // 1000}.{thousandths % 1000:03}%"


def _credit(promise: AvailabilityForm, month: Month) -> Credit:
    """Return the credit. The days are counted from the month's last: claimed "within 60 days of the end"."""
    last_on = month.following.first_on - timedelta(days=1)
    within = timedelta(days=promise.credit.claim_within_days)
    return Credit(Fraction(promise.credit.share_of_yearly_fee), last_on + within, promise.credit.clause)
