"""Reading an issue: how many calls it costs, what is kept between looks, and what it shows."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import GoneError, RefusedError, RetryLaterError
from core.update import Field, TicketRef
from tests.adapters.jira.builders import (
    ANDY,
    API,
    BOT,
    DESK,
    DUE,
    EMIL,
    ISSUE_ID,
    ORGANIZATIONS,
    REF,
    SITE,
    START,
    STATE,
    TIER,
    US,
    adapter,
    comment,
    history,
    issue,
    item,
    kinds,
    moved,
    status,
    user,
)
from tests.adapters.jira.serving import AGENTS, ISSUE, agents, reads

# -- one look ----------------------------------------------------------------------------------------------------------


def test_a_usual_look_is_one_call(jira, lent):
    """History and comments come with the issue; who is an agent is asked for once."""
    agents(jira, ANDY)
    jira.get(ISSUE, json=issue([history(10, ANDY, moved("1", "3"))], [comment(5, ANDY)], status=status("3")))
    snapshot = adapter(lent, statuses={"1": "new"}).fetch(REF)
    assert kinds(snapshot.ticket) == [(5, "agent_replied"), (10, "status_changed")]
    assert reads(lent) == ["/rest/api/3/issue/{id}", "/rest/api/3/user/permission/search"]
    asked = jira.calls[0].request.params
    assert asked["expand"] == "changelog"
    assert asked["properties"] == "sla-sidecar,request.channel.type"
    assert {"status", "resolution", "comment", ORGANIZATIONS, STATE} <= set(asked["fields"].split(","))


def test_looking_again_asks_nobody_twice(jira, lent):
    """With its observations handed back, the same issue gives the same ticket for one call."""
    agents(jira, ANDY)
    jira.get(ISSUE, json=issue([], [comment(5, ANDY), comment(6, EMIL)]))
    first = adapter(lent).fetch(REF)
    lent.heard.calls.clear()
    second = adapter(lent).fetch(REF, first.observations)
    assert (second.ticket, second.shown) == (first.ticket, first.shown)
    assert reads(lent) == ["/rest/api/3/issue/{id}"]


def test_what_an_issue_shows(jira, lent):
    """Our fields come back as our values; a field that the issue has not got is absent."""
    due = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    body = issue(
        labels=["vip", "sla_excluded"],
        priority={"id": "1", "name": "Highest"},
        assignee=user(ANDY),
        **{STATE: {"id": "1", "value": "at_risk"}, DUE: "2026-11-20T18:00:00.000+0100", TIER: "2"},
    )
    jira.get(ISSUE, json=body)
    shown = adapter(lent).fetch(REF).shown
    assert shown.fields == {Field.STATE: "at_risk", Field.NEXT_DUE: due, Field.TIER: 2}
    assert (shown.tags, shown.priority, shown.assignee) == ({"vip", "sla_excluded"}, "P1", ANDY)
    del body["fields"][STATE]
    body["fields"][DUE] = "soon"
    jira.replace("GET", ISSUE, json=body)
    fields = adapter(lent).fetch(REF).shown.fields
    assert Field.STATE not in fields
    assert fields[Field.NEXT_DUE] == "changed by hand: soon"


def test_notes_of_ours_are_found_again(jira, lent):
    """A marker in an internal comment names the notes that are there."""
    text = "Breached.\n\n(sla-sidecar: update/1/breach first_response/1/csm)"
    jira.get(ISSUE, json=issue([], [comment(5, ANDY, public=False, text=text)]))
    agents(jira, ANDY)
    assert adapter(lent).fetch(REF).shown.note_keys == {"update/1/breach", "first_response/1/csm"}


# -- gone, or in the wrong place ---------------------------------------------------------------------------------------


def test_gone(jira, lent):
    """A 404 in Jira's own form is a deleted issue; one of any other form is a wrong address."""
    jira.get(ISSUE, status=404, json={"errorMessages": ["Issue does not exist"], "errors": {}})
    with pytest.raises(GoneError):
        adapter(lent).fetch(REF)
    jira.replace("GET", ISSUE, status=404, body="<html>not found</html>")
    with pytest.raises(RefusedError, match="check the connection's `site`"):
        adapter(lent).fetch(REF)


