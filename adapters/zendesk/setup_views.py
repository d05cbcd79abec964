"""``connect``: one view for each team, its open tickets by state and next deadline."""

from collections.abc import Mapping
from typing import Any

from adapters.zendesk.setup_run import MARK, Run, is_ours
from core.errors import RefusedError
from core.update import Field

TITLE = "SLA: due next"
_SHOWN = ((Field.STATE, "tagger"), (Field.NEXT, "tagger"), (Field.NEXT_DUE, "text"), (Field.TIER, "tagger"))
_SORTED_BY = (Field.NEXT_DUE, "epoch")


def set_up_views(run: Run) -> None:
    """Find or create a view for each team, or one for everybody if no team is named."""
    there = {str(item.get("title")): item for item in run.all("/api/v2/views", "views")}
    groups = {str(item.get("name")): item["id"] for item in run.all("/api/v2/groups", "groups")}
    run.teams |= {str(id_): name for name, id_ in groups.items()}
    for team in run.plan.teams or ("",):
        title = f"{TITLE}, {team}" if team else TITLE
        if title in there:
            run.note("found", "view", title, there[title]["id"])
        elif team and team not in groups:
            run.note("skip", "view (there is no such group in Zendesk)", title)
        else:
            _create(run, title, groups.get(team))


def remove_views(run: Run) -> None:
    """Remove the views that we created."""
    for item in run.all("/api/v2/views", "views"):
        if str(item.get("title")).startswith(TITLE) and is_ours(item):
            run.remove(f"/api/v2/views/{item['id']}", "view", str(item.get("title")))


def _create(run: Run, title: str, group_id: int | None) -> None:
    """Create one view. Not every account sorts a stored view by a custom field: without that it is grouped by state."""
    conditions = [{"field": "status", "operator": "less_than", "value": "solved"}]
    body: dict[str, Any] = {"title": title, "description": f"{MARK}", "all": conditions, "any": []}
    if group_id is not None:
        conditions.append({"field": "group_id", "operator": "is", "value": str(group_id)})
        body["restriction"] = {"type": "Group", "ids": [group_id]}
    fields: Mapping[str, Mapping[str, Any]] = run.written.get("fields", {})
    columns = ["nice_id", "description", "requester", "priority"]
    columns += [id_ for name, part in _SHOWN if (id_ := _id(fields, name, part))]
    output: dict[str, Any] = {"columns": columns}
    if state := _id(fields, Field.STATE, "tagger"):
        output |= {"group_by": state, "group_order": "asc"}
    if sort := _id(fields, *_SORTED_BY):
        output |= {"sort_by": sort, "sort_order": "asc"}
    try:
        run.create("/api/v2/views", "view", "view", title, {**body, "output": output})
    except RefusedError as err:
        if err.status != 422 or "sort_by" not in output:
            raise
        plain = {key: value for key, value in output.items() if not key.startswith("sort")}
        run.create("/api/v2/views", "view", "view", title, {**body, "output": plain})


def _id(fields: Mapping[str, Mapping[str, Any]], name: Field, part: str) -> str | None:
    id_ = fields.get(name.value, {}).get(part)
    return str(id_) if id_ is not None else None
