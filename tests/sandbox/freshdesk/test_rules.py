"""Which rules run on what, what their webhooks carry, and the tickets on which nothing ever runs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.model import Rule, RuleType, Status, TicketField
from sandbox.freshdesk.store import Switches
from sandbox.freshdesk.tickets import Ticket
from tests.sandbox.freshdesk.conftest import Client, People
from tests.sandbox.parties import Endpoint

Act = Callable[[State, Ticket, People], object]


def sent(state: State) -> list[str]:
    """Return the triggered events of what was sent, oldest first."""
    assert state.courier.wait_idle()
    return [call.event for call in reversed(state.courier.deliveries())]


def webhook(endpoint: Endpoint, **values: Any) -> dict[str, Any]:
    action = {"field_name": "trigger_webhook", "request_type": "POST", "url": endpoint.url, "content_type": "JSON"}
    return {**action, "content_layout": "2", "content": {"ticket_id": "{{ticket.id}}"}, **values}


@pytest.fixture
def update_rule(state: State, endpoint: Endpoint) -> Rule:
    """The rule for updates that the state's own helper makes, without the one for new tickets."""
    creation, updates = state.add_webhook(endpoint.url)
    creation.active = False
    return updates


def by_agent(**values: Any) -> Act:
    return lambda state, ticket, people: state.change(ticket, people.ada, **values)


def said(kind: str) -> Act:
    def act(state: State, ticket: Ticket, people: People) -> None:
        if kind == "public note":
            state.public_note(ticket, people.ada, "x")
        else:
            author = people.carla if kind == "customer" else people.ada
            state.reply(ticket, author, "x", public=kind != "note")

    return act


@pytest.mark.parametrize(
    ("act", "events"),
    [
        pytest.param(by_agent(status=6), ["{status:{from:2,to:6}}"], id="status"),
        pytest.param(by_agent(priority=1), ["{priority:{from:3,to:1}}"], id="priority"),
        pytest.param(by_agent(type="Incident"), ["{ticket_type:{from:,to:Incident}}"], id="from nothing"),
        pytest.param(by_agent(priority=1, status=3), ["{status:{from:2,to:3}}"], id="the rule's first event only"),
        pytest.param(by_agent(tags=["vip"]), [], id="tags are no event"),
        pytest.param(by_agent(subject="other"), [], id="texts are none"),
        pytest.param(by_agent(priority=3), [], id="no difference, no event"),
        pytest.param(said("note"), ["{note_type:private}"], id="private note"),
        pytest.param(said("public note"), ["{note_type:public}"], id="public note"),
        pytest.param(said("agent"), ["{reply_sent:sent}"], id="agent's reply"),
        pytest.param(said("customer"), ["{reply_sent:sent}"], id="customer's reply"),
        pytest.param(lambda state, ticket, _: state.delete(ticket), [], id="deleted: not asked for"),
    ],
)
def test_events(state: State, ticket: Ticket, people: People, update_rule: Rule, act: Act, events: list[str]) -> None:
    """What is sent, in bare words that are no JSON."""
    act(state, ticket, people)
    assert sent(state) == events


@pytest.mark.parametrize(
    ("performer", "events"),
    [
        pytest.param({"type": 1}, 1, id="any agent"),
        pytest.param({"type": 1, "members": "ada"}, 1, id="this agent"),
        pytest.param({"type": 1, "members": "service"}, 0, id="another agent"),
        pytest.param({"type": 2}, 1, id="the requester"),
        pytest.param({"type": 3}, 2, id="both"),
        pytest.param({"type": 4}, 0, id="the system"),
    ],
)
def test_performers(
    state: State, ticket: Ticket, people: People, endpoint: Endpoint, performer: dict[str, Any], events: int
) -> None:
    """A rule is about certain people's actions; our own writes are an agent's."""
    given = performer | ({"members": [getattr(people, performer["members"]).id]} if "members" in performer else {})
    any_reply = [{"field_name": "reply_sent", "value": "--"}]
    state.add_rule(RuleType.UPDATES, "r", [webhook(endpoint)], performer=given, events=any_reply)
    said("agent")(state, ticket, people)
    said("customer")(state, ticket, people)
    assert len(sent(state)) == events


def test_our_own_write_comes_back(client: Client, state: State, ticket: Ticket, update_rule: Rule) -> None:
    """An update by API fires the rules of agents."""
    client.put("/tickets/1", priority=1)
    assert sent(state) == ["{priority:{from:3,to:1}}"]


def silent(how: str) -> Act:
    def act(state: State, ticket: Ticket, people: People) -> None:
        del ticket
        if how == "outbound":
            state.open_ticket(people.carla, "hello", by=people.ada, outbound=True)
        elif how == "agent":
            own = state.open_ticket(people.ada, "my own")
            state.change(own, people.ada, priority=4)
        else:
            state.close_resolved()

    return act


