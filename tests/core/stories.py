"""Short stories for tests: one week of March 2026 in London, where local time is UTC.

``mon 09:00`` is Monday 2 March 2026. The desk is open Monday to Friday from 09:00 to 17:00.
"""

from datetime import UTC, datetime, timedelta

from core.evaluate import Evaluation, evaluate
from core.policy import Policy
from core.policy_load import load_policy
from core.ticket import Metric, Ticket

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon2", "tue2", "wed2", "thu2", "fri2")

DESK = """
policy: desk
title: Desk
source: the tests
calendars:
  office: {timezone: Europe/London, hours: {mon-fri: "09:00-17:00"}}
default_calendar: office
priorities: {scale: [P1, P2]}
facts: {cause: [network, weather], critical: boolean, kind: [normal, extra]}
targets:
  - {metric: first_response, priority: P1, within: 2 business hours, clause: "1.1"}
  - {metric: next_response, priority: P1, within: 1 business hour, clause: "1.2"}
  - {metric: update, priority: P1, within: 4 business hours, clause: "1.3"}
  - {metric: resolution, priority: P1, within: 8 business hours, clause: "1.4"}
  - {metric: first_response, priority: P2, within: 4 business hours, clause: "2.1"}
  - {metric: next_response, priority: P2, within: 2 business hours, clause: "2.2"}
  - {metric: update, priority: P2, within: 8 business hours, clause: "2.3"}
  - {metric: resolution, priority: P2, within: 16 business hours, clause: "2.4"}
met_by: {resolution: [solved, workaround]}
pauses: {resolution: [pending], update: [pending]}
"""


def policy(more: str = "", base: str = DESK) -> Policy:
    """Return the desk's policy with more YAML below it."""
    return load_policy(base + more, "desk.yaml", use_examples=True)


def at(written: str) -> datetime:
    """Return the instant of ``tue 14:30`` or ``tue 14:30:05``."""
    day, _, time = written.partition(" ")
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


_WORDS = {
    "reply": {"kind": "agent_replied"},
    "asks": {"kind": "customer_replied"},
    "note": {"kind": "note_added"},
    "workaround": {"kind": "workaround_provided"},
    "withdrawn": {"kind": "workaround_withdrawn"},
    "escalate": {"kind": "escalation_requested"},
    "merged": {"kind": "merged"},
    "deleted": {"kind": "deleted"},
    "restored": {"kind": "restored"},
}


def event(written: str) -> dict[str, object]:
    """Return the event of ``mon 10:00 reply``, ``mon 11:00 is pending``, ``tue 09:00 priority P2`` and so on."""
    day, time, word, *rest = written.split(" ", 3)
    value = rest[0] if rest else ""
    made: dict[str, object] = {"at": at(f"{day} {time}").isoformat()}
    if word == "is":
        return made | {"kind": "status_changed", "to": value}
    if word in ("priority", "plan"):
        return made | {"kind": f"{word}_changed", "to": value or None}
    if word == "fact":
        name, _, to = value.partition("=")
        return made | {"kind": "fact_changed", "name": name, "to": {"true": True, "false": False}.get(to, to)}
    if word == "deadline":
        due, _, until = value.partition(" until ")
        until_at = {"expires_at": at(until).isoformat()} if until else {}
        return made | {"kind": "deadline_set", "to": at(due).isoformat(), "by": "eve", "reason": "promised"} | until_at
    if word == "no-deadline":
        return made | {"kind": "deadline_withdrawn"}
    return made | _WORDS[word]


def ticket(created: str, *events: str, **fields: object) -> Ticket:
    """Return a P1 ticket created then, with events in short form."""
    base: dict[str, object] = {"id": "1", "platform": "test", "connection": "desk", "status": "new", "priority": "P1"}
    happened = [event(each) for each in events]
    return Ticket.from_mapping(base | {"created_at": at(created).isoformat(), "events": happened} | fields)


def judged(desk: Policy, now: str, created: str, *events: str, **fields: object) -> Evaluation:
    """Return the evaluation of a story."""
    return evaluate(ticket(created, *events, **fields), desk, at(now))


def shown(evaluation: Evaluation, metric: str) -> list[str]:
    """Return a metric's cycles as ``state due``, due as ``tue 14:30`` or ``-``."""
    return [f"{clock.state} {short(clock.due_at)}" for clock in evaluation.clocks if clock.metric is Metric(metric)]


def short(instant: datetime | None) -> str:
    """Return an instant of the stories' weeks in short form, ``-`` for none."""
    if instant is None:
        return "-"
    since = instant - MONDAY
    seconds = instant.strftime(":%S") if instant.second else ""
    return f"{DAYS[since.days]} {instant:%H:%M}{seconds}"
