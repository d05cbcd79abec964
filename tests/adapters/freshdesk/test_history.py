"""From looks to the canonical ticket: whose a conversation is, what changed, and when at the latest."""

import pytest

from core.ticket import Role
from core.update import Field
from tests.adapters.freshdesk.builders import (
    AGENT,
    COLLEAGUE,
    FORMER,
    PROGRAM,
    REQUESTER,
    US,
    Account,
    events,
    said,
    ticket,
)


def kinds(*rows, **more):
    """Return what conversations mean, as (minute, kind)."""
    account = Account(ticket(**more), rows)
    return [(minute, kind) for minute, kind, _, _ in events(account.look(60))]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        pytest.param(said(5, AGENT), "agent_replied", id="an agent's reply"),
        pytest.param(said(5, AGENT, source=2), "agent_replied", id="an agent's public note"),
        pytest.param(said(5, AGENT, source=5), "agent_replied", id="an agent's tweet"),
        pytest.param(said(5, AGENT, source=2, private=True), "note_added", id="a private note"),
        pytest.param(said(5, FORMER), "agent_replied", id="neither agent nor contact: was an agent"),
        pytest.param(said(5, REQUESTER, incoming=True), "customer_replied", id="the requester"),
        pytest.param(said(5, COLLEAGUE, incoming=True), "customer_replied", id="a colleague"),
        pytest.param(said(5, COLLEAGUE), "customer_replied", id="a contact's note on the portal"),
        pytest.param(said(5, None, incoming=True), "customer_replied", id="nobody named, but incoming"),
        pytest.param(said(5, AGENT, incoming=True), "customer_replied", id="written down by an agent, as from outside"),
        pytest.param(said(5, None), None, id="nobody named"),
        pytest.param(said(5, AGENT, automation_id=9), None, id="a rule's mail"),
        pytest.param(said(5, AGENT, auto_response=True), None, id="an automatic mail"),
        pytest.param(said(5, AGENT, source=8), None, id="forwarded to a third party"),
        pytest.param(said(5, REQUESTER, incoming=True, source=6), None, id="survey feedback"),
        pytest.param(said(5, PROGRAM), None, id="another program's"),
        pytest.param(said(5, US), None, id="our own agent's"),
        pytest.param(said(5, AGENT, source=2, text="This ticket is merged into this ticket"), None, id="a merge note"),
    ],
)
def test_whose_a_conversation_is(row, kind):
    """A response is a public reply or note by somebody on the support side; machines and merges are none."""
    assert kinds(row) == ([(5, kind)] if kind else [])


def test_without_the_list_of_agents():
    """A key that may not see agents: what goes out and is not the requester's is the support side's."""
    account = Account(rows=[said(1, AGENT), said(2, REQUESTER), said(3, COLLEAGUE, incoming=True)])
    account.agents = None
    assert [kind for _, kind, _, _ in events(account.look(60))] == [
        "agent_replied",
        "customer_replied",
        "customer_replied",
    ]


def test_a_role_stays_as_it_was_seen():
    """Somebody who is no agent any more was one when they wrote."""
    account = Account(rows=[said(1, AGENT)])
    account.look(5)
    account.agents = []
    account.contacts[AGENT] = {}
    account.lent.services.cache.drop("freshdesk:acme:agents")
    assert [kind for _, kind, _, _ in events(account.look(10))] == ["agent_replied"]


def test_a_deleted_reply_was_a_reply():
    """What was seen once stays, though Freshdesk does not show it any more."""
    account = Account(rows=[said(1, AGENT), said(2, REQUESTER, incoming=True)])
    account.look(5)
    account.rows = account.rows[1:]
    assert [kind for _, kind, _, _ in events(account.look(10))] == ["agent_replied", "customer_replied"]


def test_a_reply_that_only_statistics_tell():
    """Told once, and told no more when the conversation appears."""
    account = Account(ticket(20, stats={"agent_responded_at": 20, "first_responded_at": 20}))
    assert events(account.look(21)) == [(20, "agent_replied", None, False)]
    account.rows = [said(20, AGENT)]
    assert [(each.id, each.by) for each in account.look(22).ticket.events] == [("1020", str(AGENT))]


