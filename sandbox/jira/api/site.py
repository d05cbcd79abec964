"""What a site has: server, statuses, priorities, resolutions, issue types, labels, projects."""

from typing import Any

from flask import Blueprint, request

from sandbox.jira import jsonviews
from sandbox.jira.api.routing import Call, api, number, rest, words
from sandbox.jira.dates import stamp
from sandbox.jira.errors import refused
from sandbox.jira.model import CATEGORIES, Project, Status
from sandbox.jira.paging import page

blueprint = Blueprint("site", __name__)


@rest(blueprint, "GET", "/_edge/tenant_info", anonymous=True)
def tenant(call: Call) -> dict[str, Any]:
    """Return the site's cloud id, to anybody."""
    return {"cloudId": call.state.cloud_id}


@api(blueprint, "GET", "/serverInfo", anonymous=True)
def server(call: Call) -> dict[str, Any]:
    """Return what kind of site this is; ``deploymentType`` is UNCONFIRMED but read by all clients."""
    at_home = call.state.switches.data_center
    made: dict[str, Any] = {
        "baseUrl": call.view.base,
        "version": "10.3.2" if at_home else "1001.0.0-SNAPSHOT",
        "versionNumbers": [10, 3, 2] if at_home else [1001, 0, 0],
        "deploymentType": "Server" if at_home else "Cloud",
        "buildNumber": 10030002 if at_home else 100276,
        "buildDate": "2026-11-02T09:00:00.000+0000",
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": "Jira",
    }
    if call.person or not at_home:
        made["serverTime"] = stamp(call.state.now(), call.state.switches.time_zone)
    return made | ({} if at_home else {"serverTimeZone": call.state.switches.time_zone})


@api(blueprint, "GET", "/configuration")
def configuration(_: Call) -> dict[str, Any]:
    """Return what is switched on."""
    return {
        "votingEnabled": True,
        "watchingEnabled": True,
        "unassignedIssuesAllowed": True,
        "subTasksEnabled": True,
        "issueLinkingEnabled": True,
        "timeTrackingEnabled": True,
        "attachmentsEnabled": True,
    }


@api(blueprint, "GET", "/status", anonymous=True)
def statuses(call: Call) -> list[Any]:
    """Return all statuses of active workflows."""
    return [jsonviews.status(call.view, one) for one in call.state.statuses.values()]


@api(blueprint, "GET", "/status/<status>", anonymous=True)
def status(call: Call, status: str) -> dict[str, Any]:
    """Return a status by id or name."""
    found = next((one for one in call.state.statuses.values() if status in (one.id, one.name)), None)
    if found is None:
        raise refused(404, f"The status '{status}' was not found.")
    return jsonviews.status(call.view, found)


@api(blueprint, "GET", "/statuses/search")
def search_statuses(call: Call) -> dict[str, Any]:
    """Return a page of statuses with their categories in words."""
    part = request.args.get("searchString", "").casefold()
    found = [one for one in call.state.statuses.values() if part in one.name.casefold()]
    address = f"{call.view.api}/statuses/search"
    return page(found, _status, number("startAt", 0), number("maxResults", 200), address)


def _status(record: Status) -> dict[str, Any]:
    category = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}[record.category]
    return {
        "id": record.id,
        "name": record.name,
        "statusCategory": category,
        "description": record.description,
        "scope": {"type": "GLOBAL"},
    }


@api(blueprint, "GET", "/statuscategory", anonymous=True)
def categories(call: Call) -> list[Any]:
    """Return the status categories."""
    return [jsonviews.category(call.view, key) for key in CATEGORIES]


@api(blueprint, "GET", "/priority", anonymous=True)
def priorities(call: Call) -> list[Any]:
    """Return all priorities, the highest first."""
    return [jsonviews.whole_priority(call.view, one) for one in call.state.priorities.values()]


@api(blueprint, "GET", "/priority/search")
def search_priorities(call: Call) -> dict[str, Any]:
    """Return a page of priorities."""
    found = list(call.state.priorities.values())
    address = f"{call.view.api}/priority/search"
    start, limit = number("startAt", 0), number("maxResults", 50)
    return page(found, lambda one: jsonviews.whole_priority(call.view, one), start, limit, address)


@api(blueprint, "GET", "/resolution", anonymous=True)
def resolutions(call: Call) -> list[Any]:
    """Return all resolutions."""
    return [jsonviews.resolution(call.view, one) for one in call.state.resolutions.values()]


@api(blueprint, "GET", "/issuetype", anonymous=True)
def issue_types(call: Call) -> list[Any]:
    """Return all issue types."""
    return [jsonviews.issue_type(call.view, one) for one in call.state.issue_types.values()]


@api(blueprint, "GET", "/label")
def labels(call: Call) -> dict[str, Any]:
    """Return a page of all labels in use."""
    found = sorted({label for issue in call.state.issues.values() for label in issue.values.get("labels") or ()})
    start, limit = number("startAt", 0), number("maxResults", 1000)
    return page(found, lambda one: one, start, limit, f"{call.view.api}/label")


@api(blueprint, "GET", "/project", anonymous=True)
def projects(call: Call) -> list[Any]:
    """Return the projects that the caller sees."""
    return [_project(call, one) for one in _seen(call)]


@api(blueprint, "GET", "/project/search", anonymous=True)
def search_projects(call: Call) -> dict[str, Any]:
    """Return a page of projects, by part of key or name."""
    part, keys, ids = request.args.get("query", "").casefold(), request.args.getlist("keys"), request.args.getlist("id")
    kinds = words("typeKey")
    found = [
        one
        for one in _seen(call)
        if (part in one.name.casefold() or part in one.key.casefold())
        and (not keys or one.key in keys)
        and (not ids or one.id in ids)
        and (not kinds or one.type_key in kinds)
    ]
    address = f"{call.view.api}/project/search"
    return page(found, lambda one: _project(call, one), number("startAt", 0), number("maxResults", 50), address)


def _seen(call: Call) -> list[Project]:
    return [one for one in call.state.projects.values() if call.state.may(call.person, "BROWSE_PROJECTS", one)]


def _project(call: Call, record: Project) -> dict[str, Any]:
    return jsonviews.project(call.view, record) | {
        "style": "next-gen" if record.simplified else "classic",
        "isPrivate": False,
    }


@api(blueprint, "GET", "/project/<project>", anonymous=True)
def project(call: Call, project: str) -> dict[str, Any]:
    """Return one project with its issue types."""
    found = call.project(project)
    types = [jsonviews.issue_type(call.view, call.state.issue_types[one]) for one in found.issue_types]
    return _project(call, found) | {
        "description": "",
        "lead": jsonviews.user(call.view, found.lead),
        "components": [],
        "versions": [],
        "issueTypes": types,
        "assigneeType": "UNASSIGNED",
        "roles": {r.name: f"{call.view.api}/project/{found.id}/role/{r.id}" for r in call.state.roles.values()},
        "properties": {},
    }


@api(blueprint, "GET", "/project/<project>/statuses", anonymous=True)
def project_statuses(call: Call, project: str) -> list[Any]:
    """Return the statuses that issues of each type can have in a project."""
    found = call.project(project)
    shown = [jsonviews.status(call.view, one) for one in call.state.statuses.values()]
    return [
        {
            "self": f"{call.view.api}/issuetype/{one}",
            "id": one,
            "name": call.state.issue_types[one].name,
            "subtask": call.state.issue_types[one].subtask,
            "statuses": shown,
        }
        for one in found.issue_types
    ]
