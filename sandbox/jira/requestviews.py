"""How requests look in the service desk API, and in the Request Type field of an issue."""

from datetime import datetime
from typing import Any

from sandbox.jira import jsonviews
from sandbox.jira.dates import moment
from sandbox.jira.issues_model import Comment, Issue
from sandbox.jira.jsonviews import View


def links(view: View, issue: Issue) -> dict[str, str]:
    """Return the addresses of a request: portal, agent's view, and both APIs."""
    request_type = view.store.request_types[issue.request_type or ""]
    return {
        "jiraRest": f"{view.base}/rest/api/2/issue/{issue.id}",
        "web": f"{view.base}/servicedesk/customer/portal/{request_type.service_desk_id}/{issue.key}",
        "agent": f"{view.base}/browse/{issue.key}",
        "self": f"{view.base}/rest/servicedeskapi/request/{issue.id}",
    }


def request_type_value(view: View, issue: Issue) -> dict[str, Any] | None:
    """Return the Request Type field's value, None for an issue that is not a request. Source: fact sheet 3.3."""
    found = view.store.request_types.get(issue.request_type or "")
    if found is None:
        return None
    body = jsonviews.request_type(view, found)
    return {
        "_links": links(view, issue),
        "requestType": {key: value for key, value in body.items() if key != "_expands"},
        "currentStatus": current_status(view, issue),
    }


def current_status(view: View, issue: Issue) -> dict[str, Any]:
    """Return the status in the service desk's form: the category in capitals."""
    status = view.store.statuses[issue.status]
    return status_at(view, status.name, status.category, status_since(issue))


def status_at(view: View, name: str, category: str, at: datetime) -> dict[str, Any]:
    """Return a status with the instant from which it held."""
    return {
        "status": name,
        "statusCategory": category.upper(),
        "statusDate": moment(at, view.store.now(), view.zone),
    }


def status_since(issue: Issue) -> datetime:
    """Return when the issue came into its status."""
    return max((history.created_at for history, _ in issue.changes_of("status")), default=issue.created_at)


def request(view: View, issue: Issue) -> dict[str, Any]:
    """Return a request."""
    found = view.store.request_types[issue.request_type or ""]
    values = [
        {"fieldId": "summary", "label": "Summary", "value": issue.values.get("summary") or ""},
        {"fieldId": "description", "label": "Description", "value": issue.values.get("description") or ""},
    ]
    return {
        "_expands": ["participant", "status", "sla", "requestType", "serviceDesk", "attachment", "action", "comment"],
        "issueId": issue.id,
        "issueKey": issue.key,
        "requestTypeId": found.id,
        "serviceDeskId": found.service_desk_id,
        "createdDate": moment(issue.created_at, view.store.now(), view.zone),
        "reporter": jsonviews.desk_user(view, issue.reporter),
        "requestFieldValues": values,
        "currentStatus": current_status(view, issue),
        "_links": links(view, issue),
    }


def request_comment(view: View, issue: Issue, record: Comment) -> dict[str, Any]:
    """Return a comment as the service desk API does: plain text, and ``public`` said outright."""
    return {
        "_expands": ["attachment", "renderedBody"],
        "id": record.id,
        "body": record.body,
        "public": record.public,
        "author": jsonviews.desk_user(view, record.author),
        "created": moment(record.created_at, view.store.now(), view.zone),
        "_links": {"self": f"{view.base}/rest/servicedeskapi/request/{issue.id}/comment/{record.id}"},
    }
