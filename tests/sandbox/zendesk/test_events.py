"""What event-subscription webhooks say, and how they are signed."""

import json
from typing import Any

import pytest

from sandbox.zendesk import State, Switches
from sandbox.zendesk.model import CustomField
from sandbox.zendesk.webhooks.signing import signature
from tests.sandbox.parties import Endpoint
from tests.sandbox.zendesk.conftest import Client, People
from tests.support import shared

TICKET = "zen:event-type:ticket."
ALL = [
    TICKET + name
    for name in (
        "created",
        "comment_added",
        "comment_made_private",
        "status_changed",
        "priority_changed",
        "custom_field_changed",
        "tags_changed",
        "agent_assignment_changed",
        "group_assignment_changed",
        "requester_changed",
        "organization_changed",
        "subject_changed",
        "followers_changed",
        "merged",
        "soft_deleted",
        "undeleted",
    )
]


def delivered(state: State, endpoint: Endpoint) -> list[tuple[str, dict[str, Any]]]:
    """Return what has arrived as (kind, body), in the order of the events."""
    assert state.courier.wait_idle()
    bodies = [json.loads(body) for _, body in endpoint.received]
    bodies.sort(key=lambda body: body["event"]["meta"]["sequence"]["position"])
    return [(body["type"].removeprefix(TICKET), body) for body in bodies]


def test_one_action_makes_several_deliveries(
    state: State, people: People, endpoint: Endpoint, tagger: CustomField
) -> None:
    """Reply, solve and a field in one update: one delivery each, one sequence id, rising positions."""
    ticket = state.open_ticket(people.carla, "s")
    state.add_webhook(endpoint.url, ALL)
    state.reply(
        ticket,
        people.ada,
        "fixed",
        status="solved",
        custom_fields=[{"id": tagger.id, "value": "sla_state_running"}],
    )
    found = delivered(state, endpoint)
    assert [kind for kind, _ in found] == ["comment_added", "status_changed", "tags_changed", "custom_field_changed"]
    sequences = [body["event"]["meta"]["sequence"] for _, body in found]
    assert len({sequence["id"] for sequence in sequences}) == 1
    assert len({body["id"] for _, body in found}) == 4
    events = {kind: body["event"] for kind, body in found}
    assert events["status_changed"]["current"] == "SOLVED"
    assert events["status_changed"]["previous"] == "NEW"
    assert events["tags_changed"]["tags_added"] == ["sla_state_running"]
    assert events["custom_field_changed"]["custom_field"] == {
        "id": str(tagger.id),
        "title": "SLA state",
        "type": "tagger",
    }
    assert events["custom_field_changed"]["current"] == {"value": "sla_state_running"}
    assert events["comment_added"]["comment"]["author"] == {
        "id": str(people.ada.id),
        "is_staff": True,
        "name": "Ada Agent",
    }


@pytest.mark.parametrize(("both", "kinds"), [(True, ["created", "comment_added"]), (False, ["created"])])
def test_creation(state: State, people: People, endpoint: Endpoint, both: bool, kinds: list[str]) -> None:
    """Whether the description makes a comment_added too is a switch: no source is certain."""
    state.switches = Switches(comment_added_on_create=both)
    state.add_webhook(endpoint.url, ALL)
    state.open_ticket(people.carla, "s", priority="high", tags=["t"])
    found = delivered(state, endpoint)
    assert [kind for kind, _ in found] == kinds


def test_other_kinds(state: State, people: People, endpoint: Endpoint, client: Client) -> None:
    """Merging, deleting, restoring, hiding a comment: each has its own event."""
    first, second = state.open_ticket(people.carla, "1"), state.open_ticket(people.carla, "2")
    state.reply(first, people.ada, "oops")
    state.add_webhook(
        endpoint.url, [TICKET + n for n in ("merged", "soft_deleted", "undeleted", "comment_made_private")]
    )
    comment = client.get("/api/v2/tickets/1/comments")["comments"][-1]["id"]
    client("PUT", f"/api/v2/tickets/1/comments/{comment}/make_private")
    state.merge(second, first, people.ada)
    state.delete(first)
    state.restore(first)
    found = dict(delivered(state, endpoint))
    assert set(found) == {"merged", "soft_deleted", "undeleted", "comment_made_private"}
    assert found["merged"]["subject"] == "zen:ticket:2"
    assert found["merged"]["event"]["target_ticket_id"] == "1"
    assert found["soft_deleted"]["detail"]["status"] == "DELETED"
    assert client.get("/api/v2/tickets/1/comments")["comments"][1]["public"] is False


