"""From histories and comments to the canonical ticket. Expected values are worked out by hand."""

from datetime import timedelta

import pytest

from adapters.jira.settings import Customer
from adapters.jira.sightings import Sightings
from core.errors import RefusedError
from core.ticket import Kind, Role, Status
from tests.adapters.jira.builders import (
    AFFECTED,
    ANDY,
    ANNA,
    BOT,
    CARLA,
    CORA,
    CRITICAL,
    EMIL,
    ESCALATE,
    ORGANIZATIONS,
    PLAN,
    START,
    US,
    WORKAROUND,
    canonical,
    comment,
    history,
    item,
    kinds,
    minutes,
    moved,
    settings,
    status,
    user,
)

FACTS = {
    "affected": {"field": AFFECTED, "values": {"Many users": "many_users", "10100": "one_user"}},
    "critical": {"field": CRITICAL, "kind": "checkbox"},
}


# -- comments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "more", "kind"),
    [
        pytest.param(ANDY, {}, "agent_replied", id="an agent"),
        pytest.param(ANDY, {"public": False}, "note_added", id="an internal comment"),
        pytest.param(
            ANDY, {"visibility": {"type": "role", "value": "Administrators"}}, "note_added", id="public, but for a role"
        ),
        pytest.param(CARLA, {}, "customer_replied", id="the reporter"),
        pytest.param(CORA, {}, "customer_replied", id="a colleague of the reporter's"),
        pytest.param(EMIL, {}, "customer_replied", id="an employee with a full account who is no agent"),
        pytest.param(EMIL, {"public": False}, "note_added", id="a collaborator's internal comment"),
        pytest.param(BOT, {}, None, id="an app is not the support side"),
        pytest.param(US, {}, None, id="our own account is not either"),
        pytest.param(
            ANDY, {"public": False, "text": "Late. (sla-sidecar: update/1/breach)"}, None, id="a note of ours"
        ),
        pytest.param(ANDY, {"text": "As (sla-sidecar: update/1/breach) says"}, "agent_replied", id="a quoted marker"),
        pytest.param(None, {}, None, id="nobody"),
    ],
)
def test_what_a_comment_means(author, more, kind):
    """Public by an agent answers; internal is a note; apps and we ourselves are no response."""
    ticket = canonical(comments=[comment(5, author, **more)])
    assert kinds(ticket) == ([(5, kind)] if kind else [])


def test_an_agent_who_asks_does_not_answer_themselves():
    """The support side is an agent other than the ticket's requester."""
    ticket = canonical(comments=[comment(5, ANDY), comment(6, ANNA)], reporter=user(ANDY), creator=user(ANDY))
    assert kinds(ticket) == [(5, "customer_replied"), (6, "agent_replied")]
    assert (ticket.requester.role, ticket.opened_by) == (Role.AGENT, None)


def test_a_comment_made_public_later_answers_only_then():
    """An internal comment that is published counts from the edit, observed, and stays there at further edits."""
    seen = Sightings()
    canonical(comments=[comment(5, ANDY, public=False)], sightings=seen)
    for edited in (90, 120):
        published = comment(5, ANDY, updated=(START + timedelta(minutes=edited)).isoformat())
        (event,) = canonical(comments=[published], sightings=seen).events
        assert (event.kind, minutes(event.at), event.observed) == (Kind.AGENT_REPLIED, 90, True)


# -- statuses ----------------------------------------------------------------------------------------------------------


def test_statuses_and_reopening():
    """Status ids become categories, by the settings (id or name) or by Jira's category; reopening is a change back."""
    path = ["1", "3", "10002", "3", "5", "6", "3"]
    histories = [history(n * 10, ANDY, moved(*path[n - 1 : n + 1])) for n in range(1, len(path))]
    ticket = canonical(histories, status=status("3"))
    assert ticket.status is Status.NEW
    assert [(minutes(event.at), event.from_, event.to) for event in ticket.events] == [
        (10, "new", "open"),
        (20, "open", "pending"),
        (30, "pending", "open"),
        (40, "open", "solved"),
        (50, "solved", "closed"),
        (60, "closed", "open"),
    ]
    assert {event.by_role for event in ticket.events} == {"agent"}


