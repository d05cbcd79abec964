"""Tickets that are marked as outages: when such an outage begins, ends, and what of its marks holds."""

from dataclasses import replace

import pytest

from core.marked_outage import marked_outage
from core.outages import Outage, OutageKind
from core.timeline import fold
from tests.core.stories import at, ticket
from tests.core.test_availability import SPIRION

LASTS = Outage(id="ticket 1", begin=at("mon 09:00"), kind=OutageKind.UNPLANNED, source="marked on the ticket")
ENDED = replace(LASTS, end=at("mon 12:00"))
MARK = {"outage": "unplanned"}


def marked(*events, facts=MARK, created="mon 09:00", **fields):
    return marked_outage(fold(ticket(created, *events, facts=facts, **fields), at("fri 17:00")), SPIRION)


@pytest.mark.parametrize(
    ("events", "outage"),
    [
        pytest.param([], LASTS, id="it lasts while the ticket is open"),
        pytest.param(["mon 12:00 is solved"], ENDED, id="it ends when the ticket is solved"),
        pytest.param(["mon 12:00 is solved", "tue 09:00 is closed"], ENDED, id="closing later is nothing"),
        pytest.param(["mon 12:00 is solved", "tue 09:00 asks"], ENDED, id="thanks for it are nothing"),
        pytest.param(["mon 10:00 is solved", "mon 11:00 is open"], LASTS, id="reopened, it lasts"),
        pytest.param(["mon 10:00 is solved", "mon 11:00 is open", "mon 12:00 is solved"], ENDED, id="the last solving"),
        pytest.param(["mon 10:00 is pending"], LASTS, id="waiting does not bring the service back"),
        pytest.param(["mon 10:00 workaround"], LASTS, id="nor does a workaround"),
        pytest.param(["mon 10:00 deleted"], None, id="a deleted ticket is no outage"),
        pytest.param(["mon 10:00 merged"], None, id="nor is one merged into another"),
        pytest.param(["mon 10:00 deleted", "mon 11:00 restored"], LASTS, id="restored, it is again"),
        pytest.param(["mon 10:00 fact outage="], None, id="the mark is taken away"),
        pytest.param(["mon 10:00 fact outage=emergency"], replace(LASTS, kind=OutageKind.EMERGENCY), id="another kind"),
        pytest.param(["mon 09:00 is solved"], None, id="solved at once, there was none"),
    ],
)
def test_from_its_creation_to_its_solving(events, outage):
    """A marked ticket is an outage from its creation until it was last solved."""
    assert marked(*events) == outage


def test_marked_later():
    """The mark may come when somebody has understood what happened; the outage began with the ticket all the same."""
    assert marked("tue 09:00 fact outage=unplanned", facts={}) == LASTS


@pytest.mark.parametrize("facts", [{}, {"outage": "no"}, {"outage": True}, {"outage": None}, {"outage_cause": "x"}])
def test_not_marked(facts):
    """Only a kind of outage is a mark."""
    assert marked(facts=facts) is None


@pytest.mark.parametrize(
    ("facts", "cause", "service"),
    [
        ({"outage_cause": "third_party_vendor"}, "third_party_vendor", "production"),
        ({"outage_service": "beta"}, None, "beta"),
        ({"outage_cause": "weather", "outage_service": "staging"}, None, "production"),
        ({"outage_cause": True, "outage_service": 1}, None, "production"),
    ],
)
def test_what_leaves_it_out(facts, cause, service):
    """A cause or service of the policy is taken over; any other leaves nothing out."""
    got = marked(facts=MARK | facts)
    assert (got.cause, got.service) == (cause, service)