def test_an_issue_that_moved_away_is_gone(jira, lent):
    """An issue in another project is none of this connection's, though its id still answers."""
    jira.get(ISSUE, json=issue(project={"id": "2", "key": "OPS"}))
    with pytest.raises(GoneError, match="not in a project"):
        adapter(lent).fetch(REF)


@pytest.mark.parametrize("ticket_id", ["SUP-22", "../myself", "", "1" * 30, "१"])
def test_ids_are_digits(lent, ticket_id):
    """What is no issue id is never put into a path."""
    with pytest.raises(GoneError):
        adapter(lent).fetch(TicketRef("acme", ticket_id))


@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED, X", "authenticated_failed"])
@pytest.mark.parametrize("code", [200, 404])
def test_an_anonymous_answer_is_no_answer(jira, lent, reason, code):
    """With a bad token Jira answers as to nobody, 200 with less data or 404: only the header tells, and is heeded."""
    body = issue() if code == 200 else {"errorMessages": ["Issue does not exist or you cannot see it"]}
    jira.get(ISSUE, status=code, json=body, headers={"X-Seraph-LoginReason": reason})
    with pytest.raises(RefusedError, match="credential is not accepted"):
        adapter(lent).fetch(REF)


def test_a_scoped_token_goes_through_the_gateway(jira, lent):
    """With a cloud id every call goes to the gateway; people's links stay on the site."""
    gateway = "https://api.atlassian.com/ex/jira/35273b54-3f06-40d2-880f-dd28cf8daafa"
    jira.get(f"{gateway}/rest/api/3/issue/{ISSUE_ID}", json=issue())
    ticket = adapter(lent, cloud_id="35273b54-3f06-40d2-880f-dd28cf8daafa").fetch(REF).ticket
    assert ticket.url == f"{SITE}/browse/SUP-22"
    jira.get(ISSUE, status=401, json={"errorMessages": ["no"]})
    with pytest.raises(RefusedError, match="set `cloud_id`"):
        adapter(lent).fetch(REF)


# -- organizations and people ------------------------------------------------------------------------------------------


def test_an_organizations_property_holds_plan_zone_and_country(jira, lent):
    """The property is asked for once in a while; a plan that changed in it was seen to change."""
    path = f"{DESK}/organization/3/property/sla-sidecar"
    jira.get(path, json={"key": "sla-sidecar", "value": {"plan": "Silver", "timezone": "America/Chicago"}})
    jira.get(ISSUE, json=issue(**{ORGANIZATIONS: [{"id": "3", "name": "Acme"}]}))
    plan = [{"from": "organization_property"}]
    first = adapter(lent, plan=plan).fetch(REF)
    there = first.ticket.organization
    assert (there.id, there.name, there.plan, there.timezone) == ("3", "Acme", "Silver", "America/Chicago")
    lent.time.sleep(3600)
    jira.replace("GET", path, json={"key": "sla-sidecar", "value": "Gold"})
    again = adapter(lent, plan=plan).fetch(REF, first.observations).ticket
    (event,) = again.events
    assert (again.organization.plan, event.kind, event.to, event.observed) == ("Silver", "plan_changed", "Gold", True)
    assert event.at == START + timedelta(hours=1)


@pytest.mark.parametrize("answer", [{"status": 404, "json": {"errorMessage": "no"}}, {"json": {"value": {"plan": 3}}}])
def test_no_usable_property_is_no_plan(jira, lent, answer):
    """An organization without the property, or with something else in it, has no plan there; others places count."""
    jira.get(f"{DESK}/organization/3/property/sla-sidecar", **answer)
    jira.get(ISSUE, json=issue(**{ORGANIZATIONS: [{"id": "3", "name": "Acme"}]}))
    plan = [{"from": "organization_property"}, {"from": "organizations"}]
    ticket = adapter(lent, plan=plan, organizations={"Acme": {"plan": "Gold", "country": "us"}}).fetch(REF).ticket
    assert (ticket.organization.plan, ticket.organization.country) == ("Gold", "US")
    lent.heard.calls.clear()
    adapter(lent, plan=plan).fetch(REF)
    assert reads(lent) == ["/rest/api/3/issue/{id}"]


