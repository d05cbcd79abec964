"""How issues, their comments and their history look in JSON."""

from collections.abc import Collection, Iterable
from typing import Any

from sandbox.jira import jsonviews
from sandbox.jira.fieldkinds import KINDS
from sandbox.jira.furnishing import REQUEST_TYPE
from sandbox.jira.issues_model import Comment, History, Issue, Item, Link
from sandbox.jira.jsonviews import View
from sandbox.jira.requestviews import request_type_value
from sandbox.jira.slas import slas

HISTORIES_ON_ISSUE, HISTORIES_IN_SEARCH = 100, 40  # expand=changelog cuts off the oldest beyond these
COMMENTS_ON_ISSUE = 5000


def wanted_fields(view: View, given: Iterable[str]) -> set[str]:
    """Return the ids of the fields that ``fields=`` asks for: names, ``*all``, ``*navigable``, ``-name``."""
    asked = [part.strip() for item in given for part in item.split(",") if part.strip()]
    everything = {field.id for field in view.store.live_fields()}
    chosen: set[str] = set()
    for name in asked:
        match name:
            case "*all":
                chosen |= everything
            case "*navigable":
                chosen |= everything - {"comment"}
            case _ if name.startswith("-"):
                chosen = (chosen or set(everything)) - {name[1:]}
            case _:
                chosen.add(name)
    return chosen & everything


def fields(view: View, issue: Issue, wanted: Collection[str]) -> dict[str, Any]:
    """Return an issue's fields; those without a value are null."""
    return {field_id: _field(view, issue, field_id) for field_id in view.store.fields if field_id in wanted}


def _field(view: View, issue: Issue, field_id: str) -> Any:
    store = view.store
    match field_id:
        case "project":
            return jsonviews.project(view, store.projects[issue.project_id])
        case "creator":
            return jsonviews.user(view, issue.creator)
        case "created":
            return view.at(issue.created_at)
        case "updated":
            return view.at(issue.updated_at)
        case "resolutiondate":
            return view.at(issue.resolved_at)
        case "statuscategorychangedate":
            return view.at(issue.category_changed_at)
        case "comment":
            return comment_page(view, issue, issue.comments[:COMMENTS_ON_ISSUE], 0, len(issue.comments))
        case "issuelinks":
            return [link(view, issue, one) for one in issue.links]
        case "watches":
            url = f"{view.api}/issue/{issue.key}/watchers"
            return {"self": url, "watchCount": len(issue.watchers), "isWatching": False}
    field = store.fields[field_id]
    if field.custom == REQUEST_TYPE:
        return request_type_value(view, issue)
    if field.kind == "sla":
        return next((sla for sla in slas(view, issue) if sla["name"] == field.name), None)
    kind = KINDS[field.kind]
    return kind.show(view, field, issue.values.get(field_id, kind.empty))


def issue(
    view: View,
    record: Issue,
    *,
    wanted: Collection[str],
    expand: Collection[str] = (),
    properties: Collection[str] = (),
    histories: int = HISTORIES_ON_ISSUE,
) -> dict[str, Any]:
    """Return an issue as the API does."""
    body: dict[str, Any] = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": record.id,
        "self": f"{view.api}/issue/{record.id}",
        "key": record.key,
    }
    if wanted:
        body["fields"] = fields(view, record, wanted)
    if "names" in expand:
        body["names"] = {field.id: field.name for field in view.store.live_fields() if field.id in wanted}
    if "changelog" in expand:
        body["changelog"] = newest_histories(view, record, histories)
    if properties:
        keys = record.properties if "*all" in properties else [key for key in properties if key in record.properties]
        body["properties"] = {key: record.properties[key] for key in keys}
    return body


def newest_histories(view: View, record: Issue, limit: int) -> dict[str, Any]:
    """Return the history as ``expand=changelog`` has it: newest first, the oldest beyond the limit missing."""
    shown = record.histories[::-1][:limit]
    return {
        "startAt": 0,
        "maxResults": len(shown),
        "total": len(record.histories),
        "histories": [history(view, entry) for entry in shown],
    }


def history(view: View, record: History) -> dict[str, Any]:
    """Return one history."""
    body = {
        "id": record.id,
        "author": jsonviews.user(view, record.author),
        "created": view.at(record.created_at),
        "items": [item(view, entry) for entry in record.items],
    }
    return body | ({"historyMetadata": record.metadata} if record.metadata else {})


def item(view: View, record: Item) -> dict[str, Any]:
    """Return one change; Data Center names the field only by its display name."""
    body: dict[str, Any] = {"field": record.name, "fieldtype": "custom" if record.custom else "jira"}
    if not view.store.switches.data_center:
        body["fieldId"] = record.field_id
    (body["from"], body["fromString"]), (body["to"], body["toString"]) = record.before, record.after
    if record.people and not view.store.switches.data_center:
        body |= {"tmpFromAccountId": record.before[0], "tmpToAccountId": record.after[0]}
    return body


def comment(view: View, on: Issue, record: Comment, *, public: bool | None = None) -> dict[str, Any]:
    """Return a comment; ``public`` overrides what is said of it, as some webhooks do."""
    body: dict[str, Any] = {
        "self": f"{view.api}/issue/{on.id}/comment/{record.id}",
        "id": record.id,
        "author": jsonviews.user(view, record.author),
        "body": view.text(record.body),
        "updateAuthor": jsonviews.user(view, record.update_author),
        "created": view.at(record.created_at),
        "updated": view.at(record.updated_at),
    }
    if record.visibility:
        body["visibility"] = record.visibility
    if not view.store.switches.data_center:
        body["jsdPublic"] = record.public if public is None else public
    return body


def comment_page(view: View, on: Issue, shown: list[Comment], start: int, total: int) -> dict[str, Any]:
    """Return a page of comments."""
    return {
        "comments": [comment(view, on, entry) for entry in shown],
        "self": f"{view.api}/issue/{on.id}/comment",
        "maxResults": len(shown),
        "total": total,
        "startAt": start,
    }


def link(view: View, on: Issue, record: Link) -> dict[str, Any]:
    """Return a link, seen from one of its two ends."""
    kind = view.store.link_types[record.type_id]
    side, other = ("inwardIssue", record.inward) if record.outward == on.id else ("outwardIssue", record.outward)
    issue_there = view.store.issues[other]
    return {
        "id": record.id,
        "self": f"{view.api}/issueLink/{record.id}",
        "type": {
            "id": kind.id,
            "name": kind.name,
            "inward": kind.inward,
            "outward": kind.outward,
            "self": f"{view.api}/issueLinkType/{kind.id}",
        },
        side: {
            "id": issue_there.id,
            "key": issue_there.key,
            "self": f"{view.api}/issue/{issue_there.id}",
            "fields": fields(view, issue_there, ("summary", "status", "priority", "issuetype")),
        },
    }
