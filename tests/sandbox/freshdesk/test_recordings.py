"""Our answers beside real ones that were recorded: the same keys, the same kinds of values."""

import json
from typing import Any

import pytest

from sandbox.freshdesk import State
from sandbox.freshdesk.model import Status
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People
from tests.sandbox.parties import Endpoint
from tests.support import shared

pytestmark = pytest.mark.shared
OF_FEATURES = {"associated_tickets_list", "associated_tickets_count", "ticket_bcc_emails", "conversations"}
LATER = {"form_id", "source_additional_info"}  # came after the recording, or come with some accounts only


def recorded(*parts: str) -> Any:
    return json.loads(shared("fixtures", "freshdesk", *parts).read_text())


def kinds(shown: dict[str, Any]) -> dict[str, str]:
    """Return each value's kind, without the nulls, which fit anything."""
    return {key: type(value).__name__ for key, value in shown.items() if value is not None}


@pytest.mark.parametrize(
    ("parts", "path", "also"),
    [
        pytest.param(("rapid7", "get_ticket_by_id.json"), "/tickets/1", OF_FEATURES | LATER, id="view"),
        pytest.param(("rapid7", "update_ticket_many_parameters.json"), "PUT", OF_FEATURES | LATER, id="update"),
        pytest.param(("freshdesk-dotnet", "ticket-at-creation-2025.json"), "POST", OF_FEATURES | LATER | {
            "association_type", "internal_agent_id", "internal_group_id"
        }, id="creation"),
        pytest.param(
            ("rapid7", "get_tickets_no_parameters.json"), "/tickets", OF_FEATURES | LATER, id="list"
        ),
    ],
)  # fmt: skip
def test_tickets_have_the_recorded_keys(client: Client, ticket: Ticket, parts: Any, path: str, also: set[str]) -> None:
    """Nothing is missing, nothing is made up, and a value is of the recorded kind."""
    given = {"subject": "s", "description": "d", "email": "a@customer.example"}
    match path:
        case "PUT":
            ours = client.put("/tickets/1", priority=2)
        case "POST":
            ours = client("POST", "/tickets", given).json()
        case _:
            ours = client.get(path)
    real = recorded(*parts)
    ours, real = (ours[0], real[0]) if isinstance(ours, list) else (ours, real)
    assert set(ours) ^ set(real) <= also
    both = kinds(real).keys() & kinds(ours).keys()
    assert {key: kinds(ours)[key] for key in both} == {key: kinds(real)[key] for key in both}


def test_the_embeds_have_the_recorded_keys(client: Client, ticket: Ticket) -> None:
    """The eight instants and the five keys of a requester."""
    ours, real = client.get("/tickets/1?include=stats,requester"), recorded("python-freshdesk", "ticket_1.json")
    assert set(ours["stats"]) == set(real["stats"])
    assert set(ours["requester"]) == set(real["requester"])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("company", "/companies"),
        ("agent_1", "/agents"),
        ("group_1", "/groups"),
        ("conversations", "/tickets/1/conversations"),
    ],
)
def test_other_records_have_the_recorded_keys(
    client: Client, state: State, ticket: Ticket, people: People, name: str, path: str
) -> None:
    """Everything that an old recording has is there; later accounts show more."""
    state.reply(ticket, people.ada, "x")
    real = recorded("python-freshdesk", f"{name}.json")
    assert set(real[0] if isinstance(real, list) else real) <= set(client.get(path)[0])


def test_the_fields_are_the_recorded_ones(client: Client) -> None:
    """The default fields with their types and labels, and the same keys for each."""
    real = {field["name"]: field for field in recorded("rapid7", "get_ticket_fields.json") if field["default"]}
    ours = {field["name"]: field for field in client.get("/ticket_fields")}
    assert set(ours) == set(real) - {"internal_group", "internal_agent"}
    for name, field in ours.items():
        assert (field["type"], field["label"]) == (real[name]["type"], real[name]["label"])
        assert set(real[name]) - set(field) <= {"portal_cc", "portal_cc_to"}
    assert type(real["status"]["choices"]) is type(ours["status"]["choices"])
    assert real["status"]["choices"]["3"] == ours["status"]["choices"]["3"]


def test_errors_are_the_recorded_ones(client: Client, state: State, ticket: Ticket) -> None:
    """Word for word, with the account's own statuses."""
    state.add_status("xyz test status")
    query = {"query": '"status:99"'}
    assert client("GET", "/search/tickets", params=query).json() == recorded("rapid7", "filter_tickets_error.json")
    unknown = client("GET", "/tickets?company_id=5").json()
    assert unknown == recorded("rapid7", "get_tickets_invalid_company_id.json")


@pytest.mark.parametrize(
    "name", ["ticket_created", "status_changed", "priority_changed", "private_note", "public_note"]
)
def test_deliveries_look_like_the_captured_ones(state: State, people: People, endpoint: Endpoint, name: str) -> None:
    """The same template gives the same keys, kinds and the same words for what happened."""
    real = recorded("zulip", f"{name}.json")["freshdesk_webhook"]
    names = {
        "triggered_event": "{{triggered_event}}",
        "requester_name": "{{ticket.requester.name}}",
        "requester_email": "{{ticket.requester.email}}",
    }
    content = {key: names.get(key, f"{{{{ticket.{key.removeprefix('ticket_')}}}}}") for key in real}
    content["ticket_type"] = "{{ticket.ticket_type}}"
    state.add_webhook(endpoint.url, content=content)
    ticket = state.open_ticket(people.carla, "s", type="Incident", priority=3)
    ada = people.ada
    {
        "ticket_created": lambda: None,
        "status_changed": lambda: (state.set_status(ticket, Status.RESOLVED), state.set_status(ticket, 6)),
        "priority_changed": lambda: state.set_priority(ticket, 1, ada),
        "private_note": lambda: state.reply(ticket, ada, "x", public=False),
        "public_note": lambda: state.public_note(ticket, ada, "x"),
    }[name]()
    assert state.courier.wait_idle()
    ours = [json.loads(body) for _, body in endpoint.received]
    same = [body for body in ours if body["triggered_event"] == real["triggered_event"]]
    assert len(same) == 1
    assert kinds(same[0]) == kinds(real)
