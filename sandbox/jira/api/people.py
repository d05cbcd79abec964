"""People: the caller, users, groups, roles, and who may do what."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import jsonviews
from sandbox.jira.api.routing import Call, api, body, number, words
from sandbox.jira.errors import refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import Project, User
from sandbox.jira.paging import page
from sandbox.jira.permissions import GLOBAL, KNOWN

blueprint = Blueprint("people", __name__)


class ProjectPermissionsInput(Input):
    """Permissions in projects or on issues."""

    permissions: list[str]
    projects: list[int] = Field(default_factory=list, max_length=1000)
    issues: list[int] = Field(default_factory=list, max_length=1000)


class CheckInput(Input):
    """Permissions of somebody; of the caller where nobody is named."""

    accountId: str | None = None  # noqa: N815 - Jira's word
    globalPermissions: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word
    projectPermissions: list[ProjectPermissionsInput] = Field(default_factory=list)  # noqa: N815 - Jira's word


@api(blueprint, "GET", "/myself")
def myself(call: Call) -> dict[str, Any]:
    """Return the caller; this path refuses nobody with a 401, unlike many others."""
    return jsonviews.account(call.view, call.user)


@api(blueprint, "GET", "/mypermissions", anonymous=True)
def mypermissions(call: Call) -> dict[str, Any]:
    """Return whether the caller holds the permissions asked for, in a project or an issue or anywhere."""
    wanted = words("permissions")
    if not wanted:
        raise refused(400, "The 'permissions' query parameter is required.")
    if unknown := [key for key in wanted if key not in KNOWN]:
        raise refused(400, f"Unrecognized permission(s): {', '.join(unknown)}")
    project = _context(call)
    return {"permissions": {key: _permission(call, key, project) for key in wanted}}


def _context(call: Call) -> Project | None:
    args = request.args
    if named := args.get("projectKey") or args.get("projectId"):
        return call.project(named)
    if issue := args.get("issueKey") or args.get("issueId"):
        return call.state.project_of(call.issue(issue))
    return None


def _permission(call: Call, key: str, project: Project | None) -> dict[str, Any]:
    return {
        "id": str(sorted(KNOWN).index(key)),
        "key": key,
        "name": key.replace("_", " ").capitalize(),
        "type": "GLOBAL" if key in GLOBAL else "PROJECT",
        "description": "",
        "havePermission": call.state.may(call.person, key, project),
    }


@api(blueprint, "POST", "/permissions/check", anonymous=True)
def check(call: Call) -> dict[str, Any]:
    """Return in which projects and on which issues somebody holds permissions; about others only for admins."""
    given = body(CheckInput)
    person = call.person
    if given.accountId and (person is None or given.accountId != person.account_id):
        call.admin()
        person = _get(call, given.accountId)
    answer = []
    for asked in given.projectPermissions:
        for key in asked.permissions:
            projects = [one for one in asked.projects if str(one) in call.state.projects]
            issues = [one for one in asked.issues if str(one) in call.state.issues]
            answer.append(
                {
                    "permission": key,
                    "projects": [p for p in projects if call.state.may(person, key, call.state.projects[str(p)])],
                    "issues": [
                        i
                        for i in issues
                        if call.state.may(person, key, call.state.project_of(call.state.issues[str(i)]))
                    ],
                }
            )
    held = [key for key in given.globalPermissions if call.state.may(person, key)]
    return {"globalPermissions": held, "projectPermissions": answer}


@api(blueprint, "GET", "/user", anonymous=True)
def show(call: Call) -> dict[str, Any]:
    """Return one person, on Cloud by account id."""
    named = request.args.get("accountId") or request.args.get("username") or request.args.get("key") or ""
    body_ = jsonviews.account(call.view, _get(call, named))
    return body_ if "groups" in words("expand") else {k: v for k, v in body_.items() if k != "groups"}


def _get(call: Call, named: str) -> User:
    found = call.state.find_person(named) if call.person else None
    if found is None:
        raise refused(404, "Specified user does not exist or you do not have required permissions")
    return found


def _matching(call: Call) -> list[User]:
    """Return people whose name or address begins with what is asked for; nobody sees nobody."""
    if call.person is None:
        return []
    wanted = (request.args.get("query") or request.args.get("username") or "").casefold()
    account = request.args.get("accountId")
    return [
        person
        for person in call.state.users.values()
        if (account is None or account == person.account_id)
        and (
            wanted in person.name.casefold()
            or person.email.casefold().startswith(wanted)
            or wanted == person.account_id.casefold()
        )
    ]


def _sliced(call: Call, found: list[User]) -> list[Any]:
    start, limit = number("startAt", 0), number("maxResults", 50)
    return [jsonviews.user(call.view, person.account_id) for person in found[start : start + limit]]


@api(blueprint, "GET", "/user/search", anonymous=True)
def search(call: Call) -> list[Any]:
    """Return people by name or address."""
    return _sliced(call, _matching(call))


@api(blueprint, "GET", "/users/search", anonymous=True)
def list_all(call: Call) -> list[Any]:
    """Return everybody, apps and customers included."""
    return _sliced(call, list(call.state.users.values()) if call.person else [])


@api(blueprint, "GET", "/user/assignable/search", anonymous=True)
def assignable(call: Call) -> list[Any]:
    """Return who can be assigned in a project."""
    named = request.args.get("project")
    issue = request.args.get("issueKey") or request.args.get("issueId")
    project = call.project(named) if named else call.state.project_of(call.issue(issue or ""))
    return _sliced(call, [one for one in _matching(call) if call.state.may(one, "ASSIGNABLE_USER", project)])


@api(blueprint, "GET", "/user/permission/search", anonymous=True)
def permitted(call: Call) -> list[Any]:
    """Return who holds all of some permissions; asking needs administrator's rights in the project."""
    project = call.project(request.args.get("projectKey", ""))
    if not call.state.may(call.person, "ADMINISTER_PROJECTS", project):
        raise refused(403, "You do not have the permission ADMINISTER_PROJECTS.")
    wanted = words("permissions")
    return _sliced(call, [p for p in _matching(call) if all(call.state.may(p, key, project) for key in wanted)])


