"""How records look in answers: the exact keys, in Zendesk's order."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.model import (
    CustomField,
    CustomStatus,
    Group,
    Job,
    Membership,
    OAuthClient,
    Organization,
    Rule,
    SlaPolicy,
    TicketForm,
    TriggerCategory,
    User,
    View,
    Webhook,
)

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

Json = dict[str, Any]


def iso(at: datetime | None) -> str | None:
    """Return an instant as ``2026-11-20T15:00:00Z``."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _record(base: str, path: str, record: Any) -> Json:
    return {
        "url": f"{base}/api/v2/{path}/{record.id}.json",
        "id": record.id,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
    }


def organization(record: Organization, base: str) -> Json:
    """Return an organization; its custom values are by key."""
    return _record(base, "organizations", record) | {
        "name": record.name,
        "shared_tickets": record.shared_tickets,
        "shared_comments": record.shared_comments,
        "external_id": record.external_id,
        "domain_names": record.domain_names,
        "details": record.details,
        "notes": record.notes,
        "group_id": record.group_id,
        "tags": record.tags,
        "organization_fields": record.organization_fields,
    }


def user(record: User, base: str) -> Json:
    """Return a user as an agent sees it."""
    staff = record.is_staff
    return _record(base, "users", record) | {
        "name": record.name,
        "email": record.email,
        "time_zone": record.time_zone,
        "iana_time_zone": record.iana_time_zone,
        "phone": record.phone,
        "shared_phone_number": None,
        "photo": None,
        "locale_id": 1,
        "locale": record.locale,
        "organization_id": record.organization_id,
        "role": record.role,
        "verified": record.verified,
        "external_id": record.external_id,
        "tags": record.tags,
        "alias": None,
        "active": record.active,
        "shared": False,
        "shared_agent": False,
        "last_login_at": None,
        "two_factor_auth_enabled": None,
        "signature": None,
        "details": record.details,
        "notes": record.notes,
        "role_type": (4 if record.role == "admin" else record.role_type) if staff else None,
        "custom_role_id": None,
        "moderator": staff,
        "ticket_restriction": None if staff else "requested",
        "only_private_comments": record.role_type == 1,
        "restricted_agent": not staff,
        "suspended": record.suspended,
        "default_group_id": record.default_group_id,
        "report_csv": record.role == "admin",
        "user_fields": record.user_fields,
    }


def anonymous() -> Json:
    """Return what users/me shows to a caller without valid credentials: nobody, with status 200."""
    return {
        "id": None,
        "url": None,
        "name": "Anonymous user",
        "email": "invalid@example.com",
        "created_at": None,
        "updated_at": None,
        "role": "end-user",
        "verified": False,
        "active": None,
        "user_fields": {},
    }


def group(record: Group, base: str) -> Json:
    """Return a group."""
    return _record(base, "groups", record) | {
        "name": record.name,
        "description": record.description,
        "default": record.default,
        "is_public": record.is_public,
        "deleted": record.deleted,
    }


def membership(record: Membership, base: str) -> Json:
    """Return who is in which group."""
    return _record(base, "group_memberships", record) | {
        "user_id": record.user_id,
        "group_id": record.group_id,
        "default": record.default,
    }


def ticket_field(record: CustomField, base: str) -> Json:
    """Return a ticket field; drop-downs show their options."""
    body = _record(base, "ticket_fields", record) | {
        "type": record.type,
        "title": record.title,
        "raw_title": record.title,
        "description": record.description or record.title,
        "raw_description": record.description or record.title,
        "position": record.position,
        "active": record.active,
        "required": record.required,
        "collapsed_for_agents": record.collapsed_for_agents,
        "regexp_for_validation": record.regexp_for_validation,
        "title_in_portal": record.title_in_portal or record.title,
        "raw_title_in_portal": record.title_in_portal or record.title,
        "visible_in_portal": record.visible_in_portal,
        "editable_in_portal": record.editable_in_portal,
        "required_in_portal": record.required_in_portal,
        "tag": record.tag,
        "removable": not record.system,
        "key": record.key,
        "agent_description": record.agent_description,
    }
    return body | _options(record, ("tagger", "multiselect"))


def person_field(record: CustomField, base: str, path: str) -> Json:
    """Return a user or organization field."""
    body = _record(base, path, record) | {
        "type": record.type,
        "key": record.key,
        "title": record.title,
        "description": record.description or "",
        "raw_title": record.title,
        "raw_description": record.description or "",
        "position": record.position,
        "active": record.active,
        "system": record.system,
        "regexp_for_validation": record.regexp_for_validation,
    }
    if record.type == "checkbox":
        body["tag"] = record.tag
    return body | _options(record, ("dropdown", "multiselect"))


def _options(record: CustomField, types: tuple[str, ...]) -> Json:
    if record.type not in types:
        return {}
    return {"custom_field_options": [option | {"raw_name": option["name"]} for option in record.options]}


def ticket_form(record: TicketForm, base: str) -> Json:
    """Return a form with its fields' ids and conditions."""
    return _record(base, "ticket_forms", record) | {
        "name": record.name,
        "raw_name": record.name,
        "display_name": record.display_name or record.name,
        "raw_display_name": record.display_name or record.name,
        "position": record.position,
        "active": record.active,
        "default": record.default,
        "end_user_visible": record.end_user_visible,
        "in_all_brands": True,
        "restricted_brand_ids": [],
        "ticket_field_ids": record.ticket_field_ids,
        "agent_conditions": record.agent_conditions,
        "end_user_conditions": record.end_user_conditions,
    }


