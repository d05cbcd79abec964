"""A month's account in words, the same on the command line and on the page."""

from datetime import date, timedelta

from core.availability import Credit, Statement, Verdict, percent
from core.downtime import Part
from core.explain import length
from core.outages import PRODUCTION, Outage


def amount(time: timedelta) -> str:
    """Return an amount of downtime, over or under: ``7 h 30 min``."""
    return length(time.total_seconds())


def verdict(account: Statement) -> str:
    """Return what has become of the commitment: ``MISSED: 98.959% available``."""
    available = percent(account.availability)
    if account.verdict is not Verdict.OPEN:
        return f"{account.verdict.upper()}: {available} available"
    prospect = "can still be met" if account.can_be_met else "CAN NO LONGER BE MET"
    return f"OPEN, {prospect}: {available} available so far, at best {percent(account.at_best)} by the month's end"


def credit(given: Credit, today: date) -> str:
    """Return what the customer may ask for, and until when; ``today`` is the date in the policy's zone."""
    last = f"{given.last_claim_on:%A} {given.last_claim_on.day} {given.last_claim_on:%B %Y}"
    claim = f"could be claimed until {last}" if today > given.last_claim_on else f"to be claimed by {last}"
    return f"{given.share_of_yearly_fee} of the yearly fee, {claim}"


def kind(outage: Outage) -> str:
    """Return how an outage came about, behind what leaves it out whatever its kind: ``excused, unplanned``."""
    before = outage.service if outage.service != PRODUCTION else "excused" if outage.cause else ""
    return ", ".join(part for part in (before, outage.kind.value) if part)


def why(part: Part) -> str:
    """Return the rule that applies to a part, and that another outage holds some of its time, where one does."""
    if part.time == part.end - part.begin:
        return part.why
    return f"{part.why} (of {amount(part.end - part.begin)}; the rest is booked on an outage that overlaps)"
