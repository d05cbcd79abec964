"""Connections: whether each is healthy, how much of its budget is spoken for, when it was last heard of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template

from webhooks.console.blueprint import blueprint
from webhooks.console.console import Console, console
from webhooks.console.queries import Pulse
from webhooks.console.report_mail import FEED, MAILED, REPORT
from webhooks.console.words import span
from webhooks.store.looks import State

LATE = timedelta(minutes=2)  # a look that waits longer is waiting for something that is wrong
CREDENTIAL = timedelta(days=14)
ACCOUNT_PAUSE = ""  # the budget's kind that says that the platform wants no call at all


@dataclass(frozen=True, slots=True)
class Health:
    """How a connection is, in a word and a sentence; ``look`` colours it."""

    look: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One connection as the page shows it."""

    name: str
    platform: str
    policy: str
    writing: str
    health: Health
    pulse: Pulse
    budget: str
    credential_ends_at: datetime | None


def health(pulse: Pulse, is_paused: bool, ends_at: datetime | None, now: datetime) -> Health:
    """Return the worst that can be said of a connection, with what to do about it."""
    if pulse.parked:
        return Health("bad", "Looks are parked", "See their reasons under Deliveries, mend them, and retry.")
    if ends_at is not None and ends_at <= now + CREDENTIAL:
        return Health("bad", "The credential ends soon", "Replace it, then run `sla-sidecar doctor`.")
    if pulse.lag > LATE:
        return Health("warn", "Late", f"{pulse.due} looks wait; is the service running, or its budget used up?")
    if pulse.error:
        return Health("warn", "Failing now and then", "Looks are tried again by themselves; the last reason is below.")
    if is_paused:
        return Health("calm", "Writing is paused", "Deadlines are computed and nothing is written until `resume`.")
    if pulse.last_event_at is None:
        return Health("calm", "Not heard of yet", "No delivery has come. `sla-sidecar doctor` checks the webhook.")
    return Health("good", "Healthy", "Deliveries come in, and are worked through.")


def budget_in_words(spoken_for: dict[str, float]) -> str:
    """Return how far an account's calls are spoken for."""
    if ACCOUNT_PAUSE in spoken_for:
        return f"the platform wants no calls for {span(spoken_for[ACCOUNT_PAUSE])}"
    if not spoken_for:
        return "free"
    kind, seconds = max(spoken_for.items(), key=lambda item: item[1])
    return f"recovers within {span(seconds)} ({kind.partition(':')[0].replace('_', ' ')})"


@dataclass(frozen=True, slots=True)
class Mailing:
    """How the weekly report by mail is doing; ``undone`` are addresses that the server refused."""

    to: Sequence[str]
    health: Health
    week: str
    mailed_at: datetime | None
    undone: str
    next_at: datetime | None
    error: str


@blueprint.get("/connections")
def connections() -> str:
    """Show every connection of the settings."""
    here = console()
    now = here.now()
    paused = set(here.service.store.runtime.paused())
    ends = here.service.store.runtime.credential_expiries()
    return render_template(
        "console/connections.html",
        now=now,
        connections=[
            _shown(here, name, name in paused, ends.get(name), now) for name in here.service.settings.connections
        ],
        mailing=_mailing(here),
    )


def _mailing(here: Console) -> Mailing | None:
    """Return how the report is doing; None where nobody gets it."""
    if here.settings.report is None:
        return None
    look, last = here.reading.look(REPORT), here.reading.last_note("", FEED, MAILED)
    detail: Mapping[str, str] = last["detail"] if last else {}
    error = (look["error"] if look else None) or ""
    return Mailing(
        to=here.settings.report.to,
        health=mail_health(error, detail.get("undone", ""), look is not None and look["state"] != State.OPEN.value),
        week=detail.get("week", ""),
        mailed_at=last["at"] if last else None,
        undone=detail.get("undone", ""),
        next_at=look["look_at"] if look else None,
        error=error,
    )


def mail_health(error: str, undone: str, is_parked: bool) -> Health:
    """Return the worst that can be said of the report by mail, with what to do about it."""
    if is_parked:
        return Health("bad", "Parked", "See its reason under Deliveries, mend it, and retry.")
    if error:
        return Health("warn", "Not mailed yet", "It is tried again by itself; the reason is below.")
    if undone:
        return Health("warn", "Mailed, not to all", "Correct the addresses that are named below.")
    return Health("good", "Healthy", "It is mailed once a week.")


def _shown(here: Console, name: str, is_paused: bool, ends_at: datetime | None, now: datetime) -> Shown:
    settings, pulse = here.service.settings.connections[name], here.reading.pulse(name, now)
    writing = "off (shadow mode)" if settings.write == "off" else "paused" if is_paused else "on"
    return Shown(
        name=name,
        platform=settings.platform,
        policy=settings.policy,
        writing=writing,
        health=health(pulse, is_paused, ends_at, now),
        pulse=pulse,
        budget=budget_in_words(here.reading.budget(name)),
        credential_ends_at=ends_at,
    )
