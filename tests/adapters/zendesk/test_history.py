"""What audits mean: which comment is whose reply, what a status is, what is not the ticket's own."""

import pytest

from adapters.zendesk.payloads import UserBody
from adapters.zendesk.people import Sightings
from core.errors import RefusedError
from core.ticket import Kind, Role, Ticket
from tests.adapters.zendesk.builders import (
    AGENT,
    COLLEAGUE,
    MERGE,
    OTHER_AGENT,
    REQUESTER,
    RULE,
    UNKNOWN,
    US,
    audit,
    canonical,
    change,
    comment,
    created,
    kinds,
    minutes,
    opening,
    settings,
    ticket,
    user,
)


@pytest.mark.parametrize(
    ("event", "more", "kind"),
    [
        pytest.param(comment(AGENT), {}, "agent_replied", id="an agent, publicly"),
        pytest.param(comment(OTHER_AGENT), {}, "agent_replied", id="an admin is support too"),
        pytest.param(comment(AGENT, public=False), {}, "note_added", id="an internal note"),
        pytest.param(comment(REQUESTER), {}, "customer_replied", id="the requester"),
        pytest.param(comment(COLLEAGUE), {}, "customer_replied", id="another end user, in copy"),
        pytest.param(
            comment(REQUESTER, public=False), {"flags": [17]}, "customer_replied", id="private, by an end user"
        ),
        pytest.param(comment(UNKNOWN), {}, "customer_replied", id="somebody deleted is not support"),
        pytest.param(comment(REQUESTER), {"flags": [11, 4]}, None, id="automatic mail: out of office"),
        pytest.param(comment(AGENT), {"flags": [4]}, None, id="automatic mail on our side"),
        pytest.param(comment(AGENT, via=RULE), {}, None, id="a trigger's comment, in an agent's name"),
        pytest.param(comment(AGENT), {"via": RULE}, None, id="an automation's audit"),
        pytest.param(comment(AGENT), {"via": MERGE}, None, id="a public merge comment"),
        pytest.param(comment(AGENT, via={"channel": "web", "id": 19}), {}, None, id="via id 19 is merge"),
        pytest.param(comment(US), {}, None, id="our own user"),
        pytest.param(comment(31), {}, None, id="another program's user"),
        pytest.param(comment(-1), {}, None, id="Zendesk itself"),
        pytest.param(
            comment(AGENT, public=False, body="x [sla-sidecar: a/1/b]"), {}, None, id="our note, known by its marker"
        ),
        pytest.param(
            {"type": "VoiceComment", "author_id": AGENT, "public": True}, {}, "agent_replied", id="a call by an agent"
        ),
        pytest.param({"type": "Notification", "author_id": AGENT, "public": True}, {}, None, id="a trigger's e-mail"),
    ],
)
def test_who_replied(event, more, kind):
    """Only a person's public answer is a reply; what machines, rules, merges and we write is nothing."""
    conf = settings(automation_users=[31])
    got = canonical([opening(), audit(10, AGENT, event, **more)], conf=conf, users=[user(31, role="agent")])
    assert kinds(got) == ([(10, kind)] if kind else [])


def test_comment_author_counts_not_the_updater():
    """An agent who enters the customer's words enters the customer's reply."""
    got = canonical([opening(), audit(10, AGENT, comment(REQUESTER))])
    assert [(event.kind, event.by, event.by_role) for event in got.events] == [
        (Kind.CUSTOMER_REPLIED, str(REQUESTER), "requester")
    ]


def test_an_agent_who_asks_is_a_requester():
    """A requester from the support side answers publicly as the requester; a private comment of theirs is a note."""
    body = ticket(requester_id=AGENT, submitter_id=AGENT)
    audits = [
        opening(author=AGENT, requester=AGENT),
        audit(10, AGENT, comment(AGENT)),
        audit(20, AGENT, comment(AGENT, public=False)),
        audit(30, OTHER_AGENT, comment(OTHER_AGENT)),
    ]
    got = canonical(audits, body)
    assert kinds(got) == [(10, "customer_replied"), (20, "note_added"), (30, "agent_replied")]
    assert (got.requester.role, got.opened_by) == (Role.AGENT, None)


