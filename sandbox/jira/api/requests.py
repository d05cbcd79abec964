"""Requests: issues as customers see them, with comments that say outright whether they are public."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import comments, jsonviews, lifecycle, requestviews
from sandbox.jira.api.desks import ROOT, PeopleInput, agent, paged
from sandbox.jira.api.routing import Answer, Call, body, flag, number, rest
from sandbox.jira.errors import ApiError, desk_refused
from sandbox.jira.furnishing import ORGANIZATIONS_FIELD, PARTICIPANTS_FIELD
from sandbox.jira.inputs import Input, IssueInput
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import User
from sandbox.jira.paging import desk_page
from sandbox.jira.slas import slas

blueprint = Blueprint("requests", __name__)
MISSING = "The request you are trying to view does not exist or you don't have permission to view it."


class RequestInput(Input):
    """A new request."""

    serviceDeskId: str  # noqa: N815 - Jira's word
    requestTypeId: str  # noqa: N815 - Jira's word
    requestFieldValues: dict[str, Any] = Field(default_factory=dict)  # noqa: N815 - Jira's word
    requestParticipants: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word
    raiseOnBehalfOf: str | None = None  # noqa: N815 - Jira's word


class RequestCommentInput(Input):
    """A comment: text, never a document, and whether customers see it."""

    body: str
    public: bool


class RequestTransitionInput(Input):
    """A way onward, with a comment that customers see."""

    id: str
    additionalComment: dict[str, Any] = Field(default_factory=dict)  # noqa: N815 - Jira's word


def _get(call: Call, request_id: str) -> Issue:
    """Return a request that the caller may see; an issue without a request type is none."""
    try:
        found = call.state.issue(request_id)
    except ApiError:
        raise desk_refused(404, MISSING, "sd.request.error.notfound") from None
    if found.request_type is None or not _sees(call, found):
        raise desk_refused(404, MISSING, "sd.request.error.notfound")
    return found


def _sees(call: Call, found: Issue) -> bool:
    return _is_agent(call, found) or call.user.account_id in _customers(call, found)


def _is_agent(call: Call, found: Issue) -> bool:
    return call.state.may(call.person, "SERVICEDESK_AGENT", call.state.project_of(found))


def _customers(call: Call, found: Issue) -> set[str]:
    """Return whose request it is: reporter, participants, and members of the organizations it is shared with."""
    shared = found.values.get(ORGANIZATIONS_FIELD) or []
    members = [call.state.organizations[one].users for one in shared if one in call.state.organizations]
    return {str(found.reporter), *(found.values.get(PARTICIPANTS_FIELD) or []), *set[str]().union(*members)}


@rest(blueprint, "GET", f"{ROOT}/request")
def list_all(call: Call) -> dict[str, Any]:
    """Return a page of the requests that are the caller's own or take part in."""
    me, part = call.user.account_id, request.args.get("searchTerm", "").casefold()
    found = [
        one
        for one in call.state.issues.values()
        if one.request_type and me in _customers(call, one) and part in str(one.values["summary"]).casefold()
    ]
    found.sort(key=lambda one: -int(one.id))
    return paged(call, found, lambda one: requestviews.request(call.view, one), f"{ROOT}/request")


@rest(blueprint, "POST", f"{ROOT}/request")
def create(call: Call) -> Answer:
    """Create a request, for oneself or as an agent for a customer."""
    given = body(RequestInput)
    kind = call.state.request_types.get(given.requestTypeId)
    if kind is None or kind.service_desk_id != given.serviceDeskId:
        raise desk_refused(400, "The request type is not part of the service project.", "sd.requesttype.error.invalid")
    reporter = call.user
    if given.raiseOnBehalfOf:
        agent(call)
        reporter = _customer(call, given.raiseOnBehalfOf)
    project = call.state.projects[call.state.desks[kind.service_desk_id].project_id]
    fields = dict(given.requestFieldValues)
    if given.requestParticipants:
        fields[PARTICIPANTS_FIELD] = [{"accountId": one} for one in given.requestParticipants]
    try:
        made = lifecycle.create(
            call.state,
            project,
            kind.issue_type_id,
            IssueInput(fields=fields),
            call.user,
            rich=False,
            request_type=kind.id,
            reporter=reporter.account_id,
            channel="api" if given.raiseOnBehalfOf else "portal",
        )
    except ApiError as err:
        raise desk_refused(err.status, "; ".join(err.body["errors"].values()), "sd.request.error.fields") from None
    return Answer(requestviews.request(call.view, made), 201)


def _customer(call: Call, named: str) -> User:
    found = call.state.find_person(named) or call.state.person_by_email(named)
    if found is None:
        raise desk_refused(400, f"Customer '{named}' does not exist.", "sd.customer.error.notfound", named)
    return found


@rest(blueprint, "GET", f"{ROOT}/request/<issue>")
def show(call: Call, issue: str) -> dict[str, Any]:
    """Return one request."""
    return requestviews.request(call.view, _get(call, issue))


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/comment")
def list_comments(call: Call, issue: str) -> dict[str, Any]:
    """Return a page of comments; an empty one where the caller may not see the request. Customers see public ones."""
    hidden = next((one for one in call.state.issues.values() if issue in (one.id, one.key)), None)
    if hidden and hidden.request_type and not _sees(call, hidden):
        return desk_page([], lambda one: one, 0, 50, f"{call.view.base}{ROOT}/request/{issue}/comment")
    found = _get(call, issue)
    public, internal = flag("public", True), flag("internal", True) and _is_agent(call, found)
    shown = [one for one in found.comments if (public if one.public else internal)]
    path = f"{ROOT}/request/{found.id}/comment"
    return paged(call, shown, lambda one: requestviews.request_comment(call.view, found, one), path)


