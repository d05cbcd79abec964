"""Organizations: customers' companies, who belongs to them, and their properties, which only the API sees."""

from typing import Any

from flask import Blueprint, request

from sandbox.jira import jsonviews
from sandbox.jira.api.desks import ROOT, PeopleInput, agent, paged
from sandbox.jira.api.routing import Answer, Call, body, json_body, rest
from sandbox.jira.errors import desk_refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import Organization

blueprint = Blueprint("organizations", __name__)


class OrganizationInput(Input):
    """A new organization."""

    name: str


def _get(call: Call, organization: str) -> Organization:
    found = call.state.organizations.get(organization)
    if found is None:
        raise desk_refused(404, "The organization does not exist.", "sd.organisation.error.notfound")
    return found


@rest(blueprint, "GET", f"{ROOT}/organization")
def list_all(call: Call) -> dict[str, Any]:
    """Return a page of organizations, or of those that one person belongs to."""
    account = request.args.get("accountId")
    if not call.state.may(call.person, "SERVICEDESK_AGENT"):
        account = call.user.account_id
    found = [one for one in call.state.organizations.values() if account is None or account in one.users]
    return paged(call, found, lambda one: jsonviews.organization(call.view, one), f"{ROOT}/organization")


@rest(blueprint, "POST", f"{ROOT}/organization")
def create(call: Call) -> Answer:
    """Create an organization, or return the one that has the name already."""
    agent(call)
    name = body(OrganizationInput).name
    found = next((one for one in call.state.organizations.values() if one.name == name), None)
    if found is None:
        found = Organization(id=call.state.ids.next("organization"), name=name)
        call.state.organizations[found.id] = found
    return Answer(jsonviews.organization(call.view, found), 201)


@rest(blueprint, "GET", f"{ROOT}/organization/<organization>")
def show(call: Call, organization: str) -> dict[str, Any]:
    """Return one organization."""
    agent(call)
    return jsonviews.organization(call.view, _get(call, organization))


@rest(blueprint, "DELETE", f"{ROOT}/organization/<organization>")
def delete(call: Call, organization: str) -> Answer:
    """Delete an organization."""
    call.admin()
    found = _get(call, organization)
    for desk in call.state.desks.values():
        desk.organizations.discard(found.id)
    del call.state.organizations[found.id]
    return Answer(status=204)


@rest(blueprint, "GET", f"{ROOT}/organization/<organization>/user")
def list_users(call: Call, organization: str) -> dict[str, Any]:
    """Return a page of an organization's people."""
    agent(call)
    found = _get(call, organization)
    path = f"{ROOT}/organization/{found.id}/user"
    return paged(call, sorted(found.users), lambda one: jsonviews.desk_user(call.view, one), path)


@rest(blueprint, "POST", f"{ROOT}/organization/<organization>/user")
def add_users(call: Call, organization: str) -> Answer:
    """Add people to an organization."""
    agent(call)
    _get(call, organization).users.update(body(PeopleInput).accountIds)
    return Answer(status=204)


@rest(blueprint, "DELETE", f"{ROOT}/organization/<organization>/user")
def remove_users(call: Call, organization: str) -> Answer:
    """Take people out of an organization."""
    agent(call)
    _get(call, organization).users.difference_update(body(PeopleInput).accountIds)
    return Answer(status=204)


@rest(blueprint, "GET", f"{ROOT}/organization/<organization>/property")
def list_properties(call: Call, organization: str) -> dict[str, Any]:
    """Return the keys of an organization's properties."""
    agent(call)
    found = _get(call, organization)
    base = f"{call.view.base}{ROOT}/organization/{found.id}/property"
    return {"keys": [{"key": key, "self": f"{base}/{key}"} for key in found.properties]}


@rest(blueprint, "GET", f"{ROOT}/organization/<organization>/property/<key>")
def show_property(call: Call, organization: str, key: str) -> dict[str, Any]:
    """Return one property."""
    agent(call)
    found = _get(call, organization)
    if key not in found.properties:
        raise desk_refused(404, f"The property with key '{key}' does not exist.", "sd.property.error.notfound", key)
    return {"key": key, "value": found.properties[key]}


@rest(blueprint, "PUT", f"{ROOT}/organization/<organization>/property/<key>")
def put_property(call: Call, organization: str, key: str) -> Answer:
    """Set a property: 201 where it is new, 200 where it was there. No event tells of it."""
    agent(call)
    found = _get(call, organization)
    is_new = key not in found.properties
    found.properties[key] = json_body()
    return Answer({}, 201 if is_new else 200)


@rest(blueprint, "DELETE", f"{ROOT}/organization/<organization>/property/<key>")
def delete_property(call: Call, organization: str, key: str) -> Answer:
    """Delete a property."""
    agent(call)
    _get(call, organization).properties.pop(key, None)
    return Answer(status=204)
