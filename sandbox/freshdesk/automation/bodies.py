"""Rules as the API takes and shows them.

Source: API reference, "Create an automation rule" and its samples. A creation rule needs conditions; an update rule
is taken without any, as a public client sends it.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from sandbox.freshdesk.automation.conditions import OPERATORS
from sandbox.freshdesk.automation.happening import ACTIONS, ANY, CONFIRMED, FROM_TO, SYSTEM, WITH_VALUE
from sandbox.freshdesk.automation.run import INERT, SETTING
from sandbox.freshdesk.automation.webhook import CONTENT_TYPES, METHODS
from sandbox.freshdesk.errors import Fault, invalid, missing, one_of
from sandbox.freshdesk.inputs import Input
from sandbox.freshdesk.model import PRIORITIES, SOURCES, TYPES, Performer, Rule, RuleType
from sandbox.freshdesk.ticketfields import fault_of

if TYPE_CHECKING:
    from sandbox.freshdesk.store import Store

ACTING = ("trigger_webhook", "add_tag", "add_note", *SETTING, *INERT)


class PerformerInput(Input):
    """Whose action runs the rule; ``members`` are agents, only with type 1."""

    type: int
    members: list[int] | None = None


class RuleChange(Input):
    """The keys of a rule's update."""

    name: str | None = None
    description: str | None = None
    position: int | None = Field(default=None, ge=1)
    active: bool | None = None
    performer: PerformerInput | None = None
    events: list[dict[str, Any]] | None = None
    conditions: list[dict[str, Any]] | None = None
    operator: str | None = None
    actions: list[dict[str, Any]] | None = None


def check(store: "Store", kind: RuleType, given: RuleChange, *, creating: bool) -> None:
    """Refuse a rule that cannot be.

    Raises:
        ApiError: 400, with all faults.
    """
    faults: list[Fault] = []
    needed = ["name", "actions"] + (["conditions"] if kind is RuleType.CREATION else [])
    needed += ["performer", "events"] if kind is RuleType.UPDATES else []
    for name in needed:
        value = getattr(given, name)
        if value in (None, "", []) and (creating or name in given.model_fields_set):
            faults.append(missing(name))
    if kind is not RuleType.UPDATES and (given.events or given.performer):
        text = "Can be set only for rules that run on ticket updates"
        faults.append(Fault("events", text, "incompatible_field"))
    if given.performer and given.performer.type not in list(Performer):
        faults.append(one_of("performer.type", [int(kind) for kind in Performer]))
    if given.performer and any(member not in store.agents for member in given.performer.members or []):
        faults.append(Fault("performer.members", "There is no agent matching the given members", "invalid_value"))
    for event in given.events or []:
        faults += _event_faults(store, event)
    for conditions in given.conditions or []:
        faults += _condition_faults(conditions)
    for action in given.actions or []:
        faults += _action_faults(store, kind, action)
    if faults:
        raise invalid(faults)


def _event_faults(store: "Store", event: dict[str, Any]) -> list[Fault]:
    custom = [field.name for field in store.custom_fields() if field.type == "custom_dropdown"]
    known = CONFIRMED if store.switches.confirmed_events_only else (*FROM_TO, *WITH_VALUE, *SYSTEM, *custom)
    name = event.get("field_name")
    if name not in known:
        return [one_of("events.field_name", known)]
    if name == "ticket_action" and event.get("value") not in (*ACTIONS, ANY):
        return [one_of("events.value", ACTIONS)]
    if name == "note_type" and event.get("value") not in ("private", "public", ANY):
        return [one_of("events.value", ("private", "public", ANY))]
    return []


def _condition_faults(conditions: dict[str, Any]) -> list[Fault]:
    if conditions.get("match_type") not in ("all", "any"):
        return [one_of("conditions.match_type", ("all", "any"))]
    properties = conditions.get("properties")
    if not isinstance(properties, list) or not properties:
        return [missing("conditions.properties")]
    faults = []
    for one in properties:
        if not isinstance(one, dict) or not isinstance(one.get("field_name"), str):
            faults.append(missing("conditions.field_name"))
        elif one.get("operator") not in OPERATORS:
            faults.append(one_of("conditions.operator", OPERATORS))
    return faults


def _action_faults(store: "Store", kind: RuleType, action: dict[str, Any]) -> list[Fault]:
    custom = {field.name: field for field in store.custom_fields()}
    name, value = action.get("field_name"), action.get("value")
    if name == "trigger_webhook":
        return _webhook_faults(kind, action)
    if name in SETTING:
        allowed = _allowed(store)[name]
        known = any(value == one and type(value) is type(one) for one in allowed)
        return [] if known else [one_of("actions.value", allowed)]
    if isinstance(name, str) and name in custom:
        fault = fault_of(custom[name], value)
        return [Fault("actions.value", fault.message, fault.code)] if fault else []
    return [] if name in ACTING else [one_of("actions.field_name", [*ACTING, *custom])]


def _allowed(store: "Store") -> dict[str, list[Any]]:
    """Return the values to which an action can set each field."""
    return {
        "status": list(store.statuses),
        "priority": list(PRIORITIES),
        "source": list(SOURCES.values()),
        "ticket_type": [*TYPES, None],
        "group_id": [*store.groups, None],
        "responder_id": [*store.agents, None],
        "product_id": [None],
    }


def _webhook_faults(kind: RuleType, action: dict[str, Any]) -> list[Fault]:
    if kind is RuleType.HOURLY:
        return [Fault("actions.field_name", "Hourly rules cannot trigger a webhook", "invalid_value")]
    faults = [] if str(action.get("url") or "").startswith(("http://", "https://")) else [missing("actions.url")]
    if str(action.get("request_type")).upper() not in METHODS:
        faults.append(one_of("actions.request_type", METHODS))
    if str(action.get("content_type") or "JSON").upper() not in CONTENT_TYPES:
        faults.append(one_of("actions.content_type", CONTENT_TYPES))
    for name in ("content", "custom_headers", "auth_header"):
        if not isinstance(action.get(name), dict | None):
            text = "Value set is of type String.It should be a/an key/value pair"
            faults.append(Fault(f"actions.{name}", text, "datatype_mismatch"))
    headers = action.get("custom_headers")
    values = headers.values() if isinstance(headers, dict) else ()
    if any("," in str(value) or ":" in str(value) for value in values):
        faults.append(Fault("actions.custom_headers", "Values hold no commas or colons", "invalid_value"))
    return faults


def put(rule: Rule, given: RuleChange) -> None:
    """Put checked values in."""
    for name in given.model_fields_set:
        value = getattr(given, name)
        setattr(rule, name, value.model_dump(exclude_none=True) if isinstance(value, PerformerInput) else value)
