"""Recorded answers of live accounts, and clients' test data: what Freshdesk answers, we can read."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.freshdesk.account import error_code, refused_fields
from adapters.freshdesk.observed import Seen
from adapters.freshdesk.payloads import (
    AgentBody,
    Agents,
    Companies,
    CompanyBody,
    ContactBody,
    Conversations,
    NoteAnswer,
    TicketBody,
    Tickets,
)
from adapters.freshdesk.setup_fields import choices_of
from adapters.freshdesk.statuses import first_status, status_changes
from tests.support import shared

TICKETS = [
    ("rapid7/get_ticket_by_id", 113, 8),
    ("rapid7/update_ticket_few_parameters", 22, 8),
    ("rapid7/update_ticket_many_parameters", 54, 8),
    ("freshdesk-dotnet/ticket-at-creation-2025", 49548, 2),
    ("python-freshdesk/ticket_1", 1, 2),
    ("python-freshdesk/ticket_1_updated", 1, 4),
]


def recorded(name):
    return json.loads(shared("fixtures", "freshdesk", f"{name}.json").read_text())


@pytest.mark.shared
@pytest.mark.parametrize(("name", "id_", "status"), TICKETS, ids=[case[0] for case in TICKETS])
def test_tickets(name, id_, status):
    """Tickets of ten years have the form that we expect."""
    body = TicketBody.model_validate(recorded(name))
    assert (body.id, body.status) == (id_, status)


@pytest.mark.shared
def test_lists():
    """Lists of tickets, searches, companies, agents and conversations are read whole."""
    assert len(Tickets(rows=recorded("rapid7/get_tickets_no_parameters")).rows) == len(
        recorded("rapid7/get_tickets_no_parameters")
    )
    assert [body.id for body in Tickets(rows=recorded("rapid7/filter_tickets")["results"]).rows] == [47]
    assert [body.account_tier for body in Companies(rows=recorded("python-freshdesk-more/companies")).rows] == [
        "Premium",
        "Premium",
    ]
    assert [body.id for body in Agents(rows=recorded("python-freshdesk-more/agents")).rows] == [1, 432]
    assert [body.private for body in Conversations(rows=recorded("python-freshdesk/conversations")).rows] == [
        True,
        False,
    ]
    assert (
        CompanyBody.model_validate(recorded("python-freshdesk/company")).value("website") == "https://www.supernova.org"
    )
    assert AgentBody.model_validate(recorded("python-freshdesk/agent_1")).contact.time_zone == "Chennai"
    assert ContactBody.model_validate(recorded("python-freshdesk-more/contact")).company_id is None
    assert NoteAnswer.model_validate(recorded("python-freshdesk/note_1")).private is True
    assert NoteAnswer.model_validate(recorded("python-freshdesk/reply_1")).private is False


@pytest.mark.shared
def test_a_ticket_that_was_just_made():
    """At creation the due dates are null; a second later that does not count as a change of status."""
    body = TicketBody.model_validate(recorded("freshdesk-dotnet/ticket-at-creation-2025"))
    assert (body.due_by, body.fr_due_by) == (None, None)
    assert first_status(body) == Seen(body.created_at, 2)


@pytest.mark.shared
def test_statistics_date_a_resolution():
    """A recorded ticket's statistics: resolved at the instant of its last change of status."""
    body = TicketBody.model_validate({**recorded("python-freshdesk/ticket_1"), "status": 4})
    seen = [first_status(body)]
    assert seen == [Seen(body.created_at, 2)]
    resolved_at = datetime(2020, 7, 24, 15, 35, 21, tzinfo=UTC)
    assert status_changes(seen, body, resolved_at + timedelta(days=1)) == [Seen(resolved_at, 4)]


@pytest.mark.shared
def test_errors():
    """Both recorded error bodies: fields by name, and a code alone."""
    assert list(refused_fields(recorded("rapid7/filter_tickets_error"))) == ["status"]
    assert list(refused_fields(recorded("rapid7/get_tickets_invalid_company_id"))) == ["company_id"]
    assert error_code(recorded("rapid7/invalid_related_ticket_ids")) == "cannot_create_tracker"


@pytest.mark.shared
def test_ticket_fields():
    """Choices come in several shapes; a drop-down's are its texts."""
    there = {each["name"]: each for each in recorded("rapid7/get_ticket_fields")}
    dropdown = next(each for each in there.values() if each["type"] == "custom_dropdown")
    assert choices_of(dropdown) == list(dropdown["choices"])
    assert {"2", "3", "4", "5"} <= set(there["status"]["choices"])
