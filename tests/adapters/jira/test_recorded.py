"""The official descriptions: what Jira answers by their examples we can read, what we send they would take."""

import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from adapters.jira.check import Me
from adapters.jira.payloads import (
    CommentPage,
    EditMeta,
    HistoryPage,
    IssueBody,
    OrganizationBody,
    PropertyBody,
    RequestComment,
    RequestCommentPage,
    SearchPage,
)
from core.ticket import Status
from core.update import Field, Note, TicketUpdate
from tests.adapters.jira.desk import JiraDesk
from tests.support import shared

WAIVED = [
    {
        "kind": "unknown_path",
        "path": "^/rest/webhooks/1.0/webhook",
        "why": "administrators' webhooks are in no description: page Webhooks, fact sheet 2.2",
    },
]


def example(name):
    return json.loads(shared("fixtures", "jira", "oas-examples", f"{name}.json").read_text())


def dated(body):
    """Return an example with instants of this century: those of 1970, before zones were regular, are refused."""
    return json.loads(re.sub(r'"1970-(\d\d)', r'"2026-\1', json.dumps(body)))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("issue-changelog-page", HistoryPage),
        ("issue-comments-page", CommentPage),
        ("issue-editmeta", EditMeta),
        ("search-jql-page", SearchPage),
        ("myself", Me),
        ("jsm-organization-property", PropertyBody),
        ("jsm-request-comments-page", RequestCommentPage),
        ("jsm-request-comment-created", RequestComment),
    ],
)
def test_examples_are_read(name, model):
    """The description's own example answers have the form that we expect."""
    model.model_validate(dated(example(name)))


@pytest.mark.shared
def test_examples_mean_what_a_person_reads():
    """An internal comment is internal, the newest history is last on its page, an organization has its name."""
    page = RequestCommentPage.model_validate(example("jsm-request-comments-page"))
    assert (page.values[0].id, page.values[0].public, page.is_last) == ("1000", True, False)
    histories = HistoryPage.model_validate(dated(example("issue-changelog-page")))
    assert (histories.histories[0].id, histories.total, histories.is_last) == ("10001", 5, False)
    organizations = example("jsm-organization-page")["values"]
    assert [OrganizationBody.model_validate(each).name for each in organizations] == [
        each["name"] for each in organizations
    ]


@pytest.mark.shared
def test_an_example_issue_without_a_status_is_refused():
    """The description's example of an issue has none of the fields that a look asks for: nothing is made up."""
    with pytest.raises(ValueError, match="status"):
        IssueBody.model_validate(example("issue-get"))


def judged(lines, tmp_path):
    """Return what the validator of shared/tools says of these requests."""
    specs = (shared("specs", "jira-oas.json"), shared("specs", "jsm-oas.json"))
    waivers, log = tmp_path / "waivers.json", tmp_path / "requests.jsonl"
    waivers.write_text(json.dumps(WAIVED))
    log.write_text(lines)
    asked = ["--spec", specs[0], "--spec", specs[1], "--log", log, "--waive", waivers]
    tool = [sys.executable, shared("tools", "validate_requests.py"), *asked]
    return subprocess.run(tool, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.shared
def test_every_request_is_as_the_official_description_says(tmp_path):
    """All that the adapter sends to Cloud in a life, from connect to remove, passes the validator of shared/tools."""
    desk = JiraDesk()
    try:
        _a_life(desk)
        lines = desk.state.log.to_json_lines()
    finally:
        desk.close()
    done = judged(lines, tmp_path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["warnings"] == {}
    assert report["unused_waivers"] == []
    assert report["requests"] > 100


@pytest.mark.shared
def test_the_validator_objects_to_what_is_wrong(tmp_path):
    """The judge is awake: a comment without `public` and an unknown path are violations."""
    wrong = [
        {"method": "POST", "path": "/rest/servicedeskapi/request/1/comment", "body": {"text": "x"}},
        {"method": "GET", "path": "/rest/api/3/no-such-thing"},
    ]
    assert judged("\n".join(map(json.dumps, wrong)), tmp_path).returncode == 1


def _a_life(desk):
    """Connect, look, write everything that can be written, follow the feed, check, remove."""
    mine = desk.state.add_field("Team", "select", ["Second line"])
    result = desk.adapter(group_field={"field": mine.id}, support={"groups": ["nobody"]}).set_up(desk.plan())
    desk.settings |= dict(result.settings) | {"group_field": {"field": mine.id}, "support": {"groups": ["nobody"]}}
    desk.secrets |= result.secrets
    desk.settings["statuses"] = {"10002": "pending"}
    adapter = desk.adapter()
    ref = desk.open_ticket(priority="P3")
    desk.set_status(ref, Status.OPEN)
    desk.reply_as_agent(ref)
    for number in range(110):
        desk.set_priority(ref, ("P1", "P2")[number % 2])
    desk.state.set_organizations(desk.issue(ref), [])
    desk.wait(timedelta(minutes=15))
    snapshot = adapter.fetch(ref)
    adapter.apply(
        TicketUpdate(
            ref=ref,
            version=snapshot.version,
            fields={Field.STATE: "breached", Field.TIER: 2, Field.NEXT_DUE: desk.clock(), Field.NEXT: None},
            add_tags=frozenset({"sla_x"}),
            remove_tags=frozenset({"sla_y"}),
            priority="P4",
            group="Second line",
            assignee=desk.agent.account_id,
            notes=(Note("a/1/b", "Late."),),
        )
    )
    plain = desk.ref(desk.state.open_issue(desk.agent, "No request"))
    adapter.fetch(plain)
    adapter.apply(TicketUpdate(ref=plain, notes=(Note("a/1/b", "Late."),)))
    cursor = list(adapter.changed_since(None))[-1].cursor
    list(adapter.changed_since(cursor))
    list(adapter.tickets_of(desk.acme.id))
    list(adapter.check())
    desk.adapter().set_up(desk.plan(remove=True, delete_fields=True))
