"""Reading an issue: how many calls it costs, what is kept between looks, and what it shows."""

from datetime import UTC, datetime, timedelta

import pytest
import responses
from responses.matchers import query_param_matcher

from core.errors import GoneError, RefusedError, RetryLaterError
from core.ticket import Kind
from core.update import Field, TicketRef
from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import (
    ANDY,
    API,
    BOT,
    CARLA,
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
    minutes,
    moved,
    status,
    user,
)

ISSUE = f"{API}/issue/{ISSUE_ID}"
AGENTS = f"{API}/user/permission/search"


@pytest.fixture
def jira():
    """The site; it knows the statuses that nobody mapped."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{API}/status", json=[status("1"), status("3"), {"id": "9"}])
        yield mock


@pytest.fixture
def lent():
    return Lent()


def agents(jira, *accounts):
    """Let the site say who is an agent."""
    for account in (ANDY, EMIL):
        found = [user(account)] if account in accounts else []
        jira.get(AGENTS, json=found, match=[query_param_matcher({"accountId": account}, strict_match=False)])


def reads(lent):
    return [route for _, route, _ in lent.heard.calls]


def many(count, start=0):
    """Return histories that only move the assignee to and fro."""
    there = (None, ANDY)
    return [history(n + 1, ANDY, item("assignee", there[n % 2], there[1 - n % 2])) for n in range(start, start + count)]


def page(histories, start, total):
    size = 100
    values = histories[start : start + size]
    return {
        "values": values,
        "startAt": start,
        "maxResults": size,
        "total": total,
        "isLast": start + len(values) >= total,
    }


def pages(jira, histories):
    """Serve the changelog's pages, oldest first."""
    jira.remove("GET", f"{ISSUE}/changelog")
    for start in range(len(histories) + 1):
        match = [query_param_matcher({"startAt": start, "maxResults": 100})]
        jira.get(f"{ISSUE}/changelog", json=page(histories, start, len(histories)), match=match)


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
def test_ids_are_digits(ticket_id):
    """What is no issue id is never put into a path."""
    with pytest.raises(GoneError):
        adapter(Lent()).fetch(TicketRef("acme", ticket_id))


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


# -- long histories ----------------------------------------------------------------------------------------------------


def test_a_long_history_is_read_whole_and_then_gone_on_from(jira, lent):
    """Beside the issue come the newest 100: the rest is paged once, oldest first, and never again."""
    agents(jira, ANDY)
    histories = [history(0, ANDY, moved("1", "3"), id_=1), *many(210)]
    jira.get(ISSUE, json=issue(histories[-100:], total=211, status=status("3")))
    pages(jira, histories)
    first = adapter(lent).fetch(REF)
    assert next(event.kind for event in first.ticket.events) is Kind.STATUS_CHANGED
    assert len(first.ticket.events) == 211
    assert reads(lent).count("/rest/api/3/issue/{id}/changelog") == 3

    histories += many(1, 210)
    jira.replace("GET", ISSUE, json=issue(histories[-100:], total=212, status=status("3")))
    lent.heard.calls.clear()
    second = adapter(lent).fetch(REF, first.observations)
    assert len(second.ticket.events) == 212
    assert reads(lent) == ["/rest/api/3/issue/{id}"]

    histories += many(150, 211)
    jira.replace("GET", ISSUE, json=issue(histories[-100:], total=362, status=status("3")))
    pages(jira, histories)
    lent.heard.calls.clear()
    third = adapter(lent).fetch(REF, second.observations)
    assert len(third.ticket.events) == 362
    assert reads(lent).count("/rest/api/3/issue/{id}/changelog") == 2  # 151 new ones, a page of 100 each


def test_exactly_a_full_page_is_not_trusted(jira, lent):
    """One hundred histories beside the issue could be a cut: the pages decide, whatever `total` says."""
    agents(jira, ANDY)
    histories = [history(0, ANDY, moved("1", "3"), id_=1), *many(120)]
    jira.get(ISSUE, json=issue(histories[-100:], total=100, status=status("3")))
    pages(jira, histories)
    assert len(adapter(lent).fetch(REF).ticket.events) == 121


def test_other_settings_read_the_pages_again(jira, lent):
    """What was kept for other fields does not hold the new one's changes."""
    agents(jira, ANDY)
    ticked = item("customfield_30000", None, "[1]", None, "Yes")
    histories = [history(0, ANDY, ticked, id_=1), *many(120)]
    jira.get(ISSUE, json=issue(histories[-100:], total=121, customfield_30000=[{"id": "1", "value": "Yes"}]))
    pages(jira, histories)
    before = adapter(lent).fetch(REF)
    after = adapter(lent, escalate_field="customfield_30000").fetch(REF, before.observations)
    assert (len(before.ticket.events), len(after.ticket.events)) == (120, 121)


def test_observations_of_another_version_are_read_again(jira, lent):
    """What cannot be read of what was kept is asked for anew."""
    agents(jira, ANDY)
    jira.get(ISSUE, json=issue([], [comment(5, ANDY)]))
    kept = dict(adapter(lent).fetch(REF).observations)
    for broken in ({"histories": None}, {"histories": {"count": 1, "entries": [{"x": 1}]}}, {"comments": {}}):
        assert kinds(adapter(lent).fetch(REF, {**kept, **broken}).ticket) == [(5, "agent_replied")]


