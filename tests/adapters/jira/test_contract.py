"""The contract of all adapters, kept against the Jira stand-in over HTTP: Cloud, and what Data Center shares of it."""

from datetime import timedelta

import pytest

from adapters.testing import AdapterContract
from core.update import Field
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