@api(blueprint, "GET", "/user/bulk")
def bulk(call: Call) -> dict[str, Any]:
    """Return people by account id."""
    wanted = request.args.getlist("accountId")
    found = [call.state.users[one] for one in wanted if one in call.state.users]
    address = f"{call.view.api}/user/bulk"
    return page(
        found,
        lambda one: jsonviews.user(call.view, one.account_id),
        number("startAt", 0),
        number("maxResults", 10),
        address,
    )


@api(blueprint, "GET", "/user/groups", anonymous=True)
def groups_of(call: Call) -> list[Any]:
    """Return somebody's groups."""
    person = _get(call, request.args.get("accountId") or request.args.get("username") or "")
    return [_group(call, group_id) for group_id in sorted(person.groups)]


def _group(call: Call, group_id: str) -> dict[str, Any]:
    group = call.state.groups[group_id]
    return {"name": group.name, "groupId": group.id, "self": f"{call.view.api}/group?groupId={group.id}"}


@api(blueprint, "GET", "/group/bulk", admin=True)
def groups(call: Call) -> dict[str, Any]:
    """Return a page of groups."""
    names, ids = request.args.getlist("groupName"), request.args.getlist("groupId")
    found = [
        one for one in call.state.groups.values() if (not names or one.name in names) and (not ids or one.id in ids)
    ]
    address = f"{call.view.api}/group/bulk"
    start, limit = number("startAt", 0), number("maxResults", 50)
    return page(found, lambda one: {"name": one.name, "groupId": one.id}, start, limit, address)


@api(blueprint, "GET", "/group/member", admin=True)
def members(call: Call) -> dict[str, Any]:
    """Return a page of a group's members."""
    named = {request.args.get("groupId"), request.args.get("groupname")}
    group = next((one for one in call.state.groups.values() if {one.id, one.name} & named), None)
    if group is None:
        raise refused(404, "The group was not found.")
    found = [one for one in call.state.users.values() if group.id in one.groups]
    address = f"{call.view.api}/group/member"
    return page(
        found,
        lambda one: jsonviews.user(call.view, one.account_id),
        number("startAt", 0),
        number("maxResults", 50),
        address,
    )


@api(blueprint, "GET", "/groups/picker", anonymous=True)
def pick_groups(call: Call) -> dict[str, Any]:
    """Return groups by part of their name."""
    part = request.args.get("query", "").casefold()
    found = [one for one in call.state.groups.values() if call.person and part in one.name]
    shown = [{"name": one.name, "html": one.name, "groupId": one.id, "labels": []} for one in found]
    return {"header": f"Showing {len(shown)} of {len(shown)} matching groups", "total": len(shown), "groups": shown}


@api(blueprint, "GET", "/project/<project>/role", anonymous=True)
def roles(call: Call, project: str) -> dict[str, Any]:
    """Return the addresses of a project's roles, by name."""
    found = call.project(project)
    return {role.name: f"{call.view.api}/project/{found.id}/role/{role.id}" for role in call.state.roles.values()}


@api(blueprint, "GET", "/project/<project>/role/<role>", anonymous=True)
def role_members(call: Call, project: str, role: str) -> dict[str, Any]:
    """Return who has a role in a project."""
    found, record = call.project(project), call.state.roles.get(role)
    if record is None:
        raise refused(404, f"Can not find a role with id {role}.")
    actors = [
        {
            "id": index,
            "displayName": call.state.users[account_id].name,
            "type": "atlassian-user-role-actor",
            "actorUser": {"accountId": account_id},
        }
        for index, account_id in enumerate(sorted(found.roles.get(role, ())), start=10000)
    ]
    return {
        "self": f"{call.view.api}/project/{found.id}/role/{record.id}",
        "name": record.name,
        "id": int(record.id),
        "description": record.description,
        "actors": actors,
    }


@api(blueprint, "GET", "/role", admin=True)
def all_roles(call: Call) -> list[Any]:
    """Return all project roles."""
    return [
        {
            "self": f"{call.view.api}/role/{role.id}",
            "name": role.name,
            "id": int(role.id),
            "description": role.description,
        }
        for role in call.state.roles.values()
    ]
