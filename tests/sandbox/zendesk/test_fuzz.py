"""Nonsense is refused, never an error of ours."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.zendesk import State, create_app
from tests.sandbox.parties import MONDAY

LEAVES = st.none() | st.booleans() | st.integers(-10, 10**15) | st.text(max_size=8) | st.floats(allow_nan=False)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = {
    "ticket": (
        "subject comment status custom_status_id priority type due_at tags custom_fields fields requester requester_id "
        "assignee_id group_id organization_id ticket_form_id followers metadata safe_update updated_stamp via"
    ),
    "tickets": "id subject",
    "webhook": "name endpoint http_method request_format status subscriptions authentication custom_headers",
    "trigger": "title conditions all any actions category_id position",
    "view": "title all any output restriction",
    "ticket_field": "title type custom_field_options required tag",
    "organization": "name tags organization_fields domain_names",
    "user": "name email tags user_fields role",
}
PATHS = [
    ("POST", "tickets", "ticket"),
    ("PUT", "tickets/1", "ticket"),
    ("PUT", "tickets/update_many?ids=1", "ticket"),
    ("PUT", "tickets/update_many", "tickets"),
    ("POST", "tickets/create_many", "tickets"),
    ("PUT", "tickets/1/tags", "tags"),
    ("POST", "tickets/1/merge", "ids"),
    ("DELETE", "tickets/99", "ticket"),
    ("POST", "webhooks", "webhook"),
    ("POST", "triggers", "trigger"),
    ("POST", "views", "view"),
    ("POST", "ticket_fields", "ticket_field"),
    ("POST", "organizations", "organization"),
    ("POST", "users", "user"),
]


@st.composite
def bodies(draw: st.DrawFn, root: str) -> Any:
    """Draw anything at all, or an object with the right keys and anything in them."""
    if draw(st.booleans()) or root not in KEYS:
        return draw(JSON | st.builds(lambda value: {root: value}, JSON))
    inner = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS[root].split(), JSON)))
    return {root: [inner] if root == "tickets" else inner}


@pytest.fixture(scope="module")
def http() -> tuple[FlaskClient, dict[str, str]]:
    state = State(Clock(MONDAY, speed=0))
    state.courier.enabled = False
    token = state.add_access_token(state.owner()).token
    state.add_ticket_field("T", "tagger", {"a": "A"})
    state.open_ticket(state.add_end_user("C"), "s")
    return create_app(state, limits=False).test_client(), {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path", "root"), PATHS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_json_is_answered(
    http: tuple[FlaskClient, dict[str, str]], method: str, path: str, root: str, data: st.DataObject
) -> None:
    """Whatever is sent, the answer is JSON with a status below 500."""
    client, headers = http
    answer = client.open(f"/api/v2/{path}", method=method, json=data.draw(bodies(root)), headers=headers)
    assert answer.status_code < 500
    assert answer.status_code == 204 or answer.is_json


FIELDS = [
    "status",
    "priority",
    "current_tags",
    "current_via_id",
    "comment_is_public",
    "custom_fields_1",
    "custom_fields_x",
]
OPERATORS = ["is", "is_not", "less_than", "greater_than", "changed", "value", "value_previous", "includes", "present"]
ACTIONS = [
    *FIELDS,
    "set_tags",
    "remove_tags",
    "group_id",
    "assignee_id",
    "comment_value",
    "comment_mode_is_public",
    "notification_webhook",
    "notification_user",
]


@settings(max_examples=150, deadline=None)
@given(
    conditions=st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(OPERATORS), JSON), max_size=2),
    actions=st.lists(st.tuples(st.sampled_from(ACTIONS), JSON), min_size=1, max_size=3),
)
def test_triggers_with_odd_values(
    http: tuple[FlaskClient, dict[str, str]], conditions: list[Any], actions: list[Any]
) -> None:
    """A trigger that makes no sense is refused, or fails the update that runs it as Zendesk's own checks do."""
    client, headers = http
    all_of = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    trigger = {"title": "t", "all": all_of, "actions": [{"field": f, "value": value} for f, value in actions]}
    made = client.post("/api/v2/triggers", json={"trigger": trigger}, headers=headers)
    answer = client.put(
        "/api/v2/tickets/1", json={"ticket": {"tags": ["a"], "comment": {"body": "b"}}}, headers=headers
    )
    assert max(made.status_code, answer.status_code) < 500
    if made.status_code == 201:
        assert client.delete(f"/api/v2/triggers/{made.json['trigger']['id']}", headers=headers).status_code == 204


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(["page[size]", "page[after]", "per_page", "page", "sort", "query", "cursor", "start_time"]))
@pytest.mark.parametrize("path", ["tickets", "search", "incremental/tickets/cursor", "tickets/1/audits", "webhooks"])
@pytest.mark.parametrize("value", ["", "0", "-1", "x", "9" * 30, "bm90IGpzb24=", "W10=", "\u2028", "none:none"])
def test_any_argument_is_answered(http: tuple[FlaskClient, dict[str, str]], path: str, value: str, name: str) -> None:
    """Also in the address."""
    client, headers = http
    answer = client.get(f"/api/v2/{path}", query_string={name: value}, headers=headers)
    assert answer.status_code < 500
    assert answer.is_json
