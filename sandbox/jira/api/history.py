"""The history of issues: a page at a time, by ids, and in bulk."""

from typing import Any

from flask import Blueprint
from pydantic import Field

from sandbox.jira import issueviews
from sandbox.jira.api.routing import Call, api, body, number
from sandbox.jira.dates import epoch_millis
from sandbox.jira.errors import ApiError, problem, refused
from sandbox.jira.inputs import Input
from sandbox.jira.issues_model import History, Issue
from sandbox.jira.paging import page, position, token

blueprint = Blueprint("history", __name__)
PAGE, BULK_ISSUES, BULK_FIELDS = 100, 1000, 10


class ListInput(Input):
    """Histories by id."""

    changelogIds: list[int]  # noqa: N815 - Jira's word


class BulkInput(Input):
    """Histories of many issues, of some fields."""

    issueIdsOrKeys: list[str]  # noqa: N815 - Jira's word
    fieldIds: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word
    maxResults: int = 1000  # noqa: N815 - Jira's word
    nextPageToken: str | None = None  # noqa: N815 - Jira's word


@api(blueprint, "GET", "/issue/<issue>/changelog", anonymous=True)
def show(call: Call, issue: str) -> dict[str, Any]:
    """Return a page of an issue's history, oldest first. Data Center has no such path here (fact sheet 11)."""
    if call.state.switches.data_center:
        raise problem(404, "Not Found", issue)
    found = call.issue(issue)
    limit = min(number("maxResults", PAGE), PAGE)
    address = f"{call.view.api}/issue/{found.id}/changelog"
    return page(found.histories, lambda one: issueviews.history(call.view, one), number("startAt", 0), limit, address)


@api(blueprint, "POST", "/issue/<issue>/changelog/list", anonymous=True)
def show_some(call: Call, issue: str) -> dict[str, Any]:
    """Return histories by their ids."""
    found = call.issue(issue)
    wanted = {str(one) for one in body(ListInput).changelogIds}
    shown = [issueviews.history(call.view, one) for one in found.histories if one.id in wanted]
    return {"startAt": 0, "maxResults": len(shown), "total": len(shown), "histories": shown}


@api(blueprint, "POST", "/changelog/bulkfetch")
def fetch(call: Call) -> dict[str, Any]:
    """Return the histories of many issues, oldest first. ``created`` is a number here (fact sheet 3.4)."""
    given = body(BulkInput)
    if len(given.issueIdsOrKeys) > BULK_ISSUES or len(given.fieldIds) > BULK_FIELDS:
        raise refused(400, f"At most {BULK_ISSUES} issues and {BULK_FIELDS} fields can be asked for.")
    rows = [
        (issue, history)
        for issue in _issues(call, given.issueIdsOrKeys)
        for history in issue.histories
        if not given.fieldIds or any(item.field_id in given.fieldIds for item in history.items)
    ]
    query = f"{given.issueIdsOrKeys}{given.fieldIds}"
    start = position(given.nextPageToken, query)
    shown = rows[start : start + given.maxResults]
    answer: dict[str, Any] = {"issueChangeLogs": _grouped(call, shown, given.fieldIds)}
    if start + len(shown) < len(rows):
        answer["nextPageToken"] = token(start + len(shown), query)
    return answer


def _issues(call: Call, wanted: list[str]) -> list[Issue]:
    found = []
    for one in dict.fromkeys(wanted):
        try:
            found.append(call.issue(one))
        except ApiError:
            continue  # absent without a word
    return sorted(found, key=lambda issue: int(issue.id))


def _grouped(call: Call, rows: list[tuple[Issue, History]], field_ids: list[str]) -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for issue, history in rows:
        made = issueviews.history(call.view, history)
        made["created"] = epoch_millis(history.created_at)
        if field_ids:
            made["items"] = [item for item in made["items"] if item["fieldId"] in field_ids]
        grouped.setdefault(issue.id, []).append(made)
    return [{"issueId": issue_id, "changeHistories": made} for issue_id, made in grouped.items()]