def test_a_plan_change_is_an_organization_event(state: State, people: People, endpoint: Endpoint) -> None:
    """No ticket event tells of it."""
    state.open_ticket(people.carla, "s")
    state.add_webhook(endpoint.url, [*ALL, "zen:event-type:organization.custom_field_changed"])
    state.set_plan(people.acme, "Silver")
    [(kind, body)] = delivered(state, endpoint)
    assert kind == "zen:event-type:organization.custom_field_changed"
    assert body["subject"] == f"zen:organization:{people.acme.id}"
    assert body["event"]["current"] == {"value": "plan_silver"}


def test_the_body_is_written_as_zendesk_writes_it(state: State, people: People, endpoint: Endpoint) -> None:
    """Indented, a newline at the end, ids as text, nine fraction digits, no custom fields, channel web_service."""
    state.add_webhook(endpoint.url, [TICKET + "created"])
    state.open_ticket(people.carla, "s", priority="high", channel="api")
    state.courier.wait_idle()
    raw = endpoint.received[0][1].decode()
    body = json.loads(raw)
    assert (raw[:5], raw[-2:]) == ("{\n   ", "}\n")
    assert len(body["time"].partition(".")[2]) == len("000000000Z")
    detail = body["detail"]
    assert (detail["id"], detail["priority"], detail["status"]) == ("1", "HIGH", "NEW")
    assert detail["via"] == {"channel": "web_service"}
    assert not {"custom_fields", "due_at"} & set(detail)


@pytest.mark.shared
def test_the_envelope_has_the_captured_keys(state: State, people: People, endpoint: Endpoint) -> None:
    """created and comment_added look as they were captured."""
    state.add_webhook(endpoint.url, [TICKET + "created", TICKET + "comment_added"])
    state.open_ticket(people.carla, "s")
    found = dict(delivered(state, endpoint))
    for kind in ("created", "comment_added"):
        real = json.loads(shared("fixtures", "zendesk", "webhook-events", f"ticket.{kind}.json").read_text())
        assert (set(found[kind]), set(found[kind]["detail"])) == (set(real), set(real["detail"]))
    real = json.loads(shared("fixtures", "zendesk", "webhook-events", "ticket.comment_added.json").read_text())
    assert set(found["comment_added"]["event"]["comment"]) == set(real["event"]["comment"])


def test_signature_vectors() -> None:
    """The secret is used as text, not decoded; the message is timestamp and body without a separator.

    Vectors: made by hand with the secret that Zendesk publishes for tests; the first is also asserted by a client.
    """
    secret, at = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", "2021-03-25T05:09:27Z"
    body = b'{"event":"ticket.updated","id":123}'
    assert signature(secret, at, body) == "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM="
    assert signature(secret, at, b"") == "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="


def test_headers(state: State, people: People, endpoint: Endpoint) -> None:
    """Account, webhook and invocation ids, and a signature over the attempt's own timestamp."""
    webhook = state.add_webhook(endpoint.url, [TICKET + "created"])
    state.open_ticket(people.carla, "s")
    state.courier.wait_idle()
    headers, body = endpoint.received[0]
    assert headers["X-Zendesk-Account-Id"] == str(state.account_id)
    assert headers["X-Zendesk-Webhook-Id"] == webhook.id
    assert len(headers["X-Zendesk-Webhook-Invocation-Id"]) == 26
    assert headers["X-Zendesk-Webhook-Signature-Timestamp"] == "2026-11-23T09:00:00Z"
    assert headers["X-Zendesk-Webhook-Signature"] == signature(webhook.secret, "2026-11-23T09:00:00Z", body)
    assert (headers["User-Agent"], headers["Content-Type"]) == ("Zendesk Webhook", "application/json; charset=utf-8")


def test_only_active_subscribers_hear(state: State, people: People, endpoint: Endpoint) -> None:
    """An inactive webhook and one for other kinds get nothing; two webhooks get the same event id twice."""
    state.add_webhook(endpoint.url, [TICKET + "merged"])
    state.add_webhook(endpoint.url, [TICKET + "created"]).status = "inactive"
    state.add_webhook(endpoint.url, [TICKET + "created"])
    state.add_webhook(endpoint.url, [TICKET + "created"])
    state.open_ticket(people.carla, "s")
    assert state.courier.wait_idle()
    invocations = {headers["X-Zendesk-Webhook-Invocation-Id"] for headers, _ in endpoint.received}
    events = {json.loads(body)["id"] for _, body in endpoint.received}
    assert (len(endpoint.received), len(invocations), len(events)) == (2, 2, 1)
