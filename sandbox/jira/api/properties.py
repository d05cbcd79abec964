"""Issue properties: where an integration keeps what nobody is meant to see."""

from typing import Any

from flask import Blueprint

from sandbox.jira import lifecycle
from sandbox.jira.api.routing import Answer, Call, api, json_body
from sandbox.jira.errors import refused

blueprint = Blueprint("properties", __name__)


@api(blueprint, "GET", "/issue/<issue>/properties", anonymous=True)
def show_keys(call: Call, issue: str) -> dict[str, Any]:
    """Return the keys of an issue's properties."""
    found = call.issue(issue)
    base = f"{call.view.api}/issue/{found.id}/properties"
    return {"keys": [{"key": key, "self": f"{base}/{key}"} for key in found.properties]}


@api(blueprint, "GET", "/issue/<issue>/properties/<key>", anonymous=True)
def show(call: Call, issue: str, key: str) -> dict[str, Any]:
    """Return one property."""
    found = call.issue(issue)
    if key not in found.properties:
        raise refused(404, f"The property with key '{key}' does not exist.")
    return {"key": key, "value": found.properties[key]}


@api(blueprint, "PUT", "/issue/<issue>/properties/<key>", anonymous=True)
def put(call: Call, issue: str, key: str) -> Answer:
    """Set a property: 201 where it is new, 200 where it was there."""
    found = call.issue(issue, "EDIT_ISSUES")
    is_new = lifecycle.set_property(call.state, found, key, json_body(), call.user)
    text = f"Successfully {'created' if is_new else 'updated'} property."
    return Answer({"message": text}, 201 if is_new else 200)


@api(blueprint, "DELETE", "/issue/<issue>/properties/<key>", anonymous=True)
def delete(call: Call, issue: str, key: str) -> Answer:
    """Delete a property."""
    lifecycle.delete_property(call.state, call.issue(issue, "EDIT_ISSUES"), key, call.user)
    return Answer(status=204)
