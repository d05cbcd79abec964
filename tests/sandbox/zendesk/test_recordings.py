"""Our answers beside real ones that were recorded: the same keys, the same kinds of values."""

import json
from typing import Any

import pytest

from sandbox.zendesk import State
from sandbox.zendesk.tickets_model import Ticket
from tests.sandbox.zendesk.conftest import Client, People
from tests.support import shared

pytestmark = pytest.mark.shared
SINCE_ADDED = {"generated_timestamp"}  # on tickets: documented since, not yet there in 2023


def recorded(name: str, number: int) -> Any:
    """Return the body of one recorded answer."""
    path = shared("fixtures", "zendesk", "api-recorded", f"{name}.json")
    return json.loads(path.read_text())["exchanges"][number]["response"]["body"]


def test_a_created_ticket_has_the_recorded_keys_in_ticket_and_audit(client: Client) -> None:
    """A creation answers ticket and audit: Comment first, then one Create for each field, null ones included."""
    real = recorded("ticket-create-then-put", 0)
    ours = client("POST", "/api/v2/tickets", {"ticket": {"subject": "test", "description": "test"}}).json()
    assert set(ours["ticket"]) - SINCE_ADDED == set(real["ticket"])
    assert set(ours["audit"]) == set(real["audit"])
    assert shape(ours["audit"]["events"]) == shape(real["audit"]["events"])


def shape(events: list[dict[str, Any]]) -> list[tuple[str, Any, frozenset[str]]]:
    """Return each event as its type, its field and its keys."""
    return [(event["type"], event.get("field_name"), frozenset(event)) for event in events]


def test_an_update_answers_one_change_with_its_previous_value(client: Client) -> None:
    """A changed subject is one Change event; a description that is sent along is ignored."""
    client("POST", "/api/v2/tickets", {"ticket": {"subject": "test", "description": "test"}})
    real = recorded("ticket-create-then-put", 1)
    ours = client.put_ticket(1, id=1, subject="other", description="other")
    assert shape(ours.json()["audit"]["events"]) == shape(real["audit"]["events"])
    assert 'unpermitted_keys=>["ticket.id"]' in ours.headers["X-Zendesk-Api-Warn"]
    assert ours.json()["ticket"]["description"] == "test"


@pytest.mark.parametrize(
    ("name", "number", "key", "path", "body"),
    [
        pytest.param(
            "ticket-field-create-update",
            0,
            "ticket_field",
            "ticket_fields",
            {"ticket_field": {"title": "I AM A TEST", "type": "text"}},
            id="ticket field",
        ),
        pytest.param(
            "organization-field-create-update",
            0,
            "organization_field",
            "organization_fields",
            {"organization_field": {"title": "i am test", "key": "plan_of_customer", "description": "test"}},
            id="organization field",
        ),
        pytest.param(
            "trigger-create-update",
            0,
            "trigger",
            "triggers",
            {"trigger": {"title": "t", "actions": [{"field": "status", "value": "open"}], "all": []}},
            id="trigger",
        ),
        pytest.param(
            "view-create-update",
            0,
            "view",
            "views",
            {"view": {"title": "v", "all": [{"field": "status", "operator": "less_than", "value": "solved"}]}},
            id="view",
        ),
        pytest.param(
            "webhook-create",
            0,
            "webhook",
            "webhooks",
            {
                "webhook": {
                    "name": "w",
                    "description": "d",
                    "endpoint": "https://example.com",
                    "http_method": "GET",
                    "request_format": "json",
                    "status": "active",
                    "subscriptions": ["conditional_ticket_events"],
                    "authentication": {
                        "type": "basic_auth",
                        "data": {"username": "john_smith", "password": "hello_123"},
                        "add_position": "header",
                    },
                }
            },
            id="webhook",
        ),
    ],
)
def test_a_created_record_has_the_recorded_keys(
    client: Client, name: str, number: int, key: str, path: str, body: Any
) -> None:
    """Records of each kind have exactly the keys that a real account answered, and 201."""
    real, ours = recorded(name, number)[key], client("POST", f"/api/v2/{path}", body)
    assert ours.status_code == 201
    assert set(ours.json()[key]) == set(real)


def test_people_have_the_recorded_keys(client: Client, people: People) -> None:
    """Users and organizations look as recorded."""
    organization = recorded("user-and-organization-show", 0)["organization"]
    user = recorded("user-and-organization-show", 1)["user"]
    assert set(client.get(f"/api/v2/organizations/{people.acme.id}")["organization"]) == set(organization)
    assert set(client.get(f"/api/v2/users/{people.service.id}")["user"]) == set(user)


def test_jobs_and_exports_have_the_recorded_keys(client: Client, state: State, ticket: Ticket) -> None:
    """Job statuses and both forms of the incremental export look as recorded."""
    queued = client("PUT", f"/api/v2/tickets/update_many?ids={ticket.id}", {"ticket": {"priority": "low"}}).json()
    assert set(queued["job_status"]) == set(recorded("update-many-one", 3)["job_status"])
    done = client.get(f"/api/v2/job_statuses/{queued['job_status']['id']}")["job_status"]
    real = recorded("update-many-one", 4)["job_status"]
    assert (set(done), set(done["results"][0])) == (set(real), set(real["results"][0]))
    by_time = client.get("/api/v2/incremental/tickets?start_time=0")
    assert set(by_time) == set(recorded("incremental-time-and-cursor-shortened", 0))
    by_cursor = client.get("/api/v2/incremental/tickets/cursor?start_time=0")
    assert set(by_cursor) == set(recorded("incremental-time-and-cursor-shortened", 1))


def test_missing_tickets_answer_the_recorded_404(client: Client) -> None:
    """RecordNotFound for reads, writes and deletions alike."""
    real = recorded("ticket-put-404", 0)
    assert client.put_ticket(2**62, subject="x").json() == real
    assert client("DELETE", f"/api/v2/tickets/{2**62}").json() == real
