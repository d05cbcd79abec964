"""Organizations: where a customer's plan usually lives."""

from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.bodies import OrganizationInput
from sandbox.zendesk.api.routing import Answer, base, body, created, ids, route
from sandbox.zendesk.errors import invalid
from sandbox.zendesk.model import Organization
from sandbox.zendesk.organizations import change_organization, need_free_name
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State
from sandbox.zendesk.webhooks.events import organization_parcels

blueprint = Blueprint("organizations", __name__)


def _shown(record: Organization) -> dict[str, Any]:
    return jsonviews.organization(record, base())


@route(blueprint, "GET", "/api/v2/organizations")
def list_organizations(state: State) -> dict[str, Any]:
    """Return the organizations."""
    return page(list(state.organizations.values()), "organizations", _shown)


@route(blueprint, "GET", "/api/v2/organizations/show_many")
def show_many(state: State) -> dict[str, Any]:
    """Return organizations by their ids or external ids."""
    outside = {part.casefold() for part in request.args.get("external_ids", "").split(",") if part}
    known = state.organizations.values()
    found = [o for o in known if o.id in ids() or (o.external_id or "\0").casefold() in outside]
    return page(found, "organizations", _shown)


@route(blueprint, "GET", "/api/v2/organizations/search")
def search(state: State) -> dict[str, Any]:
    """Return organizations by exact name or external id."""
    outside, name = request.args.get("external_id"), request.args.get("name", "").casefold()
    known = state.organizations.values()
    found = [o for o in known if (outside and o.external_id == outside) or (name and o.name.casefold() == name)]
    return page(found, "organizations", _shown)


@route(blueprint, "GET", "/api/v2/organizations/<int:organization_id>")
def show(state: State, organization_id: int) -> dict[str, Any]:
    """Return one organization."""
    return {"organization": _shown(state.get(state.organizations, organization_id))}


@route(blueprint, "POST", "/api/v2/organizations")
def create(state: State) -> Answer:
    """Create an organization; names are unique."""
    given = body("organization", OrganizationInput)
    if not given.name:
        raise invalid("name", "Name: cannot be blank", "BlankValue")
    need_free_name(state, given.name)
    made = state.new(state.organizations, Organization, name=given.name)
    change_organization(state, made, given.sent() | {"name": None})
    state.courier.post(organization_parcels(state, made, [("created", {})]))
    return created("organization", _shown(made))


@route(blueprint, "PUT", "/api/v2/organizations/<int:organization_id>")
def update(state: State, organization_id: int) -> dict[str, Any]:
    """Change an organization."""
    found = state.get(state.organizations, organization_id)
    change_organization(state, found, body("organization", OrganizationInput).sent())
    return {"organization": _shown(found)}


@route(blueprint, "DELETE", "/api/v2/organizations/<int:organization_id>", admin=True)
def delete(state: State, organization_id: int) -> Answer:
    """Delete an organization; its people and tickets lose it."""
    found = state.organizations.pop(state.get(state.organizations, organization_id).id)
    for person in state.users.values():
        person.organization_id = None if person.organization_id == found.id else person.organization_id
    for ticket in state.tickets.values():
        ticket.organization_id = None if ticket.organization_id == found.id else ticket.organization_id
    state.courier.post(organization_parcels(state, found, [("deleted", {})]))
    return Answer(status=204)
