"""The site's own SLA clocks, so that the fields which carry them are there: two metrics, around the clock.

Only as much as a neighbour reads (fact sheet 5): start, stop, pause in "Waiting for customer", breach.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sandbox.jira.dates import moment
from sandbox.jira.furnishing import CUSTOMER
from sandbox.jira.issues_model import Issue
from sandbox.jira.jsonviews import View

GOALS = {
    "10030": ("Time to resolution", timedelta(hours=16)),
    "10031": ("Time to first response", timedelta(hours=4)),
}


def slas(view: View, issue: Issue) -> list[dict[str, Any]]:
    """Return both metrics of a request, none for an issue that is not one."""
    return [_metric(view, issue, metric_id) for metric_id in GOALS] if issue.request_type else []


def _metric(view: View, issue: Issue, metric_id: str) -> dict[str, Any]:
    name, goal = GOALS[metric_id]
    stopped = issue.resolved_at if metric_id == "10030" else _answered(view, issue)
    now = view.store.now()
    pauses = _paused(issue, stopped or now)
    elapsed = (stopped or now) - issue.created_at - pauses
    breach = issue.created_at + goal + pauses
    cycle: dict[str, Any] = {
        "startTime": moment(issue.created_at, now, view.zone),
        "breachTime": moment(breach, now, view.zone),
        "breached": elapsed > goal,
        "goalDuration": _duration(goal),
        "elapsedTime": _duration(elapsed),
        "remainingTime": _duration(goal - elapsed),
    }
    body: dict[str, Any] = {
        "id": metric_id,
        "name": name,
        "_links": {"self": f"{view.base}/rest/servicedeskapi/request/{issue.id}/sla/{metric_id}"},
        "slaDisplayFormat": "NEW_SLA_FORMAT",
        "completedCycles": [],
    }
    if stopped:
        body["completedCycles"] = [cycle | {"stopTime": moment(stopped, now, view.zone)}]
        return body
    paused = issue.status == CUSTOMER
    if paused:
        del cycle["breachTime"]
    return body | {"ongoingCycle": cycle | {"paused": paused, "withinCalendarHours": True}}


def _answered(view: View, issue: Issue) -> datetime | None:
    project = view.store.projects[issue.project_id]
    for comment in issue.comments:
        author = view.store.users.get(comment.author)
        if comment.public and author and view.store.is_agent(author, project) and comment.author != issue.reporter:
            return comment.created_at
    return None


def _paused(issue: Issue, until: datetime) -> timedelta:
    return sum((end - begin for begin, end in _waits(issue, until)), timedelta(0))


def _waits(issue: Issue, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans in which the issue waited for the customer."""
    since: datetime | None = None
    for history, item in issue.changes_of("status"):
        if item.after[0] == CUSTOMER:
            since = history.created_at
        elif since is not None:
            yield since, min(history.created_at, max(until, since))
            since = None
    if since is not None and since < until:
        yield since, until


def _duration(length: timedelta) -> dict[str, Any]:
    minutes = int(length.total_seconds() // 60)
    return {"millis": int(length.total_seconds() * 1000), "friendly": f"{minutes // 60}h {minutes % 60}m"}