@rest(blueprint, "POST", f"{ROOT}/request/<issue>/comment")
def add_comment(call: Call, issue: str) -> Answer:
    """Add a comment; only an agent's can be internal."""
    found, given = _get(call, issue), body(RequestCommentInput)
    if not given.public and not _is_agent(call, found):
        raise desk_refused(403, "Only agents can add internal comments.", "sd.comment.error.internal")
    if not given.body.strip():
        raise desk_refused(400, "Comment body can not be empty!", "sd.comment.error.empty")
    made = comments.add(call.state, found, call.user, given.body, public=given.public)
    return Answer(requestviews.request_comment(call.view, found, made), 201)


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/comment/<comment>")
def show_comment(call: Call, issue: str, comment: str) -> dict[str, Any]:
    """Return one comment."""
    found = _get(call, issue)
    record = next((one for one in found.comments if one.id == comment), None)
    if record is None or not (record.public or _is_agent(call, found)):
        raise desk_refused(404, "The comment does not exist.", "sd.comment.error.notfound")
    return requestviews.request_comment(call.view, found, record)


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/participant")
def list_participants(call: Call, issue: str) -> dict[str, Any]:
    """Return a page of who takes part besides the reporter."""
    return _participants(call, _get(call, issue))


def _participants(call: Call, found: Issue) -> dict[str, Any]:
    people = found.values.get(PARTICIPANTS_FIELD) or []
    path = f"{ROOT}/request/{found.id}/participant"
    return paged(call, people, lambda one: jsonviews.desk_user(call.view, one), path)


@rest(blueprint, "POST", f"{ROOT}/request/<issue>/participant")
def add_participants(call: Call, issue: str) -> dict[str, Any]:
    """Let more people take part."""
    found = _get(call, issue)
    people = [{"accountId": one} for one in dict.fromkeys([*_now(found), *body(PeopleInput).accountIds])]
    lifecycle.edit(call.state, found, IssueInput(fields={PARTICIPANTS_FIELD: people}), call.user, rich=False)
    return _participants(call, found)


@rest(blueprint, "DELETE", f"{ROOT}/request/<issue>/participant")
def remove_participants(call: Call, issue: str) -> dict[str, Any]:
    """Let people take part no longer."""
    found = _get(call, issue)
    gone = body(PeopleInput).accountIds
    people = [{"accountId": one} for one in _now(found) if one not in gone]
    lifecycle.edit(call.state, found, IssueInput(fields={PARTICIPANTS_FIELD: people}), call.user, rich=False)
    return _participants(call, found)


def _now(found: Issue) -> list[str]:
    return list(found.values.get(PARTICIPANTS_FIELD) or [])


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/sla")
def list_slas(call: Call, issue: str) -> dict[str, Any]:
    """Return the site's own SLA clocks of a request."""
    found = _get(call, issue)
    agent(call)
    return paged(call, slas(call.view, found), lambda one: one, f"{ROOT}/request/{found.id}/sla")


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/sla/<metric>")
def show_sla(call: Call, issue: str, metric: str) -> dict[str, Any]:
    """Return one of them."""
    agent(call)
    for one in slas(call.view, _get(call, issue)):
        if one["id"] == metric:
            return one
    raise desk_refused(404, "The SLA metric does not exist.", "sd.sla.error.notfound")


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/status")
def list_statuses(call: Call, issue: str) -> dict[str, Any]:
    """Return a page of the request's statuses, the newest first."""
    found = _get(call, issue)
    path = f"{ROOT}/request/{found.id}/status"
    moves = [(history.created_at, str(item.after[0])) for history, item in found.changes_of("status")]
    first = next((str(item.before[0]) for _, item in found.changes_of("status")), found.status)
    shown = [(found.created_at, first), *moves][::-1]

    def render(one: Any) -> dict[str, Any]:
        at, status_id = one
        status = call.state.statuses[status_id]
        return requestviews.status_at(call.view, status.name, status.category, at)

    return desk_page(shown, render, number("start", 0), number("limit", 50), f"{call.view.base}{path}")


@rest(blueprint, "GET", f"{ROOT}/request/<issue>/transition")
def list_transitions(call: Call, issue: str) -> dict[str, Any]:
    """Return the ways onward that the caller has: customers have none here."""
    found = _get(call, issue)
    ways = lifecycle.transitions(call.state, found) if _is_agent(call, found) else []
    path = f"{ROOT}/request/{found.id}/transition"
    return paged(call, ways, lambda one: {"id": one.id, "name": one.name}, path)


@rest(blueprint, "POST", f"{ROOT}/request/<issue>/transition")
def transition(call: Call, issue: str) -> Answer:
    """Move a request through its workflow."""
    found, given = _get(call, issue), body(RequestTransitionInput)
    ways = lifecycle.transitions(call.state, found) if _is_agent(call, found) else []
    wanted = next((one for one in ways if one.id == given.id), None)
    if wanted is None:
        raise desk_refused(400, "The transition is not available.", "sd.transition.error.invalid")
    if text := given.additionalComment.get("body"):
        comments.add(call.state, found, call.user, text)
    lifecycle.transition(call.state, found, wanted, IssueInput(), call.user, rich=False)
    return Answer(status=204)
