"""Triggers, automations and the webhooks that triggers call."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.zendesk import State
from sandbox.zendesk.model import CustomField
from sandbox.zendesk.tickets_model import FieldEvent, Ticket
from tests.sandbox.parties import Endpoint
from tests.sandbox.zendesk.conftest import Client, People

OPEN = {"field": "status", "operator": "is", "value": "open"}


def test_a_trigger_changes_the_ticket_in_the_same_audit(client: Client, state: State, ticket: Ticket) -> None:
    """Its changes stand beside the person's, with a via of their own whose channel is rule."""
    rule = state.add_trigger("Raise", [{"field": "priority", "value": "urgent"}], [OPEN])
    events = client.put_ticket(1, status="open").json()["audit"]["events"]
    raised = next(event for event in events if event.get("field_name") == "priority")
    assert (raised["previous_value"], raised["value"]) == ("high", "urgent")
    source = {"deleted": False, "title": "Raise", "id": rule.id}
    assert raised["via"] == {"channel": "rule", "source": {"from": source, "to": {}, "rel": "trigger"}}
    assert "via" not in next(event for event in events if event.get("field_name") == "status")


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        pytest.param({"field": "status", "operator": "is", "value": "open"}, True, id="is"),
        pytest.param({"field": "status", "operator": "is_not", "value": "open"}, False, id="is not"),
        pytest.param({"field": "status", "operator": "less_than", "value": "solved"}, True, id="less than"),
        pytest.param({"field": "status", "operator": "greater_than", "value": "pending"}, False, id="greater than"),
        pytest.param({"field": "status", "operator": "changed"}, True, id="changed"),
        pytest.param({"field": "priority", "operator": "changed"}, False, id="not this one"),
        pytest.param({"field": "status", "operator": "value", "value": "open"}, True, id="changed to"),
        pytest.param({"field": "status", "operator": "value_previous", "value": "new"}, True, id="changed from"),
        pytest.param({"field": "update_type", "operator": "is", "value": "Create"}, False, id="not a creation"),
        pytest.param({"field": "current_via_id", "operator": "is_not", "value": 5}, False, id="by the API"),
        pytest.param({"field": "role", "operator": "is", "value": "agent"}, True, id="by an agent"),
        pytest.param({"field": "current_tags", "operator": "includes", "value": "vip x"}, True, id="one of the tags"),
        pytest.param({"field": "current_tags", "operator": "not_includes", "value": "vip"}, False, id="not the tag"),
        pytest.param({"field": "comment_is_public", "operator": "is", "value": "false"}, True, id="with a note"),
        pytest.param(
            {"field": "organization.custom_fields.support_plan", "operator": "is", "value": "plan_gold"},
            True,
            id="by plan",
        ),
    ],
)
def test_conditions(client: Client, state: State, ticket: Ticket, condition: dict[str, Any], fires: bool) -> None:
    """A note that opens a ticket with the tag vip, sent by the API."""
    ticket.tags = ["vip"]
    state.add_trigger("Mark", [{"field": "current_tags", "value": "fired"}], [condition])
    shown = client.put_ticket(1, status="open", comment={"body": "n", "public": False}).json()["ticket"]
    assert ("fired" in shown["tags"]) is fires


def test_triggers_start_over_and_fire_once(client: Client, state: State, ticket: Ticket) -> None:
    """An earlier trigger sees what a later one changed; none fires twice."""
    urgent = {"field": "priority", "operator": "is", "value": "urgent"}
    state.add_trigger("second", [{"field": "current_tags", "value": "seen"}], [urgent])
    state.add_trigger("first", [{"field": "priority", "value": "urgent"}], [OPEN])
    state.add_trigger("loop", [{"field": "subject", "value": "again"}], [OPEN])
    answer = client.put_ticket(1, status="open")
    assert answer.json()["ticket"]["tags"] == ["seen"]
    changed = [event.get("field_name") for event in answer.json()["audit"]["events"]]
    assert changed.count("priority") == 1


