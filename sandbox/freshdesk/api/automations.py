"""Automation rules by API: admins only, where the account has it. Source: API reference, "Automation rules"."""

from typing import Any

from flask import Blueprint

from sandbox.freshdesk import views
from sandbox.freshdesk.api.routing import Answer, agent, body, created, route
from sandbox.freshdesk.automation.bodies import RuleChange, check, put
from sandbox.freshdesk.errors import not_found
from sandbox.freshdesk.model import Rule, RuleType
from sandbox.freshdesk.state import State

blueprint = Blueprint("automations", __name__)
RULES = "/automations/<int:kind>/rules"
RULE = f"{RULES}/<int:rule_id>"


@route(blueprint, "GET", RULES, admin=True, automations=True)
def list_rules(state: State, kind: int) -> dict[str, Any]:
    """Return the rules of one type, as an object; a public script saw a plain array."""
    found = [rule for rule in state.rules.values() if rule.rule_type is _kind(kind)]
    shown = [views.rule(rule, state) for rule in sorted(found, key=lambda rule: (rule.position, rule.id))]
    for rule in shown:
        del rule["meta"]
    return {"rules": shown, "meta": {"count": len(shown), "cascading_rules": state.switches.cascading_rules}}


@route(blueprint, "GET", RULE, admin=True, automations=True)
def show_rule(state: State, kind: int, rule_id: int) -> dict[str, Any]:
    """Return a rule."""
    return views.rule(_rule(state, kind, rule_id), state)


@route(blueprint, "POST", RULES, admin=True, automations=True)
def create_rule(state: State, kind: int) -> Answer:
    """Create a rule, active unless it says otherwise, at the end unless it names a position."""
    given, rule_type = body(RuleChange), _kind(kind)
    check(state, rule_type, given, creating=True)
    rule = state.add_rule(rule_type, given.name or "", given.actions or [], last_updated_by=agent().id)
    last = rule.position
    put(rule, given)
    rule.active, rule.position = given.active is not False, given.position or last
    return created(f"/automations/{kind}/rules", rule.id, views.rule(rule, state))


@route(blueprint, "PUT", RULE, admin=True, automations=True)
def update_rule(state: State, kind: int, rule_id: int) -> dict[str, Any]:
    """Change a rule; what the body does not name stays."""
    rule, given = _rule(state, kind, rule_id), body(RuleChange)
    check(state, rule.rule_type, given, creating=False)
    put(rule, given)
    rule.last_updated_by, rule.updated_at = agent().id, state.now()
    return views.rule(rule, state)


@route(blueprint, "DELETE", RULE, admin=True, automations=True)
def delete_rule(state: State, kind: int, rule_id: int) -> Answer:
    """Delete a rule."""
    del state.rules[_rule(state, kind, rule_id).id]
    return Answer(status=204)


def _kind(number: int) -> RuleType:
    try:
        return RuleType(number)
    except ValueError:
        raise not_found() from None


def _rule(state: State, kind: int, rule_id: int) -> Rule:
    rule = state.get(state.rules, rule_id)
    if rule.rule_type is not _kind(kind):
        raise not_found()
    return rule