# -- many comments -----------------------------------------------------------------------------------------------------


def comment_pages(jira, comments):
    """Serve the pages of comments."""
    jira.remove("GET", f"{ISSUE}/comment")
    for start in range(len(comments) + 1):
        values = comments[start : start + 100]
        match = [query_param_matcher({"startAt": start, "maxResults": 100, "orderBy": "created"})]
        body = {"comments": values, "startAt": start, "maxResults": 100, "total": len(comments)}
        jira.get(f"{ISSUE}/comment", json=body, match=match)


def test_many_comments_are_paged_and_full_pages_kept(jira, lent):
    """Where not all comments come along they are paged; later looks read the last page only."""
    comments = [comment(n, CARLA) for n in range(1, 231)]
    jira.get(ISSUE, json=issue([], comments[:20], comment_total=230))
    comment_pages(jira, comments)
    first = adapter(lent).fetch(REF)
    assert len(first.ticket.events) == 230
    comments.append(comment(231, CARLA))
    jira.replace("GET", ISSUE, json=issue([], comments[:20], comment_total=231))
    comment_pages(jira, comments)
    lent.heard.calls.clear()
    second = adapter(lent).fetch(REF, first.observations)
    assert minutes(max(event.at for event in second.ticket.events)) == 231
    assert len(second.ticket.events) == 231
    assert reads(lent) == ["/rest/api/3/issue/{id}", "/rest/api/3/issue/{id}/comment"]


def test_a_deleted_comment_moves_the_pages(jira, lent):
    """When a comment on a kept page is gone, the pages are read again, so that none slips through."""
    comments = [comment(n, CARLA) for n in range(1, 151)]
    jira.get(ISSUE, json=issue([], comments[:20], comment_total=150))
    comment_pages(jira, comments)
    first = adapter(lent).fetch(REF)
    del comments[50]
    jira.replace("GET", ISSUE, json=issue([], comments[:20], comment_total=149))
    comment_pages(jira, comments)
    seen = {minutes(event.at) for event in adapter(lent).fetch(REF, first.observations).ticket.events}
    assert seen == set(range(1, 151)) - {51}


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


# -- Data Center -------------------------------------------------------------------------------------------------------

OLD = f"{SITE}/rest/api/2/issue/{ISSUE_ID}"
DATA_CENTER = {"deployment": "data_center", "email": None, "account_id": "us"}


def server_user(name):
    return {"key": name, "name": name, "displayName": name, "emailAddress": f"{name}@acme.example"}


def server_comment(at, name, **more):
    body = comment(at, ANDY, **more) | {"author": server_user(name), "body": "Some words"}
    del body["jsdPublic"]
    return body


def server_issue(*comments, **more):
    return issue([], comments, creator=server_user("carla"), reporter=server_user("carla"), **more)


def test_data_center_is_two_calls(jira, lent):
    """Its platform API does not say what is public, so the service desk's is asked; its history comes whole."""
    jira.get(OLD, json=server_issue(server_comment(5, "andy"), server_comment(6, "andy", id_=99)))
    flags = {"values": [{"id": "7005", "public": True}, {"id": "99", "public": False}], "isLastPage": True}
    jira.get(f"{DESK}/request/{ISSUE_ID}/comment", json=flags)
    jira.get(f"{SITE}/rest/api/2/user/permission/search", json=[server_user("andy")])
    ticket = adapter(lent, **DATA_CENTER, support={"customers": ["carla"]}).fetch(REF).ticket
    assert kinds(ticket) == [(5, "agent_replied"), (6, "note_added")]
    assert ticket.requester.email == "carla@acme.example"
    assert jira.calls[0].request.headers["Authorization"] == "Bearer t0ken"


def test_data_center_issue_that_is_no_request(jira, lent):
    """An issue without a request type is unknown to the service desk: its comments are what the platform says."""
    jira.get(OLD, json=server_issue(server_comment(5, "carla")))
    jira.get(f"{DESK}/request/{ISSUE_ID}/comment", status=404, json={"errorMessage": "no request"})
    ticket = adapter(lent, **DATA_CENTER, support={"by_permission": False}).fetch(REF).ticket
    assert kinds(ticket) == [(5, "customer_replied")]


def test_data_center_gives_a_long_history_in_one_piece(jira, lent):
    """What came whole is kept, so that a later look that gets only the newest part still has it all."""
    histories = many(120)
    jira.get(OLD, json=issue(histories))
    jira.get(f"{SITE}/rest/api/2/user/permission/search", json=[])
    jira.get(f"{DESK}/request/{ISSUE_ID}/comment", json={"values": [], "isLastPage": True})
    first = adapter(lent, **DATA_CENTER).fetch(REF)
    histories += many(5, 120)
    jira.replace("GET", OLD, json=issue(histories[-100:], total=125))
    second = adapter(lent, **DATA_CENTER).fetch(REF, first.observations)
    assert (len(first.ticket.events), len(second.ticket.events)) == (120, 125)


def test_half_a_history_is_refused(jira, lent):
    """Where the oldest part is missing and there are no pages, no deadline is made up."""
    jira.get(OLD, json=issue(many(100), total=130))
    with pytest.raises(RefusedError, match="without its oldest part"):
        adapter(lent, **DATA_CENTER).fetch(REF)
