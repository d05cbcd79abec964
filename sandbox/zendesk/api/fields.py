"""Custom fields of tickets, organizations and users; forms; status labels."""

from typing import Any

from flask import Blueprint

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.bodies import CustomFieldInput, CustomStatusInput, TicketFormInput
from sandbox.zendesk.api.routing import Answer, base, body, created, route, user
from sandbox.zendesk.errors import bad_request, invalid
from sandbox.zendesk.model import CustomField, CustomStatus, TicketForm
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("fields", __name__)
TICKET_TYPES = {
    "text",
    "textarea",
    "checkbox",
    "date",
    "integer",
    "decimal",
    "regexp",
    "tagger",
    "multiselect",
    "lookup",
    "partialcreditcard",
}
PERSON_TYPES = (TICKET_TYPES - {"tagger", "partialcreditcard"}) | {"dropdown"}


@route(blueprint, "GET", "/api/v2/ticket_fields")
def list_ticket_fields(state: State) -> dict[str, Any]:
    """Return all ticket fields, system ones too."""
    return page(list(state.ticket_fields.values()), "ticket_fields", lambda f: jsonviews.ticket_field(f, base()))


@route(blueprint, "GET", "/api/v2/ticket_fields/<int:field_id>")
def show_ticket_field(state: State, field_id: int) -> dict[str, Any]:
    """Return one ticket field."""
    return {"ticket_field": jsonviews.ticket_field(state.get(state.ticket_fields, field_id), base())}


@route(blueprint, "POST", "/api/v2/ticket_fields", admin=True)
def create_ticket_field(state: State) -> Answer:
    """Create a ticket field: titles need not be unique. It stands on the default form only."""
    given = body("ticket_field", CustomFieldInput)
    made = _created_field(state, state.ticket_fields, given, TICKET_TYPES)
    made.creator_user_id = user().id
    state.default_form().ticket_field_ids.append(made.id)
    return created("ticket_field", jsonviews.ticket_field(made, base()))


@route(blueprint, "PUT", "/api/v2/ticket_fields/<int:field_id>", admin=True)
def update_ticket_field(state: State, field_id: int) -> dict[str, Any]:
    """Change a ticket field. A left-out option goes away together with its values on tickets."""
    field = state.get(state.ticket_fields, field_id)
    _assign(state, field, body("ticket_field", CustomFieldInput))
    if field.type in ("tagger", "multiselect"):
        for ticket in state.tickets.values():
            if field.type == "tagger" and ticket.custom.get(field.id) not in (None, *field.option_values):
                ticket.tags = [tag for tag in ticket.tags if tag != ticket.custom[field.id]]
                del ticket.custom[field.id]
    return {"ticket_field": jsonviews.ticket_field(field, base())}


@route(blueprint, "DELETE", "/api/v2/ticket_fields/<int:field_id>", admin=True)
def delete_ticket_field(state: State, field_id: int) -> Answer:
    """Delete a field with its values; refused while a trigger uses it (UNCONFIRMED)."""
    field = state.get(state.ticket_fields, field_id)
    if field.system:
        raise invalid("base", "System fields cannot be deleted")
    name = f"custom_fields_{field.id}"
    for rule in state.rules.values():
        if any(part["field"] == name for part in (*rule.all_of, *rule.any_of, *rule.actions)):
            raise invalid("base", f"{field.title} is used by the trigger {rule.title}")
    del state.ticket_fields[field.id]
    for form in state.ticket_forms.values():
        form.ticket_field_ids = [n for n in form.ticket_field_ids if n != field.id]
    for ticket in state.tickets.values():
        ticket.custom.pop(field.id, None)
    return Answer(status=204)


def _created_field(
    state: State, table: dict[int, CustomField], given: CustomFieldInput, types: set[str]
) -> CustomField:
    kind = given.type or "text"
    if not given.title:
        raise invalid("title", "Title: cannot be blank", "BlankValue")
    if kind not in types:
        raise invalid("type", f"Type: {kind} is not valid", "InvalidValue")
    made = state.new(table, CustomField, title=given.title, type=kind, key=given.key)
    _assign(state, made, given)
    return made


def _assign(state: State, field: CustomField, given: CustomFieldInput) -> None:
    sent = given.sent()
    if sent.get("type", field.type) != field.type:
        raise invalid("type", "Type: cannot be changed", "InvalidValue")
    sent.pop("key", None)  # cannot be changed later; ignored
    if (options := sent.pop("custom_field_options", None)) is not None:
        known = {option["value"]: option["id"] for option in field.options}
        field.options = [
            {"id": known.get(o.value) or state.ids.record(), "name": o.name, "value": o.value} for o in options
        ]
    for name, value in sent.items():
        setattr(field, name, value)
    field.updated_at = state.now()


