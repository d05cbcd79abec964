"""``connect``: the custom fields that we write and those that agents fill in, with the options they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.common.settings import INSTANTS
from adapters.jira.setup_run import DESCRIPTION, MARK, Run
from adapters.jira.tables import ORGANIZATIONS_TYPE, PLATFORM, REQUEST_TYPE_TYPE, field_type
from core.errors import RefusedError
from core.update import Field

TITLES = {
    Field.STATE: "state",
    Field.TIER: "tier",
    Field.PLAN: "plan",
    Field.NEXT: "next obligation",
    Field.NEXT_DUE: "next due",
    Field.FIRST_RESPONSE_DUE: "first response due",
    Field.RESOLUTION_DUE: "resolution due",
}
TYPES = {"select": "select", "text": "readonlyfield", "datetime": "datetime", "tick": "multicheckboxes"}
SEARCHERS = {
    "select": "multiselectsearcher",
    "text": "textsearcher",
    "datetime": "datetimerange",
    "tick": "multiselectsearcher",
}
WORKAROUND, ESCALATE = "workaround", "escalate"  # inputs that are events rather than facts
TICK = "Yes"
FIELD, INPUT = "field", "input"  # what steps call those that we write and those that agents fill in
_SELECTS = (Field.STATE, Field.PLAN)  # what queues filter by; people cannot edit the others
_OPTIONS_A_CALL = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """One field that should exist."""

    name: str
    kind: str
    options: tuple[str, ...] = ()
    purpose: str = "written by it, do not edit"


def set_up_fields(run: Run) -> list[str]:
    """Find or create every field, write their ids into the settings, and return the ids."""
    there = run.list(f"{run.api}/field")
    _service_desk_fields(run, there)
    fields: dict[str, Any] = {}
    for name, values in run.plan.fields.items():
        configured = run.settings.fields.get(name)
        kind = configured.kind if configured else _kind(run, name, values)
        wish = Wish(MARK + TITLES[name], kind, tuple(values) if kind == "select" else ())
        id_ = _field(run, there, wish, configured.field if configured else None, FIELD)
        if id_ is not None:
            fields[name.value] = {"field": id_, "kind": kind}
    run.written["fields"] = fields
    ids = [str(field["field"]) for field in fields.values()]
    return ids + _inputs(run, there)


def our_fields(run: Run) -> dict[str, str]:
    """Return the names of the site's fields that an earlier run created, by id."""
    types = {field_type(name) for name in TYPES.values()}
    return {
        str(item["id"]): str(item["name"])
        for item in run.list(f"{run.api}/field")
        if str(item.get("name") or "").startswith(MARK) and _type_of(item) in types
    }


def remove_fields(run: Run) -> None:
    """Move our fields to the bin, from which Jira restores them with their values; only if that was asked for."""
    for id_, name in our_fields(run).items():
        if not run.plan.delete_fields:
            run.note("skip", "field (kept, with its values)", name, id_)
        elif not run.settings.differences.fields_by_api:
            run.note("skip", "field (delete it by hand in the administration's custom fields)", name, id_)
        else:
            run.note("remove", "field (to the bin)", name, id_)
            if not run.plan.dry_run:
                run.client.post(f"{run.api}/field/{id_}/trash")


def _kind(run: Run, name: Field, values: Sequence[str]) -> str:
    if name in INSTANTS:
        return "datetime"
    can_have_options = run.settings.differences.fields_by_api
    return "select" if name in _SELECTS and values and can_have_options else "text"


