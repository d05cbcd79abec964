"""Single issues: read, create, edit, delete, move through the workflow, assign, notify."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import comments, fieldviews, issueviews, jsonviews, lifecycle
from sandbox.jira.api.routing import Answer, Call, api, body, flag, words
from sandbox.jira.errors import invalid_fields, refused
from sandbox.jira.inputs import Input, IssueInput
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import Project, Transition
from sandbox.jira.state import State

blueprint = Blueprint("issues", __name__)
QUIET = "To discard the user notification either admin or project admin permissions are required."


class AssigneeInput(Input):
    """Who is to work on it: null is nobody, ``-1`` whoever the project says."""

    accountId: str | None = None  # noqa: N815 - Jira's word
    name: str | None = None


class NotifyInput(Input):
    """A mail about an issue."""

    subject: str | None = None
    textBody: str | None = None  # noqa: N815 - Jira's word
    htmlBody: str | None = None  # noqa: N815 - Jira's word
    to: dict[str, Any] = Field(default_factory=dict)


@api(blueprint, "GET", "/issue/<issue>", anonymous=True)
def show(call: Call, issue: str) -> dict[str, Any]:
    """Return one issue with all its fields, or those asked for."""
    return _shown(call, call.issue(issue))


def _shown(call: Call, found: Issue) -> dict[str, Any]:
    wanted = issueviews.wanted_fields(call.view, words("fields") or ["*all"])
    expand = words("expand")
    made = issueviews.issue(call.view, found, wanted=wanted, expand=expand, properties=words("properties"))
    if "editmeta" in expand:
        made["editmeta"] = {"fields": _editable(call, found)}
    if "transitions" in expand:
        made["transitions"] = [_transition(call, found, one, False) for one in _ways(call.state, found)]
    return made


@api(blueprint, "POST", "/issue", anonymous=True)
def create(call: Call) -> Answer:
    """Create an issue. Without a request type it is not a request."""
    given = body(IssueInput)
    project = _project(call, given.fields.pop("project", None))
    issue_type = _issue_type(call, project, given.fields.pop("issuetype", None))
    if not call.state.may(call.person, "CREATE_ISSUES", project):
        raise refused(400, project="You do not have permission to create issues in this project.")
    made = lifecycle.create(call.state, project, issue_type, given, call.user, rich=call.rich, channel="api")
    return Answer({"id": made.id, "key": made.key, "self": f"{call.view.api}/issue/{made.id}"}, 201)


def _project(call: Call, given: Any) -> Project:
    named = (given or {}).get("id") or (given or {}).get("key")
    found = next((p for p in call.state.projects.values() if named in (p.id, p.key)), None)
    if found is None or call.person is None:
        raise invalid_fields({"project": "Specify a valid project ID or key"})
    return found


def _issue_type(call: Call, project: Project, given: Any) -> str:
    for record in call.state.issue_types.values():
        named = given and (str(given.get("id")) == record.id or given.get("name") == record.name)
        if named and record.id in project.issue_types:
            return record.id
    raise invalid_fields({"issuetype": "Specify an issue type"})


@api(blueprint, "PUT", "/issue/<issue>", anonymous=True)
def edit(call: Call, issue: str) -> Answer:
    """Change fields and properties; answered 204 without a body, or 200 with the issue where that is asked for.

    ``notifyUsers`` is the word ``true`` or ``false``; anything but ``true`` counts as false, and needs more rights.
    """
    found = call.issue(issue, "EDIT_ISSUES")
    if flag("overrideScreenSecurity", False) or flag("overrideEditableFlag", False):
        raise refused(403, "Only apps may override screen security and the editable flag.")
    quiet = request.args.get("notifyUsers", "true") != "true"
    if quiet and not call.state.may(call.person, "ADMINISTER_PROJECTS", call.state.project_of(found)):
        if call.state.switches.quiet_edits_need_admin:
            raise refused(403, QUIET)
        quiet = False
    given = body(IssueInput)
    before = len(found.histories)
    lifecycle.edit(call.state, found, given, call.user, rich=call.rich)
    for text in _added_comments(call, given):
        comments.add(call.state, found, call.user, text)
    if not quiet and len(found.histories) > before:
        call.state.mails.append(found.key)
    return Answer(_shown(call, found)) if flag("returnIssue", False) else Answer(status=204)


def _added_comments(call: Call, given: IssueInput) -> list[str]:
    """Return the comments that ride along in ``update``; they are public."""
    bodies = [operation["add"].get("body") for operation in given.update.get("comment", []) if "add" in operation]
    return [comments.to_text(text, rich=call.rich) for text in bodies]


@api(blueprint, "DELETE", "/issue/<issue>", anonymous=True)
def delete(call: Call, issue: str) -> Answer:
    """Delete an issue for ever."""
    lifecycle.delete(call.state, call.issue(issue, "DELETE_ISSUES"), call.user)
    return Answer(status=204)


@api(blueprint, "GET", "/issue/<issue>/editmeta", anonymous=True)
def show_editable(call: Call, issue: str) -> dict[str, Any]:
    """Return what may be edited now: nothing where the status takes no edits."""
    return {"fields": _editable(call, call.issue(issue))}


def _editable(call: Call, found: Issue) -> dict[str, Any]:
    project = call.state.project_of(found)
    if not call.state.may(call.person, "EDIT_ISSUES", project):
        return {}
    fields = call.state.editable_fields(found)
    return {f.id: fieldviews.editable(call.view, f, project, found.values["issuetype"]) for f in fields}


@api(blueprint, "GET", "/issue/<issue>/transitions", anonymous=True)
def list_transitions(call: Call, issue: str) -> dict[str, Any]:
    """Return the ways out of the issue's status."""
    found = call.issue(issue)
    with_fields = "transitions.fields" in words("expand")
    ways = _ways(call.state, found) if call.state.may(call.person, "TRANSITION_ISSUES") else []
    wanted = request.args.get("transitionId")
    shown = [_transition(call, found, one, with_fields) for one in ways if wanted in (None, one.id)]
    return {"expand": "transitions", "transitions": shown}


