"""The account of a connection, from the outages that are recorded for it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from core.availability import Statement, statement
from core.errors import ConfigError, Fault
from core.months import Month
from core.outages import Outage
from core.policy import Policy
from core.policy_file import AvailabilityForm
from core.yaml_text import parts


def promising(policies: Iterable[Policy]) -> tuple[Policy, AvailabilityForm] | None:
    """Return the first of a connection's policies that promises availability, and the promise; None if none does."""
    return next(((each, each.form.availability) for each in policies if each.form.availability), None)


def month_of(promise: AvailabilityForm, text: str | None, now: datetime) -> Month:
    """Return the month that ``2026-11`` names; the present one, in the promise's zone, without a text.

    Raises:
        ConfigError: it cannot be read.
    """
    return Month.parse(text) if text else Month.of(now, promise.timezone)


def account_of(promise: AvailabilityForm, outages: Sequence[Outage], month: Month, now: datetime) -> Statement:
    """Return a month's account, as :func:`core.availability.statement`.

    Raises:
        ConfigError: an outage cannot be judged by the policy as it is now, said by its id; or the month has not begun.
    """
    try:
        return statement(promise, outages, month, now)
    except ConfigError as err:
        raise ConfigError(tuple(_by_id(fault, outages) for fault in err.faults)) from None


def _by_id(fault: Fault, outages: Sequence[Outage]) -> Fault:
    path = parts(fault.path)
    if len(path) != 3 or not isinstance(path[1], int):
        return fault
    return replace(fault, path=f"outage {outages[path[1]].id!r}, {path[2]}")
