"""Rules made by API: shapes, refusals, plans without it."""

from typing import Any

import pytest

from sandbox.freshdesk import State
from sandbox.freshdesk.store import Switches
from tests.sandbox.freshdesk.conftest import Client, People
from tests.sandbox.parties import Endpoint

ACTION = {
    "field_name": "trigger_webhook",
    "request_type": "POST",
    "url": "http://127.0.0.1:1/hook?ticket_id={{ticket.id}}",
    "content_type": "JSON",
    "content_layout": "2",
    "custom_headers": {"X-Sidecar-Key": "0a1b2c"},
    "content": {"ticket_id": "{{ticket.id}}", "event": "{{triggered_event}}"},
}
UPDATES: dict[str, Any] = {
    "name": "SLA updates",
    "active": False,
    "performer": {"type": 3},
    "events": [{"field_name": "status", "from": "--", "to": "--"}, {"field_name": "note_type", "value": "--"}],
    "actions": [ACTION],
}
CREATION: dict[str, Any] = {
    "name": "SLA new",
    "conditions": [
        {
            "name": "condition_set_1",
            "match_type": "any",
            "properties": [
                {"resource_type": "ticket", "field_name": "created_at", "operator": "during", "value": period}
                for period in ("business_hours", "non_business_hours")
            ],
        }
    ],
    "actions": [ACTION],
}


def test_a_rules_life(client: Client, endpoint: Endpoint, state: State, people: People) -> None:
    """Created inactive, read back the same, activated, at work, deleted."""
    given = UPDATES | {"actions": [ACTION | {"url": endpoint.url}]}
    answer = client("POST", "/automations/4/rules", given)
    made = answer.json()
    assert answer.status_code == 201
    assert {key: made[key] for key in given} == given
    assert made["meta"] == {"total_active_count": 1, "total_count": 2}
    assert (made["position"], made["outdated"], made["last_updated_by"]) == (2, False, people.service.id)
    path = f"/automations/4/rules/{made['id']}"
    assert client.get(path)["actions"] == given["actions"]
    ticket = state.open_ticket(people.carla, "hello")
    state.set_status(ticket, 3)
    assert client.put(path, active=True)["active"] is True
    state.set_status(ticket, 2)
    assert state.courier.wait_idle()
    assert [call.event for call in state.courier.deliveries()] == ["{status:{from:3,to:2}}"]
    assert client("DELETE", path).status_code == 204
    assert client("GET", path).status_code == 404


def test_the_list_is_an_object(client: Client) -> None:
    """With the rules in their order and what the account does with several that match."""
    client("POST", "/automations/1/rules", CREATION)
    listed = client.get("/automations/1/rules")
    assert [rule["name"] for rule in listed["rules"]] == ["SLA new"]
    assert listed["meta"] == {"count": 1, "cascading_rules": True}
    assert [rule["name"] for rule in client.get("/automations/4/rules")["rules"]] == [
        "Reopen the ticket when the customer responds"
    ]


@pytest.mark.parametrize(
    ("kind", "given", "fault"),
    [
        pytest.param(4, UPDATES | {"name": ""}, ("name", "missing_field"), id="no name"),
        pytest.param(4, UPDATES | {"actions": []}, ("actions", "missing_field"), id="no action"),
        pytest.param(4, UPDATES | {"events": []}, ("events", "missing_field"), id="no event"),
        pytest.param(
            1, CREATION | {"conditions": []}, ("conditions", "missing_field"), id="new tickets need conditions"
        ),
        pytest.param(1, CREATION | {"performer": {"type": 3}}, ("events", "incompatible_field"), id="nobody performs"),
        pytest.param(
            4, UPDATES | {"performer": {"type": 1, "members": [5]}}, ("performer.members", "invalid_value"), id="nobody"
        ),
        pytest.param(
            4,
            UPDATES | {"events": [{"field_name": "subject"}]},
            ("events.field_name", "invalid_value"),
            id="text event",
        ),
        pytest.param(
            4,
            UPDATES | {"actions": [{"field_name": "dance"}]},
            ("actions.field_name", "invalid_value"),
            id="no such action",
        ),
        pytest.param(
            4,
            UPDATES | {"actions": [ACTION | {"custom_headers": {"X-Key": "a:b"}}]},
            ("actions.custom_headers", "invalid_value"),
            id="a colon in a header",
        ),
        pytest.param(
            4,
            UPDATES | {"actions": [ACTION | {"custom_headers": "X-Key: ab"}]},
            ("actions.custom_headers", "datatype_mismatch"),
            id="headers as text",
        ),
        pytest.param(4, UPDATES | {"secret": "x"}, ("secret", "invalid_field"), id="an unknown key"),
        pytest.param(
            3,
            {key: CREATION[key] for key in CREATION},
            ("actions.field_name", "invalid_value"),
            id="hourly rules call nobody",
        ),
    ],
)
def test_refusals(client: Client, kind: int, given: dict[str, Any], fault: tuple[str, str]) -> None:
    """400 that names the part of the rule."""
    status, faults = client.faults("POST", f"/automations/{kind}/rules", given)
    assert (status, fault in faults) == (400, True)


@pytest.mark.parametrize("switches", [Switches(automations_api=False)])
def test_a_plan_without_it(client: Client) -> None:
    """403 require_feature: an admin has to click the rules together."""
    for method, body in (("GET", None), ("POST", UPDATES)):
        answer = client(method, "/automations/4/rules", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "require_feature")


@pytest.mark.parametrize("switches", [Switches(confirmed_events_only=True)])
def test_an_account_may_know_fewer_events(client: Client) -> None:
    """Only the names that public clients are known to send: any update, notes, agents."""
    refused = client.faults("POST", "/automations/4/rules", UPDATES)
    assert refused == (400, {("events.field_name", "invalid_value")})
    known = [{"field_name": "ticket_action", "value": "update"}, {"field_name": "note_type", "value": "--"}]
    assert client("POST", "/automations/4/rules", UPDATES | {"events": known}).status_code == 201
