"""Fields: list, create, contexts, options. Names are not unique, and a field without a searcher is not in JQL."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field as Key

from sandbox.jira import fieldviews
from sandbox.jira.api.routing import Answer, Call, api, body, number, words
from sandbox.jira.errors import refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import Context, Field, Option
from sandbox.jira.paging import page
from sandbox.jira.projects import add_field

blueprint = Blueprint("fields", __name__)
PER_CALL = 1000


class FieldInput(Input):
    """A new or changed field."""

    name: str | None = None
    type: str | None = None
    description: str | None = None
    searcherKey: str | None = None  # noqa: N815 - Jira's word


class ContextInput(Input):
    """A new context; no projects or issue types means all of them."""

    name: str
    description: str = ""
    projectIds: list[str] = Key(default_factory=list)  # noqa: N815 - Jira's word
    issueTypeIds: list[str] = Key(default_factory=list)  # noqa: N815 - Jira's word


class OptionInput(Input):
    """A choice: a new one by its value, a changed one by its id."""

    id: str | None = None
    value: str | None = None
    disabled: bool | None = None


class OptionsInput(Input):
    """Choices of a select field."""

    options: list[OptionInput] = Key(max_length=PER_CALL)


@api(blueprint, "GET", "/field", anonymous=True)
def list_all(call: Call) -> list[Any]:
    """Return all fields; nobody sees only the system's."""
    return [fieldviews.field(call.view, one) for one in call.state.live_fields() if call.person or not one.custom]


@api(blueprint, "GET", "/field/search", admin=True)
def search(call: Call) -> dict[str, Any]:
    """Return a page of fields, by kind, id or part of the name."""
    kinds, ids, part = words("type"), words("id"), request.args.get("query", "").casefold()
    found = [
        one
        for one in call.state.live_fields()
        if (not kinds or ("custom" if one.custom else "system") in kinds)
        and (not ids or one.id in ids)
        and part in one.name.casefold()
    ]
    address = f"{call.view.api}/field/search"
    start, limit = number("startAt", 0), min(number("maxResults", 50), 100)
    return page(found, fieldviews.found_field, start, limit, address)


@api(blueprint, "POST", "/field", admin=True)
def create(call: Call) -> Answer:
    """Create a custom field, with a context for every project. It is on no screen yet."""
    given = body(FieldInput)
    if not given.name or not given.type:
        raise refused(400, name="The name and the type of the field are required.")
    searcher, about = given.searcherKey, given.description or ""
    made = add_field(call.state, given.name, given.type, searcher=searcher, description=about)
    return Answer(fieldviews.field(call.view, made), 201)


@api(blueprint, "PUT", "/field/<field>", admin=True)
def change(call: Call, field: str) -> Answer:
    """Change a field's name, description or searcher."""
    found, given = _custom(call, field), body(FieldInput)
    found.name = given.name or found.name
    found.description = found.description if given.description is None else given.description
    found.searcher = given.searcherKey or found.searcher
    return Answer(status=204)


@api(blueprint, "POST", "/field/<field>/trash", admin=True)
def trash(call: Call, field: str) -> Answer:
    """Put a field into the trash, from where it can come back."""
    _custom(call, field).trashed = True
    return Answer({})


@api(blueprint, "POST", "/field/<field>/restore", admin=True)
def restore(call: Call, field: str) -> Answer:
    """Take a field out of the trash."""
    found = call.state.fields.get(field)
    if found is None or not found.trashed:
        raise refused(404, "The custom field was not found in the trash.")
    found.trashed = False
    return Answer({})


@api(blueprint, "DELETE", "/field/<field>", admin=True)
def delete(call: Call, field: str) -> Answer:
    """Delete a field with its values for ever; a task does it, which is over at once here."""
    found = _custom(call, field)
    del call.state.fields[found.id]
    for issue in call.state.issues.values():
        issue.values.pop(found.id, None)
    for screen in call.state.screens.values():
        for tab in screen.tabs:
            tab.fields = [one for one in tab.fields if one != found.id]
    return Answer(None, 303, {"Location": f"{call.view.api}/task/{call.state.ids.next('task')}"})


@api(blueprint, "GET", "/field/<field>/context", admin=True)
def list_contexts(call: Call, field: str) -> dict[str, Any]:
    """Return where a field exists."""
    found = _custom(call, field)
    address = f"{call.view.api}/field/{found.id}/context"
    return page(found.contexts, _context, number("startAt", 0), number("maxResults", 50), address)


