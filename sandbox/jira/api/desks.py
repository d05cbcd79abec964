"""Service desks: their request types, queues, customers and organizations."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import issueviews, jql, jsonviews
from sandbox.jira.api.routing import Answer, Call, body, number, rest
from sandbox.jira.errors import desk_refused
from sandbox.jira.ids import account_id
from sandbox.jira.inputs import Input
from sandbox.jira.jqlfields import Asking
from sandbox.jira.model import RequestType, ServiceDesk, User
from sandbox.jira.paging import desk_page

blueprint = Blueprint("desks", __name__)
ROOT = "/rest/servicedeskapi"
LIMIT = 50
QUEUES = (
    ("1", "All open", "statusCategory != Done ORDER BY created DESC"),
    ("2", "Waiting for support", 'status = "Waiting for support" ORDER BY created DESC'),
)
COLUMNS = ("issuetype", "summary", "reporter", "assignee", "status", "created")


class OrganizationIdInput(Input):
    """Which organization."""

    organizationId: int  # noqa: N815 - Jira's word


class PeopleInput(Input):
    """Which people."""

    accountIds: list[str] = Field(default_factory=list)  # noqa: N815 - Jira's word


class CustomerInput(Input):
    """A new customer."""

    displayName: str = ""  # noqa: N815 - Jira's word
    fullName: str = ""  # noqa: N815 - Data Center's word
    email: str


def agent(call: Call) -> None:
    """Refuse everybody but agents of some desk.

    Raises:
        ApiError: 403.
    """
    if not call.state.may(call.person, "SERVICEDESK_AGENT"):
        raise desk_refused(403, "You are not an agent of this service project.", "sd.agent.error")


def get_desk(call: Call, desk: str) -> ServiceDesk:
    """Return a desk by its own id, or by its project's id or key.

    Raises:
        ApiError: 404.
    """
    for record in call.state.desks.values():
        project = call.state.projects[record.project_id]
        if desk in (record.id, project.id, project.key):
            return record
    raise desk_refused(404, "The Service Desk you are trying to view does not exist.", "sd.servicedesk.error.notfound")


def paged(call: Call, found: list[Any], render: Any, path: str) -> dict[str, Any]:
    """Return the page of a list that the request asks for."""
    return desk_page(found, render, number("start", 0), min(number("limit", LIMIT), 100), f"{call.view.base}{path}")


@rest(blueprint, "GET", f"{ROOT}/info", anonymous=True)
def info(call: Call) -> dict[str, Any]:
    """Return which version of the product this is."""
    date = {"iso8601": "2026-11-02T09:00:00+0000", "jira": "2026-11-02T09:00:00.000+0000", "friendly": "02/Nov/26"}
    return {
        "version": "10.3.2" if call.state.switches.data_center else "1001.0.0-SNAPSHOT",
        "platformVersion": "1001.0.0-SNAPSHOT",
        "buildDate": date | {"epochMillis": 1793610000000},
        "buildChangeSet": "0000000",
        "isLicensedForUse": True,
        "_links": {"self": f"{call.view.base}{ROOT}/info"},
    }


@rest(blueprint, "GET", f"{ROOT}/servicedesk")
def list_desks(call: Call) -> dict[str, Any]:
    """Return a page of service desks."""
    return paged(call, list(call.state.desks.values()), lambda one: _desk(call, one), f"{ROOT}/servicedesk")


def _desk(call: Call, record: ServiceDesk) -> dict[str, Any]:
    project = call.state.projects[record.project_id]
    return {
        "id": record.id,
        "projectId": project.id,
        "projectName": project.name,
        "projectKey": project.key,
        "_links": {"self": f"{call.view.base}{ROOT}/servicedesk/{record.id}"},
    }


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>")
def show_desk(call: Call, desk: str) -> dict[str, Any]:
    """Return one service desk."""
    return _desk(call, get_desk(call, desk))


def _types(call: Call, desk: ServiceDesk | None) -> list[RequestType]:
    wanted = request.args.get("searchQuery", "").casefold()
    return [
        one
        for one in call.state.request_types.values()
        if (desk is None or one.service_desk_id == desk.id) and wanted in one.name.casefold()
    ]


@rest(blueprint, "GET", f"{ROOT}/requesttype")
def list_all_types(call: Call) -> dict[str, Any]:
    """Return a page of all desks' request types."""
    found = _types(call, None)
    return paged(call, found, lambda one: jsonviews.request_type(call.view, one), f"{ROOT}/requesttype")


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/requesttype")
def list_types(call: Call, desk: str) -> dict[str, Any]:
    """Return a page of a desk's request types."""
    found = get_desk(call, desk)
    path = f"{ROOT}/servicedesk/{found.id}/requesttype"
    return paged(call, _types(call, found), lambda one: jsonviews.request_type(call.view, one), path)


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/requesttype/<request_type>")
def show_type(call: Call, desk: str, request_type: str) -> dict[str, Any]:
    """Return one request type."""
    return jsonviews.request_type(call.view, _type(call, desk, request_type))


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/requesttype/<request_type>/field")
def show_type_fields(call: Call, desk: str, request_type: str) -> dict[str, Any]:
    """Return what a customer fills in."""
    found = _type(call, desk, request_type)
    fields = [
        {
            "fieldId": one,
            "name": call.state.fields[one].name,
            "description": "",
            "required": one == "summary",
            "defaultValues": [],
            "validValues": [],
            "jiraSchema": {"type": "string", "system": one},
            "visible": True,
        }
        for one in found.fields
    ]
    return {"requestTypeFields": fields, "canRaiseOnBehalfOf": True, "canAddRequestParticipants": True}


