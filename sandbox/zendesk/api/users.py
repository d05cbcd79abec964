"""Users, groups and memberships."""

from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import auth, jsonviews
from sandbox.zendesk.api.bodies import GroupInput, MembershipInput, UserInput
from sandbox.zendesk.api.routing import Answer, base, body, created, ids, json_body, parsed, route
from sandbox.zendesk.errors import invalid
from sandbox.zendesk.model import Group, Membership, User
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("users", __name__)


def _shown(record: User) -> dict[str, Any]:
    return jsonviews.user(record, base())


@route(blueprint, "GET", "/api/v2/users/me", open_to_all=True)
def me(state: State) -> dict[str, Any]:
    """Return the caller; without valid credentials 200 and a user whose id is null."""
    who = auth.optional_caller(state, request.headers.get("Authorization", ""))
    return {"user": _shown(who.user) if who else jsonviews.anonymous()}


@route(blueprint, "GET", "/api/v2/users")
def list_users(state: State) -> dict[str, Any]:
    """Return users, of some roles where ``role`` or ``role[]`` says so."""
    roles = request.args.getlist("role[]") or request.args.getlist("role")
    return page([u for u in state.users.values() if u.active and (not roles or u.role in roles)], "users", _shown)


@route(blueprint, "GET", "/api/v2/users/show_many")
def show_many(state: State) -> dict[str, Any]:
    """Return users by their ids or external ids."""
    outside = set(filter(None, request.args.get("external_ids", "").split(",")))
    found = [u for u in state.users.values() if u.id in ids() or u.external_id in outside]
    return page(found, "users", _shown)


@route(blueprint, "GET", "/api/v2/users/search")
def search_users(state: State) -> dict[str, Any]:
    """Return users whose name or address contains the query."""
    query = request.args.get("query", "").removeprefix("email:").strip('"').casefold()
    outside = request.args.get("external_id")
    found = [
        u
        for u in state.users.values()
        if (query and query in f"{u.name} {u.email}".casefold()) or (outside and u.external_id == outside)
    ]
    return page(found, "users", _shown)


@route(blueprint, "GET", "/api/v2/users/<int:user_id>")
def show(state: State, user_id: int) -> dict[str, Any]:
    """Return one user."""
    return {"user": _shown(state.get(state.users, user_id))}


@route(blueprint, "GET", "/api/v2/organizations/<int:organization_id>/users")
def list_of_organization(state: State, organization_id: int) -> dict[str, Any]:
    """Return an organization's people."""
    return page([u for u in state.users.values() if u.organization_id == organization_id], "users", _shown)


@route(blueprint, "GET", "/api/v2/groups/<int:group_id>/users")
def list_of_group(state: State, group_id: int) -> dict[str, Any]:
    """Return a group's agents."""
    return page([u for u in state.users.values() if group_id in state.groups_of(u.id)], "users", _shown)


@route(blueprint, "POST", "/api/v2/users")
def create(state: State) -> Answer:
    """Create a user."""
    given = body("user", UserInput)
    if not given.name:
        raise invalid("name", "Name: is too short (minimum is 1 character)", "BlankValue")
    if given.email and state.user_by_email(given.email):
        raise invalid("email", f"Email: {given.email} is already being used by another user", "DuplicateValue")
    made = state.new(state.users, User, name=given.name, email=given.email)
    _assign(state, made, given)
    return created("user", _shown(made))


@route(blueprint, "POST", "/api/v2/users/create_or_update")
def create_or_update(state: State) -> Answer:
    """Create a user, or change the one with the same address."""
    given = body("user", UserInput)
    known = state.user_by_email(given.email) if given.email else None
    if known is None:
        return create(state)
    _assign(state, known, given)
    return Answer({"user": _shown(known)})


@route(blueprint, "PUT", "/api/v2/users/<int:user_id>")
def update(state: State, user_id: int) -> dict[str, Any]:
    """Change a user."""
    found = state.get(state.users, user_id)
    _assign(state, found, body("user", UserInput))
    return {"user": _shown(found)}