def test_the_description_is_no_reply_also_when_it_comes_late():
    """The first comment is the description, by whomever, and in messaging a second after the creation."""
    late = audit(1, REQUESTER, comment(REQUESTER))
    got = canonical([audit(0, REQUESTER, created("status", "open")), late, audit(5, REQUESTER, comment(REQUESTER))])
    assert kinds(got) == [(5, "customer_replied")]
    by_agent = canonical([opening(author=AGENT)], ticket(submitter_id=AGENT))
    assert (kinds(by_agent), by_agent.opened_by) == ([], "agent")


def test_a_role_seen_once_stays():
    """Somebody who is promoted later was still a customer when they wrote."""
    sightings = Sightings()
    sightings.see_role(UserBody.model_validate(user(COLLEAGUE)))
    audits = [opening(), audit(10, COLLEAGUE, comment(COLLEAGUE))]
    got = canonical(
        audits, users=[user(COLLEAGUE, role="agent")], sightings=Sightings.from_mapping(sightings.to_mapping())
    )
    assert kinds(got) == [(10, "customer_replied")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["open", "pending", "hold", "solved", "closed"], ["open", "pending", "on_hold", "solved", "closed"]),
        (["open", "solved", "open"], ["open", "solved", "open"]),
        (["open", "open"], ["open"]),
    ],
)
def test_statuses(words, expected):
    """Categories are ours; a change to the same one is none."""
    before, audits = "new", [opening()]
    for number, word in enumerate(words):
        audits.append(audit(10 * (number + 1), AGENT, change("status", before, word)))
        before = word
    got = canonical(audits)
    assert got.status == "new"
    assert [event.to for event in got.events if event.kind is Kind.STATUS_CHANGED] == expected


def test_one_audit_has_one_last_word():
    """An agent solves and a trigger reopens in the same update: it was never solved."""
    got = canonical(
        [
            opening(status="open"),
            audit(10, AGENT, change("status", "open", "solved"), change("status", "solved", "open", RULE)),
        ]
    )
    assert kinds(got) == []


def test_custom_statuses_can_have_another_category():
    """An admin may say that a custom status pauses as on-hold, though Zendesk files it under open."""
    conf = settings(statuses={"777": "on_hold"})
    audits = [
        opening(created("custom_status_id", "1"), status="open"),
        audit(10, AGENT, change("custom_status_id", "1", "777")),
        audit(20, AGENT, change("custom_status_id", "777", "2"), change("status", "open", "pending")),
    ]
    got = canonical(audits, ticket(custom_status_id=2), conf)
    assert [(minutes(event.at), event.from_, event.to) for event in got.events] == [
        (10, "open", "on_hold"),
        (20, "on_hold", "pending"),
    ]


def test_an_unknown_status_says_what_to_do():
    """A status without a category is not guessed."""
    audits = [opening(), audit(10, AGENT, change("status", "new", "limbo"))]
    with pytest.raises(RefusedError, match="statuses"):
        canonical(audits)
    assert canonical(audits, conf=settings(statuses={"limbo": "pending"})).events[0].to == "pending"


def test_deleted_and_restored():
    """Deletion and restoring are events; the status that comes back is a change only if it differs."""
    audits = [
        opening(status="open"),
        audit(10, AGENT, change("status", "open", "deleted")),
        audit(20, AGENT, change("status", "deleted", "open")),
        audit(30, AGENT, change("status", "open", "deleted")),
        audit(40, AGENT, change("status", "deleted", "pending")),
    ]
    expected = [(10, "deleted"), (20, "restored"), (30, "deleted"), (40, "restored"), (40, "status_changed")]
    assert kinds(canonical(audits)) == expected


def test_merged_away_is_no_solution():
    """The source of a merge is closed by it: that is a merge and not a solved ticket."""
    closing = audit(10, AGENT, comment(AGENT, public=False), change("status", "open", "closed"), via=MERGE)
    assert kinds(canonical([opening(status="open"), closing])) == [(10, "merged")]
    tagged = audit(10, AGENT, change("tags", ["a"], ["a", "closed_by_merge"]), change("status", "open", "closed"))
    assert kinds(canonical([opening(status="open"), tagged])) == [(10, "merged")]