def _register_person_fields(kind: str, table_name: str) -> None:
    """Register the paths of organization or user fields, which differ in their name alone."""
    singular, plural = f"{kind}_field", f"{kind}_fields"

    def table(state: State) -> dict[int, CustomField]:
        found: dict[int, CustomField] = getattr(state, table_name)
        return found

    def shown(field: CustomField) -> dict[str, Any]:
        return jsonviews.person_field(field, base(), plural)

    @route(blueprint, "GET", f"/api/v2/{plural}")
    def list_fields(state: State) -> dict[str, Any]:
        return page(list(table(state).values()), plural, shown)

    @route(blueprint, "GET", f"/api/v2/{plural}/<int:field_id>")
    def show(state: State, field_id: int) -> dict[str, Any]:
        return {singular: shown(state.get(table(state), field_id))}

    @route(blueprint, "POST", f"/api/v2/{plural}", admin=True)
    def create(state: State) -> Answer:
        given = body(singular, CustomFieldInput)
        if not given.key or any(field.key == given.key for field in table(state).values()):
            raise invalid("key", "Key: is blank or has already been taken", "DuplicateValue")
        return created(singular, shown(_created_field(state, table(state), given, PERSON_TYPES)))

    @route(blueprint, "PUT", f"/api/v2/{plural}/<int:field_id>", admin=True)
    def update(state: State, field_id: int) -> dict[str, Any]:
        field = state.get(table(state), field_id)
        _assign(state, field, body(singular, CustomFieldInput))
        return {singular: shown(field)}

    @route(blueprint, "DELETE", f"/api/v2/{plural}/<int:field_id>", admin=True)
    def delete(state: State, field_id: int) -> Answer:
        del table(state)[state.get(table(state), field_id).id]
        return Answer(status=204)


_register_person_fields("organization", "organization_fields")
_register_person_fields("user", "user_fields")


@route(blueprint, "GET", "/api/v2/ticket_forms")
def list_forms(state: State) -> dict[str, Any]:
    """Return the forms."""
    return page(list(state.ticket_forms.values()), "ticket_forms", lambda f: jsonviews.ticket_form(f, base()))


@route(blueprint, "GET", "/api/v2/ticket_forms/<int:form_id>")
def show_form(state: State, form_id: int) -> dict[str, Any]:
    """Return one form."""
    return {"ticket_form": jsonviews.ticket_form(state.get(state.ticket_forms, form_id), base())}


@route(blueprint, "POST", "/api/v2/ticket_forms", admin=True)
def create_form(state: State) -> Answer:
    """Create a form."""
    given = body("ticket_form", TicketFormInput)
    made = state.new(state.ticket_forms, TicketForm, name=given.name or "")
    _assign_form(state, made, given)
    return created("ticket_form", jsonviews.ticket_form(made, base()))


@route(blueprint, "PUT", "/api/v2/ticket_forms/<int:form_id>", admin=True)
def update_form(state: State, form_id: int) -> dict[str, Any]:
    """Change a form; empty lists of conditions delete them."""
    form = state.get(state.ticket_forms, form_id)
    _assign_form(state, form, body("ticket_form", TicketFormInput))
    return {"ticket_form": jsonviews.ticket_form(form, base())}


def _assign_form(state: State, form: TicketForm, given: TicketFormInput) -> None:
    for field_id in given.ticket_field_ids or []:
        if field_id not in state.ticket_fields:
            raise invalid("ticket_field_ids", f"Ticket field: {field_id} is invalid", "InvalidValue")
    for name, value in given.sent().items():
        setattr(form, name, value)
    form.updated_at = state.now()


@route(blueprint, "GET", "/api/v2/custom_statuses")
def list_statuses(state: State) -> dict[str, Any]:
    """Return all status labels; there is no paging."""
    return {"custom_statuses": [jsonviews.custom_status(s, base()) for s in state.custom_statuses.values()]}


@route(blueprint, "GET", "/api/v2/custom_statuses/<int:status_id>")
def show_status(state: State, status_id: int) -> dict[str, Any]:
    """Return one status label."""
    return {"custom_status": jsonviews.custom_status(state.get(state.custom_statuses, status_id), base())}


@route(blueprint, "POST", "/api/v2/custom_statuses", admin=True)
def create_status(state: State) -> Answer:
    """Create a status label in a category."""
    given = body("custom_status", CustomStatusInput)
    if given.status_category not in ("open", "pending", "hold", "solved") or not given.agent_label:
        raise bad_request("InvalidValue", "status_category must be open, pending, hold or solved, with an agent_label")
    made = state.new(
        state.custom_statuses,
        CustomStatus,
        status_category=given.status_category,
        agent_label=given.agent_label,
        end_user_label=given.end_user_label,
    )
    return created("custom_status", jsonviews.custom_status(made, base()))