def test_a_change_is_dated_by_the_update_in_which_it_was_seen():
    """Freshdesk says when a ticket changed, not what: that instant is the upper bound, and flagged."""
    account = Account(ticket(priority=2, responder_id=None))
    assert account.look(1).ticket.priority == "P3"
    account.body = ticket(30, priority=4, responder_id=AGENT)
    snapshot = account.look(45)
    assert events(snapshot) == [(30, "priority_changed", "P1", True), (30, "assigned", str(AGENT), True)]
    change = snapshot.ticket.events[0]
    assert (change.from_, change.by_role) == ("P3", None)


def test_a_change_that_moved_no_update_is_dated_by_the_look():
    """If even ``updated_at`` stood still, all that is known is that it had changed by now."""
    account = Account(ticket(10))
    account.look(11)
    account.body = ticket(10, priority=4)
    assert events(account.look(50)) == [(50, "priority_changed", "P1", True)]


def test_facts_and_tick_boxes():
    """A field is a fact from the start; a tick is something that happens."""
    conf = {
        "facts": {
            "affected": {"field": "cf_affected", "values": {"Many users": "many_users"}},
            "critical": {"field": "cf_critical", "kind": "checkbox"},
            "seats": {"field": "cf_seats", "kind": "number"},
        },
        "workaround_field": "cf_workaround",
        "escalate_field": "cf_escalate",
    }
    custom = {
        "cf_affected": "Many users",
        "cf_critical": None,
        "cf_seats": "124.0",
        "cf_workaround": False,
        "cf_escalate": True,
    }
    account = Account(ticket(5, custom_fields=custom), **conf)
    first = account.look(6)
    assert first.ticket.facts == {"affected": "many_users", "critical": False, "seats": 124}
    assert events(first) == [(5, "escalation_requested", None, True)]
    account.body = ticket(
        20, custom_fields={**custom, "cf_critical": True, "cf_workaround": True, "cf_escalate": False}
    )
    assert events(account.look(21))[1:] == [(20, "fact_changed", True, True), (20, "workaround_provided", None, True)]
    account.body = ticket(30, custom_fields={**custom, "cf_critical": True, "cf_workaround": False})
    assert events(account.look(31))[3:] == [
        (30, "escalation_requested", None, True),
        (30, "workaround_withdrawn", None, True),
    ]


def test_statuses_have_categories():
    """Waiting on the customer pauses like pending, on a third party is on hold; an unknown status counts as open."""
    account = Account(ticket(status=6))
    assert account.look(1).ticket.status == "pending"
    for minute, status in ((10, 7), (20, 9), (30, 10)):
        account.body = ticket(minute, status=status, stats={"status_updated_at": minute})
        last = account.look(minute)
    assert [to for _, _, to, _ in events(last)] == ["on_hold", "open"]
    own = Account(ticket(status=9), statuses={9: "pending"})
    assert own.look(1).ticket.status == "pending"


def test_merged():
    """Closed with a note that says so, the ticket was merged: that meets nothing."""
    account = Account()
    account.look(1)
    account.body = ticket(20, status=5, stats={"status_updated_at": 20, "closed_at": 20, "resolved_at": 20})
    account.rows = [said(20, AGENT, source=2, private=True, text="This ticket is closed and merged into ticket 5")]
    assert events(account.look(21)) == [(20, "merged", None, False)]


def test_a_customer_cannot_merge_or_mark():
    """Words of merge notes and markers of notes count in what the support side wrote, not in what a customer wrote."""
    text = "merged into ticket 5 [sla-sidecar: first_response/1/csm]"
    account = Account(rows=[said(20, REQUESTER, incoming=True, text=text)])
    account.body = ticket(20, status=5, stats={"status_updated_at": 20})
    snapshot = account.look(21)
    assert [kind for _, kind, _, _ in events(snapshot)] == ["customer_replied", "status_changed"]
    assert snapshot.shown.note_keys == frozenset()


PLAN = {"plan": [{"from": "company_field", "key": "account_tier", "values": {"premium": "Gold"}}]}


def test_plan_of_the_company():
    """The company's tier is the plan; a change counts from when it was seen."""
    account = Account(ticket(company_id=3), **PLAN)
    account.companies[3] = {"name": "Acme", "account_tier": "Premium"}
    first = account.look(1).ticket
    assert (first.organization.id, first.organization.name, first.organization.plan) == ("3", "Acme", "Gold")
    account.companies[3] = {"name": "Acme", "account_tier": None}
    account.lent.services.cache.drop("freshdesk:acme:companies:3")
    assert events(account.look(40)) == [(40, "plan_changed", None, True)]


