"""What we answer, and what we take, against Zendesk's own description."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.zendesk import State
from tests.sandbox.zendesk.conftest import Client
from tests.support import shared

WITHOUT_BODY = r"^/api/v2/(ticket_fields|organizations/\d+|views|groups|tickets/update_many)(\.json)?$"
KNOWN_DEFECTS = [
    {
        "kind": "response",
        "message": "(^|nearest: | )None (for not nullable|is not of type|is not one of)",
        "why": "the description forgot that these are nullable: recorded answers carry null in all of them",
    },
    {"kind": "body_unexpected", "path": WITHOUT_BODY, "why": "the description forgot the request body"},
    {"kind": "status", "path": "^/api/v2/views", "why": "it says 200 for a creation; 201 was recorded"},
]


def run_everything(client: Client, state: State, ticket_id: int) -> None:
    """Send one request of each kind that an integration sends."""
    field = client("POST", "/api/v2/ticket_fields", {"ticket_field": {"type": "text", "title": "SLA due"}}).json()
    field_id = field["ticket_field"]["id"]
    tagger = {"type": "tagger", "title": "SLA state", "custom_field_options": [{"name": "Late", "value": "sla_late"}]}
    client("POST", "/api/v2/ticket_fields", {"ticket_field": tagger})
    client.put_ticket(
        ticket_id,
        custom_fields=[{"id": field_id, "value": "2026-11-24 14:30 CET"}],
        comment={"body": "due soon", "public": False},
        metadata={"key": "1"},
    )
    created = client("POST", "/api/v2/tickets", {"ticket": {"subject": "s", "comment": {"body": "b"}}}).json()
    other = created["ticket"]["id"]
    client("PUT", f"/api/v2/tickets/update_many?ids={other}", {"ticket": {"priority": "low"}})
    stamp = client.get(f"/api/v2/tickets/{ticket_id}")["ticket"]["updated_at"]
    guarded = {"custom_fields": [{"id": field_id, "value": "x"}], "safe_update": True, "updated_stamp": stamp}
    many = {"tickets": [{"id": ticket_id, **guarded}, {"id": other, "tags": ["vip"]}]}
    job = client("PUT", "/api/v2/tickets/update_many", many).json()["job_status"]["id"]
    organization = client("POST", "/api/v2/organizations", {"organization": {"name": "Birch"}}).json()["organization"]
    client("PUT", f"/api/v2/organizations/{organization['id']}", {"organization": {"notes": "n"}})
    view = {"title": "v", "all": [{"field": "status", "operator": "less_than", "value": "solved"}]}
    client("POST", "/api/v2/views", {"view": view})
    trigger = {
        "title": "t",
        "conditions": {"all": [{"field": "status", "operator": "is", "value": "open"}], "any": []},
        "actions": [{"field": "priority", "value": "high"}],
    }
    client("POST", "/api/v2/triggers", {"trigger": trigger})
    client("POST", "/api/v2/groups", {"group": {"name": "Tier 2"}})
    for path in (
        "users/me",
        "users?page[size]=2",
        f"users/{state.owner().id}",
        "organizations",
        f"organizations/{organization['id']}",
        "organization_fields",
        "groups",
        "group_memberships",
        f"tickets/{ticket_id}?include=users,organizations",
        "tickets?page[size]=1",
        f"tickets/show_many?ids={ticket_id},{other}&include=users,organizations",
        f"tickets/{ticket_id}/comments",
        f"tickets/{ticket_id}/audits?page[size]=1",
        f"tickets/{ticket_id}/tags",
        "ticket_fields",
        f"ticket_fields/{field_id}",
        "ticket_forms",
        "custom_statuses",
        "views",
        "triggers",
        "trigger_categories",
        "account/settings",
        "incremental/tickets/cursor?start_time=1",
        "search?query=type:ticket status<solved",
        "search/export?query=status<solved&filter[type]=ticket",
        "deleted_tickets",
        "job_statuses",
        f"job_statuses/show_many?ids={job}",
        "slas/policies",
    ):
        assert client("GET", f"/api/v2/{path}").status_code == 200, path
    client("DELETE", f"/api/v2/tickets/{other}")


@pytest.mark.shared
def test_traffic_follows_the_description(client: Client, state: State, ticket: Any, tmp_path: Path) -> None:
    """Every request that the stand-in takes and every answer that it gives is one that Zendesk describes."""
    tool, spec, waivers = (
        shared("tools", "validate_requests.py"),
        shared("specs", "zendesk-oas.yaml"),
        shared("tools", "waivers", "zendesk.json"),
    )
    run_everything(client, state, ticket.id)
    log, waive = tmp_path / "log.jsonl", tmp_path / "waivers.json"
    log.write_text(state.log.to_json_lines())
    waive.write_text(json.dumps(json.loads(waivers.read_text()) + KNOWN_DEFECTS))
    done = subprocess.run(
        [sys.executable, tool, "--spec", spec, "--log", log, "--waive", waive, "--responses"],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    wrong = [finding for finding in report["findings"] if finding["level"] == "violation"]
    assert wrong == []
    assert report["requests"] > 30