def test_a_status_that_means_the_same_is_no_event():
    """Two statuses of one category are one status to the policy."""
    ticket = canonical([history(10, ANDY, moved("1", "3"))], conf=settings(statuses={"1": "open"}), status=status("3"))
    assert (ticket.status, ticket.events) == (Status.OPEN, ())


def test_a_status_without_a_category_is_refused():
    """A status that nobody knows is not guessed at: the message says where to name it."""
    gone = item("status", "777", "1", "Vanished", "Open")
    with pytest.raises(RefusedError, match=r"status 777 .*`statuses`"):
        canonical([history(10, ANDY, gone)])


def test_solved_by_resolution():
    """Where the workflow resolves without a change of category, the resolution decides, and taking it back reopens."""
    resolved = item("resolution", None, "10000", None, "Done")
    cleared = item("resolution", "10000", None, "Done", None)
    histories = [history(10, ANDY, resolved), history(20, ANDY, cleared)]
    by_status = canonical(histories, status=status("3"))
    by_resolution = canonical(histories, conf=settings(solved_by="resolution"), status=status("3"))
    assert by_status.events == ()
    assert [(minutes(event.at), event.to) for event in by_resolution.events] == [(10, "solved"), (20, "open")]


def test_a_duplicate_is_merged_and_comes_back():
    """Solved as a duplicate counts as merged; reopening restores. Order of the items in one edit does not matter."""
    closed = history(10, ANDY, item("resolution", None, "10002", None, "Duplicate"), moved("3", "5"))
    back = history(20, ANDY, moved("5", "3"), item("resolution", "10002", None, "Duplicate", None))
    ticket = canonical([closed, back], status=status("3"))
    assert [(minutes(event.at), event.kind.value, event.to) for event in ticket.events] == [
        (10, "merged", None),
        (20, "restored", None),
        (20, "status_changed", "open"),
    ]


# -- values ------------------------------------------------------------------------------------------------------------


def test_state_at_creation_is_replayed_back():
    """What changed later did not hold at creation: priority, labels and status are those before their first change."""
    ticket = canonical(
        [
            history(10, CARLA, item("priority", "2", "1", "High", "Highest")),
            history(20, ANDY, item("labels", None, None, "vip sla_x", "vip night")),
            history(30, ANDY, moved("1", "3")),
        ],
        priority={"id": "1", "name": "Highest"},
        labels=["vip", "night"],
        status=status("3"),
    )
    assert (ticket.priority, ticket.priority_by, ticket.tags, ticket.status) == ("P2", "requester", ("vip",), "new")
    (change,) = [event for event in ticket.events if event.kind is Kind.PRIORITY_CHANGED]
    assert (change.from_, change.to, change.by, change.by_role) == ("P2", "P1", CARLA, "requester")
    assert (ticket.url, ticket.subject) == ("https://acme.atlassian.net/browse/SUP-22", "It is broken")


def test_priorities_by_id_or_name():
    """The settings map a priority by its id or its name; one that they do not know stays as it is called."""
    conf = settings(priorities={"10300": "P1", "Hoch": "P2"})
    ticket = canonical(
        [
            history(10, ANDY, item("priority", "10300", "7", "Umbenannt", "Hoch")),
            history(20, ANDY, item("priority", "7", "8", "Hoch", "Egal")),
        ],
        conf=conf,
        priority={"id": "8", "name": "Egal"},
    )
    assert [ticket.priority, *(event.to for event in ticket.events)] == ["P1", "P2", "Egal"]


def test_facts():
    """A drop-down says a text, a check-box is ticked or not; changes come with both values."""
    ticket = canonical(
        [
            history(10, ANDY, item(AFFECTED, "10100", "10101", "One user", "Many users")),
            history(20, ANDY, item(CRITICAL, None, "[10200]", "", "Yes")),
            history(30, ANDY, item(CRITICAL, "[10200]", None, "Yes", "")),
        ],
        conf=settings(facts=FACTS),
        **{AFFECTED: {"id": "10101", "value": "Many users"}, CRITICAL: None},
    )
    assert ticket.facts == {"affected": "one_user", "critical": False}
    assert [(minutes(event.at), event.name, event.from_, event.to) for event in ticket.events] == [
        (10, "affected", "one_user", "many_users"),
        (20, "critical", False, True),
        (30, "critical", True, False),
    ]


