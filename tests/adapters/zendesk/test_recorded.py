"""Real traffic and the official description: what Zendesk sends we can read, what we send it would take."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from adapters.base import SetUpPlan
from adapters.zendesk.payloads import AuditsPage, ExportPage, OrganizationBody, TicketBody, UpdateAnswer, UserBody
from core.update import Field, Note, TicketUpdate
from tests.support import SHARED, shared

WAIVED = [  # where the official description is incomplete, each with the source that says otherwise
    {
        "kind": "body_unexpected",
        "path": "^/api/v2/(ticket_fields|views|ticket_forms/\\d+|triggers|trigger_categories)$",
        "why": "it forgot these bodies: the reference pages and recorded traffic send them",
    },
    {
        "kind": "undeclared_property",
        "path": "^/api/v2/tickets/\\d+$",
        "message": "'metadata' is not named",
        "why": "page Ticket Audits: what a client sends as ticket.metadata comes back as the audit's metadata.custom",
    },
    {
        "kind": "unknown_path",
        "path": "^/api/v2/organizations/\\d+/tickets$",
        "why": "page Tickets lists it among the listings of tickets",
    },
]
RECORDED = sorted((SHARED / "fixtures" / "zendesk" / "api-recorded").glob("*.json"))


def bodies(path):
    for exchange in json.loads(path.read_text())["exchanges"]:
        body = exchange["response"]["body"]
        if exchange["response"]["status"] < 300 and isinstance(body, dict):
            yield body


@pytest.mark.shared
@pytest.mark.parametrize("path", RECORDED or [None], ids=lambda path: path.stem if path else "no recordings")
def test_recorded_answers_are_read(path):
    """Tickets, audits, users, organizations and exports in recorded answers have the form that we expect."""
    if path is None:
        shared("fixtures", "zendesk", "api-recorded")
    for body in bodies(path):
        if "ticket" in body and "audit" in body:
            answer = UpdateAnswer.model_validate(body)
            assert answer.ticket.updated_stamp == body["ticket"]["updated_at"]
            assert [event.id for event in answer.audit.events] == [event["id"] for event in body["audit"]["events"]]
        elif "audits" in body:
            assert len(AuditsPage.model_validate(body).audits) == len(body["audits"])
        elif "tickets" in body and "after_cursor" in body:
            assert ExportPage.model_validate(body).after_cursor == body["after_cursor"]
        for key, model in (("ticket", TicketBody), ("user", UserBody), ("organization", OrganizationBody)):
            if key in body:
                assert model.model_validate(body[key]).id == body[key]["id"]


@pytest.mark.shared
def test_every_request_is_as_the_official_description_says(desk, tmp_path):
    """All that the adapter sends in a life, from connect to remove, passes the validator of shared/tools."""
    spec, tool = shared("specs", "zendesk-oas.yaml"), shared("tools", "validate_requests.py")
    waivers = tmp_path / "waivers.json"
    waivers.write_text(json.dumps(json.loads(shared("tools", "waivers", "zendesk.json").read_text()) + WAIVED))
    adapter = _a_life(desk)
    list(adapter.check())
    adapter.set_up(desk.plan(remove=True, delete_fields=True))
    log = tmp_path / "requests.jsonl"
    lines = [line for line in desk.state.log.to_json_lines().splitlines() if '"/oauth/tokens"' not in line]
    log.write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, tool, "--spec", spec, "--log", log, "--waive", waivers],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert len(lines) > 40


def _a_life(desk):
    """Connect, look, write everything that can be written, follow the feed."""
    desk.adapter(webhook="trigger").set_up(desk.plan())
    desk.adapter(webhook="trigger").set_up(SetUpPlan(webhook_url=desk.receiver.url, fields={}, remove=True))
    result = desk.adapter().set_up(desk.plan())
    desk.settings |= dict(result.settings)
    adapter = desk.adapter()
    ref = desk.open_ticket(priority="P3")
    desk.wait(timedelta(minutes=15))
    snapshot = adapter.fetch(ref)
    adapter.apply(
        TicketUpdate(
            ref=ref,
            version=snapshot.version,
            fields={Field.STATE: "breached", Field.TIER: 2, Field.NEXT_DUE: desk.clock(), Field.NEXT: None},
            add_tags=frozenset({"sla_x"}),
            priority="P1",
            group=str(desk.group.id),
            assignee=str(desk.agent.id),
            add_followers=frozenset({str(desk.agent.id)}),
            notes=(Note("a/1/b", "Late."),),
        )
    )
    cursor = list(adapter.changed_since(None))[-1].cursor
    desk.wait(timedelta(minutes=15))
    list(adapter.changed_since(list(adapter.changed_since(cursor))[-1].cursor))
    list(adapter.tickets_of(str(desk.acme.id)))
    return adapter