def _inputs(run: Run, there: Sequence[Mapping[str, Any]]) -> list[str]:
    """Find or create what agents fill in; a fact that the admin already gave a field keeps that one."""
    facts = {name: fact.model_dump(mode="json") for name, fact in run.settings.facts.items()}
    events = {WORKAROUND: run.settings.workaround_field, ESCALATE: run.settings.escalate_field}
    ids: list[str] = []
    for name, values in run.plan.inputs.items():
        configured = events.get(name) or (run.settings.facts[name].field if name in run.settings.facts else None)
        if configured is not None and not configured.startswith("customfield_"):
            run.note("found", INPUT, name, configured)
            continue
        kind, options = ("select", tuple(values)) if values else ("tick", (TICK,))
        if not run.settings.differences.fields_by_api and configured is None:
            todo = f"input (make it by hand, with the options {', '.join(options)}, and name it in the settings)"
            run.note("skip", todo, name)
            continue
        wish = Wish(MARK + name.replace("_", " "), kind, options, "filled in by agents")
        id_ = _field(run, there, wish, configured, INPUT)
        if id_ is None:
            continue
        ids.append(id_)
        if name in events:
            run.written[f"{name}_field"] = id_
        elif configured is None:
            facts[name] = {"field": id_, "kind": "text" if values else "checkbox"}
    run.written["facts"] = facts
    return ids


def _service_desk_fields(run: Run, there: Sequence[Mapping[str, Any]]) -> None:
    """Find the service desk's own fields by their type: their names are translated and renamed."""
    wanted = {"organizations_field": ORGANIZATIONS_TYPE, "request_type_field": REQUEST_TYPE_TYPE}
    for setting, type_ in wanted.items():
        configured = getattr(run.settings, setting)
        found = configured or next((str(item["id"]) for item in there if _type_of(item) == type_), None)
        if found:
            run.written[setting] = found
        else:
            run.note("skip", "the service desk's field (not on this site)", setting)
    if run.settings.deployment == "data_center":
        tracked = run.settings.tracked | {str(run.written.get("organizations_field"))}
        run.written["field_names"] = {
            str(item["name"]): str(item["id"]) for item in there if str(item.get("id")) in tracked
        }


def _field(run: Run, there: Sequence[Mapping[str, Any]], wish: Wish, configured: str | None, what: str) -> str | None:
    """Return the id of a field: the configured one, else ours by name and type (names are not unique), else new."""
    type_ = field_type(TYPES[wish.kind])
    found = next((item for item in there if item.get("id") == configured), None) or next(
        (item for item in there if item.get("name") == wish.name and _type_of(item) == type_), None
    )
    if found is not None:
        run.note("found", what, str(found.get("name")), found["id"])
        id_ = str(found["id"])
    else:
        body = {
            "name": wish.name,
            "description": f"{DESCRIPTION}: {wish.purpose}",
            "type": type_,
            "searcherKey": field_type(SEARCHERS[wish.kind]),
        }
        made = run.create(f"{run.api}/field", what, wish.name, body)
        if made is None:
            return None
        if not isinstance(made.get("id"), str):
            raise RefusedError("jira: the answer holds no field; report this", platform=PLATFORM)
        id_ = made["id"]
    if wish.options and run.settings.differences.fields_by_api:
        _complete(run, id_, wish, is_ours=found is None or str(found.get("name")).startswith(MARK))
    return id_


def _complete(run: Run, id_: str, wish: Wish, *, is_ours: bool) -> None:
    """Add the options that a field lacks, in the context that holds for every project."""
    contexts = list(run.pages(f"/field/{id_}/context"))
    context = next((each for each in contexts if each.get("isGlobalContext")), contexts[0] if contexts else None)
    if context is None:
        body = {"name": f"{MARK}everywhere", "projectIds": [], "issueTypeIds": []}
        context = run.create(f"{run.api}/field/{id_}/context", "context", wish.name, body)
        if context is None:
            return
    path = f"/field/{id_}/context/{context['id']}/option"
    there = {str(option.get("value")) for option in run.pages(path)}
    missing = [value for value in wish.options if value not in there]
    if missing and not is_ours:
        run.note("skip", f"options (not our field: add {', '.join(missing)})", wish.name, id_)
    elif missing:
        run.note("change", f"options ({', '.join(missing)})", wish.name, id_)
        if not run.plan.dry_run:
            options = [{"value": value} for value in missing[:_OPTIONS_A_CALL]]
            run.client.post(run.api + path, {"options": options})


def _type_of(item: Mapping[str, Any]) -> str | None:
    schema = item.get("schema")
    return schema.get("custom") if isinstance(schema, dict) else None
