"""Ticket fields: what agents read, what admins create, what values they take."""

from typing import Any

import pytest

from sandbox.freshdesk import State
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client

NEW = {"label": "SLA tier", "label_for_customers": "SLA tier", "type": "custom_text"}


def test_choices_come_in_the_shape_of_their_type(client: Client, state: State) -> None:
    """Statuses by id with both labels, priorities by label, groups by name, types as a list."""
    state.add_status("In the lab", customer_label="Being repaired")
    fields = {field["name"]: field.get("choices") for field in client.get("/ticket_fields")}
    assert fields["status"]["3"] == ["Pending", "Awaiting your Reply"]
    assert fields["status"]["8"] == ["In the lab", "Being repaired"]
    assert fields["priority"] == {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}
    assert list(fields["group"]) == ["Customer Support"]
    assert fields["ticket_type"][0] == "Question"
    assert [field["name"] for field in client.get("/ticket_fields?type=default_status")] == ["status"]


def test_the_timers_switch_is_not_shown(client: Client) -> None:
    """No path of the API tells in which statuses the native timer stands still."""
    for path in ("/ticket_fields?type=default_status", "/admin/ticket_fields"):
        assert "timer" not in client("GET", path).text


def test_creating_a_field(client: Client, ticket: Ticket) -> None:
    """The answer's name is the key; tickets that exist have it empty; a drop-down's choices keep their order."""
    choices = [{"value": "Breached", "position": 2}, {"value": "Running", "position": 1}]
    answer = client("POST", "/admin/ticket_fields", NEW | {"type": "custom_dropdown", "choices": choices})
    made = answer.json()
    assert (answer.status_code, made["name"], made["displayed_to_customers"]) == (201, "cf_sla_tier", False)
    assert client.get("/tickets/1")["custom_fields"] == {"cf_sla_tier": None}
    listed = {field["name"]: field for field in client.get("/ticket_fields")}
    assert listed["cf_sla_tier"]["choices"] == ["Running", "Breached"]
    shown = client.get(f"/admin/ticket_fields/{made['id']}")["choices"]
    assert [choice["value"] for choice in shown] == ["Running", "Breached"]


def test_a_key_that_is_taken_gets_a_number(client: Client) -> None:
    """Two labels can make the same key: only the answer tells."""
    client("POST", "/admin/ticket_fields", NEW)
    other = client("POST", "/admin/ticket_fields", NEW | {"label": "SLA: tier"}).json()
    assert other["name"].startswith("cf_sla_tier")
    assert other["name"] != "cf_sla_tier"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        pytest.param({"label": ""}, ("label", "missing_field"), id="no label"),
        pytest.param({"type": "custom_date_time"}, ("type", "invalid_value"), id="there are no instants"),
        pytest.param({"type": "custom_dropdown"}, ("choices", "missing_field"), id="no choices"),
        pytest.param({"choices": [{"value": "a"}]}, ("choices", "invalid_field"), id="choices of a text"),
        pytest.param({"label": "Status"}, ("label", "duplicate_value"), id="a label that exists"),
        pytest.param({"colour": "red"}, ("colour", "invalid_field"), id="an unknown key"),
    ],
)
def test_fields_that_are_refused(client: Client, given: dict[str, Any], fault: tuple[str, str]) -> None:
    """400 with the key."""
    assert client.faults("POST", "/admin/ticket_fields", NEW | given) == (400, {fault})


def test_the_plan_limits_the_number_of_fields(client: Client, state: State) -> None:
    """Ten paragraphs on Growth."""
    for number in range(10):
        state.add_ticket_field(f"paragraph {number}", "custom_paragraph")
    answer = client("POST", "/admin/ticket_fields", NEW | {"type": "custom_paragraph"})
    assert (answer.status_code, answer.json()["code"]) == (403, "require_feature")


def test_changing_and_deleting_a_field(client: Client, state: State, ticket: Ticket) -> None:
    """A choice can be added, renamed and taken away; deleting a field takes its values with it."""
    field = state.add_ticket_field("SLA state", "custom_dropdown", ["Running", "Late"])
    path = f"/admin/ticket_fields/{field.id}"
    choices = [{"id": 2, "value": "Breached"}, {"value": "Paused", "position": 3}]
    changed = client.put(path, choices=choices, label="SLA status")
    assert (changed["label"], field.choices) == ("SLA status", ["Running", "Breached", "Paused"])
    client.put(path, choices=[{"id": 1, "deleted": True}])
    assert field.choices == ["Breached", "Paused"]
    assert client("DELETE", path).status_code == 204
    assert client.get("/tickets/1")["custom_fields"] == {}
    status = next(f["id"] for f in client.get("/ticket_fields") if f["name"] == "status")
    assert client("DELETE", f"/admin/ticket_fields/{status}").status_code == 403


@pytest.mark.parametrize(
    ("kind", "sent", "back"),
    [
        pytest.param("custom_text", "10:00 CET", "10:00 CET", id="text"),
        pytest.param("custom_number", 124, 124, id="number"),
        pytest.param("custom_decimal", 124, "124.0", id="a decimal returns as text"),
        pytest.param("custom_checkbox", True, True, id="checkbox"),
        pytest.param("custom_date", "2026-11-24", "2026-11-24", id="date"),
        pytest.param("custom_dropdown", "Running", "Running", id="dropdown"),
        pytest.param("custom_text", None, None, id="cleared"),
    ],
)
def test_values(client: Client, state: State, ticket: Ticket, kind: str, sent: Any, back: Any) -> None:
    """What goes in and what comes back."""
    field = state.add_ticket_field("X", kind, ["Running"])
    assert client.put("/tickets/1", custom_fields={field.name: sent})["custom_fields"] == {"cf_x": back}


@pytest.mark.parametrize(
    ("kind", "sent", "code"),
    [
        pytest.param("custom_text", 5, "datatype_mismatch", id="a number for a text"),
        pytest.param("custom_text", "x" * 256, "invalid_value", id="too long"),
        pytest.param("custom_number", "5", "datatype_mismatch", id="a text for a number"),
        pytest.param("custom_number", True, "datatype_mismatch", id="a tick for a number"),
        pytest.param("custom_checkbox", "yes", "datatype_mismatch", id="a text for a tick"),
        pytest.param("custom_date", "2026-11-24T10:00:00Z", "invalid_value", id="an instant for a date"),
        pytest.param("custom_dropdown", "running", "invalid_value", id="another case"),
    ],
)
def test_values_that_are_refused(client: Client, state: State, ticket: Ticket, kind: str, sent: Any, code: str) -> None:
    """400, and nothing of the body is taken."""
    field = state.add_ticket_field("X", kind, ["Running"])
    body = {"custom_fields": {field.name: sent}, "priority": 1}
    assert client.faults("PUT", "/tickets/1", body) == (400, {("custom_fields.cf_x", code)})
    assert ticket.priority == 3
