"""The history of issues: its order, its pages, and where its oldest part is cut off without a word."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.common.clock import Clock
from sandbox.jira import State
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import V3, Client, People


def busy(state: State, issue: Issue, people: People, clock: Clock, times: int) -> None:
    """Change an issue's summary so many times, a minute apart."""
    for number in range(times):
        clock.advance(timedelta(minutes=1))
        state.change(issue, people.ada, summary=f"version {number}")


def test_pages_are_oldest_first(client: Client, state: State, issue: Issue, people: People, clock: Clock) -> None:
    """The paged history has everything, in the order in which it happened."""
    busy(state, issue, people, clock, 5)
    first = client.get(f"{V3}/issue/{issue.id}/changelog?startAt=0&maxResults=3")
    rest = client("GET", first["nextPage"].removeprefix(client.url)).json()
    assert (first["total"], first["isLast"], rest["isLast"]) == (5, False, True)
    texts = [history["items"][0]["toString"] for page in (first, rest) for history in page["values"]]
    assert texts == [f"version {number}" for number in range(5)]


def test_expanded_history_is_newest_first_and_cut_off(
    client: Client, state: State, issue: Issue, people: People, clock: Clock
) -> None:
    """``expand=changelog`` loses the oldest beyond a hundred, in a search beyond forty; only ``total`` tells."""
    busy(state, issue, people, clock, 105)
    beside = client.get(f"{V3}/issue/{issue.id}?expand=changelog")["changelog"]
    texts = [history["items"][0]["toString"] for history in beside["histories"]]
    assert (len(texts), beside["total"], texts[0], texts[-1]) == (100, 105, "version 104", "version 5")
    query = {"jql": "project = SUP", "fields": ["summary"], "expand": "changelog"}
    [found] = client("POST", f"{V3}/search/jql", query).json()["issues"]
    assert len(found["changelog"]["histories"]) == 40


def test_creation_is_not_in_the_history(client: Client, issue: Issue) -> None:
    """First values must be worked out backwards from what changed since."""
    assert client.get(f"{V3}/issue/{issue.id}/changelog")["values"] == []


def test_one_update_is_one_history(client: Client, state: State, issue: Issue, people: People) -> None:
    """All that changed at once, with ids and texts of before and after; people have their account ids once more."""
    state.set_status(issue, "Resolved", people.ada)
    state.change(issue, people.ada, assignee={"accountId": people.ada.account_id}, priority={"id": "1"})
    resolved, edited = client.get(f"{V3}/issue/{issue.id}/changelog")["values"]
    assert resolved["items"] == [
        _item("status", ("10001", "Waiting for support"), ("5", "Resolved")),
        _item("resolution", (None, None), ("10000", "Done")),
    ]
    ada = people.ada.account_id
    assert edited["items"] == [
        _item("priority", ("2", "High"), ("1", "Highest")),
        _item("assignee", (None, None), (ada, "Ada Agent")) | {"tmpFromAccountId": None, "tmpToAccountId": ada},
    ]


def _item(field: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> dict[str, Any]:
    return {
        "field": field,
        "fieldtype": "jira",
        "fieldId": field,
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


@pytest.mark.parametrize(
    ("kind", "options", "given", "told"),
    [
        pytest.param("textfield", [], "Gold", (None, "Gold"), id="text"),
        pytest.param("float", [], 12, (None, "12"), id="a number as text"),
        pytest.param("select", ["A", "B"], {"value": "B"}, ("10001", "B"), id="an option's id and text"),
        pytest.param("labels", [], ["x", "y"], (None, "x y"), id="labels, blanks between"),
    ],
)
def test_custom_fields_in_the_history(
    client: Client, state: State, issue: Issue, kind: str, options: list[str], given: Any, told: tuple[str, str]
) -> None:
    """The item names the field by its name and its id; ``fieldtype`` is custom."""
    field = state.add_field("My field", kind, options)
    client.edit(issue, fields={field.id: given})
    [history] = client.get(f"{V3}/issue/{issue.id}/changelog")["values"]
    [item] = history["items"]
    assert (item["field"], item["fieldtype"], item["fieldId"]) == ("My field", "custom", field.id)
    assert (item["to"], item["toString"]) == told


def test_history_metadata_is_kept(client: Client, issue: Issue) -> None:
    """What a client says about its own writes is found again in the history."""
    metadata = {"type": "sla-sidecar", "description": "deadlines"}
    client.edit(issue, fields={"labels": ["x"]}, historyMetadata=metadata)
    [history] = client.get(f"{V3}/issue/{issue.id}/changelog")["values"]
    assert history["historyMetadata"] == metadata


def test_bulk_histories(client: Client, state: State, issue: Issue, people: People, clock: Clock) -> None:
    """Many issues at once, by issue id, of some fields, a page at a time; instants are numbers here."""
    other = state.open_request(people.carla, "Other")
    clock.advance(timedelta(minutes=1))
    for one in (other, issue):
        state.set_status(one, "Pending", people.ada)
        state.change(one, people.ada, summary="changed")
    body: dict[str, Any] = {"issueIdsOrKeys": [other.key, issue.id], "fieldIds": ["status"], "maxResults": 1}
    first = client("POST", f"{V3}/changelog/bulkfetch", body).json()
    second = client("POST", f"{V3}/changelog/bulkfetch", body | {"nextPageToken": first["nextPageToken"]}).json()
    rows = [page["issueChangeLogs"][0] for page in (first, second)]
    assert [row["issueId"] for row in rows] == [issue.id, other.id]
    assert rows[0]["changeHistories"][0]["created"] == 1795424460000
    assert "nextPageToken" not in second


def test_an_organization_change_is_in_the_history(client: Client, state: State, issue: Issue, people: People) -> None:
    """Sharing with another organization is a change of the issue; its plan is not."""
    birch = state.add_organization("Birch", plan="Standard")
    state.set_plan(people.acme, "Silver")
    state.set_organizations(issue, [birch], people.ada)
    [history] = client.get(f"{V3}/issue/{issue.id}/changelog")["values"]
    [item] = history["items"]
    assert (item["fromString"], item["toString"], item["to"]) == ("Acme", "Birch", birch.id)
