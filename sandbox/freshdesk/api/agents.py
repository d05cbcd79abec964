"""Agents, groups and roles. Source: API reference, "Agents", "Groups", "Roles"; most of it is the admin's."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.freshdesk import views
from sandbox.freshdesk.api.routing import Answer, agent, body, created, route
from sandbox.freshdesk.errors import conflict, invalid, not_found, nothing_matches
from sandbox.freshdesk.inputs import Input
from sandbox.freshdesk.model import Group
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.state import State

blueprint = Blueprint("agents", __name__)
ROLES = {1: "Account Administrator", 2: "Agent"}


class GroupInput(Input):
    """The keys of a group."""

    name: str
    description: str | None = None
    agent_ids: list[int] = Field(default_factory=list)


class AgentChange(Input):
    """The keys of an agent's update."""

    occasional: bool | None = None
    ticket_scope: int | None = Field(default=None, ge=1, le=3)
    name: str | None = None
    email: str | None = None


@route(blueprint, "GET", "/agents/me")
def me(state: State) -> dict[str, Any]:
    """Return who is calling; any agent may ask."""
    return views.agent(agent(), state)


@route(blueprint, "GET", "/agents", admin=True)
def list_agents(state: State) -> Answer:
    """Return a page of agents; ``email`` finds one."""
    found = [known for known in state.agents.values() if known.active]
    if wanted := request.args.get("email"):
        found = [known for known in found if known.email.casefold() == wanted.casefold()]
    return page(found, lambda known: views.agent(known, state))


@route(blueprint, "GET", "/agents/<int:agent_id>", admin=True)
def show_agent(state: State, agent_id: int) -> dict[str, Any]:
    """Return an agent."""
    return views.agent(state.get(state.agents, agent_id), state)


@route(blueprint, "PUT", "/agents/<int:agent_id>", admin=True)
def update_agent(state: State, agent_id: int) -> dict[str, Any]:
    """Change an agent's scope, kind, name or address."""
    known, given = state.get(state.agents, agent_id), body(AgentChange)
    known.occasional = known.occasional if given.occasional is None else given.occasional
    known.scope, known.name = given.ticket_scope or known.scope, given.name or known.name
    known.email, known.updated_at = given.email or known.email, state.now()
    return views.agent(known, state)


@route(blueprint, "DELETE", "/agents/<int:agent_id>", admin=True)
def deactivate_agent(state: State, agent_id: int) -> Answer:
    """Take an agent's access away; the key stops working at once."""
    known = state.get(state.agents, agent_id)
    if not known.active:
        raise not_found()
    known.active = False
    return Answer(status=204)


@route(blueprint, "GET", "/groups", admin=True)
def list_groups(state: State) -> Answer:
    """Return a page of groups."""
    return page(list(state.groups.values()), views.group)


@route(blueprint, "GET", "/admin/groups", admin=True)
def list_admin_groups(state: State) -> Answer:
    """Return a page of groups, by the newer path."""
    return page(list(state.groups.values()), views.group)


@route(blueprint, "GET", "/groups/<int:group_id>", admin=True)
def show_group(state: State, group_id: int) -> dict[str, Any]:
    """Return a group."""
    return views.group(state.get(state.groups, group_id))


@route(blueprint, "POST", "/groups", admin=True)
def create_group(state: State) -> Answer:
    """Create a group."""
    given = body(GroupInput)
    if any(group.name.lower() == given.name.lower() for group in state.groups.values()):
        raise conflict("name")
    if any(member not in state.agents for member in given.agent_ids):
        raise invalid([nothing_matches("agent_ids", "agent")])
    made = state.new(state.groups, Group, **given.model_dump(), business_hour_id=state.business_hour_id)
    return created("/groups", made.id, views.group(made))


@route(blueprint, "DELETE", "/groups/<int:group_id>", admin=True)
def delete_group(state: State, group_id: int) -> Answer:
    """Delete a group; its tickets have none then."""
    group = state.get(state.groups, group_id)
    del state.groups[group.id]
    for ticket in state.tickets.values():
        ticket.group_id = None if ticket.group_id == group.id else ticket.group_id
    return Answer(status=204)


@route(blueprint, "GET", "/roles", admin=True)
def list_roles(state: State) -> list[Any]:
    """Return the roles."""
    return [_role(state, number) for number in ROLES]


@route(blueprint, "GET", "/roles/<int:role_id>", admin=True)
def show_role(state: State, role_id: int) -> dict[str, Any]:
    """Return a role."""
    if role_id not in ROLES:
        raise not_found()
    return _role(state, role_id)


def _role(state: State, number: int) -> dict[str, Any]:
    at = views.iso(state.groups[min(state.groups)].created_at) if state.groups else views.iso(state.now())
    return {
        "id": number,
        "name": ROLES[number],
        "description": ROLES[number],
        "default": True,
        "agent_type": 1,
        "created_at": at,
        "updated_at": at,
    }
