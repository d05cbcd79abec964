"""Long histories, many comments, and a Data Center, whose history comes in one piece: nothing is lost or read twice."""

import pytest

from core.errors import RefusedError
from core.ticket import Kind
from tests.adapters.jira.builders import (
    ANDY,
    CARLA,
    DESK,
    ISSUE_ID,
    REF,
    SITE,
    adapter,
    comment,
    history,
    issue,
    item,
    kinds,
    minutes,
    moved,
    status,
)
from tests.adapters.jira.serving import ISSUE, agents, comment_pages, many, pages, reads

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
