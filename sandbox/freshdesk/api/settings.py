"""What the account is: settings, plan, business hours, native SLA policies. Source: API reference, those sections."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.freshdesk import views
from sandbox.freshdesk.api.routing import Answer, agent, body, created, route
from sandbox.freshdesk.errors import invalid, missing, not_found
from sandbox.freshdesk.inputs import Input
from sandbox.freshdesk.model import PRIORITIES, SlaPolicy, Target
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.state import State

blueprint = Blueprint("settings", __name__)
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
ZONE = "Eastern Time (US & Canada)"  # a Rails name, not one of the zone database


class TargetInput(Input):
    """What one priority is allowed, in seconds."""

    respond_within: int = Field(gt=0)
    resolve_within: int = Field(gt=0)
    business_hours: bool = False
    escalation_enabled: bool = False


class PolicyInput(Input):
    """A native policy."""

    name: str
    description: str | None = None
    active: bool = True
    position: int | None = None
    sla_target: dict[str, TargetInput]
    applicable_to: dict[str, Any]
    escalation: dict[str, Any] = Field(default_factory=dict)


@route(blueprint, "GET", "/settings/helpdesk")
def helpdesk(state: State) -> dict[str, Any]:
    """Return the languages."""
    del state
    return {"primary_language": "en", "supported_languages": [], "portal_languages": []}


@route(blueprint, "GET", "/account", admin=True)
def account(state: State) -> dict[str, Any]:
    """Return the account: its plan, zone and people."""
    return {
        "organisation_id": state.form_id,
        "organisation_name": state.name,
        "account_id": state.form_id,
        "account_name": state.name,
        "account_domain": state.switches.domain or request.host,
        "hipaa_compliant": False,
        "tier_type": state.switches.plan.capitalize(),
        "timezone": ZONE,
        "data_center": "US East, Virginia, USA",
        "address": {"country": "US", "state": "", "city": "", "street": "", "postalcode": ""},
        "contact_person": {"firstname": agent().name, "lastname": "", "email": agent().email},
        "total_agents": {"full_time": len(state.agents), "occasional": 0, "field_service": 0, "collaborators": 0},
    }


@route(blueprint, "GET", "/business_hours", admin=True)
def list_business_hours(state: State) -> Answer:
    """Return the business hours, without holidays."""
    return page([state.business_hour_id], lambda record_id: _hours(state, record_id))


@route(blueprint, "GET", "/business_hours/<int:record_id>", admin=True)
def show_business_hours(state: State, record_id: int) -> dict[str, Any]:
    """Return one set of business hours; a day left out is closed."""
    if record_id != state.business_hour_id:
        raise not_found()
    return _hours(state, record_id)


def _hours(state: State, record_id: int) -> dict[str, Any]:
    day = {"start_time": "08:00:00 am", "end_time": "05:00:00 pm"}
    at = views.iso(next(iter(state.sla_policies.values())).created_at)
    return {
        "id": record_id,
        "name": "Default",
        "description": "Default Business Calendar",
        "is_default": True,
        "time_zone": ZONE,
        "business_hours": dict.fromkeys(WORKDAYS, day),
        "created_at": at,
        "updated_at": at,
    }


@route(blueprint, "GET", "/sla_policies", admin=True)
def list_policies(state: State) -> Answer:
    """Return the native policies by position."""
    found = sorted(state.sla_policies.values(), key=lambda policy: (policy.position, policy.id))
    return page(found, views.sla_policy)


@route(blueprint, "POST", "/sla_policies", admin=True)
def create_policy(state: State) -> Answer:
    """Create a native policy; it needs a target for each priority and what it applies to."""
    given = body(PolicyInput)
    names = {f"priority_{priority}": priority for priority in PRIORITIES}
    faults = [missing(f"sla_target.{name}") for name in names if name not in given.sla_target]
    if not given.applicable_to:
        faults.append(missing("applicable_to"))
    if faults:
        raise invalid(faults)
    made = state.new(
        state.sla_policies,
        SlaPolicy,
        name=given.name,
        description=given.description,
        active=given.active,
        position=given.position or len(state.sla_policies) + 1,
        applicable_to=given.applicable_to,
        targets={
            priority: Target(given.sla_target[name].respond_within, given.sla_target[name].resolve_within)
            for name, priority in names.items()
        },
    )
    return created("/sla_policies", made.id, views.sla_policy(made))