@pytest.mark.parametrize("how", ["outbound", "agent", "nothing to close"])
def test_what_never_calls(state: State, people: People, endpoint: Endpoint, ticket: Ticket, how: str) -> None:
    """New outbound tickets, anything on a ticket whose requester is an agent."""
    state.add_webhook(endpoint.url)
    silent(how)(state, ticket, people)
    assert sent(state) == []


def test_a_new_ticket_calls(state: State, people: People, endpoint: Endpoint) -> None:
    """The creation rule, once; the update rules do not run on it."""
    state.add_webhook(endpoint.url)
    state.open_ticket(people.carla, "hello")
    assert sent(state) == ["{ticket_action:created}"]


@pytest.mark.parametrize(
    ("switches", "calls"),
    [
        pytest.param(Switches(cascading_rules=True), 1, id="all matching rules"),
        pytest.param(Switches(cascading_rules=False), 0, id="only the first one"),
    ],
)
def test_an_earlier_creation_rule_can_hide_ours(state: State, people: People, endpoint: Endpoint, calls: int) -> None:
    """Where the admin left it at "first matching rule"."""
    state.add_rule(RuleType.CREATION, "earlier", [{"field_name": "add_tag", "value": ["seen"]}])
    state.add_webhook(endpoint.url)
    ticket = state.open_ticket(people.carla, "hello")
    assert (len(sent(state)), ticket.tags) == (calls, ["seen"])


def test_a_customers_answer_reopens_before_the_webhook_is_read(
    state: State, ticket: Ticket, people: People, update_rule: Rule
) -> None:
    """The account's own rule stands first; its change is nobody's."""
    state.set_status(ticket, Status.RESOLVED, people.ada)
    said("customer")(state, ticket, people)
    assert ticket.status == Status.OPEN
    assert (ticket.activities[-1].who, ticket.activities[-1].changes["status"]) == (None, (4, 2))
    assert sent(state)[-1] == "{reply_sent:sent}", "the rule's first event hides that the status changed too"


def test_one_rule_sets_off_the_next(state: State, ticket: Ticket, people: People, endpoint: Endpoint) -> None:
    """Top to bottom: what one changes is an event for those below it."""
    urgent = [{"field_name": "priority", "from": "--", "to": 4}]
    agent = {"type": 1}
    state.add_rule(RuleType.UPDATES, "calls", [webhook(endpoint)], performer=agent, events=urgent).position = 3
    state.add_rule(
        RuleType.UPDATES,
        "raises",
        [{"field_name": "priority", "value": 4}],
        performer=agent,
        events=[{"field_name": "note_type", "value": "private"}],
    ).position = 2
    said("note")(state, ticket, people)
    assert sent(state) == ["{priority:{from:3,to:4}}"]


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        pytest.param({"field_name": "status", "operator": "in", "value": [2, 3]}, True, id="status in"),
        pytest.param({"field_name": "status", "operator": "not_in", "value": [2, 3]}, False, id="status not in"),
        pytest.param({"field_name": "priority", "operator": "is", "value": 3}, True, id="priority is"),
        pytest.param({"field_name": "subject", "operator": "contains", "value": "DATA"}, True, id="contains"),
        pytest.param({"field_name": "priority", "operator": "greater_than", "value": 2}, True, id="greater than"),
        pytest.param({"field_name": "priority", "operator": "less_than", "value": 3}, False, id="not less than itself"),
        pytest.param({"field_name": "created_at", "operator": "during", "value": "business_hours"}, False, id="4 a.m."),
        pytest.param(
            {"field_name": "created_at", "operator": "during", "value": "non_business_hours"}, True, id="closed"
        ),
        pytest.param(
            {"resource_type": "company", "field_name": "account_tier", "operator": "is", "value": "Premium"},
            True,
            id="the company's tier",
        ),
    ],
)
def test_conditions(state: State, people: People, endpoint: Endpoint, condition: dict[str, Any], runs: bool) -> None:
    """A rule asks about the ticket and its company; the account sits in New York, where it is 4 in the morning."""
    conditions = [{"name": "condition_set_1", "match_type": "all", "properties": [condition]}]
    state.add_rule(RuleType.CREATION, "r", [webhook(endpoint)], conditions=conditions)
    state.open_ticket(people.carla, "No data", priority=3)
    assert len(sent(state)) == runs


