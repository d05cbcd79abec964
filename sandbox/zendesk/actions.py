"""What a rule's actions ask for, in the terms of a ticket update. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.zendesk.conditions import CUSTOM
from sandbox.zendesk.inputs import TicketInput

SAME_NAME = frozenset(
    {
        "status",
        "priority",
        "type",
        "subject",
        "custom_status_id",
        "group_id",
        "assignee_id",
        "ticket_form_id",
        "brand_id",
    }
)
TAG_ACTIONS = {"set_tags": "tags", "current_tags": "additional_tags", "remove_tags": "remove_tags"}


def asked_for(actions: Sequence[Mapping[str, Any]]) -> TicketInput:
    """Return the update that the actions make, their comment included.

    Raises:
        pydantic.ValidationError: a value that its field cannot take.
    """
    values: dict[str, Any] = {}
    for action in actions:
        name, value = action["field"], action.get("value")
        match name:
            case _ if name in SAME_NAME:
                values[name] = value or None
            case _ if custom := CUSTOM.fullmatch(name):
                values.setdefault("custom_fields", []).append({"id": int(custom[1]), "value": value})
            case _ if name in TAG_ACTIONS:
                values[TAG_ACTIONS[name]] = str(value or "")
            case "comment_value" | "comment_value_html":
                text = value[-1] if isinstance(value, list) and value else value
                values.setdefault("comment", {})["body"] = text
            case "comment_mode_is_public":
                values.setdefault("comment", {})["public"] = str(value).lower() == "true"
    return TicketInput.model_validate(values)


def webhook_call(value: Any) -> tuple[str, str]:
    """Return the webhook's id and the body's template of a notification_webhook action."""
    parts = value if isinstance(value, list) else [value]
    return str(parts[0]) if parts else "", str(parts[1]) if len(parts) > 1 else ""
