"""``connect``: our fields' places on the screens. A field that is not on the edit screen cannot be written by API."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.jira.setup_fields import FIELD, INPUT, our_fields
from adapters.jira.setup_run import Run
from adapters.jira.tables import PLATFORM

_OPERATIONS = ("edit", "view")


def set_up_screens(run: Run, ids: Sequence[str]) -> None:
    """Put our fields on the edit and view screens of the connection's projects."""
    if not run.settings.differences.fields_by_api:
        run.note("skip", "screens (add the fields to the projects' screens by hand)", ", ".join(run.settings.projects))
        return
    for key in run.settings.projects:
        for screen_id in _screens(run, key):
            _complete(run, screen_id, ids)


def clear_screens(run: Run) -> None:
    """Take our fields off the screens."""
    if not run.settings.differences.fields_by_api:
        return
    ours = our_fields(run)
    for key in run.settings.projects:
        for screen_id in _screens(run, key):
            for tab_id, there in _tabs(run, screen_id).items():
                for id_ in (id_ for id_ in there if id_ in ours):
                    run.note("remove", f"from screen {screen_id}", ours[id_], id_)
                    if not run.plan.dry_run:
                        run.client.delete(f"{run.api}/screens/{screen_id}/tabs/{tab_id}/fields/{id_}")


def _screens(run: Run, project_key: str) -> list[str]:
    """Return the ids of a project's edit and view screens. Screens are shared: other projects may show them too."""
    project = run.client.get(f"{run.api}/project/{project_key}").mapping(PLATFORM)
    if project.get("simplified") is True:
        todo = "screens (team-managed: add the fields by hand, project settings, issue types)"
        run.note("skip", todo, project_key)
        return []
    of_project = list(run.pages("/issuetypescreenscheme/project", projectId=project["id"]))
    schemes = [each["issueTypeScreenScheme"]["id"] for each in of_project if "issueTypeScreenScheme" in each]
    if not schemes:
        run.note("skip", "screens (the project has no scheme of its own that Jira names)", project_key)
        return []
    mapped = run.pages("/issuetypescreenscheme/mapping", issueTypeScreenSchemeId=schemes)
    wanted = {str(each["screenSchemeId"]) for each in mapped if "screenSchemeId" in each}
    found: set[str] = set()
    for scheme in run.pages("/screenscheme", id=sorted(wanted)):
        screens: Mapping[str, Any] = scheme.get("screens") or {}
        if str(scheme.get("id")) in wanted:
            of_scheme = (screens.get(operation) or screens.get("default") for operation in _OPERATIONS)
            found.update(str(id_) for id_ in of_scheme if id_)
    return sorted(found)


def _complete(run: Run, screen_id: str, ids: Sequence[str]) -> None:
    tabs = _tabs(run, screen_id)
    there = {id_ for fields in tabs.values() for id_ in fields}
    missing = [id_ for id_ in ids if id_ not in there]
    count = len(missing) + (_unmade(run) if run.plan.dry_run else 0)
    if not tabs or not count:
        run.note("found", "screen with our fields", f"screen {screen_id}", screen_id)
        return
    run.note("change", f"screen (shared by all projects that use it): {count} fields", f"screen {screen_id}")
    if not run.plan.dry_run:
        tab_id = next(iter(tabs))
        for id_ in missing:
            run.client.post(f"{run.api}/screens/{screen_id}/tabs/{tab_id}/fields", {"fieldId": id_})


def _unmade(run: Run) -> int:
    """Return how many fields a dry run would have made: they have no ids to look for."""
    return sum(step.action == "create" and step.what in (FIELD, INPUT) for step in run.steps)


def _tabs(run: Run, screen_id: str) -> dict[str, list[str]]:
    """Return the fields on each tab of a screen, by the tab's id."""
    path = f"{run.api}/screens/{screen_id}/tabs"
    return {
        str(tab["id"]): [str(item["id"]) for item in run.list(f"{path}/{tab['id']}/fields")] for tab in run.list(path)
    }