@pytest.mark.parametrize(
    ("raw", "fact"),
    [(8.0, 8), (8.5, 8.5), ("8", 8), (True, None), ("many", None), (None, None), ("", None), ([], None)],
)
def test_numbers(raw, fact):
    """A number field says a number; what is none says nothing."""
    conf = settings(facts={"users": {"field": AFFECTED, "kind": "number"}})
    assert canonical(conf=conf, **{AFFECTED: raw}).facts == ({} if fact is None else {"users": fact})


def test_a_request_type_is_a_fact_by_its_name():
    """The request type is wrapped into the request's standing; its name is what the rules know."""
    raw = {"requestType": {"id": "88", "name": "Report an outage"}, "currentStatus": {"status": "x"}}
    conf = settings(facts={"request": {"field": PLAN, "values": {"Report an outage": "bug"}}})
    assert canonical(conf=conf, **{PLAN: raw}).facts == {"request": "bug"}
    assert canonical(conf=conf, **{PLAN: None}).facts == {}


def test_without_an_organizations_field():
    """A site without the service desk's field has no organizations, and no requester where nobody reported."""
    ticket = canonical(conf=settings(organizations_field=None), reporter=None, creator=None)
    assert (ticket.organization, ticket.requester, ticket.opened_by) == (None, None, None)


def test_tick_boxes_that_are_events():
    """A workaround is provided and withdrawn; a wish to escalate is only made. At creation they count as well."""
    conf = settings(workaround_field=WORKAROUND, escalate_field=ESCALATE)
    yes = [{"id": "1", "value": "Yes"}]
    ticket = canonical(
        [
            history(10, ANDY, item(WORKAROUND, "[1]", None, "Yes", None)),
            history(20, ANDY, item(ESCALATE, None, "[2]", None, "Yes")),
            history(30, ANDY, item(ESCALATE, "[2]", None, "Yes", None)),
        ],
        conf=conf,
        **{WORKAROUND: None, ESCALATE: None},
    )
    assert kinds(ticket) == [(0, "workaround_provided"), (10, "workaround_withdrawn"), (20, "escalation_requested")]
    ticked = canonical(conf=conf, **{WORKAROUND: yes, ESCALATE: None})
    assert kinds(ticked) == [(0, "workaround_provided")]


def test_people():
    """Assignee and reporter are accounts; a new reporter is another requester, with their side."""
    ticket = canonical(
        [
            history(10, ANDY, item("assignee", "x", "y", "Andy", "Anna", tmpFromAccountId=ANDY, tmpToAccountId=ANNA)),
            history(20, ANDY, item("reporter", CARLA, CORA, "Carla", "Cora")),
        ],
        reporter=user(CORA),
        assignee=user(ANNA),
    )
    assigned, requester = ticket.events
    assert (ticket.requester.id, assigned.from_, assigned.to) == (CARLA, ANDY, ANNA)
    assert (requester.kind, requester.to.id, requester.to.role) == (Kind.REQUESTER_CHANGED, CORA, Role.CUSTOMER)


def test_who_opened_it():
    """A ticket that an agent opened for a customer says so; the priority is then the agent's."""
    by_agent = canonical(creator=user(ANDY), priority={"id": "2", "name": "High"})
    by_app = canonical(creator=user(BOT))
    assert (by_agent.opened_by, by_agent.priority_by) == ("agent", "agent")
    assert by_app.opened_by is None


@pytest.mark.parametrize("rule", [{"label": "end_user"}, {"accounts": [CARLA]}])
def test_end_customers(rule):
    """A customer's customer is known by a label or by the account."""
    ticket = canonical(conf=settings(end_customers=rule), labels=["end_user"])
    assert ticket.requester.role is Role.END_CUSTOMER


@pytest.mark.parametrize(("raw", "channel"), [("portal", "web"), ("email", "email"), ("jira", "api"), ("fax", "fax")])
def test_channel(raw, channel):
    """The request's channel is a property of the issue; a word that is new stays as it is."""
    assert canonical(properties={"request.channel.type": {"value": raw}}).channel == channel


@pytest.mark.parametrize("properties", [{}, {"request.channel.type": None}, {"request.channel.type": {"value": 3}}])
def test_no_channel(properties):
    """Without the property there is no channel."""
    assert canonical(properties=properties).channel is None