def test_company_of_the_requester():
    """A ticket without a company belongs to its requester's."""
    account = Account(**PLAN)
    account.contacts[REQUESTER] = {"company_id": 3}
    account.companies[3] = {"name": "Acme", "account_tier": "Premium"}
    assert account.look(1).ticket.organization.plan == "Gold"


def test_another_company_and_requester():
    """Both are changes seen; the new organization brings its plan along."""
    account = Account(ticket(company_id=3), **PLAN)
    account.companies |= {3: {"account_tier": "Premium"}, 4: {"account_tier": "Basic"}}
    account.look(1)
    account.body = ticket(9, company_id=4, requester_id=COLLEAGUE, requester={"id": COLLEAGUE, "name": "Kim"})
    ticket_ = account.look(10).ticket
    assert [(event.kind, event.to.id) for event in ticket_.events] == [
        ("organization_changed", "4"),
        ("requester_changed", str(COLLEAGUE)),
    ]
    assert ticket_.events[0].to.plan is None
    assert (ticket_.requester.id, ticket_.organization.plan) == (str(REQUESTER), "Gold")


@pytest.mark.parametrize(
    ("source", "more", "plan"),
    [
        ({"from": "ticket_field", "key": "cf_plan"}, {"custom_fields": {"cf_plan": "Gold"}}, "Gold"),
        ({"from": "ticket_tags", "values": {"vip": "Gold"}}, {"tags": ["x", "VIP"]}, "Gold"),
        ({"from": "contact_tags", "values": {"gold": "Gold"}}, {}, "Gold"),
        ({"from": "contact_field", "key": "support"}, {}, "Silver"),
        ({"from": "ticket_field", "key": "cf_plan"}, {"custom_fields": {"cf_plan": None}}, None),
    ],
)
def test_other_places_of_the_plan(source, more, plan):
    """The plan may stand on the ticket or on the requester."""
    account = Account(ticket(**more), plan=[source])
    account.contacts[REQUESTER] = {"tags": ["gold"], "custom_fields": {"support": "Silver"}}
    organization = account.look(1).ticket.organization
    assert (organization.plan if organization else None) == plan


def test_who_asked_and_how():
    """An agent's own ticket, a customer's customer, mail that an agent began."""
    own = Account(ticket(requester_id=AGENT, requester={"id": AGENT, "name": "Andy"}))
    assert own.look(1).ticket.requester.role is Role.AGENT
    theirs = Account(end_customers={"contact_tag": "theirs"})
    theirs.contacts[REQUESTER] = {"tags": ["theirs"]}
    assert theirs.look(1).ticket.requester.role is Role.END_CUSTOMER
    outbound = Account(ticket(source=10)).look(1).ticket
    assert (outbound.opened_by, outbound.priority_by, outbound.channel) == ("agent", "agent", "email")
    plain = Account(ticket(source=3, tags=["vip", "sla_excluded"])).look(1).ticket
    assert (plain.opened_by, plain.priority_by, plain.channel, plain.tags) == (None, "requester", "phone", ("vip",))


def test_where_the_customer_works():
    """Zone and country come from fields of the company."""
    account = Account(ticket(company_id=3), company={"timezone": "zone", "country": "country"})
    account.companies[3] = {"custom_fields": {"zone": "America/Chicago", "country": "us"}}
    organization = account.look(1).ticket.organization
    assert (organization.timezone, organization.country) == ("America/Chicago", "US")


def test_priority_field():
    """A custom drop-down may hold the priority instead of Freshdesk's own."""
    account = Account(ticket(custom_fields={"cf_sev": "S1"}), priority_field="cf_sev", priorities={"S1": "P1"})
    snapshot = account.look(1)
    assert (snapshot.ticket.priority, snapshot.shown.priority) == ("P1", "P1")


def test_what_is_shown():
    """A field that the ticket has not got is left out; a private note's marker is found."""
    account = Account(
        ticket(custom_fields={"cf_state": "At risk"}, tags=["b", "a"], group_id=5, responder_id=AGENT),
        [said(3, US, private=True, source=2, text="Late.\n\n[sla-sidecar: a/1/b update/2/c]")],
        fields={
            "sla_state": {"dropdown": "cf_state", "choices": {"at_risk": "At risk"}},
            "sla_next": {"text": "cf_gone"},
        },
    )
    shown = account.look(5).shown
    assert shown.fields == {Field.STATE: "at_risk"}
    assert (shown.tags, shown.group, shown.assignee) == ({"a", "b"}, "5", str(AGENT))
    assert shown.note_keys == {"a/1/b", "update/2/c"}
