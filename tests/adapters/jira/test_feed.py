"""Which issues changed: what is searched for, how it is paged, and from where it goes on."""

import json
from datetime import timedelta

import pytest
import responses

from core.errors import ConfigError, RefusedError
from tests.adapters.doubles import START, Lent
from tests.adapters.jira.builders import API, ORGANIZATIONS, SITE, adapter, stamp

SEARCH = f"{API}/search/jql"


def found(id_, minutes=0, **fields):
    return {"id": str(id_), "fields": {"updated": stamp(minutes), **fields}}


def bodies(jira):
    return [json.loads(call.request.body) for call in jira.calls]


@pytest.fixture
def jira():
    with responses.RequestsMock() as mock:
        yield mock


def test_every_open_issue_to_begin_with(jira):
    """Without a cursor all open ones come, by pages of a token; a short or an empty page is not the end."""
    jira.post(SEARCH, json={"issues": [found(1, 1)], "nextPageToken": "a", "isLast": False})
    jira.post(SEARCH, json={"issues": [], "nextPageToken": "b"})
    jira.post(SEARCH, json={"issues": [found(2, 2)], "isLast": True})
    changes = list(adapter(Lent()).changed_since(None))
    assert [change.ref.ticket_id for change in changes] == ["1", "2"]
    first, *rest = bodies(jira)
    assert first["jql"] == 'project in ("SUP") AND statusCategory != Done ORDER BY updated ASC, key ASC'
    assert (first["fields"], "nextPageToken" in first) == (["updated"], False)
    assert [body["nextPageToken"] for body in rest] == ["a", "b"]


def test_cursors():
    """In the middle the cursor is the change's own instant, at the end the search's: nothing is lost either way."""
    with responses.RequestsMock() as jira:
        jira.post(SEARCH, json={"issues": [found(1, -9), found(2, -8)], "isLast": True})
        first, last = adapter(Lent()).changed_since(None)
    assert first.cursor == f"from:{int((START - timedelta(minutes=9)).timestamp())}"
    assert last.cursor == f"from:{int(START.timestamp())}"
    assert last.updated_at == START - timedelta(minutes=8)


@pytest.mark.parametrize(("ago", "minutes"), [(0, 10), (30, 11), (3600, 70), (-3600, 1)])
def test_going_on_goes_back_over_ten_minutes(jira, ago, minutes):
    """The search is minutes behind and knows whole minutes: it asks relative to now, ten more than have passed."""
    jira.post(SEARCH, json={"issues": [], "isLast": True})
    cursor = f"from:{int((START - timedelta(seconds=ago)).timestamp())}"
    assert list(adapter(Lent()).changed_since(cursor)) == []
    jql = f'project in ("SUP") AND updated >= "-{minutes}m" ORDER BY updated ASC, key ASC'
    assert bodies(jira)[0]["jql"] == jql


@pytest.mark.parametrize("cursor", ["", "from:", "from:x", "from:-1", "after:1", "from:" + "9" * 20])
def test_no_cursor_of_ours(cursor):
    """Another platform's cursor is refused, with what to run."""
    with pytest.raises(ConfigError, match="backfill acme"):
        list(adapter(Lent()).changed_since(cursor))


def test_an_answer_without_an_instant_is_refused(jira):
    """A search that does not say when an issue changed cannot be gone on from."""
    jira.post(SEARCH, json={"issues": [{"id": "1", "fields": {}}], "isLast": True})
    with pytest.raises(RefusedError, match="issue 1"):
        list(adapter(Lent()).changed_since(None))


def test_data_center_pages_by_offset(jira):
    """Its search has a total and a start."""
    path = f"{SITE}/rest/api/2/search"
    jira.post(path, json={"issues": [found(1)], "total": 2, "startAt": 0, "maxResults": 1})
    jira.post(path, json={"issues": [found(2)], "total": 2, "startAt": 1, "maxResults": 1})
    changes = list(adapter(Lent(), deployment="data_center", email=None).changed_since(None))
    assert [change.ref.ticket_id for change in changes] == ["1", "2"]
    assert [body.get("startAt") for body in bodies(jira)] == [None, 1]


def test_tickets_of_an_organization(jira):
    """They are picked from the open ones by id: JQL knows organizations by names."""
    issues = [found(n, **{ORGANIZATIONS: [{"id": id_} for id_ in ids]}) for n, ids in ((1, "3"), (2, "4"), (3, "43"))]
    jira.post(SEARCH, json={"issues": issues, "isLast": True})
    assert [ref.ticket_id for ref in adapter(Lent()).tickets_of("3")] == ["1", "3"]
    assert bodies(jira)[0]["fields"] == [ORGANIZATIONS]


def test_without_the_field_there_are_no_organizations():
    """A site without the service desk's field has no organization's tickets, and nothing is asked."""
    assert list(adapter(Lent(), organizations_field=None).tickets_of("3")) == []