def test_an_advanced_body(
    state: State, ticket: Ticket, people: People, endpoint: Endpoint, dropdown: TicketField
) -> None:
    """Display values: names, the helpdesk's local time, "[]" for no tags; the id in the URL; headers as given."""
    content = {
        "ticket_id": "{{ticket.id}}",
        "event": "{{triggered_event}}",
        "status": "{{ticket.status}}",
        "source": "{{ticket.source}}",
        "at": "{{ticket.modified_on}}",
        "tags": "{{ticket.tags}}",
        "subject": "{{ticket.subject}}",
        "by": "{{event_performer.email}}",
        "company": "{{ticket.company.name}}",
        "tier": "{{ticket.cf_sla_state}}",
        "unknown": "{{ticket.nr_due_by}}",
    }
    state.set_field(ticket, dropdown, "Breached")
    _, updates = state.add_webhook(f"{endpoint.url}?ticket_id={{{{ticket.id}}}}", {"X-Key": "abc"}, content=content)
    assert updates.position == 2
    ticket.subject = 'He said "no"\nand left'
    state.set_priority(ticket, 4, people.ada)
    sent(state)
    [path], (headers, body) = endpoint.paths, endpoint.received[0]
    assert (path, headers["X-Key"], headers["Content-Type"]) == ("/hook?ticket_id=1", "abc", "application/json")
    assert json.loads(body) == {
        "ticket_id": "1",
        "event": "{priority:{from:3,to:4}}",
        "status": "Open",
        "source": "2",
        "at": "November 23 2026 at 04:00 AM EST",
        "tags": "[]",
        "subject": 'He said "no"\nand left',
        "by": "ada.agent@support.example",
        "company": "Acme",
        "tier": "Breached",
        "unknown": "",
    }


@pytest.mark.parametrize("switches", [Switches(escapes_json=False)])
def test_a_quote_may_break_the_body(state: State, ticket: Ticket, people: People, endpoint: Endpoint) -> None:
    """Where placeholders are put in as they are; the id in the URL is what is left."""
    state.add_webhook(f"{endpoint.url}?ticket_id={{{{ticket.id}}}}", content={"subject": "{{ticket.subject}}"})
    ticket.subject = 'He said "no"'
    state.set_priority(ticket, 4, people.ada)
    sent(state)
    [path], (_, body) = endpoint.paths, endpoint.received[0]
    assert path.endswith("?ticket_id=1")
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(body)


@pytest.mark.parametrize(
    ("more", "content_type", "body"),
    [
        pytest.param(
            {"content_layout": "1"},
            "application/json",
            b'{"freshdesk_webhook": {"ticket_id": 1, "ticket_status": "Open"}}',
            id="simple: one wrapper, the id is a number",
        ),
        pytest.param(
            {"content_type": "X-FORM-URLENCODED"},
            "application/x-www-form-urlencoded",
            b"ticket_id=1&ticket_status=Open",
            id="url-encoded",
        ),
        pytest.param(
            {"content_type": "XML"},
            "application/xml",
            b"<freshdesk_webhook><ticket_id>1</ticket_id><ticket_status>Open</ticket_status></freshdesk_webhook>",
            id="xml",
        ),
        pytest.param({"request_type": "GET"}, "application/json", b"", id="get has no body"),
    ],
)
def test_other_contents(
    state: State, people: People, endpoint: Endpoint, more: dict[str, Any], content_type: str, body: bytes
) -> None:
    """The encodings and layouts that an admin can choose."""
    content = {"ticket_id": "{{ticket.id}}", "ticket_status": "{{ticket.status}}"}
    state.add_rule(RuleType.CREATION, "r", [webhook(endpoint, content=content, **more)])
    state.open_ticket(people.carla, "hello")
    sent(state)
    headers, received = endpoint.received[0]
    assert (headers["Content-Type"], received) == (content_type, body)


def test_the_system_marks_overdue(
    state: State, ticket: Ticket, people: People, endpoint: Endpoint, clock: Clock
) -> None:
    """A rule of the system's own events runs when the native engine finds a ticket overdue."""
    events = [{"field_name": "resolution_due"}]
    state.add_rule(RuleType.UPDATES, "r", [webhook(endpoint)], performer={"type": 4}, events=events)
    clock.move_to(clock().replace(minute=1))
    state.run_engine()
    clock.move_to(clock().replace(day=30))
    state.run_engine()
    state.run_engine()
    assert sent(state) == ["{resolution_due:true}"]


def test_a_rules_note_is_private_and_no_response(state: State, ticket: Ticket, people: People) -> None:
    """It carries the rule's id and nobody's name."""
    note = {"field_name": "add_note", "note_body": "<p>seen</p>"}
    urgent = [{"field_name": "priority", "from": "--", "to": "--"}]
    rule = state.add_rule(RuleType.UPDATES, "r", [note], performer={"type": 3}, events=urgent)
    state.set_priority(ticket, 4, people.ada)
    made = ticket.conversations[0]
    assert (made.private, made.user_id, made.automation_id) == (True, None, rule.id)
    assert ticket.stats.first_responded_at is None
