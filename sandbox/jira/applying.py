"""Applies what a request says to the draft of an issue: fields, and operations on fields."""

from collections.abc import Collection
from typing import Any

from sandbox.jira.edits import Edit
from sandbox.jira.errors import invalid_fields
from sandbox.jira.fieldkinds import KINDS, Reading, RefusedValueError
from sandbox.jira.inputs import IssueInput
from sandbox.jira.model import Field

NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


def apply(edit: Edit, given: IssueInput, allowed: Collection[str], *, rich: bool) -> None:
    """Change the draft as a request wants it.

    Args:
        edit: whose draft is changed.
        given: the request; ``comment`` in its ``update`` is not a field and left to the caller.
        allowed: the ids of the fields that may be set now.
        rich: whether long texts are documents.

    Raises:
        ApiError: 400 with the fault of each field; then nothing is changed.
    """
    faults: dict[str, str] = {}
    values = dict(edit.values)
    both = set(given.fields) & set(given.update)
    for name in both:
        faults[name] = f"Field '{name}' cannot be set in both fields and update."
    for name, raw in given.fields.items():
        _keep(edit, name, [{"set": raw}], allowed, values, faults, rich)
    for name, operations in given.update.items():
        if name not in ("comment", *both):
            _keep(edit, name, operations, allowed, values, faults, rich)
    if faults:
        raise invalid_fields(faults)
    edit.values = values


def _keep(
    edit: Edit,
    name: str,
    operations: list[dict[str, Any]],
    allowed: Collection[str],
    values: dict[str, Any],
    faults: dict[str, str],
    rich: bool,
) -> None:
    field = edit.store.fields.get(name)
    if field is None or name not in allowed:
        faults[name] = NOT_ON_SCREEN.format(name)
        return
    issue = edit.issue
    project = edit.store.projects[issue.project_id]
    reading = Reading(edit.store, field, project, str(issue.values.get("issuetype", "")), rich)
    try:
        for operation in operations:
            for verb, raw in operation.items():
                values[name] = _after(reading, field, verb, raw, values.get(name))
    except RefusedValueError as err:
        faults[name] = str(err)


def _after(reading: Reading, field: Field, verb: str, raw: Any, now: Any) -> Any:
    """Return a field's value after one operation. An add of what is there, a remove of what is not, do nothing."""
    kind = KINDS[field.kind]
    if verb == "edit" and field.kind != "labels":
        verb = "set"
    if verb not in kind.operations:
        raise RefusedValueError(f"Field '{field.id}' does not support operation '{verb}'.")
    if verb == "set":
        return (list(kind.empty) if kind.empty == [] else kind.empty) if raw is None else kind.read(reading, raw)
    [item] = kind.read(reading, [raw])
    others = [value for value in now or [] if value != item]
    if verb == "remove":
        return others
    changed = [*(now or []), item] if item not in (now or []) else list(now)
    return sorted(changed) if field.kind == "labels" else changed
