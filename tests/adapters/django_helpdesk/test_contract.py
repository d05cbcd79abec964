"""The contract of all adapters, kept against django-helpdesk itself: software that nobody here wrote."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.testing import AdapterContract
from core.errors import SignatureError
from core.update import Field


class TestDjangoHelpdesk(AdapterContract):
    detects_conflicts = False  # the API has neither versions nor instants of change
    freezes_closed_tickets = False

    @pytest.fixture
    def desk(self, helpdesk):
        return helpdesk

    @pytest.fixture
    def adapter(self, desk):
        return desk.connect()

    @pytest.fixture
    def plan(self, desk):
        return desk.plan()

    @pytest.fixture
    def fields(self, desk):
        due = desk.site.now().replace(microsecond=0) + timedelta(hours=2)
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
        """Nothing is signed here: what must not change by a byte is the password that the site sends."""
        request = desk.delivery(desk.open_ticket())
        given = request.header("Authorization")
        for wrong in (given[:-4] + "AAA=", given + "=", given.replace("Basic", "Bearer"), "Basic c2lkZWNhcjo="):
            with pytest.raises(SignatureError):
                adapter.verify(replace(request, headers={**request.headers, "Authorization": wrong}))
