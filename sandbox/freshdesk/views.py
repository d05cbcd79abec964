"""Records as the API shows them. Source: API reference, samples of each resource; recorded answers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.freshdesk import ticketfields
from sandbox.freshdesk.model import Agent, Company, Contact, Group, Rule, SlaPolicy, TicketField

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store


def iso(at: datetime | None) -> str | None:
    """Return an instant as the API writes it: UTC, whole seconds, Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def company(record: Company) -> dict[str, Any]:
    """Return a company."""
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "note": record.note,
        "domains": list(record.domains),
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "custom_fields": dict(record.custom_fields),
        "health_score": record.health_score,
        "account_tier": record.account_tier,
        "renewal_date": record.renewal_date,
        "industry": record.industry,
    }


def contact(record: Contact, *, listed: bool = False) -> dict[str, Any]:
    """Return a contact; a list leaves out the rarer keys."""
    shown: dict[str, Any] = {
        "active": record.active,
        "address": record.address,
        "company_id": record.company_id,
        "description": record.description,
        "email": record.email,
        "id": record.id,
        "job_title": record.job_title,
        "language": record.language,
        "mobile": record.mobile,
        "name": record.name,
        "phone": record.phone,
        "time_zone": record.time_zone,
        "twitter_id": None,
        "custom_fields": dict(record.custom_fields),
        "facebook_id": None,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "unique_external_id": record.unique_external_id,
    }
    if not listed:
        shown |= {
            "view_all_tickets": record.view_all_tickets,
            "other_companies": list(record.other_companies),
            "other_emails": [],
            "tags": list(record.tags),
            "avatar": None,
        }
        if record.deleted:
            shown["deleted"] = True
    return shown


def agent(record: Agent, store: "Store") -> dict[str, Any]:
    """Return an agent, with the groups."""
    times = {"created_at": iso(record.created_at), "updated_at": iso(record.updated_at)}
    return {
        "available": True,
        "occasional": record.occasional,
        "id": record.id,
        "ticket_scope": record.scope,
        "signature": None,
        "group_ids": [group.id for group in store.groups.values() if record.id in group.agent_ids],
        "role_ids": [1 if record.admin else 2],
        "skill_ids": [],
        "available_since": None,
        "type": "support_agent",
        "deactivated": not record.active,
        "contact": {
            "active": record.active,
            "email": record.email,
            "job_title": None,
            "language": "en",
            "last_login_at": None,
            "mobile": None,
            "name": record.name,
            "phone": None,
            "time_zone": record.time_zone,
            **times,
        },
        **times,
    }


def group(record: Group) -> dict[str, Any]:
    """Return a group."""
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "escalate_to": None,
        "unassigned_for": None,
        "business_hour_id": record.business_hour_id,
        "group_type": "support_agent_group",
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "agent_ids": list(record.agent_ids),
        "auto_ticket_assign": 0,
    }


def ticket_field(record: TicketField, store: "Store", *, admin: bool = False) -> dict[str, Any]:
    """Return a field of the ticket form; admins see the choices with their positions."""
    shown: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "label": record.label,
        "description": record.label if record.default else None,
        "position": record.position,
        "required_for_closure": record.required_for_closure,
        "required_for_agents": record.required_for_agents,
        "type": record.type,
        "default": record.default,
        "customers_can_edit": record.customers_can_edit,
        "customers_can_filter": False,
        "label_for_customers": record.label_for_customers,
        "required_for_customers": record.required_for_customers,
        "displayed_to_customers": record.displayed_to_customers,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
    }
    if admin:
        shown |= {"archived": False, "has_section": False}
        if record.choices:
            shown["choices"] = [
                {"id": position, "label": value, "value": value, "position": position}
                for position, value in enumerate(record.choices, start=1)
            ]
        return shown
    choices = ticketfields.choices(store, record)
    return shown if choices is None else shown | {"choices": choices}


def rule(record: Rule, store: "Store") -> dict[str, Any]:
    """Return an automation rule with its summary in words."""
    siblings = [other for other in store.rules.values() if other.rule_type is record.rule_type]
    shown: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "position": record.position,
        "active": record.active,
        "automation_type_id": int(record.rule_type),
        "outdated": False,
        "last_updated_by": record.last_updated_by,
        "affected_tickets_count": None,
        "conditions": record.conditions,
        "actions": record.actions,
        "summary": {"conditions": {}, "actions": [action["field_name"] for action in record.actions]},
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "meta": {"total_active_count": sum(other.active for other in siblings), "total_count": len(siblings)},
    }
    if record.operator:
        shown["operator"] = record.operator
    if record.performer:
        shown |= {"performer": record.performer, "events": record.events}
    return shown


def sla_policy(record: SlaPolicy) -> dict[str, Any]:
    """Return a native policy."""
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "active": record.active,
        "is_default": record.is_default,
        "position": record.position,
        "sla_target": {
            f"priority_{priority}": {
                "respond_within": target.respond_within_seconds,
                "resolve_within": target.resolve_within_seconds,
                "business_hours": False,
                "escalation_enabled": False,
            }
            for priority, target in sorted(record.targets.items(), reverse=True)
        },
        "applicable_to": dict(record.applicable_to),
        "escalation": {},
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
    }
