"""Tickets: creating and changing them, with the traps that Zendesk sets."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.zendesk import State
from sandbox.zendesk.tickets_model import Ticket
from tests.sandbox.zendesk.conftest import Client, People


def changes(answer: Any) -> dict[str, tuple[Any, Any]]:
    """Return an audit's changes as {field: (before, after)}."""
    events = answer.json()["audit"]["events"]
    return {e["field_name"]: (e["previous_value"], e["value"]) for e in events if e["type"] == "Change"}


def test_both_forms_of_a_path_mean_the_same(client: Client, ticket: Ticket) -> None:
    """With and without .json."""
    assert client.get("/api/v2/tickets/1") == client.get("/api/v2/tickets/1.json")


def test_one_put_does_everything_and_says_what_it_did(client: Client, ticket: Ticket, people: People) -> None:
    """The audit lists each change with text values, and carries what was sent as metadata."""
    answer = client.put_ticket(
        1,
        status="pending",
        priority="urgent",
        tags=["b", "A c"],
        comment={"body": "internal", "public": False},
        metadata={"sla_sidecar": {"key": "k"}},
    )
    audit = answer.json()["audit"]
    assert audit["metadata"]["custom"] == {"sla_sidecar": {"key": "k"}}
    assert audit["author_id"] == people.service.id
    changed = changes(answer)
    assert changed["status"] == ("new", "pending")
    assert changed["priority"] == ("high", "urgent")
    assert changed["tags"] == ([], ["a", "b", "c"])
    assert all(isinstance(value, str) for value in changed["custom_status_id"])
    comment = next(event for event in audit["events"] if event["type"] == "Comment")
    assert (comment["public"], comment["body"]) == (False, "internal")


@pytest.mark.parametrize(("first", "expected"), [(True, True), (False, False)])
def test_a_comment_without_public_takes_the_first_ones_visibility(
    client: Client, people: People, first: bool, expected: bool
) -> None:
    """The trap: left out, a note goes to the customer."""
    client("POST", "/api/v2/tickets", {"ticket": {"subject": "s", "comment": {"body": "b", "public": first}}})
    client.put_ticket(1, comment={"body": "c"})
    assert client.get("/api/v2/tickets/1/comments")["comments"][-1]["public"] is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("ticket {{ticket.id}}", "ticket 1", id="id"),
        pytest.param("{{ticket.requester.email}}", "carla.custer@customer.example", id="a customer's data leaks"),
        pytest.param(r"\{{ticket.id}}", r"\{{ticket.id}}", id="escaped"),
        pytest.param("{{nothing.known}}", None, id="unknown becomes empty, so there is no comment"),
    ],
)
def test_placeholders_in_comments_are_expanded(client: Client, ticket: Ticket, text: str, shown: str | None) -> None:
    """Echoing a customer's text into a note evaluates it."""
    client.put_ticket(1, comment={"body": f"{text}!" if shown is None else text, "public": False})
    assert client.get("/api/v2/tickets/1/comments")["comments"][-1]["body"] == ("!" if shown is None else shown)


def test_a_put_without_a_change_leaves_no_trace(client: Client, ticket: Ticket, clock: Clock) -> None:
    """200, no audit, the same updated_at (unconfirmed, so nobody should rely on it)."""
    clock.advance(timedelta(minutes=1))
    before = client.get("/api/v2/tickets/1/audits")["count"]
    answer = client.put_ticket(1, priority="high")
    assert (answer.status_code, answer.json()["audit"]["events"]) == (200, [])
    assert answer.json()["ticket"]["updated_at"] == "2026-11-23T09:00:00Z"
    assert client.get("/api/v2/tickets/1/audits")["count"] == before


@pytest.mark.parametrize(
    ("stamp", "status"),
    [
        pytest.param("2026-11-23T09:00:00Z", 200, id="as read"),
        pytest.param("2026-11-23T08:59:59Z", 409, id="changed since"),
    ],
)
@pytest.mark.parametrize("safe", [True, False])
def test_safe_update(client: Client, ticket: Ticket, stamp: str, status: int, safe: bool) -> None:
    """A stale stamp is refused and changes nothing; false acts like true."""
    answer = client.put_ticket(1, priority="low", safe_update=safe, updated_stamp=stamp)
    assert answer.status_code == status
    assert client.get("/api/v2/tickets/1")["ticket"]["priority"] == ("low" if status == 200 else "high")
    if status == 409:
        assert answer.json()["error"] == "UpdateConflict"


