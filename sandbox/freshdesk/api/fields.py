"""The ticket form: what every agent may read, and what admins create. Source: API reference, "Ticket fields"."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.freshdesk import views
from sandbox.freshdesk.api.routing import Answer, body, created, route
from sandbox.freshdesk.errors import Fault, coded, invalid, missing, one_of
from sandbox.freshdesk.inputs import Input
from sandbox.freshdesk.model import TicketField
from sandbox.freshdesk.state import State
from sandbox.freshdesk.ticketfields import CUSTOM_TYPES

blueprint = Blueprint("fields", __name__)


class ChoiceInput(Input):
    """One choice of a drop-down; ``id`` names one that exists, ``deleted`` takes it away."""

    value: str | None = None
    position: int | None = None
    id: int | None = None
    label: str | None = None
    deleted: bool = False


class FieldChange(Input):
    """The keys of a field's update."""

    label: str | None = None
    label_for_customers: str | None = None
    position: int | None = Field(default=None, ge=1)
    displayed_to_customers: bool | None = None
    customers_can_edit: bool | None = None
    required_for_agents: bool | None = None
    required_for_closure: bool | None = None
    required_for_customers: bool | None = None
    choices: list[ChoiceInput] | None = None


class FieldInput(FieldChange):
    """The keys of a new field."""

    type: str | None = None


@route(blueprint, "GET", "/ticket_fields")
def list_fields(state: State) -> list[Any]:
    """Return the fields in their order; ``type`` keeps one kind."""
    wanted = request.args.get("type")
    found = [field for field in _ordered(state) if wanted in (None, field.type)]
    return [views.ticket_field(field, state) for field in found]


@route(blueprint, "GET", "/admin/ticket_fields", admin=True)
def list_admin_fields(state: State) -> list[Any]:
    """Return the fields as an admin sees them."""
    return [views.ticket_field(field, state, admin=True) for field in _ordered(state)]


@route(blueprint, "GET", "/admin/ticket_fields/<int:field_id>", admin=True)
def show_field(state: State, field_id: int) -> dict[str, Any]:
    """Return a field with its choices."""
    return views.ticket_field(state.get(state.ticket_fields, field_id), state, admin=True)


@route(blueprint, "POST", "/admin/ticket_fields", admin=True)
def create_field(state: State) -> Answer:
    """Create a field; its ``name`` is the key of values from then on, and may have a number behind it."""
    given = body(FieldInput)
    faults = [missing(name) for name in ("label", "label_for_customers", "type") if not getattr(given, name)]
    if given.type and given.type not in CUSTOM_TYPES:
        faults.append(one_of("type", CUSTOM_TYPES))
    if given.type == "custom_dropdown" and not given.choices:
        faults.append(missing("choices"))
    if given.choices and given.type != "custom_dropdown":
        faults.append(Fault("choices", "Unexpected/invalid field in request", "invalid_field"))
    if given.label and any(f.label.casefold() == given.label.casefold() for f in state.ticket_fields.values()):
        faults.append(Fault("label", "It should be a unique value", "duplicate_value"))
    if faults or not (given.label and given.type):
        raise invalid(faults)
    if sum(f.type == given.type for f in state.ticket_fields.values()) >= CUSTOM_TYPES[given.type]:
        raise coded(403, "require_feature", f"The maximum number of fields of type {given.type} is reached")
    choices = [choice.value for choice in _sorted(given.choices or []) if choice.value]
    field = state.add_ticket_field(given.label, given.type, choices)
    _put(field, given)
    return created("/admin/ticket_fields", field.id, views.ticket_field(field, state, admin=True))


@route(blueprint, "PUT", "/admin/ticket_fields/<int:field_id>", admin=True)
def update_field(state: State, field_id: int) -> dict[str, Any]:
    """Change a field's labels, rights and choices; a choice that is not named stays."""
    field, given = state.get(state.ticket_fields, field_id), body(FieldChange)
    for choice in _sorted(given.choices or []):
        known = field.choices[choice.id - 1] if choice.id and choice.id <= len(field.choices) else choice.value
        if choice.deleted and known in field.choices:
            field.choices.remove(known)
        elif choice.value and known in field.choices:
            field.choices[field.choices.index(known)] = choice.value
        elif choice.value:
            field.choices.append(choice.value)
    _put(field, given)
    field.updated_at = state.now()
    return views.ticket_field(field, state, admin=True)


@route(blueprint, "DELETE", "/admin/ticket_fields/<int:field_id>", admin=True)
def delete_field(state: State, field_id: int) -> Answer:
    """Delete a custom field with its values on every ticket."""
    field = state.get(state.ticket_fields, field_id)
    if field.default:
        raise coded(403, "access_denied", "Default fields cannot be deleted")
    del state.ticket_fields[field.id]
    for ticket in state.tickets.values():
        ticket.custom_fields.pop(field.name, None)
    return Answer(status=204)


def _ordered(state: State) -> list[TicketField]:
    return sorted(state.ticket_fields.values(), key=lambda field: (field.position, field.id))


def _sorted(choices: list[ChoiceInput]) -> list[ChoiceInput]:
    return sorted(choices, key=lambda choice: choice.position or len(choices) + 1)


def _put(field: TicketField, given: FieldChange) -> None:
    for name in given.model_fields_set - {"choices", "type"}:
        value = getattr(given, name)
        if value is not None:
            setattr(field, name, value)