def _type(call: Call, desk: str, request_type: str) -> RequestType:
    found = next((one for one in _types(call, get_desk(call, desk)) if one.id == request_type), None)
    if found is None:
        raise desk_refused(404, "The request type does not exist.", "sd.requesttype.error.notfound")
    return found


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/queue")
def list_queues(call: Call, desk: str) -> dict[str, Any]:
    """Return a desk's queues."""
    agent(call)
    found = get_desk(call, desk)
    path = f"{ROOT}/servicedesk/{found.id}/queue"
    return paged(call, list(QUEUES), lambda one: _queue(call, found, one), path)


def _queue(call: Call, desk: ServiceDesk, queue: tuple[str, str, str]) -> dict[str, Any]:
    queue_id, name, query = queue
    return {
        "id": queue_id,
        "name": name,
        "jql": query,
        "fields": list(COLUMNS),
        "_links": {"self": f"{call.view.base}{ROOT}/servicedesk/{desk.id}/queue/{queue_id}"},
    }


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/queue/<queue>/issue")
def list_queue_issues(call: Call, desk: str, queue: str) -> dict[str, Any]:
    """Return a page of a queue's issues with the queue's columns only."""
    agent(call)
    found = get_desk(call, desk)
    query = next((query for queue_id, _, query in QUEUES if queue_id == queue), None)
    if query is None:
        raise desk_refused(404, "The queue does not exist.", "sd.queue.error.notfound")
    here = [issue for issue in call.state.issues.values() if issue.project_id == found.project_id]
    issues = jql.parse(call.state, query, Asking(call.person, call.state.now())).run(here)
    path = f"{ROOT}/servicedesk/{found.id}/queue/{queue}/issue"
    return paged(call, issues, lambda one: issueviews.issue(call.view, one, wanted=COLUMNS), path)


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/customer")
def list_customers(call: Call, desk: str) -> dict[str, Any]:
    """Return a page of a desk's customers, by part of name or address; only five times a second."""
    agent(call)
    found = get_desk(call, desk)
    part = request.args.get("query", "").casefold()
    people = [call.state.users[one] for one in sorted(found.customers)]
    shown = [one for one in people if part in one.name.casefold() or part in one.email.casefold()]
    path = f"{ROOT}/servicedesk/{found.id}/customer"
    return paged(call, shown, lambda one: jsonviews.desk_user(call.view, one.account_id), path)


@rest(blueprint, "POST", f"{ROOT}/servicedesk/<desk>/customer")
def add_customers(call: Call, desk: str) -> Answer:
    """Let people be customers of a desk."""
    agent(call)
    get_desk(call, desk).customers.update(body(PeopleInput).accountIds)
    return Answer(status=204)


@rest(blueprint, "POST", f"{ROOT}/customer")
def create_customer(call: Call) -> Answer:
    """Create a portal account."""
    agent(call)
    given = body(CustomerInput)
    if call.state.person_by_email(given.email):
        raise desk_refused(400, "An account already exists for this email.", "sd.customer.error.exists")
    made = User(
        account_id=account_id("customer"), name=given.displayName or given.fullName, email=given.email, kind="customer"
    )
    call.state.users[made.account_id] = made
    return Answer(jsonviews.desk_user(call.view, made.account_id), 201)


@rest(blueprint, "GET", f"{ROOT}/servicedesk/<desk>/organization")
def list_organizations(call: Call, desk: str) -> dict[str, Any]:
    """Return a page of a desk's organizations, or of those that one customer belongs to."""
    found, account = get_desk(call, desk), request.args.get("accountId")
    if account:
        agent(call)
    known = [call.state.organizations[one] for one in sorted(found.organizations, key=int)]
    shown = [one for one in known if account is None or account in one.users]
    path = f"{ROOT}/servicedesk/{found.id}/organization"
    return paged(call, shown, lambda one: jsonviews.organization(call.view, one), path)


@rest(blueprint, "POST", f"{ROOT}/servicedesk/<desk>/organization")
def add_organization(call: Call, desk: str) -> Answer:
    """Let an organization be a customer of a desk."""
    agent(call)
    organization = str(body(OrganizationIdInput).organizationId)
    if organization not in call.state.organizations:
        raise desk_refused(404, "The organization does not exist.", "sd.organisation.error.notfound")
    get_desk(call, desk).organizations.add(organization)
    return Answer(status=204)


@rest(blueprint, "DELETE", f"{ROOT}/servicedesk/<desk>/organization")
def remove_organization(call: Call, desk: str) -> Answer:
    """Let an organization no longer be a customer of a desk."""
    agent(call)
    get_desk(call, desk).organizations.discard(str(body(OrganizationIdInput).organizationId))
    return Answer(status=204)
