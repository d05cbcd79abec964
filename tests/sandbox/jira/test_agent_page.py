"""The agent's page: shows what is there, and what its forms do goes the way of everybody else."""

from typing import Any

import pytest
import requests

from sandbox.jira import Sandbox, State
from sandbox.jira.issues_model import Issue
from tests.sandbox.jira.conftest import People


@pytest.fixture
def page(sandbox: Sandbox) -> Any:
    """Return a function that gets or posts a page."""

    def call(path: str, **form: Any) -> requests.Response:
        url = f"{sandbox.url}/agent{path}"
        return requests.post(url, data=form, timeout=10) if form else requests.get(url, timeout=10)

    return call


def test_the_list_shows_requests_with_their_service_levels(page: Any, state: State, issue: Issue) -> None:
    """Key, summary, customer, plan, status, and a column for each field of the service."""
    due = state.add_field("SLA Sidecar: next due", "datetime")
    level = state.add_field("SLA Sidecar: state", "select", ["breached"])
    hidden = state.add_field("SLA Sidecar: affected", "select", ["one"])
    hidden.description = "Made by SLA Sidecar: filled in by agents"
    state.set_field(issue, level, "breached")
    state.set_field(issue, due, "2026-11-23T11:00:00.000+0000")
    text = page("/tickets").text
    for wanted in ("SUP-1", "No data", "Carla Custer", "Acme", "Gold", "Waiting for support", "Next due", "in 2 h"):
        assert wanted in text
    assert '<span class="pill bad">breached</span>' in text
    assert "Affected" not in text


def test_an_issue_shows_its_conversation_and_history(page: Any, state: State, people: People, issue: Issue) -> None:
    """Notes apart from replies, changes with before and after."""
    state.reply(issue, people.ada, "Internal thought", public=False)
    state.set_status(issue, "Pending", people.ada)
    text = page("/tickets/SUP-1").text
    assert "Internal note" in text
    assert "Status: Waiting for support → Pending" in text


def test_texts_are_escaped(page: Any, state: State, people: People) -> None:
    """What customers write is shown, not run."""
    state.open_request(people.carla, "<script>alert(1)</script>")
    assert "<script>alert" not in page("/tickets").text


@pytest.mark.parametrize(
    ("kind", "author", "public"),
    [("agent", "Ada Agent", True), ("note", "Ada Agent", False), ("customer", "Carla Custer", True)],
)
def test_replies(page: Any, state: State, people: People, issue: Issue, kind: str, author: str, public: bool) -> None:
    """As an agent, as a note, as the customer."""
    page("/tickets/SUP-1/reply", kind=kind, agent=people.ada.account_id, body="Hello")
    [comment] = issue.comments
    assert (state.users[comment.author].name, comment.public, comment.body) == (author, public, "Hello")


def test_the_workflow(page: Any, state: State, people: People, issue: Issue) -> None:
    """A button for each way out; one that does not lead on from here is refused with its reason."""
    page("/tickets/SUP-1/transition", agent=people.ada.account_id, transition="61")
    assert state.statuses[issue.status].name == "Resolved"
    again = page("/tickets/SUP-1/transition", agent=people.ada.account_id, transition="61")
    assert "does not lead on" in again.text


def test_details_change_only_what_was_changed(page: Any, state: State, people: People, issue: Issue) -> None:
    """What the form showed and did not change is left alone, also if somebody else changed it meanwhile."""
    field = state.add_field("Affected", "select", ["one", "many"])
    many = field.contexts[0].options[1].id
    state.change(issue, people.ada, labels=["meanwhile"])
    form = {"labels": "", "labels_before": "", "priority": "1", "priority_before": "2"}
    page("/tickets/SUP-1/fields", agent=people.ada.account_id, **form, **{field.id: many, f"{field.id}_before": ""})
    assert (issue.values["labels"], issue.values["priority"], issue.values[field.id]) == (["meanwhile"], "1", many)


def test_a_customer_raises_a_request(page: Any, state: State, people: People) -> None:
    """From the list's form."""
    form = {"reporter": people.carla.account_id, "summary": "New", "body": "Text", "priority": "Low"}
    assert "New" in page("/tickets", **form, request_type="Report an outage").text
    [issue] = state.issues.values()
    assert (issue.reporter, issue.values["priority"]) == (people.carla.account_id, "4")


def test_closing_as_a_duplicate(page: Any, state: State, people: People, issue: Issue) -> None:
    """Takes the place of merging."""
    target = state.open_request(people.carla, "The same")
    page("/tickets/SUP-1/duplicate", agent=people.ada.account_id, target=target.key)
    assert state.resolutions[issue.values["resolution"]].name == "Duplicate"


def test_parts_for_refreshing(page: Any, issue: Issue) -> None:
    """The page's script gets each part with a digest."""
    parts = page(f"/data/tickets/{issue.key}").json()["parts"]
    assert set(parts) == {"head", "sla", "conversation", "history", "ways", "fields"}
    assert all(len(part["digest"]) == 64 for part in parts.values())


def test_nobody_elses_forms(sandbox: Sandbox, people: People, issue: Issue) -> None:
    """A form that another site sends is refused, one that cannot be read too, and an unknown key is not found."""
    url = f"{sandbox.url}/agent/tickets/{issue.key}"
    form = {"kind": "agent", "agent": people.ada.account_id, "body": "x"}
    foreign = requests.post(f"{url}/reply", data=form, headers={"Origin": "http://evil.example"}, timeout=10)
    unreadable = requests.post(f"{url}/reply", data=form | {"agent": "nobody"}, timeout=10)
    missing = requests.get(f"{sandbox.url}/agent/tickets/SUP-99", timeout=10)
    assert [answer.status_code for answer in (foreign, unreadable, missing)] == [403, 400, 404]
    assert issue.comments == []