def test_the_target_of_a_merge_goes_on():
    """The other ticket gets a merge comment, which is no reply, and may be reopened by it."""
    audits = [
        opening(status="pending"),
        audit(10, AGENT, comment(AGENT), change("status", "pending", "open"), via=MERGE),
    ]
    assert kinds(canonical(audits)) == [(10, "status_changed")]


def test_priority_with_who_set_it():
    """Zendesk's words become the policy's, with who chose them; a rule counts as the vendor."""
    audits = [
        opening(created("priority", "high")),
        audit(10, AGENT, change("priority", "high", "urgent")),
        audit(20, AGENT, change("priority", "urgent", "low", RULE)),
        audit(30, AGENT, change("priority", "low", None)),
        audit(40, REQUESTER, change("priority", None, "odd")),
    ]
    got = canonical(audits)
    assert (got.priority, got.priority_by) == ("P2", "requester")
    assert [(event.from_, event.to, event.by_role) for event in got.events] == [
        ("P2", "P1", "agent"),
        ("P1", "P4", None),
        ("P4", None, "agent"),
        (None, "odd", "requester"),
    ]


def test_priority_from_a_field_of_ones_own():
    """A connection can keep the priority in a drop-down that customers fill in."""
    conf = settings(priority_field=55, priorities={"sev_1": "S1", "sev_2": "S2"})
    got = canonical([opening(created(55, "sev_2")), audit(10, AGENT, change(55, "sev_2", "sev_1"))], conf=conf)
    assert (got.priority, [(event.kind.value, event.to) for event in got.events]) == (
        "S2",
        [("priority_changed", "S1")],
    )


def test_a_value_that_history_does_not_name_is_taken_from_its_first_change_or_from_now():
    """Sample tickets name few fields at creation: the first change tells what was before, else it never changed."""
    audits = [audit(0, AGENT, comment(REQUESTER)), audit(10, AGENT, change("priority", "low", "high"))]
    got = canonical(audits, ticket(priority="high", status="pending", tags=["a", "sla_state_running"]))
    assert (got.priority, got.status, got.tags) == ("P4", "pending", ("a",))


def test_no_history_at_all():
    """An archived ticket whose audits are gone is what it is now, without events."""
    got = canonical([], ticket(status="closed", priority="urgent"))
    assert (got.status, got.priority, got.events) == ("closed", "P1", ())


FACTS = {
    "affected": {"field": 41, "values": {"sla_affected_many": "many_users"}},
    "critical": {"field": 42, "kind": "checkbox"},
    "seats": {"field": 43, "kind": "number"},
    "kind": {"field": "type"},
}


def test_facts():
    """Drop-downs, tick-boxes (text in audits), numbers and the type are facts; an unset tick-box says False."""
    audits = [
        opening(created(41, None), created(42, "0"), created("type", "incident")),
        audit(10, AGENT, change(41, None, "sla_affected_many"), change(42, "0", "1")),
        audit(20, AGENT, change(43, None, "12"), change("type", "incident", "problem")),
        audit(30, AGENT, change(41, "sla_affected_many", None), change(42, "1", None)),
    ]
    got = canonical(audits, conf=settings(facts=FACTS))
    assert dict(got.facts) == {"critical": False, "kind": "incident"}
    assert [(minutes(event.at), event.name, event.to) for event in got.events] == [
        (10, "affected", "many_users"),
        (10, "critical", True),
        (20, "seats", 12),
        (20, "kind", "problem"),
        (30, "affected", None),
        (30, "critical", False),
    ]


