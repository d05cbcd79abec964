"""When a level of a ladder is reached, as policies write it: ``80%``, ``1 business day after breach``, ``request``."""

import re

from core.durations import Duration, Unit, parse, parse_lead
from core.errors import DurationError
from core.policy import At, Level
from core.policy_file import LadderForm, LevelForm
from core.ticket import Metric

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
_AMOUNT = re.compile(r"(?:(?P<amount>.+) )?(?P<at>before due|after start|after breach|after previous)")
_REMEDY = (
    "write `80%`, `1 business hour before due`, `2 business hours after start`, `breach`, "
    "`1 business day after breach`, `1 business day after previous` or `request`"
)


def level_at(form: LevelForm) -> tuple[At, float, Duration | None]:
    """Return when a level is reached: the kind, its share of the target, its amount.

    Raises:
        DurationError: it cannot be read; the message says what to write.
    """
    text = " ".join(form.at.lower().split())
    if text == At.REQUEST:
        return At.REQUEST, 0.0, form.wait
    if match := _AMOUNT.fullmatch(text):
        at = At(match["at"])
        if (match["amount"] is None) == (form.wait is None):
            raise DurationError(f"`{form.at}` needs one amount: write `1 business day {at}`, or give it as `wait`")
        amount = match["amount"] or (form.wait.text if form.wait else "")
        return at, 0.0, (parse_lead if at is At.BEFORE_DUE else parse)(amount)
    if form.wait is not None:
        raise DurationError(f"`{form.at}` has no wait; remove `wait`, or {_REMEDY}")
    if text == At.BREACH:
        return At.BREACH, 0.0, None
    share = _SHARE.fullmatch(text)
    if share is None:
        raise DurationError(f"`{form.at}` does not say when; {_REMEDY}")
    if not 0 < float(share[1]) <= 100:
        raise DurationError(f"`{form.at}` is not a share of a target; write 1% to 100%, or an amount after breach")
    return At.SHARE, float(share[1]) / 100, None


def ladder(form: LadderForm) -> tuple[tuple[Level, ...], list[tuple[int, str, str]]]:
    """Return the levels of a ladder, and its faults as (level, key, message)."""
    levels: list[Level] = []
    faults: list[tuple[int, str, str]] = []
    for n, each in enumerate(form.levels):
        try:
            at, share, wait = level_at(each)
        except DurationError as err:
            faults.append((n, "at", str(err)))
            continue
        if wait is not None and wait.unit is Unit.NONE:
            faults.append((n, "wait", "`none` is never reached; write an amount of time"))
        if at is At.AFTER_PREVIOUS and n == 0:
            faults.append((n, "at", "the first level has none before it; write `breach` or an amount after start"))
        if at is At.REQUEST and form.metric is not Metric.RESOLUTION:
            faults.append((n, "at", "requests belong to the resolution clock; put this level into its ladder"))
        levels.append(
            Level(
                key=each.key,
                number=n + 1,
                at=at,
                share=share,
                wait=wait,
                role=each.role,
                raise_tier=each.raise_tier,
                clause=each.clause or form.clause,
                in_working_hours=each.notify == "working_hours",
            )
        )
    return tuple(levels), faults
