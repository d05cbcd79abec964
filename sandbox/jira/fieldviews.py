"""How fields themselves look in JSON: in the list of fields, and as what may be edited."""

from typing import Any

from sandbox.jira import jsonviews
from sandbox.jira.fieldkinds import KINDS
from sandbox.jira.jsonviews import View
from sandbox.jira.model import Field, Project


def schema(record: Field) -> dict[str, Any]:
    """Return what a field's values are."""
    made = dict(KINDS[record.kind].schema)
    return made | ({"custom": record.custom, "customId": record.custom_id} if record.custom else {"system": record.id})


def field(view: View, record: Field) -> dict[str, Any]:
    """Return a field as the list of fields has it."""
    body = {
        "id": record.id,
        "key": record.id,
        "name": record.name,
        "custom": bool(record.custom),
        "orderable": True,
        "navigable": True,
        "searchable": record.searcher is not None or not record.custom,
        "clauseNames": [f"cf[{record.custom_id}]", record.name] if record.custom else [record.id],
        "schema": schema(record),
    }
    if view.store.switches.data_center:
        return {name: value for name, value in body.items() if name != "key"}
    return body


def found_field(record: Field) -> dict[str, Any]:
    """Return a field as the paged search has it."""
    body: dict[str, Any] = {"id": record.id, "name": record.name, "schema": schema(record)}
    body |= {"description": record.description, "key": record.id}
    if record.custom:
        body |= {"isLocked": False, "searcherKey": record.searcher or "", "contextsCount": len(record.contexts)}
    return body


def editable(view: View, record: Field, project: Project, issue_type: str) -> dict[str, Any]:
    """Return what editmeta and createmeta say of a field."""
    body: dict[str, Any] = {
        "required": record.id in ("summary", "issuetype", "project"),
        "schema": schema(record),
        "name": record.name,
        "key": record.id,
        "operations": list(KINDS[record.kind].operations),
        "hasDefaultValue": False,
    }
    store = view.store
    if record.kind in ("option", "options"):
        body["allowedValues"] = [jsonviews.option(view, o) for o in store.options(record, project.id, issue_type)]
    if record.kind == "priority":
        body["allowedValues"] = [jsonviews.priority(view, p) for p in store.priorities.values()]
    if record.kind == "resolution":
        body["allowedValues"] = [jsonviews.resolution(view, r) for r in store.resolutions.values()]
    if record.kind == "labels":
        body["autoCompleteUrl"] = f"{view.base}/rest/api/1.0/labels/suggest?query="
    return body
