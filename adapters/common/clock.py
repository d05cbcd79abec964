"""``doctor``'s comparison of this machine's clock with the platform's."""

import email.utils
from datetime import datetime, timedelta

from adapters.base import Finding, Severity
from adapters.http import Answer

MOST_SKEW = timedelta(seconds=60)


def clock_finding(answer: Answer, now: datetime, whose: str, remedy: str) -> Finding:
    """Return whether this machine's clock agrees with the instant of an answer.

    Args:
        answer: any of the platform's, just received.
        now: this machine's time, aware.
        whose: the platform in the possessive, such as "Jira's".
        remedy: what to do if they disagree.
    """
    try:
        theirs = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError):
        return Finding("clock", Severity.WARNING, f"{whose} answer names no time to compare this machine's clock with")
    skew = abs(now - theirs)
    if skew > MOST_SKEW:
        message = f"this machine's clock is {skew.total_seconds():.0f} s off {whose}"
        return Finding("clock", Severity.FAULT, message, remedy)
    return Finding("clock", Severity.OK, f"within {MOST_SKEW.total_seconds():.0f} s of {whose}")
