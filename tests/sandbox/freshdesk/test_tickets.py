"""Tickets one by one: what a body may say, what it does, and what happens to tickets that are gone."""

from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.model import Status, TicketField
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People

NEW = {"subject": "Printer", "description": "<p>It <b>burns</b>.</p>", "email": "new.person@customer.example"}


def test_creating(client: Client, state: State) -> None:
    """201 with a Location; the due dates are null, an unknown address becomes a contact, the text loses its tags."""
    answer = client("POST", "/tickets", {**NEW, "priority": 2, "tags": ["a", "b"]})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/api/v2/tickets/{made['id']}")
    assert (made["status"], made["priority"], made["source"], made["tags"]) == (2, 2, 2, ["a", "b"])
    assert (made["due_by"], made["fr_due_by"], made["nr_due_by"]) == (None, None, None)
    assert made["description_text"] == "It burns."
    assert state.contacts[made["requester_id"]].name == "New Person"


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        pytest.param({"email": None}, {("requester_id", "missing_field")}, id="for nobody"),
        pytest.param({"subject": None}, {("subject", "missing_field")}, id="without a subject"),
        pytest.param(
            {"status": 99, "priority": 7},
            {("status", "invalid_value"), ("priority", "invalid_value")},
            id="all at once",
        ),
        pytest.param({"colour": "red"}, {("colour", "invalid_field")}, id="an unknown key"),
        pytest.param({"priority": "2"}, {("priority", "datatype_mismatch")}, id="a number as text"),
        pytest.param({"type": "Riddle"}, {("type", "invalid_value")}, id="an unknown type"),
        pytest.param(
            {"custom_fields": {"cf_nope": 1}}, {("custom_fields.cf_nope", "invalid_field")}, id="no such field"
        ),
        pytest.param({"due_by": "tomorrow"}, {("due_by", "invalid_value")}, id="no date"),
        pytest.param({"group_id": 5}, {("group_id", "invalid_value")}, id="no such group"),
    ],
)
def test_what_a_new_ticket_is_refused_for(client: Client, change: dict[str, Any], faults: set[Any]) -> None:
    """400 that names each field with a code."""
    given = {key: value for key, value in {**NEW, **change}.items() if value is not None}
    assert client.faults("POST", "/tickets", given) == (400, faults)


def test_an_update_changes_only_what_it_names(
    client: Client, ticket: Ticket, dropdown: TicketField, state: State
) -> None:
    """Other custom fields stay; tags are the whole list, and an empty one clears it."""
    text = state.add_ticket_field("SLA due")
    client.put("/tickets/1", custom_fields={dropdown.name: "Running"}, tags=["vip", "sla-tier-1"])
    shown = client.put("/tickets/1", custom_fields={text.name: "10:00"}, tags=["vip"])
    assert shown["custom_fields"] == {"cf_sla_state": "Running", "cf_sla_due": "10:00"}
    assert (shown["tags"], shown["priority"], shown["subject"]) == (["vip"], 3, "No data")
    assert client.put("/tickets/1", tags=[])["tags"] == []


def test_sending_a_ticket_back_whole_fails(client: Client, ticket: Ticket) -> None:
    """Any key that cannot be set is one invalid_field."""
    status, faults = client.faults("PUT", "/tickets/1", client.get("/tickets/1"))
    assert status == 400
    assert {("id", "invalid_field"), ("created_at", "invalid_field"), ("spam", "invalid_field")} <= faults


def test_an_unknown_status_lists_the_known_ones(client: Client, ticket: Ticket, state: State) -> None:
    """Also those that an admin made, which begin at 8."""
    made = state.add_status("In the lab")
    answer = client("PUT", "/tickets/1", {"status": 44}).json()
    assert answer["errors"][0]["message"] == "It should be one of these values: '2,3,4,5,6,7,8'"
    assert client.put("/tickets/1", status=made.id)["status"] == 8


def test_updates_move_updated_at_and_nothing_else_does(client: Client, ticket: Ticket, clock: Clock) -> None:
    """An update without a difference leaves the instant alone."""
    clock.move_to(clock().replace(hour=10))
    assert client.put("/tickets/1", priority=3)["updated_at"] == "2026-11-23T09:00:00Z"
    assert client.put("/tickets/1", priority=4)["updated_at"] == "2026-11-23T10:00:00Z"


@pytest.mark.parametrize("gone", ["delete", "mark_spam"])
def test_what_is_deleted_or_spam_takes_no_writes(client: Client, state: State, ticket: Ticket, gone: str) -> None:
    """405 for updates, notes and replies; reading still works."""
    getattr(state, gone)(ticket)
    assert client("PUT", "/tickets/1", {"priority": 1}).status_code == 405
    assert client("POST", "/tickets/1/notes", {"body": "x"}).status_code == 405
    shown = client.get("/tickets/1")
    assert (shown.get("deleted", False), shown["spam"]) == (gone == "delete", gone == "mark_spam")