def _ways(state: State, found: Issue) -> list[Transition]:
    return lifecycle.transitions(state, found)


def _transition(call: Call, found: Issue, one: Transition, with_fields: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "to": jsonviews.status(call.view, call.state.statuses[one.to]),
        "hasScreen": bool(one.fields),
        "isGlobal": one.sources is None,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
    }
    if with_fields:
        project, issue_type = call.state.project_of(found), found.values["issuetype"]
        fields = [call.state.fields[field_id] for field_id in one.fields]
        made["fields"] = {f.id: fieldviews.editable(call.view, f, project, issue_type) for f in fields}
    return made


@api(blueprint, "POST", "/issue/<issue>/transitions", anonymous=True)
def transition(call: Call, issue: str) -> Answer:
    """Move an issue through its workflow; ids depend on the workflow and the status."""
    found = call.issue(issue, "TRANSITION_ISSUES")
    given = body(IssueInput)
    if given.transition is None:
        raise refused(400, "Missing 'transition' identifier")
    wanted = next((one for one in _ways(call.state, found) if one.id == given.transition.id), None)
    if wanted is None:
        raise refused(
            400,
            f"It seems that you have tried to perform a workflow operation ({given.transition.id}) that is not valid "
            f"for the current state of this issue ({found.key}).",
        )
    lifecycle.transition(call.state, found, wanted, given, call.user, rich=call.rich)
    for text in _added_comments(call, given):
        comments.add(call.state, found, call.user, text)
    return Answer(status=204)


@api(blueprint, "PUT", "/issue/<issue>/assignee", anonymous=True)
def assign(call: Call, issue: str) -> Answer:
    """Assign an issue."""
    found = call.issue(issue, "ASSIGN_ISSUES")
    given = body(AssigneeInput)
    person = {"accountId": given.accountId, "name": given.name}
    lifecycle.edit(call.state, found, IssueInput(fields={"assignee": person}), call.user, rich=call.rich)
    return Answer(status=204)


@api(blueprint, "POST", "/issue/<issue>/notify", anonymous=True)
def notify(call: Call, issue: str) -> Answer:
    """Mail somebody about an issue; not the caller, and not the assignee of an unassigned issue."""
    found = call.issue(issue)
    to = body(NotifyInput).to
    people = [one.get("accountId") for one in to.get("users") or []]
    if call.user.account_id in people or (to.get("assignee") and not found.values.get("assignee")):
        raise refused(400, "No recipients were defined for notification.")
    if not people and not any(to.get(name) for name in ("assignee", "reporter", "watchers", "groups", "groupIds")):
        raise refused(400, "No recipients were defined for notification.")
    call.state.mails.append(found.key)
    return Answer(status=204)


@api(blueprint, "GET", "/issue/<issue>/watchers", anonymous=True)
def watchers(call: Call, issue: str) -> dict[str, Any]:
    """Return who watches an issue."""
    found = call.issue(issue)
    people = [jsonviews.user(call.view, account_id) for account_id in sorted(found.watchers)]
    return {
        "self": f"{call.view.api}/issue/{found.key}/watchers",
        "isWatching": call.person is not None and call.person.account_id in found.watchers,
        "watchCount": len(people),
        "watchers": people,
    }


@api(blueprint, "GET", "/issue/createmeta/<project>/issuetypes", anonymous=True)
def creatable_types(call: Call, project: str) -> dict[str, Any]:
    """Return the issue types that can be created in a project."""
    found = call.project(project)
    types = [jsonviews.issue_type(call.view, call.state.issue_types[one]) for one in found.issue_types]
    return _creatable(call, "issueTypes", types)


@api(blueprint, "GET", "/issue/createmeta/<project>/issuetypes/<issue_type>", anonymous=True)
def creatable_fields(call: Call, project: str, issue_type: str) -> dict[str, Any]:
    """Return the fields that can be set when creating an issue of a type."""
    found = call.project(project)
    ids = call.state.screen(found, issue_type, "create").field_ids()
    shown = [call.state.fields[one] for one in ids if one in call.state.fields]
    fields = [
        {"fieldId": one.id} | fieldviews.editable(call.view, one, found, issue_type)
        for one in shown
        if call.state.applies(one, found.id, issue_type)
    ]
    return _creatable(call, "fields", fields)


def _creatable(call: Call, name: str, found: list[Any]) -> dict[str, Any]:
    """Return a list as a page; Data Center calls it ``values``."""
    at_home = call.state.switches.data_center
    made: dict[str, Any] = {"maxResults": 50, "startAt": 0, "total": len(found)}
    return made | ({"values": found, "isLast": True} if at_home else {name: found})
