"""Screens and the schemes that choose them: for company-managed projects only."""

from typing import Any

from flask import Blueprint, request

from sandbox.jira.api.routing import Answer, Call, api, body, number, words
from sandbox.jira.errors import refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import IssueTypeScreenScheme, Screen, ScreenScheme, Tab
from sandbox.jira.paging import page

blueprint = Blueprint("screens", __name__)


class FieldIdInput(Input):
    """A field that goes onto a tab."""

    fieldId: str  # noqa: N815 - Jira's word


@api(blueprint, "GET", "/screens", admin=True)
def list_all(call: Call) -> dict[str, Any]:
    """Return a page of screens, by id or part of the name."""
    ids, part = words("id"), request.args.get("queryString", "").casefold()
    found = [one for one in call.state.screens.values() if (not ids or one.id in ids) and part in one.name.casefold()]
    return page(found, _screen, number("startAt", 0), number("maxResults", 100), f"{call.view.api}/screens")


def _screen(record: Screen) -> dict[str, Any]:
    return {"id": int(record.id), "name": record.name, "description": record.description}


@api(blueprint, "GET", "/screens/<screen>/tabs", anonymous=True)
def list_tabs(call: Call, screen: str) -> list[Any]:
    """Return a screen's tabs."""
    call.admin()
    return [{"id": int(tab.id), "name": tab.name} for tab in _get(call, screen).tabs]


@api(blueprint, "GET", "/screens/<screen>/tabs/<tab>/fields", anonymous=True)
def list_fields(call: Call, screen: str, tab: str) -> list[Any]:
    """Return a tab's fields."""
    call.admin()
    return [_field(call, one) for one in _tab(call, screen, tab).fields if one in call.state.fields]


def _field(call: Call, field: str) -> dict[str, Any]:
    return {"id": field, "name": call.state.fields[field].name}


@api(blueprint, "POST", "/screens/<screen>/tabs/<tab>/fields", anonymous=True)
def add_field(call: Call, screen: str, tab: str) -> dict[str, Any]:
    """Put a field onto a tab; it stands on a screen once. The text of the refusal is UNCONFIRMED."""
    call.admin()
    found, field = _tab(call, screen, tab), body(FieldIdInput).fieldId
    if field not in call.state.fields or call.state.fields[field].trashed:
        raise refused(400, fieldId=f"The field with id '{field}' does not exist.")
    if field in _get(call, screen).field_ids():
        raise refused(400, fieldId=f"The field with id '{field}' already exists on the screen.")
    found.fields.append(field)
    return _field(call, field)


@api(blueprint, "DELETE", "/screens/<screen>/tabs/<tab>/fields/<field>", anonymous=True)
def remove_field(call: Call, screen: str, tab: str, field: str) -> Answer:
    """Take a field off a tab."""
    call.admin()
    found = _tab(call, screen, tab)
    if field not in found.fields:
        raise refused(404, f"The field with id '{field}' is not on the tab.")
    found.fields.remove(field)
    return Answer(status=204)


@api(blueprint, "POST", "/screens/addToDefault/<field>", anonymous=True)
def add_to_default(call: Call, field: str) -> dict[str, Any]:
    """Put a field onto the site's default screen, which no service project uses."""
    call.admin()
    default = call.state.screens["1"]
    if field not in default.field_ids():
        default.tabs[0].fields.append(field)
    return {}


@api(blueprint, "GET", "/screens/<screen>/availableFields", anonymous=True)
def list_available(call: Call, screen: str) -> list[Any]:
    """Return the fields that are not on a screen yet."""
    call.admin()
    on = set(_get(call, screen).field_ids())
    return [_field(call, one.id) for one in call.state.live_fields() if one.id not in on]


@api(blueprint, "GET", "/screenscheme", admin=True)
def list_schemes(call: Call) -> dict[str, Any]:
    """Return which screen each operation shows, scheme by scheme."""
    ids = words("id")
    found = [one for one in call.state.screen_schemes.values() if not ids or one.id in ids]
    return page(found, _scheme, number("startAt", 0), number("maxResults", 25), f"{call.view.api}/screenscheme")


def _scheme(record: ScreenScheme) -> dict[str, Any]:
    screens = {operation: int(screen) for operation, screen in record.screens.items()}
    return {"id": int(record.id), "name": record.name, "description": record.description, "screens": screens}


@api(blueprint, "GET", "/issuetypescreenscheme", admin=True)
def list_type_schemes(call: Call) -> dict[str, Any]:
    """Return the schemes that choose a screen scheme by issue type."""
    address = f"{call.view.api}/issuetypescreenscheme"
    found = list(call.state.type_screen_schemes.values())
    return page(found, _type_scheme, number("startAt", 0), number("maxResults", 50), address)


def _type_scheme(record: IssueTypeScreenScheme) -> dict[str, Any]:
    return {"id": record.id, "name": record.name, "description": record.description}


@api(blueprint, "GET", "/issuetypescreenscheme/project", admin=True)
def list_project_schemes(call: Call) -> dict[str, Any]:
    """Return the scheme of each project asked for; team-managed projects have none."""
    wanted = words("projectId")
    if not wanted:
        raise refused(400, "The projectId query parameter is required.")
    rows = [
        {
            "issueTypeScreenScheme": _type_scheme(call.state.type_screen_schemes[project.screen_scheme]),
            "projectIds": [project.id],
        }
        for project in call.state.projects.values()
        if project.id in wanted and not project.simplified
    ]
    address = f"{call.view.api}/issuetypescreenscheme/project"
    return page(rows, lambda row: row, number("startAt", 0), number("maxResults", 50), address)


@api(blueprint, "GET", "/issuetypescreenscheme/mapping", admin=True)
def list_mappings(call: Call) -> dict[str, Any]:
    """Return the screen scheme of each issue type; ``default`` is for all the rest."""
    wanted = words("issueTypeScreenSchemeId")
    rows = [
        {"issueTypeScreenSchemeId": scheme.id, "issueTypeId": issue_type, "screenSchemeId": screen_scheme}
        for scheme in call.state.type_screen_schemes.values()
        if not wanted or scheme.id in wanted
        for issue_type, screen_scheme in scheme.mapping.items()
    ]
    address = f"{call.view.api}/issuetypescreenscheme/mapping"
    return page(rows, lambda row: row, number("startAt", 0), number("maxResults", 50), address)


def _get(call: Call, screen: str) -> Screen:
    found = call.state.screens.get(screen)
    if found is None:
        raise refused(404, f"The screen with id {screen} does not exist.")
    return found


def _tab(call: Call, screen: str, tab: str) -> Tab:
    found = next((one for one in _get(call, screen).tabs if one.id == tab), None)
    if found is None:
        raise refused(404, f"The tab with id {tab} does not exist.")
    return found
