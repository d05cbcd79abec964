"""What follow-ups mean, and what is only seen."""

import pytest

from core.ticket import Role, Status
from tests.adapters.django_helpdesk.builders import AGENT, at, follow_up, looked, opening, ticket, told

REPLY = {"id_": 2, "minutes": 5, "comment": "We look"}
MAIL = {"message_id": "<1@mail.test>", "title": "E-Mail Received from carla@acme.test"}
NOTE = "Breached.\n\n[sla-sidecar: first_response/1/breach]"


@pytest.mark.parametrize(
    ("second", "conf", "kinds"),
    [
        pytest.param({**REPLY, "user": AGENT}, {}, ["agent_replied"], id="somebody signed in, publicly"),
        pytest.param({**REPLY, "user": AGENT, "public": False}, {}, ["note_added"], id="not publicly"),
        pytest.param({**REPLY}, {}, ["customer_replied"], id="nobody signed in"),
        pytest.param({**REPLY, **MAIL}, {}, ["customer_replied"], id="a mail"),
        pytest.param({**REPLY, **MAIL}, {"agent_addresses": ["@acme.test"]}, ["agent_replied"], id="an agent's mail"),
        pytest.param(
            {**REPLY, **MAIL, "title": "E-Mail Empfangen von <carla@acme.test>"}, {}, ["customer_replied"], id="German"
        ),
        pytest.param({**REPLY, "user": 9}, {"agents": [AGENT]}, ["customer_replied"], id="signed in, but no agent"),
        pytest.param({**REPLY, "user": 9}, {"automation_users": [9]}, [], id="another program"),
        pytest.param({**REPLY, "title": "Ticket Escalated"}, {}, [], id="the command escalate_tickets"),
        pytest.param({**REPLY, "user": AGENT, "title": "Copied from ticket #3: x"}, {}, [], id="a copy"),
        pytest.param({**REPLY, "user": AGENT, "title": "[Merged from #3] x"}, {}, [], id="merged here"),
        pytest.param({**REPLY, "title": "[Fusionné depuis #3] x"}, {}, [], id="merged here, in French"),
        pytest.param({**REPLY, "user": 8, "public": False, "comment": NOTE}, {}, [], id="our note"),
        pytest.param({**REPLY, "user": AGENT, "comment": ""}, {}, [], id="no words"),
        pytest.param(
            {**REPLY, "user": AGENT, "comment": None, "followupattachment_set": [{"id": 1}]},
            {},
            ["agent_replied"],
            id="a file without words",
        ),
    ],
)
def test_what_is_a_reply(second, conf, kinds):
    """A reply is a public comment by a person; commands, copies, merges, programs and we do not answer."""
    got = looked((9, ticket(opening(), follow_up(**second))), **conf)
    assert [kind for kind, *_ in told(got)] == kinds


@pytest.mark.parametrize(
    ("first", "opened_by", "channel", "priority_by"),
    [
        pytest.param({}, None, "web", "requester", id="by the customer's form"),
        pytest.param({"title": "Ticket über das Web geöffnet", "user": 5}, None, "web", "requester", id="signed in"),
        pytest.param({"title": "Ticket Opened", "user": AGENT}, "agent", None, "agent", id="by an agent"),
        pytest.param({"title": "Billet ouvert", "user": AGENT}, "agent", None, "agent", id="by an agent, in French"),
        pytest.param({**MAIL, "comment": "It burns, as HTML"}, None, "email", "requester", id="by mail"),
    ],
)
def test_opening(first, opened_by, channel, priority_by):
    """The first follow-up repeats the description: it says who opened the ticket and is nobody's reply."""
    got = looked((9, ticket(opening(**first))))
    assert (got.opened_by, got.channel, got.priority_by, got.events) == (opened_by, channel, priority_by, ())
    assert (got.created_at, got.status, got.priority) == (at(0), Status.OPEN, "P3")


def test_made_in_djangos_admin():
    """Without an opening, the ticket counts from when it was seen first, and the first answer is an answer."""
    bare = ticket()
    answered = ticket(follow_up(3, 30, user=AGENT, comment="We look"))
    got = looked((2, bare), (31, answered))
    assert got.created_at == at(2)
    assert told(got) == [("agent_replied", 30, None, None)]


STATUS_STORIES = [
    pytest.param(
        [(20, 3, False, [follow_up(2, 10, user=AGENT, new_status=3, comment="Done")])],
        {},
        [("agent_replied", 10, None, None), ("status_changed", 10, "open", "solved")],
        id="resolved with words: the reply comes first",
    ),
    pytest.param(
        [(20, 1, True, [follow_up(2, 10, user=AGENT, title="Ticket zurückgehalten", comment=None)])],
        {},
        [("status_changed", 10, "open", "on_hold")],
        id="held: the title alone tells when",
    ),
    pytest.param(
        [
            (
                40,
                1,
                False,
                [
                    follow_up(2, 10, user=AGENT, title="Ticket placed on hold", comment=None),
                    follow_up(3, 30, user=AGENT, title="Ticket taken off hold", comment=None),
                ],
            )
        ],
        {"hold": "pending"},
        [("status_changed", 10, "open", "pending"), ("status_changed", 30, "pending", "open")],
        id="held and released, and hold means pending",
    ),
    pytest.param(
        [(20, 1, False, []), (50, 3, False, [])],
        {},
        [("status_changed", 50, "open", "solved")],
        id="resolved on the board: seen later",
    ),
    pytest.param(
        [(20, 3, False, []), (50, 2, False, [follow_up(2, 40, **MAIL, comment="No", new_status=2)])],
        {},
        [
            ("status_changed", 20, "open", "solved"),
            ("customer_replied", 40, None, None),
            ("status_changed", 40, "solved", "open"),
        ],
        id="solved before the first look, reopened by mail",
    ),
    pytest.param(
        [(20, 3, True, [follow_up(2, 10, user=AGENT, new_status=3)])],
        {},
        [("status_changed", 10, "open", "solved")],
        id="a hold on what is solved pauses nothing",
    ),
    pytest.param(
        [(20, 6, False, [follow_up(2, 10, user=AGENT, new_status=6)])],
        {"statuses": {6: "pending"}},
        [("status_changed", 10, "open", "pending")],
        id="a status of the site's own",
    ),
]


