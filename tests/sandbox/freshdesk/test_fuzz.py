"""Nonsense is refused, never an error of ours."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.freshdesk import State, create_app
from sandbox.freshdesk.automation.conditions import OPERATORS
from tests.sandbox.parties import MONDAY

LEAVES = st.none() | st.booleans() | st.integers(-10, 10**15) | st.text(max_size=8) | st.floats(allow_nan=False)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
TICKET = (
    "subject description email requester_id status priority source type group_id responder_id company_id due_by "
    "fr_due_by tags custom_fields parent_id name phone"
)
KEYS = {
    ("POST", "tickets"): TICKET + " cc_emails",
    ("PUT", "tickets/1"): TICKET,
    ("POST", "tickets/1/notes"): "body private incoming notify_emails user_id",
    ("POST", "tickets/1/reply"): "body user_id cc_emails",
    ("POST", "tickets/bulk_update"): "bulk_action",
    ("PUT", "tickets/merge"): "primary_id ticket_ids note_in_primary",
    ("POST", "tickets/1/watch"): "user_id",
    ("POST", "admin/ticket_fields"): "label label_for_customers type choices position required_for_agents",
    ("POST", "automations/1/rules"): "name conditions actions operator position active",
    ("POST", "automations/4/rules"): "name performer events conditions actions operator position active",
    ("POST", "companies"): "name domains account_tier health_score custom_fields renewal_date",
    ("POST", "contacts"): "name email company_id other_companies tags custom_fields",
    ("POST", "groups"): "name agent_ids description",
    ("POST", "sla_policies"): "name sla_target applicable_to escalation",
}


@pytest.fixture(scope="module")
def http() -> tuple[FlaskClient, tuple[str, str]]:
    state = State(Clock(MONDAY, speed=0))
    state.courier.enabled = False
    state.add_ticket_field("T", "custom_dropdown", ["a"])
    state.open_ticket(state.add_contact("C"), "s")
    return create_app(state, limits=False).test_client(), (state.owner().api_key, "X")


@pytest.mark.parametrize(("method", "path"), KEYS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_json_is_answered(
    http: tuple[FlaskClient, tuple[str, str]], method: str, path: str, data: st.DataObject
) -> None:
    """Whatever is sent, the answer has a status below 500, and JSON wherever it has a body."""
    client, auth = http
    keys = dict.fromkeys(KEYS[method, path].split(), JSON)
    body: Any = data.draw(JSON | st.fixed_dictionaries({}, optional=keys))
    answer = client.open(f"/api/v2/{path}", method=method, json=body, auth=auth)
    assert answer.status_code < 500
    assert answer.status_code in (204, 404) or answer.is_json


SMALL = st.none() | st.sampled_from(["--", "", "x", 2, 4, 99, True]) | JSON
EVENTS = st.fixed_dictionaries(
    {"field_name": st.sampled_from(["status", "priority", "ticket_action", "note_type", "reply_sent"])},
    optional={"from": SMALL, "to": SMALL, "value": st.sampled_from(["--", "update", "private"]) | JSON},
)
PROPERTIES = st.fixed_dictionaries(
    {
        "field_name": st.sampled_from(["status", "subject", "created_at", "tags", "name"]) | JSON,
        "operator": st.sampled_from(OPERATORS),
        "value": SMALL | st.lists(SMALL, max_size=2),
    },
    optional={"resource_type": st.sampled_from(["ticket", "company", "contact"]) | JSON},
)
WEBHOOK = st.fixed_dictionaries(
    {
        "field_name": st.just("trigger_webhook"),
        "url": st.sampled_from(["http://127.0.0.1:1/{{ticket.id}}?a={{ticket.subject}}", "http://{{"]),
        "request_type": st.sampled_from(["POST", "GET", "post"]),
    },
    optional={
        "content": st.dictionaries(st.text(max_size=4), SMALL, max_size=2) | JSON,
        "custom_headers": st.dictionaries(st.text(max_size=4), SMALL, max_size=2) | JSON,
        "auth_header": st.dictionaries(st.sampled_from(["username", "password"]), SMALL) | JSON,
        "api_key": SMALL,
        "content_layout": st.sampled_from(["1", "2", 1, None]),
        "content_type": st.sampled_from(["JSON", "XML", "X-FORM-URLENCODED", None]),
    },
)
SETTING = st.fixed_dictionaries(
    {"field_name": st.sampled_from(["status", "priority", "group_id", "add_tag", "add_note", "cf_t"]), "value": SMALL},
    optional={"note_body": SMALL},
)


@settings(max_examples=150, deadline=None)
@given(
    events=st.lists(EVENTS, min_size=1, max_size=2),
    properties=st.lists(PROPERTIES, min_size=1, max_size=2),
    actions=st.lists(WEBHOOK | SETTING, min_size=1, max_size=2),
)
def test_a_rule_that_was_taken_never_breaks_an_update(events: Any, properties: Any, actions: Any) -> None:
    """Whatever a rule says: either it is refused, or tickets can still be changed."""
    state = State(Clock(MONDAY, speed=0))
    state.courier.enabled = False
    state.add_ticket_field("T", "custom_dropdown", ["a"])
    http = create_app(state, limits=False).test_client()
    auth = (state.owner().api_key, "X")
    conditions = [{"name": "condition_set_1", "match_type": "all", "properties": properties}]
    rule = {"name": "r", "performer": {"type": 3}, "events": events, "conditions": conditions, "actions": actions}
    assert http.post("/api/v2/automations/4/rules", json=rule, auth=auth).status_code in (201, 400)
    state.open_ticket(state.add_contact("C"), "s")
    assert http.put("/api/v2/tickets/1", json={"status": 3, "priority": 4}, auth=auth).status_code == 200
    assert http.post("/api/v2/tickets/1/notes", json={"body": "x"}, auth=auth).status_code == 201
    assert http.get("/api/v2/tickets/1", auth=auth).status_code == 200