def test_an_organization_of_the_past_is_asked_for_by_its_id(jira, lent):
    """The history names organizations by ids; the name of one that is not shared with any more is looked up."""
    jira.get(f"{DESK}/organization/4", json={"id": "4", "name": "Globex"})
    agents(jira, ANDY)
    change = item(ORGANIZATIONS, "[4]", "[3]", "x", "Acme")
    jira.get(ISSUE, json=issue([history(10, ANDY, change)], **{ORGANIZATIONS: [{"id": "3", "name": "Acme"}]}))
    assert adapter(lent).fetch(REF).ticket.organization.name == "Globex"


@pytest.mark.parametrize(
    ("support", "kind"),
    [
        ({"agents": [EMIL]}, "agent_replied"),
        ({"customers": [EMIL]}, "customer_replied"),
        ({"groups": ["support"]}, "agent_replied"),
        ({"groups": ["sales"]}, "customer_replied"),
        ({"by_permission": False}, "customer_replied"),
        ({}, "customer_replied"),
    ],
)
def test_who_is_support(jira, lent, support, kind):
    """Named accounts first, then groups, then the permission of the project's agents."""
    agents(jira, ANDY)
    jira.get(f"{API}/user/groups", json=[{"name": "support", "groupId": "g"}])
    jira.get(ISSUE, json=issue([], [comment(5, EMIL)]))
    assert kinds(adapter(lent, support=support).fetch(REF).ticket) == [(5, kind)]


def test_somebody_deleted_is_no_agent(jira, lent):
    """A 404 for a person is a person who is gone; it is remembered like any other answer."""
    jira.get(AGENTS, status=404, json={"errorMessages": ["no such user"]})
    jira.get(ISSUE, json=issue([], [comment(5, EMIL)]))
    assert kinds(adapter(lent).fetch(REF).ticket) == [(5, "customer_replied")]


def test_our_own_account_is_nobody_s_side(jira, lent):
    """What we, an app or another integration wrote costs no question and is no reply."""
    jira.get(ISSUE, json=issue([], [comment(5, US), comment(6, BOT), comment(7, EMIL)]))
    assert adapter(lent, automation_users=[EMIL]).fetch(REF).ticket.events == ()
    assert reads(lent) == ["/rest/api/3/issue/{id}"]


@pytest.mark.parametrize(("answer", "error"), [({"body": "<html>"}, RetryLaterError), ({"json": {}}, RefusedError)])
def test_a_list_that_is_none(jira, lent, answer, error):
    """A maintenance page is tried again later; JSON of another form is refused."""
    jira.get(AGENTS, **answer)
    jira.get(ISSUE, json=issue([], [comment(5, EMIL)]))
    with pytest.raises(error):
        adapter(lent).fetch(REF)


@pytest.mark.parametrize("status_", [401, 500])
def test_a_property_that_cannot_be_asked_for_is_an_error(jira, lent, status_):
    """Only "not there" and "not yours" mean that an organization has no property."""
    jira.get(f"{DESK}/organization/3/property/sla-sidecar", status=status_, json={"errorMessage": "no"})
    jira.get(ISSUE, json=issue(**{ORGANIZATIONS: [{"id": "3", "name": "Acme"}]}))
    with pytest.raises((RefusedError, RetryLaterError)):
        adapter(lent, plan=[{"from": "organization_property"}]).fetch(REF)


def test_who_is_an_agent_must_be_known(jira, lent):
    """When we may not ask, nothing is guessed: the message says what to do."""
    jira.get(AGENTS, status=403, json={"errorMessages": ["no"]})
    jira.get(ISSUE, json=issue([], [comment(5, EMIL)]))
    with pytest.raises(RefusedError, match="Administer projects"):
        adapter(lent).fetch(REF)


def test_statuses_are_asked_for_only_where_the_settings_know_them_not(jira, lent):
    """A status of the past that the settings do not map is looked up among the site's, once."""
    agents(jira, ANDY)
    jira.get(ISSUE, json=issue([history(10, ANDY, moved("3", "1"))]))
    assert adapter(lent).fetch(REF).ticket.status == "open"
    adapter(lent).fetch(REF)
    assert reads(lent).count("/rest/api/3/status") == 1
    lent.heard.calls.clear()
    adapter(lent, statuses={"Work in progress": "on_hold"}).fetch(REF)
    assert "/rest/api/3/status" not in reads(lent)