def test_closed_is_final(client: Client, state: State, ticket: Ticket) -> None:
    """422 in the words that clients know, for fields, comments and tags."""
    state.set_status(ticket, "closed")
    expected = {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"status": [{"description": "Status: closed prevents ticket update"}]},
    }
    refused = (
        client.put_ticket(1, priority="low"),
        client.put_ticket(1, comment={"body": "x"}),
        client("PUT", "/api/v2/tickets/1/tags", {"tags": ["x"]}),
    )
    assert [(answer.status_code, answer.json()) for answer in refused] == [(422, expected)] * 3


@pytest.mark.parametrize(
    ("values", "status", "where"),
    [
        pytest.param({"status": "waiting"}, 422, "status", id="unknown status"),
        pytest.param({"priority": "p1"}, 422, "priority", id="unknown priority"),
        pytest.param({"assignee_id": 1}, 422, "assignee", id="unknown assignee"),
        pytest.param({"group_id": 1}, 422, "group", id="unknown group"),
        pytest.param({"type": "task", "due_at": "2026-11-24T10:00:00.000Z"}, 400, None, id="due_at with milliseconds"),
        pytest.param({"custom_fields": "x"}, 400, None, id="wrong kind of value"),
    ],
)
def test_refusals_change_nothing(
    client: Client, ticket: Ticket, values: dict[str, Any], status: int, where: str | None
) -> None:
    """A refused update leaves no part of itself behind."""
    before = client.get("/api/v2/tickets/1")
    answer = client.put_ticket(1, subject="changed", **values)
    assert answer.status_code == status
    if where:
        assert where in answer.json()["details"]
    else:
        assert answer.json()["error"]["title"] == "Invalid attribute"
    assert client.get("/api/v2/tickets/1") == before


def test_a_due_date_needs_a_task(client: Client, ticket: Ticket) -> None:
    """due_at is kept on tasks and ignored on all others (the latter unconfirmed)."""
    due = "2026-11-24T10:00:00Z"
    assert client.put_ticket(1, due_at=due).json()["ticket"]["due_at"] is None
    assert client.put_ticket(1, type="task", due_at=due).json()["ticket"]["due_at"] == due


def test_an_assignee_brings_a_group_and_opens_the_ticket(
    client: Client, state: State, ticket: Ticket, people: People
) -> None:
    """new becomes open; a change of the group alone drops an assignee who is not in it."""
    tier2 = state.add_group("Tier 2")
    shown = client.put_ticket(1, assignee_id=people.ada.id).json()["ticket"]
    assert (shown["status"], shown["group_id"]) == ("open", people.ada.default_group_id)
    assert client.put_ticket(1, group_id=tier2.id).json()["ticket"]["assignee_id"] is None


@pytest.mark.parametrize("before", ["pending", "hold", "solved"])
def test_a_customers_comment_reopens(client: Client, state: State, ticket: Ticket, people: People, before: str) -> None:
    """An end user's comment turns what waits into open; an agent's does not."""
    state.set_status(ticket, before)
    state.reply(ticket, people.ada, "note", public=False)
    assert ticket.status == before
    state.reply(ticket, people.carla, "still broken")
    assert ticket.status == "open"


def test_custom_status_sets_its_category(client: Client, ticket: Ticket) -> None:
    """status is the category; setting it chooses the category's default label."""
    body = {"custom_status": {"status_category": "pending", "agent_label": "Waiting for logs"}}
    label = client("POST", "/api/v2/custom_statuses", body).json()["custom_status"]["id"]
    assert client.put_ticket(1, custom_status_id=label).json()["ticket"]["status"] == "pending"
    shown = client.put_ticket(1, status="open").json()["ticket"]
    assert shown["custom_status_id"] != label


def test_followers_are_agents(client: Client, ticket: Ticket, people: People) -> None:
    """Followers are added and taken away one by one; end users cannot follow."""
    wanted = [{"user_id": people.ada.id, "action": "put"}, {"user_id": people.carla.id, "action": "put"}]
    assert client.put_ticket(1, followers=wanted).json()["ticket"]["follower_ids"] == [people.ada.id]
    gone = [{"user_id": people.ada.id, "action": "delete"}]
    assert client.put_ticket(1, followers=gone).json()["ticket"]["follower_ids"] == []


