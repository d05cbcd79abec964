"""The contract of all adapters, kept against the Jira stand-in over HTTP: Cloud, and what Data Center shares of it."""

from datetime import timedelta

import pytest

from adapters.testing import AdapterContract
from core.errors import FrozenError
from core.ticket import Kind, Status
from core.update import Field, TicketUpdate
from tests.adapters.jira.desk import JiraDesk


class TestJira(AdapterContract):
    detects_conflicts = False  # Jira keeps no version; labels are added and removed one by one instead
    freezes_closed_tickets = False  # a look does not ask what can be edited: the write finds out (test_apply)

    @pytest.fixture
    def desk(self, jira_desk):
        return jira_desk

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

    def test_machines_read_the_same_and_nobody_is_mailed(self, adapter, desk, fields):
        """The property holds our values for other programs, and a write is silent, because our account may be."""
        ref = desk.open_ticket()
        desk.state.mails.clear()
        adapter.apply(TicketUpdate(ref=ref, fields=fields))
        held = desk.issue(ref).properties["sla-sidecar"]["fields"]
        assert (held["sla_state"], held["sla_tier"]) == ("at_risk", 2)
        assert held["sla_next_due"] == fields[Field.NEXT_DUE].isoformat()
        assert desk.state.mails == []

    def test_every_delivery_of_a_life_is_read(self, adapter, desk):
        """Whatever happens to an issue, each delivery passes and names it, comments without an issue included."""
        ref = desk.open_ticket()
        desk.reply_as_customer(ref)
        desk.add_note(ref)
        desk.set_status(ref, Status.PENDING)
        desk.add_tag(ref, "vip")
        adapter.apply(TicketUpdate(ref=ref, add_tags=frozenset({"sla_x"})))
        desk.delete(ref)
        assert desk.state.courier.wait_idle()
        said = []
        for request in desk.receiver.requests:
            adapter.verify(request)
            if delivery := adapter.read(request):
                assert delivery.refs == (ref,)
                said.append(delivery.kind)
        assert {"jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created"} <= set(said)
        ours = len(desk.receiver.requests) - len(said)
        assert ours == 1  # our own label needs no look

    def test_closed_is_found_out_by_the_write(self, adapter, desk, fields):
        """A status that is not editable is frozen at the first write; the look itself asks nothing more."""
        ref = desk.open_ticket()
        desk.set_status(ref, Status.CLOSED)
        adapter.fetch(ref)
        with pytest.raises(FrozenError):
            adapter.apply(TicketUpdate(ref=ref, fields=fields))

    def test_a_duplicate_is_merged(self, adapter, desk):
        """Closing as a duplicate is what Jira has for merging."""
        ref, other = desk.open_ticket(), desk.open_ticket()
        desk.state.close_as_duplicate(desk.issue(ref), desk.issue(other), desk.agent)
        assert [event.kind for event in adapter.fetch(ref).ticket.events] == [Kind.MERGED]


class TestJiraDataCenter(TestJira):
    """A Data Center 10: its fields stand on screens by hand, and everything else is as on Cloud."""

    @pytest.fixture
    def desk(self):
        desk = JiraDesk(data_center=True)
        yield desk
        desk.close()

    @pytest.fixture
    def adapter(self, desk):
        desk.connect()
        for screen in desk.state.screens.values():
            screen.tabs[0].fields += [target["field"] for target in desk.settings["fields"].values()]
        return desk.adapter()