def custom_status(record: CustomStatus, base: str) -> Json:
    """Return a status label and its category."""
    label = record.end_user_label or record.agent_label
    return _record(base, "custom_statuses", record) | {
        "status_category": record.status_category,
        "agent_label": record.agent_label,
        "raw_agent_label": record.agent_label,
        "end_user_label": label,
        "raw_end_user_label": label,
        "description": record.description,
        "raw_description": record.description,
        "end_user_description": record.description,
        "raw_end_user_description": record.description,
        "active": record.active,
        "default": record.default,
    }


def rule(record: Rule, base: str) -> Json:
    """Return a trigger."""
    return _record(base, "triggers", record) | {
        "title": record.title,
        "raw_title": record.title,
        "active": record.active,
        "default": False,
        "actions": record.actions,
        "conditions": {"all": record.all_of, "any": record.any_of},
        "description": record.description,
        "position": record.position,
        "category_id": record.category_id,
    }


def trigger_category(record: TriggerCategory) -> Json:
    """Return a trigger category, whose id is text."""
    return {
        "id": str(record.id),
        "name": record.name,
        "position": record.position,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
    }


UNSORTABLE = ("description", "submitter", "custom_status_id")
DEFAULT_COLUMNS = ("description", "requester", "created", "updated", "group", "assignee")


def view(record: View, store: "Store", base: str) -> Json:
    """Return a view; each column says whether it sorts. That custom fields do is UNCONFIRMED."""
    columns = [_column(name, store) for name in record.columns or DEFAULT_COLUMNS]
    by_id = {column["id"]: column for column in columns}
    custom = [column for column in columns if str(column["id"]).isdigit()]
    return _record(base, "views", record) | {
        "title": record.title,
        "raw_title": record.title,
        "description": record.description,
        "active": record.active,
        "default": False,
        "position": record.position,
        "execution": {
            "group_by": record.group_by,
            "group_order": record.group_order,
            "sort_by": record.sort_by,
            "sort_order": record.sort_order,
            "group": by_id.get(record.group_by or ""),
            "sort": by_id.get(record.sort_by or ""),
            "columns": columns,
            "fields": columns,
            "custom_fields": custom,
        },
        "conditions": {"all": record.all_of, "any": record.any_of},
        "restriction": record.restriction,
    }


def _column(name: str, store: "Store") -> Json:
    field = store.ticket_fields.get(int(name)) if str(name).isdigit() else None
    shown = "subject" if name == "description" else name
    title = field.title if field else shown.replace("_", " ").capitalize()
    sortable = name not in UNSORTABLE
    return {"id": name if field else shown, "title": title, "filterable": sortable, "sortable": sortable}


def sla_policy(record: SlaPolicy, base: str) -> Json:
    """Return a native SLA policy."""
    return _record(base, "slas/policies", record) | {
        "title": record.title,
        "description": record.description,
        "position": record.position,
        "filter": record.filter,
        "policy_metrics": record.policy_metrics,
    }


def webhook(record: Webhook, *, just_made: bool = False) -> Json:
    """Return a webhook. Ids are text, secrets are left out, and a creation's time has nanoseconds."""
    created = record.created_at
    body: Json = {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "status": record.status,
        "subscriptions": record.subscriptions,
        "created_at": f"{created:%Y-%m-%dT%H:%M:%S}.{created.microsecond * 1000:09d}Z" if just_made else iso(created),
        "created_by": str(record.created_by),
        "updated_at": iso(record.updated_at),
        "updated_by": str(record.updated_by) if record.updated_by else None,
        "endpoint": record.endpoint,
        "http_method": record.http_method,
        "request_format": record.request_format,
        "custom_headers": record.custom_headers,
    }
    shown = {key: value for key, value in body.items() if value is not None}
    if record.authentication:
        shown["authentication"] = _authentication(record.authentication)
    return shown


def _authentication(given: Json) -> Json:
    body: Json = {"type": given["type"], "add_position": given.get("add_position", "header")}
    data = given.get("data") or {}
    if given["type"] == "basic_auth":
        body["data"] = {"username": data.get("username")}
    elif given["type"] == "api_key":
        body["data"] = {"name": data.get("name")}
    return body


def oauth_client(record: OAuthClient, base: str, *, just_made: bool = False) -> Json:
    """Return a client; its secret is in full only once."""
    return _record(base, "oauth/clients", record) | {
        "name": record.name,
        "identifier": record.identifier,
        "kind": record.kind,
        "user_id": record.user_id,
        "redirect_uri": [],
        "company": None,
        "description": None,
        "global": False,
        "secret": record.secret if just_made else record.secret[:10],
    }


def job(record: Job, base: str, *, just_queued: bool = False) -> Json:
    """Return a job's status."""
    is_running = just_queued or record.status == "working"
    return {
        "id": record.id,
        "url": f"{base}/api/v2/job_statuses/{record.id}.json",
        "total": record.total,
        "progress": None if just_queued else len(record.results),
        "status": "queued" if just_queued else record.status,
        "message": None if is_running else record.message,
        "results": None if is_running else record.results,
    }