def test_idempotency_key(client: Client, clock: Clock) -> None:
    """The same key answers the same ticket for two hours; with another body it is refused."""
    body = {"ticket": {"subject": "s", "comment": {"body": "b"}}}
    key = {"Idempotency-Key": "k1"}
    first = client("POST", "/api/v2/tickets", body, headers=key)
    again = client("POST", "/api/v2/tickets", body, headers=key)
    lookups = [answer.headers["X-Idempotency-Lookup"] for answer in (first, again)]
    assert (lookups, again.json()["ticket"]["id"]) == (["miss", "hit"], 1)
    other = client("POST", "/api/v2/tickets", {"ticket": {"subject": "t", "comment": {"body": "b"}}}, headers=key)
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    clock.advance(timedelta(hours=2, seconds=1))
    assert client("POST", "/api/v2/tickets", body, headers=key).json()["ticket"]["id"] == 2


def test_delete_and_restore(client: Client, ticket: Ticket) -> None:
    """A deleted ticket is 404, listed among the deleted ones, and comes back as it was."""
    assert client("DELETE", "/api/v2/tickets/1").status_code == 204
    assert client("GET", "/api/v2/tickets/1").json() == {"error": "RecordNotFound", "description": "Not found"}
    listed = client.get("/api/v2/deleted_tickets")["deleted_tickets"]
    assert [(entry["id"], entry["previous_state"]) for entry in listed] == [(1, "new")]
    restored = client("PUT", "/api/v2/deleted_tickets/1/restore")
    assert (restored.status_code, restored.json()) == (200, {})
    assert client.get("/api/v2/tickets/1")["ticket"]["status"] == "new"


def test_merge(client: Client, state: State, people: People, ticket: Ticket) -> None:
    """The source is closed, both get a private comment whose origin is a merge."""
    state.open_ticket(people.carla, "the same again")
    answer = client("POST", "/api/v2/tickets/1/merge", {"ids": [2]})
    assert answer.json()["job_status"]["status"] == "queued"
    assert client.get("/api/v2/tickets/2")["ticket"]["status"] == "closed"
    for number in (1, 2):
        last = client.get(f"/api/v2/tickets/{number}/comments")["comments"][-1]
        assert (last["public"], last["via"]["source"]["rel"]) == (False, "merge")


def test_a_reply_to_a_closed_ticket_is_a_follow_up(
    client: Client, state: State, people: People, ticket: Ticket, tagger: Any
) -> None:
    """The new ticket is born with the old one's tags, our own state among them."""
    state.set_field(ticket, tagger, "sla_state_breached")
    state.set_status(ticket, "closed")
    new = state.reply(ticket, people.carla, "it is back")
    shown = client.get(f"/api/v2/tickets/{new.id}")["ticket"]
    assert shown["via"]["source"] == {"from": {"ticket_id": 1, "subject": "No data"}, "to": {}, "rel": "follow_up"}
    assert "sla_state_breached" in shown["tags"]
    assert client.get("/api/v2/tickets/1")["ticket"]["followup_ids"] == [new.id]


def test_archived_tickets(client: Client, state: State, ticket: Ticket, clock: Clock) -> None:
    """Readable by id, absent from lists, their audits without paging."""
    state.set_status(ticket, "closed")
    clock.advance(timedelta(days=121))
    state.archive_closed()
    assert client.get("/api/v2/tickets")["tickets"] == []
    assert client.get("/api/v2/tickets/1")["ticket"]["status"] == "closed"
    audits = client.get("/api/v2/tickets/1/audits?page[size]=1")
    assert (len(audits["audits"]), "meta" in audits) == (2, False)


def test_tags_are_inherited_at_creation(client: Client, state: State, people: People) -> None:
    """A new ticket takes over the tags of requester and organization; later changes do not reach it."""
    people.acme.tags = ["vip"]
    client("POST", "/api/v2/tickets", {"ticket": {"requester_id": people.carla.id, "comment": {"body": "b"}}})
    people.acme.tags = ["gone"]
    assert client.get("/api/v2/tickets/1")["ticket"]["tags"] == ["vip"]


def test_sideloads(client: Client, ticket: Ticket, people: People) -> None:
    """Users, groups and organizations as lists beside the ticket; slas and dates inside it."""
    shown = client.get("/api/v2/tickets/1?include=users,organizations,groups,slas,dates,comment_count")
    assert [user["id"] for user in shown["users"]] == [people.carla.id]
    assert [organization["name"] for organization in shown["organizations"]] == ["Acme"]
    assert (shown["groups"], shown["ticket"]["comment_count"]) == ([], 1)
    assert shown["ticket"]["slas"] == {"policy_metrics": []}
    assert shown["ticket"]["dates"]["requester_updated_at"] == "2026-11-23T09:00:00Z"
