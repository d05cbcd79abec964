"""Triggers and their categories, views, native SLA policies."""

from typing import Any

from flask import Blueprint
from pydantic import ValidationError

from sandbox.zendesk import conditions, jsonviews
from sandbox.zendesk.actions import asked_for, webhook_call
from sandbox.zendesk.api.bodies import (
    ConditionInput,
    SlaPolicyInput,
    TriggerCategoryInput,
    TriggerInput,
    ViewInput,
)
from sandbox.zendesk.api.routing import Answer, base, body, created, route
from sandbox.zendesk.api.tickets import listed
from sandbox.zendesk.errors import invalid
from sandbox.zendesk.model import Rule, SlaPolicy, TriggerCategory, View
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("rules", __name__)
MOST_COLUMNS = 10
NEEDED_BY_VIEWS = {"status", "type", "group_id", "assignee_id", "requester_id"}


@route(blueprint, "GET", "/api/v2/triggers")
def list_triggers(state: State) -> dict[str, Any]:
    """Return the triggers in the order in which they run."""
    found = [rule for rule in state.rules.values() if rule.kind == "trigger"]
    return page(found, "triggers", lambda rule: jsonviews.rule(rule, base()), key=lambda rule: (rule.position, rule.id))


@route(blueprint, "GET", "/api/v2/triggers/<int:rule_id>")
def show_trigger(state: State, rule_id: int) -> dict[str, Any]:
    """Return one trigger."""
    return {"trigger": jsonviews.rule(state.get(state.rules, rule_id), base())}


@route(blueprint, "POST", "/api/v2/triggers")
def create_trigger(state: State) -> Answer:
    """Create a trigger, last in order; a category that was left out is filled in, as was recorded."""
    given = body("trigger", TriggerInput)
    if not given.title or not given.actions:
        raise invalid("base", "Trigger: needs a title and at least one action", "BlankValue")
    position = max((rule.position for rule in state.rules.values()), default=0) + 1
    first = str(next(iter(state.trigger_categories)))
    made = state.new(state.rules, Rule, title=given.title, position=position, category_id=first)
    try:
        _assign(state, made, given)
    except Exception:
        del state.rules[made.id]
        raise
    return created("trigger", jsonviews.rule(made, base()))


@route(blueprint, "PUT", "/api/v2/triggers/<int:rule_id>")
def update_trigger(state: State, rule_id: int) -> dict[str, Any]:
    """Change a trigger; touching one condition or action replaces both arrays."""
    found = state.get(state.rules, rule_id)
    _assign(state, found, body("trigger", TriggerInput))
    return {"trigger": jsonviews.rule(found, base())}


@route(blueprint, "DELETE", "/api/v2/triggers/<int:rule_id>")
def delete_trigger(state: State, rule_id: int) -> Answer:
    """Delete a trigger."""
    del state.rules[state.get(state.rules, rule_id).id]
    return Answer(status=204)


def _assign(state: State, rule: Rule, given: TriggerInput) -> None:
    sent = given.sent()
    actions = [{"field": a.field, "value": a.value} for a in given.actions] if given.actions else []
    try:
        asked_for(actions)
    except ValidationError as err:
        raise invalid("actions", f"Action: {err.errors()[0]['loc'][0]} has an invalid value", "InvalidValue") from None
    for action in actions:
        if action["field"] == "notification_webhook":
            webhook = state.webhooks.get(webhook_call(action["value"])[0])
            if webhook is None or webhook.subscriptions != ["conditional_ticket_events"]:
                raise invalid("actions", "Action: the webhook cannot be used by triggers", "InvalidValue")
    if given.category_id and given.category_id not in map(str, state.trigger_categories):
        raise invalid("category_id", "Category: is invalid", "InvalidValue")
    if {"conditions", "all_", "any_", "actions"} & set(sent):
        both = given.conditions
        rule.all_of = _conditions(both.all_ if both else given.all_)
        rule.any_of = _conditions(both.any_ if both else given.any_)
        rule.actions = actions
    for name in ("title", "active", "position", "category_id", "description"):
        if name in sent:
            setattr(rule, name, sent[name])
    rule.updated_at = state.now()


def _conditions(given: list[ConditionInput] | None) -> list[dict[str, Any]]:
    return [{"field": c.field, "operator": c.operator, "value": c.value} for c in given or []]


@route(blueprint, "GET", "/api/v2/trigger_categories")
def list_categories(state: State) -> dict[str, Any]:
    """Return the categories."""
    return page(list(state.trigger_categories.values()), "trigger_categories", jsonviews.trigger_category)


@route(blueprint, "GET", "/api/v2/trigger_categories/<int:category_id>")
def show_category(state: State, category_id: int) -> dict[str, Any]:
    """Return one category."""
    return {"trigger_category": jsonviews.trigger_category(state.get(state.trigger_categories, category_id))}