def _context(record: Context) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "isGlobalContext": not record.project_ids,
        "isAnyIssueType": not record.issue_type_ids,
    }


@api(blueprint, "POST", "/field/<field>/context", admin=True)
def create_context(call: Call, field: str) -> Answer:
    """Add a context; there is only one for all projects."""
    found, given = _custom(call, field), body(ContextInput)
    if not given.projectIds and any(not one.project_ids for one in found.contexts):
        raise refused(409, "The field already has a global context.")
    made = Context(
        id=call.state.ids.next("context"),
        name=given.name,
        description=given.description,
        project_ids=given.projectIds,
        issue_type_ids=given.issueTypeIds,
    )
    found.contexts.insert(0, made)
    shown = {"id": made.id, "name": made.name, "description": made.description}
    return Answer(shown | {"projectIds": made.project_ids, "issueTypeIds": made.issue_type_ids}, 201)


@api(blueprint, "GET", "/field/<field>/context/projectmapping", admin=True)
def list_context_projects(call: Call, field: str) -> dict[str, Any]:
    """Return the projects of each context."""
    found = _custom(call, field)
    rows: list[dict[str, Any]] = []
    for context in found.contexts:
        if context.project_ids:
            rows += [{"contextId": context.id, "projectId": one} for one in context.project_ids]
        else:
            rows.append({"contextId": context.id, "isGlobalContext": True})
    address = f"{call.view.api}/field/{found.id}/context/projectmapping"
    return page(rows, lambda row: row, number("startAt", 0), number("maxResults", 50), address)


@api(blueprint, "GET", "/field/<field>/context/<context>/option", admin=True)
def list_options(call: Call, field: str, context: str) -> dict[str, Any]:
    """Return a page of a select field's choices in a context."""
    found = _context_of(call, field, context)
    address = f"{call.view.api}/field/{field}/context/{context}/option"
    return page(found.options, _option, number("startAt", 0), number("maxResults", 100), address)


def _option(record: Option) -> dict[str, Any]:
    return {"id": record.id, "value": record.value, "disabled": record.disabled}


@api(blueprint, "POST", "/field/<field>/context/<context>/option", admin=True)
def add_options(call: Call, field: str, context: str) -> dict[str, Any]:
    """Add choices, each of which must be new."""
    found, given = _context_of(call, field, context), body(OptionsInput)
    known = {one.value for one in found.options}
    values = [one.value or "" for one in given.options]
    if not all(values) or len(set(values)) < len(values) or known & set(values):
        raise refused(400, "The option values must be present, and unique in the context.")
    made = [Option(id=call.state.ids.next("option"), value=value) for value in values]
    found.options += made
    return {"options": [_option(one) for one in made]}


@api(blueprint, "PUT", "/field/<field>/context/<context>/option", admin=True)
def change_options(call: Call, field: str, context: str) -> dict[str, Any]:
    """Rename choices, or take them out of use."""
    found, given = _context_of(call, field, context), body(OptionsInput)
    known = {one.id: one for one in found.options}
    if any(one.id not in known for one in given.options):
        raise refused(404, "One or more options were not found in the context.")
    for one in given.options:
        record = known[str(one.id)]
        record.value = one.value or record.value
        record.disabled = record.disabled if one.disabled is None else one.disabled
    return {"options": [_option(known[str(one.id)]) for one in given.options]}


@api(blueprint, "GET", "/field/<field>/screens", anonymous=True)
def list_screens(call: Call, field: str) -> dict[str, Any]:
    """Return the screens that a field is on."""
    call.admin()
    found = [screen for screen in call.state.screens.values() if field in screen.field_ids()]
    address = f"{call.view.api}/field/{field}/screens"
    return page(
        found,
        lambda one: {"id": int(one.id), "name": one.name, "description": one.description},
        number("startAt", 0),
        number("maxResults", 100),
        address,
    )


@api(blueprint, "PUT", "/field/association", admin=True)
def associate(call: Call) -> Answer:
    """Associate fields with projects: everything is associated already on this site."""
    call.admin()
    return Answer(status=204)


def _custom(call: Call, field: str) -> Field:
    found = call.state.fields.get(field)
    if found is None or not found.custom or found.trashed:
        raise refused(404, "The custom field was not found.")
    return found


def _context_of(call: Call, field: str, context: str) -> Context:
    found = next((one for one in _custom(call, field).contexts if one.id == context), None)
    if found is None:
        raise refused(404, "The context was not found.")
    return found