def test_actions(client: Client, state: State, ticket: Ticket, tagger: CustomField) -> None:
    """Fields, tags and a comment by a rule."""
    actions = [
        {"field": f"custom_fields_{tagger.id}", "value": "sla_state_running"},
        {"field": "remove_tags", "value": "old"},
        {"field": "comment_value", "value": "ticket {{ticket.id}}"},
        {"field": "comment_mode_is_public", "value": "false"},
    ]
    ticket.tags = ["old"]
    state.add_trigger("All", actions, [OPEN])
    shown = client.put_ticket(1, status="open").json()["ticket"]
    assert shown["tags"] == ["sla_state_running"]
    last = client.get("/api/v2/tickets/1/comments")["comments"][-1]
    assert (last["body"], last["public"], last["via"]["channel"]) == ("ticket 1", False, "rule")


def test_the_closing_automation(state: State, people: People, ticket: Ticket, clock: Clock) -> None:
    """Solved tickets are closed after four days, by a rule, and triggers see that update."""
    state.set_status(ticket, "solved")
    clock.advance(timedelta(days=4) - timedelta(seconds=1))
    assert state.close_solved() == []
    clock.advance(timedelta(seconds=1))
    assert state.close_solved() == [ticket]
    audit = ticket.audits[-1]
    assert (audit.via.channel, audit.via.rel) == ("rule", "automation")
    [status] = [event for event in audit.events if isinstance(event, FieldEvent)]
    assert (status.field_name, status.previous, status.value) == ("status", "solved", "closed")


def trigger_webhook(client: Client, url: str) -> str:
    webhook = {
        "name": "by trigger",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
    }
    made: str = client("POST", "/api/v2/webhooks", {"webhook": webhook}).json()["webhook"]["id"]
    return made


def test_a_trigger_calls_a_webhook(
    client: Client, state: State, people: People, ticket: Ticket, endpoint: Endpoint
) -> None:
    """The body is the trigger's text with display values in it, unescaped: a quote in a subject breaks JSON."""
    ticket.subject = 'say "hello"'
    ids = '"id":"{{ticket.id}}","at":"{{ticket.updated_at_with_timestamp}}"'
    text = "{" + ids + ',"t":"{{ticket.title}}","s":"{{ticket.status}}"}'
    actions = [{"field": "notification_webhook", "value": [trigger_webhook(client, endpoint.url), text]}]
    trigger = {"title": "Notify", "conditions": {"all": [OPEN], "any": []}, "actions": actions}
    assert client("POST", "/api/v2/triggers", {"trigger": trigger}).status_code == 201
    events = client.put_ticket(1, status="open").json()["audit"]["events"]
    assert "External" in [event["type"] for event in events]
    assert state.courier.wait_idle()
    [(_, body)] = endpoint.received
    assert body.decode() == '{"id":"1","at":"2026-11-23T09:00:00Z","t":"say "hello"","s":"Open"}'


def test_a_used_webhook_cannot_be_deleted(client: Client, endpoint: Endpoint) -> None:
    """Delete the trigger first (unconfirmed, and the safe order)."""
    webhook = trigger_webhook(client, endpoint.url)
    actions = [{"field": "notification_webhook", "value": [webhook, "{}"]}]
    made = client("POST", "/api/v2/triggers", {"trigger": {"title": "t", "actions": actions}}).json()["trigger"]
    assert client("DELETE", f"/api/v2/webhooks/{webhook}").status_code == 400
    assert client("DELETE", f"/api/v2/triggers/{made['id']}").status_code == 204
    assert client("DELETE", f"/api/v2/webhooks/{webhook}").status_code == 204


def test_changing_a_trigger_replaces_both_arrays(client: Client) -> None:
    """Sending only actions empties the conditions."""
    trigger = {
        "title": "t",
        "conditions": {"all": [OPEN], "any": []},
        "actions": [{"field": "priority", "value": "low"}],
    }
    made = client("POST", "/api/v2/triggers", {"trigger": trigger}).json()["trigger"]
    body = {"trigger": {"actions": [{"field": "priority", "value": "high"}]}}
    changed = client("PUT", f"/api/v2/triggers/{made['id']}", body).json()["trigger"]
    assert changed["conditions"] == {"all": [], "any": []}
    renamed = client("PUT", f"/api/v2/triggers/{made['id']}", {"trigger": {"title": "n"}}).json()["trigger"]
    assert (renamed["title"], renamed["actions"]) == ("n", changed["actions"])