@route(blueprint, "POST", "/api/v2/trigger_categories")
def create_category(state: State) -> Answer:
    """Create a category."""
    given = body("trigger_category", TriggerCategoryInput)
    if not given.name:
        raise invalid("name", "Name: cannot be blank", "BlankValue")
    made = state.new(state.trigger_categories, TriggerCategory, name=given.name, position=given.position or 0)
    return created("trigger_category", jsonviews.trigger_category(made))


@route(blueprint, "DELETE", "/api/v2/trigger_categories/<int:category_id>")
def delete_category(state: State, category_id: int) -> Answer:
    """Delete a category that holds no trigger."""
    found = state.get(state.trigger_categories, category_id)
    if any(rule.category_id == str(found.id) for rule in state.rules.values()):
        raise invalid("base", "Category: still holds triggers")
    del state.trigger_categories[found.id]
    return Answer(status=204)


@route(blueprint, "GET", "/api/v2/views")
def list_views(state: State) -> dict[str, Any]:
    """Return the views."""
    return page(list(state.views.values()), "views", lambda view: jsonviews.view(view, state, base()))


@route(blueprint, "GET", "/api/v2/views/active")
def list_active_views(state: State) -> dict[str, Any]:
    """Return the views that are in use."""
    active = [view for view in state.views.values() if view.active]
    return page(active, "views", lambda view: jsonviews.view(view, state, base()))


@route(blueprint, "GET", "/api/v2/views/<int:view_id>")
def show_view(state: State, view_id: int) -> dict[str, Any]:
    """Return one view."""
    return {"view": jsonviews.view(state.get(state.views, view_id), state, base())}


@route(blueprint, "GET", "/api/v2/views/<int:view_id>/tickets")
def list_view_tickets(state: State, view_id: int) -> dict[str, Any]:
    """Return the tickets that a view shows; archived ones never."""
    view = state.get(state.views, view_id)
    live = [t for t in state.tickets.values() if not t.is_deleted and not t.archived]
    return listed(state, [t for t in live if conditions.met(state, t, view.all_of, view.any_of)])


@route(blueprint, "POST", "/api/v2/views")
def create_view(state: State) -> Answer:
    """Create a view."""
    given = body("view", ViewInput)
    if not given.title:
        raise invalid("title", "Title: cannot be blank", "BlankValue")
    _check_view(given.all_ or (given.conditions.all_ if given.conditions else []))
    made = state.new(state.views, View, title=given.title)
    _assign_view(state, made, given)
    return created("view", jsonviews.view(made, state, base()))


@route(blueprint, "PUT", "/api/v2/views/<int:view_id>")
def update_view(state: State, view_id: int) -> dict[str, Any]:
    """Change a view."""
    found = state.get(state.views, view_id)
    _assign_view(state, found, body("view", ViewInput))
    return {"view": jsonviews.view(found, state, base())}


@route(blueprint, "DELETE", "/api/v2/views/<int:view_id>")
def delete_view(state: State, view_id: int) -> Answer:
    """Delete a view."""
    del state.views[state.get(state.views, view_id).id]
    return Answer(status=204)


def _check_view(all_of: list[ConditionInput]) -> None:
    if not NEEDED_BY_VIEWS & {condition.field for condition in all_of}:
        raise invalid("base", "View: needs a condition in all on status, type, group, assignee or requester")


def _assign_view(state: State, view: View, given: ViewInput) -> None:
    sent = given.sent()
    if output := given.output:
        if len(output.columns) > MOST_COLUMNS:
            raise invalid("base", f"View: at most {MOST_COLUMNS} columns", "InvalidValue")
        view.columns = list(output.columns)
        view.group_by, view.group_order = output.group_by, output.group_order
        view.sort_by, view.sort_order = output.sort_by, output.sort_order
    if {"all_", "any_", "conditions"} & set(sent):
        both = given.conditions
        view.all_of = _conditions(both.all_ if both else given.all_)
        view.any_of = _conditions(both.any_ if both else given.any_)
    for name in ("title", "description", "active", "position", "restriction"):
        if name in sent:
            setattr(view, name, sent[name])
    view.updated_at = state.now()


@route(blueprint, "GET", "/api/v2/slas/policies", admin=True)
def list_policies(state: State) -> dict[str, Any]:
    """Return the native SLA policies."""
    return page(list(state.sla_policies.values()), "sla_policies", lambda p: jsonviews.sla_policy(p, base()))


@route(blueprint, "POST", "/api/v2/slas/policies", admin=True)
def create_policy(state: State) -> Answer:
    """Create a native SLA policy; it is kept, never applied."""
    given = body("sla_policy", SlaPolicyInput)
    if not given.title:
        raise invalid("title", "Title: cannot be blank", "BlankValue")
    made = state.new(state.sla_policies, SlaPolicy, title=given.title)
    for name, value in given.sent().items():
        setattr(made, name, value)
    return created("sla_policy", jsonviews.sla_policy(made, base()))
