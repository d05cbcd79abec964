"""``connect``: the ticket fields that we write, those that agents fill in, and their places on the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.common.settings import INSTANTS
from adapters.zendesk.setup_run import MARK, Run, is_ours, slug
from core.errors import RefusedError
from core.update import Field

TITLES = {
    Field.STATE: "SLA state",
    Field.TIER: "SLA tier",
    Field.PLAN: "SLA plan",
    Field.NEXT: "SLA next",
    Field.NEXT_DUE: "SLA next due",
    Field.FIRST_RESPONSE_DUE: "SLA first response due",
    Field.RESOLUTION_DUE: "SLA resolution due",
}
SUFFIXES = {"tagger": "", "text": "", "epoch": " (epoch s)", "date": " (day)"}
TYPES = {"tagger": "tagger", "text": "text", "epoch": "integer", "date": "date"}
WORKAROUND, ESCALATE = "workaround", "escalate"  # inputs that are events rather than facts
_WRITTEN_BY_US = f"{MARK}: written by it, do not edit"
_FILLED_IN = f"{MARK}: filled in by agents"


@dataclass(frozen=True, slots=True)
class _Wish:
    """One field that should exist. ``options`` maps our values to tags."""

    title: str
    type: str
    description: str
    options: Mapping[str, str]


def set_up_fields(run: Run) -> None:
    """Find or create every field, and write their ids into the settings."""
    there = list(run.all("/api/v2/ticket_fields", "ticket_fields"))
    fields: dict[str, Any] = {}
    for name, values in run.plan.fields.items():
        configured = run.settings.fields.get(name)
        ids: dict[str, Any] = {}
        for part in _parts(name, values):
            options = {value: f"{name.value}_{slug(value)}" for value in values} if part == "tagger" else {}
            wish = _Wish(TITLES[name] + SUFFIXES[part], TYPES[part], _WRITTEN_BY_US, options)
            ids[part] = _field(run, there, wish, getattr(configured, part, None))
            if options:
                ids["options"] = options
        if all(id_ is not None for id_ in ids.values()):  # in a dry run there are no ids yet
            fields[name.value] = ids
    run.written["fields"] = fields
    _inputs(run, there)


def set_up_forms(run: Run) -> None:
    """Put our fields on the forms, where the account has forms: a field shows only on forms that list it.

    Conditions are left out of the request: sending them empty would delete them.
    """
    wanted = run.plan.options.get("forms", "all")
    ids = _our_ids(run)
    if wanted == "none" or not ids:
        return
    for form in _forms(run):
        name = str(form.get("name"))
        if wanted != "all" and name not in wanted and form["id"] not in wanted:
            continue
        listed = list(form.get("ticket_field_ids") or [])
        missing = [id_ for id_ in ids if id_ not in listed]
        if missing:
            path = f"/api/v2/ticket_forms/{form['id']}"
            run.change(path, "form", name, {"ticket_form": {"ticket_field_ids": listed + missing}})
        else:
            run.note("found", "form", name, form["id"])


def remove_fields(run: Run) -> None:
    """Take our fields off the forms; delete them only if that was asked for, since their values go with them."""
    ours = [item for item in run.all("/api/v2/ticket_fields", "ticket_fields") if is_ours(item, "agent_description")]
    ids = {item["id"] for item in ours}
    for form in _forms(run):
        listed = list(form.get("ticket_field_ids") or [])
        if ids & set(listed):
            rest = [id_ for id_ in listed if id_ not in ids]
            path = f"/api/v2/ticket_forms/{form['id']}"
            run.change(path, "form", str(form.get("name")), {"ticket_form": {"ticket_field_ids": rest}})
    for item in reversed(ours):
        if run.plan.delete_fields:
            run.remove(f"/api/v2/ticket_fields/{item['id']}", "field", str(item.get("title")))
        else:
            run.note("skip", "field (kept, with its values)", str(item.get("title")), item["id"])


def _inputs(run: Run, there: Sequence[Mapping[str, Any]]) -> None:
    """Find or create what agents fill in; a fact that the admin already gave a field keeps that one."""
    facts = {name: fact.model_dump(mode="json") for name, fact in run.settings.facts.items()}
    events = {WORKAROUND: run.settings.workaround_field, ESCALATE: run.settings.escalate_field}
    for name, values in run.plan.inputs.items():
        configured = events.get(name) or (run.settings.facts[name].field if name in run.settings.facts else None)
        if configured is not None and not isinstance(configured, int):
            run.note("found", "input", name, configured)
            continue
        options = {value: f"sla_{slug(name)}_{slug(value)}" for value in values}
        title = f"SLA: {name.replace('_', ' ')}"
        wish = _Wish(title, "tagger" if options else "checkbox", _FILLED_IN, options)
        id_ = _field(run, there, wish, configured, what="input")
        if id_ is None:
            continue
        if name in events:
            run.written[f"{name}_field"] = id_
        elif configured is None:
            values_back = {tag: value for value, tag in options.items()}
            facts[name] = {"field": id_, "kind": "text" if options else "checkbox", "values": values_back}
    run.written["facts"] = facts


def _parts(name: Field, values: Sequence[str]) -> tuple[str, ...]:
    """Return the Zendesk fields that one field of ours needs."""
    if name is Field.NEXT_DUE:
        return "text", "epoch", "date"  # to read, to sort by, to filter by
    if name in INSTANTS or not values:
        return ("text",)
    return ("tagger",)


def _field(
    run: Run, there: Sequence[Mapping[str, Any]], wish: _Wish, configured: int | None, what: str = "field"
) -> int | None:
    """Return the id of a field: the configured one, else ours by title and type (titles are not unique), else new."""
    found = next((item for item in there if item.get("id") == configured), None) or next(
        (
            item
            for item in there
            if item.get("title") == wish.title and item.get("type") == wish.type and is_ours(item, "agent_description")
        ),
        None,
    )
    if found is None:
        body: dict[str, Any] = {"type": wish.type, "title": wish.title, "agent_description": wish.description}
        if wish.options:
            body["custom_field_options"] = _options(wish.options)
        made = run.create("/api/v2/ticket_fields", "ticket_field", what, wish.title, body)
        return int(made["id"]) if made else None
    _complete(run, found, wish, what)
    return int(found["id"])


def _complete(run: Run, found: Mapping[str, Any], wish: _Wish, what: str) -> None:
    """Add the options that a field lacks. All are sent: one that is left out is deleted with its values on tickets."""
    kept = [
        {key: option[key] for key in ("id", "name", "value") if key in option}
        for option in found.get("custom_field_options") or []
    ]
    tags = {option.get("value") for option in kept}
    missing = {value: tag for value, tag in wish.options.items() if tag not in tags}
    title = str(found.get("title"))
    if missing and is_ours(found, "agent_description"):
        path = f"/api/v2/ticket_fields/{found['id']}"
        run.change(path, what, title, {"ticket_field": {"custom_field_options": kept + _options(missing)}})
    elif missing:
        run.note("skip", f"{what} (not ours: add the options {', '.join(sorted(missing))})", title, found["id"])
    else:
        run.note("found", what, title, found["id"])


def _options(options: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": value.replace("_", " ").capitalize(), "value": tag} for value, tag in options.items()]


def _our_ids(run: Run) -> list[int]:
    """Return the ids of all fields that were found or created, in the order in which agents should see them."""
    ids = [int(ids[part]) for ids in run.written.get("fields", {}).values() for part in TYPES if part in ids]
    inputs = [
        run.written.get(f"{WORKAROUND}_field"),
        run.written.get(f"{ESCALATE}_field"),
        *(run.written.get("facts", {}).get(name, {}).get("field") for name in run.plan.inputs),
    ]
    return ids + [id_ for id_ in inputs if isinstance(id_, int)]


def _forms(run: Run) -> list[dict[str, Any]]:
    """Return the active forms; an account whose plan has none refuses the question."""
    try:
        return [form for form in run.all("/api/v2/ticket_forms", "ticket_forms") if form.get("active", True)]
    except RefusedError as err:
        if err.status not in (403, 404):
            raise
        return []
