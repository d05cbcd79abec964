"""Changing an organization: its events are the only sign of a new plan, for no ticket event tells of it."""

from typing import TYPE_CHECKING, Any

from sandbox.zendesk.errors import invalid
from sandbox.zendesk.model import Organization
from sandbox.zendesk.webhooks.events import Change, organization_parcels

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

PLAIN = ("external_id", "domain_names", "details", "notes", "group_id", "shared_tickets", "shared_comments")


def change_organization(store: "Store", organization: Organization, sent: dict[str, Any]) -> None:
    """Put the keys of ``sent`` in force; custom values are merged by key, and null clears one.

    The event's shape for a custom value follows the ticket's; no captured one is known.
    """
    changes: list[Change] = []
    if sent.get("name") and sent["name"] != organization.name:
        need_free_name(store, sent["name"])
        changes.append(("name_changed", {"current": sent["name"], "previous": organization.name}))
        organization.name = sent["name"]
    if "tags" in sent:
        before, after = set(organization.tags), set(sent["tags"] or ())
        if before != after:
            event = {"tags_added": sorted(after - before), "tags_removed": sorted(before - after)}
            changes.append(("tags_changed", event))
        organization.tags = sorted(after)
    if "external_id" in sent and sent["external_id"] != organization.external_id:
        about: Any = {"current": sent["external_id"], "previous": organization.external_id}
        changes.append(("external_id_changed", about))
    for key, value in (sent.get("organization_fields") or {}).items():
        changes += _custom(store, organization, key, value)
    for name in PLAIN:
        if name in sent:
            setattr(organization, name, sent[name])
    organization.updated_at = store.now()
    store.courier.post(organization_parcels(store, organization, changes))


def need_free_name(store: "Store", name: str) -> None:
    """Refuse a name that another organization has."""
    if any(other.name.casefold() == name.casefold() for other in store.organizations.values()):
        raise invalid("name", f"Name: {name} has already been taken", "DuplicateValue")


def _custom(store: "Store", organization: Organization, key: str, value: Any) -> list[Change]:
    field = next((f for f in store.organization_fields.values() if f.key == key), None)
    before = organization.organization_fields.get(key)
    if field is None or before == value:
        return []
    organization.organization_fields[key] = value
    about = {"id": str(field.id), "title": field.title, "type": field.type}
    return [
        (
            "custom_field_changed",
            {"custom_field": about, "current": {"value": value}, "previous": {"value": before}},
        )
    ]
