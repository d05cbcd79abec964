"""Notes and replies by API."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People


def test_a_note_is_private_unless_it_says_otherwise(client: Client, ticket: Ticket, people: People) -> None:
    """201; it is the caller's, and agents are told."""
    answer = client("POST", "/tickets/1/notes", {"body": "<p>due &amp; done</p>", "notify_emails": [people.ada.email]})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["private"], made["user_id"], made["notified_to"]) == (True, people.service.id, [people.ada.email])
    assert made["body_text"] == "due & done"
    assert client("POST", "/tickets/1/notes", {"body": "x", "private": False}).json()["private"] is False


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param({}, ("body", "missing_field"), id="no body"),
        pytest.param({"body": " "}, ("body", "missing_field"), id="blank"),
        pytest.param(
            {"body": "x", "notify_emails": ["who@else.example"]}, ("notify_emails", "invalid_value"), id="who?"
        ),
        pytest.param({"body": "x", "private": "yes"}, ("private", "datatype_mismatch"), id="a word for a switch"),
        pytest.param({"body": "x", "colour": "red"}, ("colour", "invalid_field"), id="an unknown key"),
    ],
)
def test_notes_that_are_refused(client: Client, ticket: Ticket, body: dict[str, Any], fault: tuple[str, str]) -> None:
    """400; nothing is added."""
    assert client.faults("POST", "/tickets/1/notes", body) == (400, {fault})
    assert ticket.conversations == []


def test_a_reply_is_public_and_goes_to_the_requester(client: Client, ticket: Ticket) -> None:
    """It counts as the first response."""
    made = client("POST", "/tickets/1/reply", {"body": "<p>hello</p>"}).json()
    assert made["replied_to"] == ["carla.custer@customer.example"]
    listed = client.get("/tickets/1/conversations")
    assert [(said["source"], said["private"], said["incoming"]) for said in listed] == [(0, False, False)]
    assert client.get("/tickets/1?include=stats")["stats"]["first_responded_at"]


def test_editing_moves_only_the_edits_own_instant(client: Client, ticket: Ticket, clock: Clock) -> None:
    """last_edited_at is later than updated_at then; replies cannot be edited."""
    note = client("POST", "/tickets/1/notes", {"body": "x"}).json()
    reply = client("POST", "/tickets/1/reply", {"body": "x"}).json()
    clock.advance(timedelta(hours=1))
    assert client.put(f"/conversations/{note['id']}", body="y")["body_text"] == "y"
    shown = client.get("/tickets/1/conversations")[0]
    assert (shown["last_edited_at"], shown["updated_at"]) == ("2026-11-23T10:00:00Z", "2026-11-23T09:00:00Z")
    assert client("PUT", f"/conversations/{reply['id']}", {"body": "y"}).status_code == 403
    assert client("DELETE", f"/conversations/{note['id']}").status_code == 204
    assert client("DELETE", f"/conversations/{note['id']}").status_code == 404


def test_conversations_come_in_pages(client: Client, state: State, ticket: Ticket, people: People) -> None:
    """Thirty, or up to a hundred; a ticket embeds its first ten."""
    for number in range(35):
        state.reply(ticket, people.carla, f"{number}")
    first = client("GET", "/tickets/1/conversations")
    assert (len(first.json()), 'rel="next"' in first.headers["Link"]) == (30, True)
    assert len(client.get("/tickets/1/conversations?page=2")) == 5
    assert len(client.get("/tickets/1/conversations?per_page=100")) == 35
    embedded = client.get("/tickets/1?include=conversations")["conversations"]
    assert [said["body_text"] for said in embedded] == [str(number) for number in range(10)]


def test_what_a_forgotten_person_said_is_nobodys(client: Client, state: State, ticket: Ticket, people: People) -> None:
    """user_id is null then."""
    state.reply(ticket, people.carla, "hello")
    assert client("DELETE", f"/contacts/{people.carla.id}/hard_delete?force=true").status_code == 204
    assert client.get("/tickets/1/conversations")[0]["user_id"] is None