# -- plan and organization ---------------------------------------------------------------------------------------------


def test_plan_of_a_field_and_of_labels():
    """The first place that names a plan counts; a change of it is dated by the history."""
    conf = settings(plan=[{"from": "issue_field", "key": PLAN}, {"from": "labels", "values": {"gold": "Gold"}}])
    ticket = canonical(
        [
            history(10, ANDY, item("labels", None, None, "", "gold")),
            history(20, ANDY, item(PLAN, None, "10300", None, "Silver")),
        ],
        conf=conf,
        labels=["gold"],
        **{PLAN: {"id": "10300", "value": "Silver"}},
    )
    changes = [event for event in ticket.events if event.kind is Kind.PLAN_CHANGED]
    assert ticket.organization is None
    assert [(minutes(event.at), event.from_, event.to, event.observed) for event in changes] == [
        (10, None, "Gold", False),
        (20, "Gold", "Silver", False),
    ]


def test_another_organization_brings_its_plan():
    """Sharing with another organization brings that one's plan, zone and country in one event; the first counts."""
    conf = settings(plan=[{"from": "organizations"}])
    seen = Sightings()
    seen.plans.see("organizations:3", "Gold", START)
    seen.plans.see("organizations:4", "Silver", START)
    customers = {"3": Customer(plan="Gold", timezone="America/Chicago", country="us"), "4": Customer(plan="Silver")}
    ticket = canonical(
        [history(10, ANDY, item(ORGANIZATIONS, "[3]", "[4, 5]", "Acme", "Globex, Initech"))],
        conf=conf,
        sightings=seen,
        customers=customers,
        **{ORGANIZATIONS: [{"id": "4", "name": "Globex"}]},
    )
    there = ticket.organization
    assert (there.id, there.name, there.plan, there.timezone, there.country) == (
        "3",
        "Acme",
        "Gold",
        "America/Chicago",
        "US",
    )
    (changed,) = ticket.events
    assert (changed.kind, changed.to.id, changed.to.plan) == (Kind.ORGANIZATION_CHANGED, "4", "Silver")


def test_a_plan_that_changes_unannounced_counts_from_when_it_was_seen():
    """No event tells of an organization's new plan: its instant is observed, and earlier events keep the old one."""
    conf = settings(plan=[{"from": "organization_property"}])
    seen = Sightings()
    seen.plans.see("organization_property:3", "Silver", START + timedelta(minutes=1))
    seen.plans.see("organization_property:3", "Gold", START + timedelta(minutes=50))
    ticket = canonical(conf=conf, sightings=seen, **{ORGANIZATIONS: [{"id": 3, "name": "Acme"}]})
    (event,) = ticket.events
    assert ticket.organization.plan == "Silver"
    assert (minutes(event.at), event.to, event.observed) == (50, "Gold", True)


def test_a_role_is_as_it_was_first_seen():
    """Somebody who joins support later was a customer when they wrote."""
    seen = Sightings(sides={EMIL: "customer"})
    ticket = canonical(comments=[comment(5, EMIL)], sightings=seen)
    assert kinds(ticket) == [(5, "customer_replied")]


def test_data_center_names_fields_and_people_otherwise():
    """Without field ids the display name counts, custom ones by the settings' table; people are keys."""
    conf = settings(deployment="data_center", email=None, field_names={"Affected": AFFECTED}, facts=FACTS)
    change = {"field": "Affected", "fieldtype": "custom", "from": "10100", "fromString": "x", "to": "10101"}
    ticket = canonical(
        [
            {**history(10, ANDY, moved("1", "3") | {"fieldId": None}), "author": {"key": "andy", "name": "andy"}},
            history(20, ANDY, {**change, "toString": "Many users"}),
        ],
        conf=conf,
        status=status("3"),
        sightings=Sightings(sides={"andy": "agent"}),
        **{AFFECTED: {"id": "10101", "value": "Many users"}},
    )
    assert ticket.facts["affected"] == "one_user"
    assert [(event.kind.value, event.to) for event in ticket.events] == [
        ("status_changed", "open"),
        ("fact_changed", "many_users"),
    ]
    assert ticket.events[0].by == "andy"
