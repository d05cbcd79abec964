"""``connect``: the ticket fields that we write, and those that agents fill in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.common.settings import INSTANTS
from adapters.freshdesk.setup_run import Run
from core.update import Field

PATH = "/api/v2/admin/ticket_fields"
LABELS = {
    Field.STATE: "SLA state",
    Field.TIER: "SLA tier",
    Field.PLAN: "SLA plan",
    Field.NEXT: "SLA next",
    Field.NEXT_DUE: "SLA next due",
    Field.FIRST_RESPONSE_DUE: "SLA first response due",
    Field.RESOLUTION_DUE: "SLA resolution due",
}
SUFFIXES = {"dropdown": "", "text": "", "date": " (day)"}
TYPES = {"dropdown": "custom_dropdown", "text": "custom_text", "date": "custom_date"}
CHECKBOX = "custom_checkbox"
WORKAROUND, ESCALATE = "workaround", "escalate"  # inputs that are events rather than facts
_INPUT = "SLA: "


@dataclass(frozen=True, slots=True)
class _Wish:
    """One field that should exist. Fields have no description: the label alone tells that one is ours."""

    label: str
    type: str
    choices: Sequence[str] = ()


def set_up_fields(run: Run) -> None:
    """Find or create every field, and write their names into the settings."""
    there = run.all(PATH)
    fields: dict[str, Any] = {}
    for field, values in run.plan.fields.items():
        configured = run.settings.fields.get(field)
        names: dict[str, Any] = {}
        for part in _parts(field, values):
            choices = {value: label_of(value) for value in values} if part == "dropdown" else {}
            wish = _Wish(LABELS[field] + SUFFIXES[part], TYPES[part], list(choices.values()))
            names[part] = _field(run, there, wish, getattr(configured, part, None), "field")
            if choices:
                names["choices"] = choices
        if all(name is not None for name in names.values()):  # in a dry run there are no names yet
            fields[field.value] = names
    run.written["fields"] = fields
    _inputs(run, there)


def remove_fields(run: Run) -> None:
    """Delete our fields if that was asked for, since their values on every ticket go with them."""
    for item in run.all(PATH):
        if not _is_ours(item):
            continue
        label = str(item.get("label"))
        if run.plan.delete_fields:
            run.remove(f"{PATH}/{item['id']}", "field", label)
        else:
            run.note("skip", "field (kept, with its values)", label, item["id"])


def label_of(value: str) -> str:
    """Return a value as agents read it: ``at_risk`` is "At risk"."""
    text = value.replace("_", " ")
    return text[:1].upper() + text[1:]


def choices_of(item: Mapping[str, Any]) -> list[str]:
    """Return a drop-down's choices: texts, or objects with ``value``, or an object whose keys they are."""
    choices: Iterable[Any] = item.get("choices") or []
    return [str(each.get("value")) if isinstance(each, dict) else str(each) for each in choices]


def _inputs(run: Run, there: Sequence[Mapping[str, Any]]) -> None:
    """Find or create what agents fill in; a fact that the admin already gave a field keeps that one."""
    facts = {name: fact.model_dump(mode="json") for name, fact in run.settings.facts.items()}
    events = {WORKAROUND: run.settings.workaround_field, ESCALATE: run.settings.escalate_field}
    for name, values in run.plan.inputs.items():
        if name in facts:
            run.note("found", "input", name, facts[name]["field"])
            continue
        choices = {value: label_of(value) for value in values}
        wish = _Wish(
            f"{_INPUT}{name.replace('_', ' ')}", TYPES["dropdown"] if choices else CHECKBOX, [*choices.values()]
        )
        field = _field(run, there, wish, events.get(name), "input")
        if field is None:
            continue
        if name in events:
            run.written[f"{name}_field"] = field
        else:
            back = {choice: value for value, choice in choices.items()}
            facts[name] = {"field": field, "kind": "text" if choices else "checkbox", "values": back}
    run.written["facts"] = facts


def _parts(field: Field, values: Sequence[str]) -> tuple[str, ...]:
    """Return the Freshdesk fields that one field of ours needs."""
    if field is Field.NEXT_DUE:
        return "text", "date"  # to read and sort by, to filter by
    if field in INSTANTS or not values:
        return ("text",)
    return ("dropdown",)


def _field(run: Run, there: Sequence[Mapping[str, Any]], wish: _Wish, configured: str | None, what: str) -> str | None:
    """Return the API name of a field: the configured one, else ours by label and type, else new.

    Freshdesk makes the name from the label and may add a number, so it is the answer's that counts.
    """
    found = next((item for item in there if item.get("name") == configured), None) or next(
        (item for item in there if item.get("label") == wish.label and item.get("type") == wish.type), None
    )
    if found is not None:
        _complete(run, found, wish, what)
        return str(found["name"])
    body: dict[str, Any] = {
        "label": wish.label,
        "label_for_customers": wish.label,
        "type": wish.type,
        "displayed_to_customers": False,
        "customers_can_edit": False,
        "required_for_agents": False,
        "required_for_closure": False,
        "required_for_customers": False,
    }
    if wish.choices:
        body["choices"] = _choices(wish.choices, 1)
    made = run.create(PATH, what, wish.label, body)
    return str(made["name"]) if made else None


def _complete(run: Run, found: Mapping[str, Any], wish: _Wish, what: str) -> None:
    """Add the choices that a field lacks. The others are sent along as they are."""
    kept = found.get("choices") or []
    label = str(found.get("label"))
    missing = [choice for choice in wish.choices if choice not in choices_of(found)]
    if missing and _is_ours(found):
        whole = [each if isinstance(each, dict) else {"value": str(each)} for each in kept]
        body = {"choices": whole + _choices(missing, len(whole) + 1)}
        run.change(f"{PATH}/{found['id']}", what, label, body)
    elif missing:
        run.note("skip", f"{what} (not ours: add the choices {', '.join(missing)})", label, found.get("id"))
    else:
        run.note("found", what, label, found.get("id"))


def _choices(values: Sequence[str], first: int) -> list[dict[str, Any]]:
    return [{"value": value, "position": position} for position, value in enumerate(values, start=first)]


def _is_ours(item: Mapping[str, Any]) -> bool:
    """True for a field with one of our labels that is none of Freshdesk's own."""
    label = str(item.get("label"))
    ours = {text + suffix for text in LABELS.values() for suffix in SUFFIXES.values()}
    return (label in ours or label.startswith(_INPUT)) and str(item.get("type")).startswith("custom_")
