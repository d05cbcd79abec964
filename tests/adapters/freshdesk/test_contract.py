"""The contract of all adapters, kept against the Freshdesk stand-in over HTTP.

Three tests are told in Freshdesk's way: it signs no bodies, and keeps no history, so a ticket is looked at after each
change, as its rules' webhooks make the service do.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.testing import AdapterContract
from core.errors import SignatureError
from core.ticket import Kind, Status
from core.update import Field


class TestFreshdesk(AdapterContract):
    detects_conflicts = False
    freezes_closed_tickets = False

    @pytest.fixture
    def desk(self, freshdesk_desk):
        return freshdesk_desk

    @pytest.fixture
    def adapter(self, desk):
        return desk.connect()

    @pytest.fixture
    def plan(self, desk):
        return desk.plan()

    @pytest.fixture
    def fields(self, desk):
        due = desk.clock() + timedelta(hours=2)
        return {
            Field.STATE: "at_risk",
            Field.TIER: 2,
            Field.PLAN: "Premium Plus",
            Field.NEXT: "first_response",
            Field.NEXT_DUE: due,
            Field.FIRST_RESPONSE_DUE: due,
            Field.RESOLUTION_DUE: due + timedelta(days=3),
        }

    def test_changed_body_is_turned_away(self, adapter, desk):
        """Freshdesk signs nothing: the key in the header is all, and another one is turned away."""
        request = desk.delivery(desk.open_ticket())
        key = request.header("X-Sidecar-Key")
        adapter.verify(request)
        for other in ("", key[:-1], key + "0", key.upper() + "A", "ключ"):
            with pytest.raises(SignatureError):
                adapter.verify(replace(request, headers={"X-Sidecar-Key": other}))

    def test_history(self, adapter, desk):
        """Replies and notes have their own instants; a priority's is that of the update in which it was seen."""
        ref = desk.open_ticket(priority="P2")
        first = adapter.fetch(ref)
        for step in (desk.add_note, desk.reply_as_agent, desk.reply_as_customer):
            desk.wait(timedelta(minutes=10))
            step(ref)
        desk.wait(timedelta(minutes=10))
        desk.set_priority(ref, "P1")
        ticket = adapter.fetch(ref, first.observations).ticket
        assert (ticket.created_at, ticket.priority, ticket.priority_by) == (first.ticket.created_at, "P2", "requester")
        told = [(round((event.at - ticket.created_at).total_seconds() / 60), event.kind) for event in ticket.events]
        assert told == [
            (10, Kind.NOTE_ADDED),
            (20, Kind.AGENT_REPLIED),
            (30, Kind.CUSTOMER_REPLIED),
            (40, Kind.PRIORITY_CHANGED),
        ]
        change = ticket.events[-1]
        assert (change.from_, change.to, change.observed) == ("P2", "P1", True)

    def test_statuses(self, adapter, desk):
        """Looked at after each change, every status is known, with the instant that the statistics give."""
        ref = desk.open_ticket()
        kept = None
        statuses = [Status.OPEN, Status.PENDING, Status.OPEN, Status.SOLVED, Status.OPEN, Status.ON_HOLD]
        for status in statuses:
            desk.wait(timedelta(minutes=5))
            desk.set_status(ref, status)
            snapshot = adapter.fetch(ref, kept)
            kept = snapshot.observations
        changes = [event for event in snapshot.ticket.events if event.kind is Kind.STATUS_CHANGED]
        assert [event.to for event in changes] == [status.value for status in statuses[1:]]
        minutes = [round((event.at - snapshot.ticket.created_at).total_seconds() / 60) for event in changes]
        assert minutes == [10, 15, 20, 25, 30]
        assert not any(event.observed for event in changes)