@pytest.mark.parametrize("switches", [Switches(deleted_are_shown=False)])
def test_a_deleted_ticket_may_be_hidden(client: Client, state: State, ticket: Ticket) -> None:
    """Both answers were seen in the wild: here the 404, until the ticket is restored."""
    assert client("DELETE", "/tickets/1").status_code == 204
    assert client("GET", "/tickets/1").status_code == 404
    assert client("PUT", "/tickets/1/restore").status_code == 204
    assert "deleted" not in client.get("/tickets/1")


def test_merging(client: Client, state: State, ticket: Ticket, people: People) -> None:
    """The secondary is closed with a private note; no field tells of the merge."""
    other = state.open_ticket(people.carla, "the same again")
    answer = client("PUT", "/tickets/merge", {"primary_id": 1, "ticket_ids": [other.id]})
    assert answer.status_code == 204
    shown = client.get(f"/tickets/{other.id}?include=conversations")
    assert shown["status"] == Status.CLOSED
    assert [(said["private"], said["body_text"]) for said in shown["conversations"]] == [
        (True, "This ticket is closed and merged into ticket 1")
    ]
    assert not [key for key in shown if "merge" in key]


def test_embeds(client: Client, ticket: Ticket, people: People) -> None:
    """The company comes without its tier, the requester with the address; an unknown name is refused."""
    shown = client.get("/tickets/1?include=stats,company,requester")
    assert shown["company"] == {"id": people.acme.id, "name": "Acme"}
    assert shown["requester"]["email"] == "carla.custer@customer.example"
    assert len(shown["stats"]) == 8
    assert client.faults("GET", "/tickets/1?include=stats,weather") == (400, {("include", "invalid_value")})


def test_archived_tickets_have_their_own_path(client: Client, state: State, ticket: Ticket, clock: Clock) -> None:
    """Closed and idle for 120 days: gone from the usual path, readable at the other one."""
    state.set_status(ticket, Status.CLOSED)
    clock.move_to(clock().replace(year=2027, month=4))
    assert [archived.id for archived in state.archive_closed()] == [1]
    assert client("GET", "/tickets/1").status_code == 404
    assert client("PUT", "/tickets/1", {"priority": 1}).status_code == 404
    assert client.get("/tickets/archived/1")["archived"] is True
    assert client.get("/tickets/archived/1/conversations") == []


def test_bulk_updates_are_jobs(client: Client, state: State, ticket: Ticket, people: People) -> None:
    """One set of values for all; a ticket that refuses does not stop the others."""
    state.delete(state.open_ticket(people.carla, "gone"))
    made = client("POST", "/tickets/bulk_update", {"bulk_action": {"ids": [1, 2], "properties": {"priority": 4}}})
    job = client.get(f"/jobs/{made.json()['job_id']}")
    assert [result["success"] for result in job["data"]] == [True, False]
    assert client.get("/tickets/1")["priority"] == 4


def test_watchers(client: Client, ticket: Ticket, people: People) -> None:
    """Added without telling anybody; only agents can be."""
    assert client("POST", "/tickets/1/watch", {"user_id": people.ada.id}).status_code == 204
    assert client.get("/tickets/1/watchers") == {"watcher_ids": [people.ada.id]}
    assert client.faults("POST", "/tickets/1/watch", {"user_id": people.carla.id})[0] == 400


def test_closing_needs_what_the_form_demands(client: Client, state: State, ticket: Ticket) -> None:
    """A field that is required for closure must not be empty then; before, it may be."""
    field = state.add_ticket_field("Cause", required_for_closure=True)
    assert client("PUT", "/tickets/1", {"status": 3}).status_code == 200
    expected = (400, {(f"custom_fields.{field.name}", "missing_field")})
    assert client.faults("PUT", "/tickets/1", {"status": 4}) == expected
    assert client.put("/tickets/1", status=4, custom_fields={field.name: "dust"})["status"] == 4


def test_the_activities_file_tells_the_history(client: Client, state: State, ticket: Ticket, people: People) -> None:
    """One day's changes of status with their performers, behind a link."""
    state.set_status(ticket, Status.PENDING, people.ada)
    link = client.get("/export/ticket_activities?created_at=2026-11-23")["export"][0]["url"]
    rows = client.get(link.partition("/api/v2")[2])["activities_data"]
    assert [(row["performer_type"], row["performer_id"], row["activity"]) for row in rows] == [
        ("agent", people.ada.id, {"status": "Pending"})
    ]
    assert rows[0]["performed_at"] == "23-11-2026 09:00:00 +0000"
