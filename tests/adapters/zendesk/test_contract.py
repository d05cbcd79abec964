"""The contract of all adapters, kept against the Zendesk stand-in over HTTP."""

from datetime import timedelta

import pytest

from adapters.testing import AdapterContract
from core.update import Field


class TestZendesk(AdapterContract):
    @pytest.fixture
    def desk(self, zendesk_desk):
        return zendesk_desk

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