def test_workaround_and_escalation():
    """A tick-box provides and withdraws a workaround; another one asks to escalate, each time that it is ticked."""
    conf = settings(workaround_field=51, escalate_field=52)
    audits = [
        opening(created(51, "1")),
        audit(10, AGENT, change(51, "1", "0")),
        audit(20, AGENT, change(52, None, "1")),
        audit(30, AGENT, change(52, "1", "0")),
        audit(40, REQUESTER, change(52, "0", "true")),
    ]
    assert kinds(canonical(audits, conf=conf)) == [
        (0, "workaround_provided"),
        (10, "workaround_withdrawn"),
        (20, "escalation_requested"),
        (40, "escalation_requested"),
    ]


def test_one_field_with_two_meanings_is_two_events():
    """The same change can be a fact and a priority: two events, two ids."""
    conf = settings(priority_field=55, priorities={"1": "P1", "2": "P2"}, facts={"level": {"field": 55}})
    got = canonical([opening(created(55, "2")), audit(10, AGENT, change(55, "2", "1"))], conf=conf)
    assert {event.kind.value for event in got.events} == {"priority_changed", "fact_changed"}
    assert len({event.id for event in got.events}) == 2


@pytest.mark.parametrize(
    "via",
    [
        {"channel": "email", "source": {"rel": "follow_up", "from": {"ticket_id": 5000}}},
        {"channel": "email", "id": 27, "source": {}},
    ],
)
def test_a_follow_up_is_born_with_nothing_of_ours(via):
    """Our tags and the old ticket's workaround and wish to escalate are inherited, not its own."""
    conf = settings(workaround_field=51, escalate_field=52)
    inherited = [created(51, "1"), created(52, "1"), created("tags", ["sla_state_breached", "printer"])]
    got = canonical([opening(*inherited)], ticket(via=via), conf)
    assert (kinds(got), got.tags) == ([], ("printer",))


def test_assignment_and_requester():
    """An assignee is an id, "0" and "" are nobody; a new requester comes with their side."""
    audits = [
        opening(created("assignee_id", "0")),
        audit(10, AGENT, change("assignee_id", "0", str(AGENT))),
        audit(20, AGENT, change("requester_id", str(REQUESTER), str(COLLEAGUE))),
        audit(30, AGENT, comment(REQUESTER), change("assignee_id", str(AGENT), "")),
    ]
    got = canonical(audits, ticket(requester_id=COLLEAGUE))
    assert got.requester.id == str(REQUESTER)
    assert [(event.kind.value, getattr(event.to, "id", event.to)) for event in got.events] == [
        ("assigned", str(AGENT)),
        ("requester_changed", str(COLLEAGUE)),
        ("customer_replied", None),
        ("assigned", None),
    ]


def test_end_customers():
    """A user tag or a ticked user field marks a customer's customer."""
    by_tag = canonical(
        [opening()], conf=settings(end_customers={"user_tag": "enduser"}), users=[user(7, tags=["enduser"])]
    )
    conf = settings(end_customers={"user_field": "is_end"})
    by_field = canonical([opening()], conf=conf, users=[user(7, user_fields={"is_end": True})])
    neither = canonical([opening()], conf=conf, users=[user(7, user_fields={"is_end": False})])
    assert [got.requester.role.value for got in (by_tag, by_field, neither)] == [
        "end_customer",
        "end_customer",
        "customer",
    ]


@pytest.mark.parametrize(
    ("channel", "ours"),
    [("email", "email"), ("web_form", "web"), ("voice", "phone"), ("native_messaging", "chat"), ("fax", "fax")],
)
def test_channels(channel, ours):
    """Channels that a policy may exclude have our names; others keep theirs."""
    assert canonical([opening()], ticket(via={"channel": channel})).channel == ours


def test_the_result_is_canonical():
    """What comes out can be written as JSON and read back, and its address is the account's own."""
    got = canonical([opening(created("priority", "high")), audit(10, AGENT, comment(AGENT))])
    assert Ticket.from_mapping(got.to_mapping()) == got
    assert got.url == "https://acme.zendesk.com/agent/tickets/5158"


def test_order_of_audits_does_not_matter():
    """Times have whole seconds: audits are ordered by instant and id, however they come."""
    audits = [opening(), audit(10, AGENT, comment(AGENT)), audit(20, REQUESTER, comment(REQUESTER))]
    assert canonical(audits[::-1]).events == canonical(audits).events