@pytest.mark.parametrize(("looks", "conf", "expected"), STATUS_STORIES)
def test_statuses(looks, conf, expected):
    """Statuses and holds have the instants of their follow-ups; what has none has that of the look that saw it."""
    bodies = [
        (minutes, ticket(opening(), *follow_ups, status=status, on_hold=on_hold))
        for minutes, status, on_hold, follow_ups in looks
    ]
    got = looked(*bodies, **conf)
    assert told(got) == expected
    assert [event.observed for event in got.events] == [
        event.at in {at(minutes) for minutes, *_ in looks} for event in got.events
    ]
    assert looked(*bodies, bodies[-1], **conf) == got  # another look changes nothing


def test_fields_are_seen():
    """Priority, owner, facts, plan and tick-boxes have no history: a change counts from the look that saw it."""
    conf = {
        "facts": {"affected": {"field": "affected"}, "critical": {"field": "critical", "kind": "checkbox"}},
        "plan": [{"field": "support_plan", "values": {"g": "Gold", "s": "Silver"}}],
        "workaround_field": "workaround",
        "escalate_field": "escalate",
    }
    before = ticket(opening(), custom_affected="one_user", custom_support_plan="s", custom_escalate=True)
    after = ticket(
        opening(),
        priority=1,
        assigned_to=AGENT,
        custom_affected="many_users",
        custom_critical=True,
        custom_support_plan="g",
        custom_workaround="True",
        custom_escalate=True,
    )
    got = looked((5, before), (30, after), **conf)
    assert (got.priority, got.facts) == ("P3", {"affected": "one_user", "critical": False})
    assert got.organization.plan == "Silver"
    assert told(got)[0] == ("escalation_requested", 0, None, None)
    assert sorted(told(got)[1:], key=str) == [
        ("assigned", 30, None, str(AGENT)),
        ("fact_changed", 30, "one_user", "many_users"),
        ("fact_changed", 30, False, True),
        ("plan_changed", 30, "Silver", "Gold"),
        ("priority_changed", 30, "P3", "P1"),
        ("workaround_provided", 30, None, None),
    ]
    assert all(event.observed for event in got.events[1:])
    assert len({event.id for event in got.events}) == len(got.events)


def test_merged_away():
    """A merge takes the follow-ups to the other ticket: what was seen of them stays, and the merge is an event."""
    before = ticket(opening(), follow_up(2, 10, user=AGENT, comment="We look"))
    got = looked((15, before), (60, ticket(merged_to=8, status=5)))
    assert told(got) == [("agent_replied", 10, None, None), ("merged", 60, None, None)]
    assert got.created_at == at(0)


def test_merged_into():
    """What a merge brought along neither opens this ticket nor answers on it, though it is older."""
    moved = [
        follow_up(1, -60, title="[Merged from #3] Fire", comment="It burns"),
        follow_up(2, -50, title="[Merged from #3] Fire", user=AGENT, comment="We look", new_status=3),
    ]
    got = looked((9, ticket(*moved, opening(id_=3))))
    assert (got.created_at, got.events) == (at(0), ())


@pytest.mark.parametrize(
    ("address", "role", "organization"),
    [
        pytest.param("Carla@Acme.test", Role.CUSTOMER, ("acme.test", "Gold", "America/Chicago"), id="known domain"),
        pytest.param("x@other.test", Role.CUSTOMER, None, id="unknown domain"),
        pytest.param("x@shop.acme.test", Role.END_CUSTOMER, None, id="a customer's customer"),
        pytest.param("andy@desk.test", Role.AGENT, None, id="an agent"),
        pytest.param("", None, None, id="nobody"),
    ],
)
def test_who_asked(address, role, organization):
    """All that is known of a customer is a mail address: its domain says which."""
    got = looked(
        (9, ticket(opening(), submitter_email=address)),
        organizations={"acme.test": {"plan": "Gold", "timezone": "America/Chicago"}},
        end_customers=["@shop.acme.test"],
        agent_addresses=["andy@desk.test"],
    )
    assert (got.requester and got.requester.role) == role
    found = got.organization
    assert (found and (found.id, found.plan, found.timezone)) == organization


def test_another_submitter():
    """A ticket given to another customer changes requester, organization and plan, from when it was seen."""
    conf = {"organizations": {"acme.test": {"plan": "Gold"}, "other.test": {"plan": "Silver"}}}
    got = looked((5, ticket(opening())), (20, ticket(opening(), submitter_email="x@other.test")), **conf)
    assert [event.kind.value for event in got.events] == ["requester_changed", "organization_changed", "plan_changed"]
    assert (got.events[2].from_, got.events[2].to) == ("Gold", "Silver")