@route(blueprint, "DELETE", "/api/v2/users/<int:user_id>")
def delete(state: State, user_id: int) -> dict[str, Any]:
    """Deactivate a user; afterwards sideloads leave it out."""
    found = state.get(state.users, user_id)
    found.active = False
    del state.users[found.id]
    return {"user": _shown(found)}


def _assign(state: State, record: User, given: UserInput) -> None:
    sent = given.sent()
    record.user_fields |= sent.pop("user_fields", None) or {}
    for name, value in sent.items():
        setattr(record, name, value)
    record.tags = list(record.tags or [])
    record.updated_at = state.now()


@route(blueprint, "GET", "/api/v2/groups")
def list_groups(state: State) -> dict[str, Any]:
    """Return the groups."""
    return page(list(state.groups.values()), "groups", lambda group: jsonviews.group(group, base()))


@route(blueprint, "GET", "/api/v2/groups/assignable")
def list_assignable(state: State) -> dict[str, Any]:
    """Return the groups that tickets can be given to: all."""
    return list_groups(state)


@route(blueprint, "GET", "/api/v2/groups/<int:group_id>")
def show_group(state: State, group_id: int) -> dict[str, Any]:
    """Return one group."""
    return {"group": jsonviews.group(state.get(state.groups, group_id), base())}


@route(blueprint, "POST", "/api/v2/groups", admin=True)
def create_group(state: State) -> Answer:
    """Create a group."""
    given = body("group", GroupInput)
    if not given.name:
        raise invalid("name", "Name: cannot be blank", "BlankValue")
    made = state.new(state.groups, Group, name=given.name, description=given.description or "")
    return created("group", jsonviews.group(made, base()))


@route(blueprint, "PUT", "/api/v2/groups/<int:group_id>", admin=True)
def update_group(state: State, group_id: int) -> dict[str, Any]:
    """Change a group."""
    found = state.get(state.groups, group_id)
    for name, value in body("group", GroupInput).sent().items():
        setattr(found, name, value)
    found.updated_at = state.now()
    return {"group": jsonviews.group(found, base())}


@route(blueprint, "DELETE", "/api/v2/groups/<int:group_id>", admin=True)
def delete_group(state: State, group_id: int) -> Answer:
    """Delete a group and its memberships."""
    del state.groups[state.get(state.groups, group_id).id]
    for membership in [m for m in state.memberships.values() if m.group_id == group_id]:
        del state.memberships[membership.id]
    return Answer(status=204)


@route(blueprint, "GET", "/api/v2/group_memberships")
def list_memberships(state: State) -> dict[str, Any]:
    """Return who is in which group."""
    return _memberships(list(state.memberships.values()))


@route(blueprint, "GET", "/api/v2/groups/<int:group_id>/memberships")
def list_memberships_of_group(state: State, group_id: int) -> dict[str, Any]:
    """Return who is in one group."""
    return _memberships([m for m in state.memberships.values() if m.group_id == group_id])


@route(blueprint, "GET", "/api/v2/users/<int:user_id>/group_memberships")
def list_memberships_of_user(state: State, user_id: int) -> dict[str, Any]:
    """Return which groups one agent is in."""
    return _memberships([m for m in state.memberships.values() if m.user_id == user_id])


@route(blueprint, "POST", "/api/v2/group_memberships", admin=True)
def create_membership(state: State) -> Answer:
    """Put an agent into a group."""
    given = parsed(json_body().get("group_membership"), MembershipInput)
    agent, group = state.get(state.users, given.user_id), state.get(state.groups, given.group_id)
    if not agent.is_staff or group.id in state.groups_of(agent.id):
        raise invalid("base", "Membership: the user is no agent or is in the group already", "InvalidValue")
    made = state.new(state.memberships, Membership, user_id=agent.id, group_id=group.id, default=bool(given.default))
    return created("group_membership", jsonviews.membership(made, base()))


def _memberships(found: list[Membership]) -> dict[str, Any]:
    return page(found, "group_memberships", lambda record: jsonviews.membership(record, base()))
