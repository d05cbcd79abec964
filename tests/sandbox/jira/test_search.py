"""Search by JQL: what a query finds, how its pages end, and how late the index is."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import Sandbox, State, Switches
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People, client_of, populate


def found(client: Client, query: str, **more: Any) -> list[str]:
    """Return the keys that a query finds."""
    answer = client("POST", f"{V3}/search/jql", {"jql": query, "fields": ["key", "status"], **more})
    assert answer.status_code == 200, answer.text
    return [issue["key"] for issue in answer.json()["issues"]]


@pytest.fixture
def three(state: State, people: People, clock: Clock) -> list[Issue]:
    """Three requests, ten minutes apart: high and waiting, resolved, and low with a label, due and assigned."""
    due = state.add_field("SLA due", "datetime")
    first = state.open_request(people.carla, "No data", priority="High")
    clock.advance(timedelta(minutes=10))
    second = state.open_request(people.carla, "A question")
    state.set_status(second, "Resolved", people.ada)
    clock.advance(timedelta(minutes=10))
    third = state.open_request(people.carla, "A wish", priority="Low")
    at = "2026-11-24T10:00:00.000+0000"
    state.change(third, people.ada, labels=["vip"], assignee={"accountId": people.ada.account_id}, **{due.id: at})
    return [first, second, third]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        pytest.param("project = SUP ORDER BY key ASC", "123", id="all, in order"),
        pytest.param("project = sup ORDER BY created DESC", "321", id="newest first"),
        pytest.param("project in (SUP, SUP) AND priority = High", "1", id="and"),
        pytest.param("priority = High OR labels = vip ORDER BY key", "13", id="or"),
        pytest.param("statusCategory != Done ORDER BY key", "13", id="by category"),
        pytest.param('status in ("Waiting for support", Pending) ORDER BY key', "13", id="by name"),
        pytest.param("status = 5", "2", id="by id"),
        pytest.param("NOT (priority = High OR statusCategory = Done)", "3", id="not, brackets"),
        pytest.param("assignee is EMPTY ORDER BY key", "12", id="empty"),
        pytest.param("assignee is not empty", "3", id="not empty"),
        pytest.param("labels not in (vip)", "", id="issues without labels are not in NOT IN"),
        pytest.param("labels is EMPTY OR labels not in (vip) ORDER BY key", "12", id="unless asked for"),
        pytest.param('updated >= "-15m" ORDER BY key', "23", id="relative, quoted"),
        pytest.param("updated >= -5m", "3", id="relative, bare"),
        pytest.param('updated >= "2026-11-23 09:10" ORDER BY key', "23", id="absolute, by the minute"),
        pytest.param('updated < "2026/11/23 09:10"', "1", id="with slashes"),
        pytest.param("created >= 1795424400000 AND created < 1795425000000", "1", id="milliseconds"),
        pytest.param("resolved is not EMPTY", "2", id="resolved"),
        pytest.param('summary ~ "question"', "2", id="words"),
        pytest.param('cf[10050] > now() AND "SLA due" < "2026-12-01"', "3", id="a custom field, by number and name"),
        pytest.param('"Request Type" = "Get help" ORDER BY key', "123", id="request type"),
        pytest.param("Organizations = Acme ORDER BY key", "123", id="organization"),
        pytest.param('key in (SUP-1, "sup-3") ORDER BY key', "13", id="keys"),
        pytest.param("key > SUP-1 ORDER BY key", "23", id="keys by number"),
        pytest.param("reporter = currentUser()", "", id="the caller"),
        pytest.param("project = SUP ORDER BY priority ASC, key DESC", "123", id="several orders"),
        pytest.param("assignee = ada.agent@support.example", "3", id="a person by address"),
        pytest.param("assignee != currentUser()", "3", id="a person who is not the caller"),
        pytest.param("created >= startOfDay() AND created < endOfDay() AND id = 10001", "2", id="days and ids"),
        pytest.param("created < startOfWeek()", "", id="weeks begin on Sunday"),
        pytest.param('created > "1d"', "", id="ahead"),
        pytest.param("text ~ wish AND summary !~ data", "3", id="text anywhere, and not"),
        pytest.param("comment ~ hello", "", id="words of comments"),
        pytest.param("statusCategory in (new, 4, Done) ORDER BY key", "123", id="categories by key, number, name"),
        pytest.param("status != Resolved AND priority not in (High) ", "3", id="neither nor"),
        pytest.param("labels = EMPTY ORDER BY key", "12", id="equal to empty"),
        pytest.param("updated <= now() AND updated > 0 ORDER BY updated DESC, key", "321", id="bare numbers"),
        pytest.param("due is EMPTY AND issuetype = 10001 ORDER BY key", "123", id="another name, an id"),
    ],
)
def test_queries(client: Client, three: list[Issue], query: str, keys: str) -> None:
    """A query finds these of the three requests, in this order."""
    assert len(three) == 3
    assert found(client, query) == [f"SUP-{number}" for number in keys]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        pytest.param("ORDER BY updated", "Unbounded", id="nothing restricts it"),
        pytest.param("", "Unbounded", id="empty"),
        pytest.param("project = NOPE", "does not exist for the field 'project'", id="no such project"),
        pytest.param("colour = red", "Field 'colour' does not exist", id="no such field"),
        pytest.param("status = Flying", "does not exist for the field 'Status'", id="no such status"),
        pytest.param('updated >= "yesterday"', "Date value", id="no date"),
        pytest.param("project = SUP project = SUP", "Expecting either", id="no operator between"),
        pytest.param("project = SUP AND", "Unexpected end", id="cut off"),
        pytest.param("project is SUP", "Expecting 'EMPTY'", id="is something"),
        pytest.param("project not SUP", "Expecting 'IN'", id="not something"),
        pytest.param("project in SUP", "Expecting '('", id="in without brackets"),
        pytest.param("project in (SUP", "Expecting ')'", id="an open list"),
        pytest.param("(project = SUP", "Expecting ')'", id="an open bracket"),
        pytest.param("project SUP", "Expecting an operator", id="no operator"),
        pytest.param("project = )", "Expecting a value", id="no value"),
        pytest.param("project = SUP ORDER created", "Expecting 'BY'", id="order without by"),
        pytest.param("project = SUP ORDER BY " + ", ".join(["key"] * 8), "maximum number", id="eight orders"),
        pytest.param("status was Open", "Expecting an operator", id="was is not known here"),
        pytest.param("labels = currentUser()", "Unable to find JQL function", id="a function out of place"),
        pytest.param("updated > soon()", "Unable to find JQL function", id="no such function"),
        pytest.param("reporter = membersOf(x)", "is not known here", id="a function with arguments"),
        pytest.param("id = SUP-1", "is not a number", id="a key where an id belongs"),
        pytest.param("key = SUP-99", "does not exist for field 'key'", id="no such issue"),
        pytest.param("statusCategory = Waiting", "statusCategory", id="no such category"),
        pytest.param("summary ~ \u00a7'", "reserved JQL character", id="an open quote"),
        pytest.param("issue.property[sla].state = late", "does not exist", id="a property nobody declared"),
        pytest.param('"No searcher" ~ x', "does not exist", id="a field without a searcher"),
    ],
)
def test_queries_that_are_refused(client: Client, state: State, query: str, fault: str) -> None:
    """400, and why."""
    state.add_field("No searcher").searcher = None
    answer = client("POST", f"{V3}/search/jql", {"jql": query})
    assert answer.status_code == 400
    assert fault in answer.json()["errorMessages"][0]


def test_pages_end_with_is_last(client: Client, three: list[Issue]) -> None:
    """There is no total; the next page is asked for by token, which is good for the same query only."""
    query = {"jql": "project = SUP ORDER BY key", "fields": ["summary"], "maxResults": 2}
    first = client("POST", f"{V3}/search/jql", query).json()
    second = client("POST", f"{V3}/search/jql", query | {"nextPageToken": first["nextPageToken"]}).json()
    assert [len(page["issues"]) for page in (first, second)] == [2, 1]
    assert (first["isLast"], second["isLast"], "nextPageToken" in second) == (False, True, False)
    assert "total" not in first
    other = query | {"jql": "project = SUP", "nextPageToken": first["nextPageToken"]}
    assert client("POST", f"{V3}/search/jql", other).status_code == 400
    assert len(three) == 3


def test_only_ids_unless_fields_are_named(client: Client, issue: Issue) -> None:
    """The default is ``id``; with fields and properties named both come."""
    client("PUT", f"{V3}/issue/{issue.id}/properties/sla", {"v": 1})
    bare = client("POST", f"{V3}/search/jql", {"jql": "project = SUP"}).json()["issues"]
    assert bare == [{"id": issue.id}]
    asked = {"jql": "project = SUP", "fields": ["labels"], "properties": ["sla"]}
    [full] = client("POST", f"{V3}/search/jql", asked).json()["issues"]
    assert (full["key"], full["fields"], full["properties"]) == ("SUP-1", {"labels": []}, {"sla": {"v": 1}})


def test_the_index_is_late(clock: Clock) -> None:
    """A change is found after a while; named issues are found at once, and a direct read never waits."""
    state = State(clock, switches=Switches(search_lag_seconds=30))
    people = populate(state)
    issue = state.open_request(people.carla, "s")
    with Sandbox(state, limits=False) as sandbox:
        client = client_of(sandbox, people.service)
        assert found(client, "project = SUP") == []
        assert found(client, "project = SUP", reconcileIssues=[int(issue.id)]) == ["SUP-1"]
        assert client.get(f"{V3}/issue/{issue.id}")["key"] == "SUP-1"
        clock.advance(timedelta(seconds=30))
        assert found(client, "project = SUP") == ["SUP-1"]


def test_the_old_search_is_gone(client: Client) -> None:
    """410, with where to look."""
    for method in ("GET", "POST"):
        answer = client(method, f"{V3}/search")
        assert answer.status_code == 410
        assert "CHANGE-2046" in answer.json()["errorMessages"][0]


def test_data_center_still_has_the_old_search(clock: Clock) -> None:
    """With a start and a total."""
    state = State(clock, switches=Switches(data_center=True))
    people = populate(state)
    for number in range(3):
        state.open_request(people.carla, f"n{number}")
    with Sandbox(state, limits=False) as sandbox:
        body = {"jql": "project = SUP ORDER BY key", "startAt": 1, "maxResults": 1, "fields": ["summary"]}
        got = client_of(sandbox, people.service)("POST", "/rest/api/2/search", body).json()
    assert (got["total"], [one["key"] for one in got["issues"]]) == (3, ["SUP-2"])


def test_issues_in_bulk(client: Client, three: list[Issue]) -> None:
    """By id or key, ascending by id; what is missing is missing without a word."""
    body = {"issueIdsOrKeys": ["SUP-3", three[0].id, "SUP-99"], "fields": ["status"]}
    got = client("POST", f"{V3}/issue/bulkfetch", body).json()
    assert [one["key"] for one in got["issues"]] == ["SUP-1", "SUP-3"]
    too_many = {"issueIdsOrKeys": [str(number) for number in range(101)]}
    assert client("POST", f"{V3}/issue/bulkfetch", too_many).status_code == 400


def test_absolute_times_are_the_callers(sandbox: Sandbox, people: People, three: list[Issue]) -> None:
    """ "09:10" is in the time zone of whoever asks; relative times avoid the question."""
    people.ada.time_zone = "Europe/Berlin"
    ada = client_of(sandbox, people.ada)
    assert found(ada, 'updated >= "2026-11-23 10:20"') == ["SUP-3"]
    assert found(ada, 'updated >= "-5m"') == ["SUP-3"]
    assert len(three) == 3
