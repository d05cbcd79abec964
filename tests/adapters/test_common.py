"""What the platforms' adapters share: addresses, plans that were seen, and the comparison of clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.base import Severity
from adapters.common.clock import clock_finding
from adapters.common.plans import PlansSeen
from adapters.common.settings import web_address
from adapters.common.values import tick_boxes, whole
from adapters.http import Answer
from core.ticket import Kind

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("https://acme.example/", "https://acme.example", id="https"),
        pytest.param("http://127.0.0.1:8080", "http://127.0.0.1:8080", id="this machine"),
        pytest.param("http://localhost/", "http://localhost", id="this machine by name"),
        pytest.param("http://acme.example", None, id="in the clear"),
        pytest.param("http://127.0.0.1.acme.example", None, id="only looks like this machine"),
        pytest.param("https://", None, id="no host"),
        pytest.param("acme.example", None, id="no scheme"),
    ],
)
def test_addresses(written, kept):
    """Credentials travel over https, or stay on this machine."""
    if kept:
        assert web_address(written) == kept
        return
    with pytest.raises(ValueError, match="write https"):
        web_address(written)


@pytest.mark.parametrize(
    ("date", "severity"),
    [
        pytest.param("Tue, 24 Nov 2026 12:00:00 GMT", Severity.OK, id="agrees"),
        pytest.param("Tue, 24 Nov 2026 12:01:00 GMT", Severity.OK, id="a minute off"),
        pytest.param("Tue, 24 Nov 2026 11:58:59 GMT", Severity.FAULT, id="more than a minute off"),
        pytest.param("", Severity.WARNING, id="no date"),
        pytest.param("soon", Severity.WARNING, id="no instant"),
    ],
)
def test_clocks(date, severity):
    """More than a minute apart is a fault; an answer without an instant says nothing."""
    found = clock_finding(Answer(200, {"Date": date}, None), NOON, "Acme's", "synchronise it")
    assert (found.severity, found.remedy == "synchronise it") == (severity, severity is Severity.FAULT)
    assert "Acme's" in found.message


@pytest.mark.parametrize(
    ("minutes", "plan"),
    [
        pytest.param(-60, "Gold", id="the first one seen holds since ever"),
        pytest.param(5, "Gold", id="the same one seen again changes nothing"),
        pytest.param(10, None, id="from the instant at which it was seen"),
        pytest.param(25, "Silver", id="the last one seen"),
    ],
)
def test_plans_that_were_seen(minutes, plan):
    """A plan holds from when it was first seen until another one is, also after a round through JSON."""
    seen = PlansSeen()
    for after, name in ((0, "Gold"), (5, "Gold"), (10, None), (20, "Silver")):
        seen.see("organization:3", name, NOON + timedelta(minutes=after))
    kept = PlansSeen.from_mapping(seen.to_mapping())
    assert kept == seen
    assert len(kept["organization:3"]) == 3
    assert kept.held_at("organization:3", NOON + timedelta(minutes=minutes)) == plan
    assert kept.held_at("organization:4", NOON) is None


def test_tick_boxes():
    """A workaround can be withdrawn, an escalation cannot; a box that no setting names is none."""
    assert tick_boxes("w", "e") == {
        "w": (Kind.WORKAROUND_PROVIDED, Kind.WORKAROUND_WITHDRAWN),
        "e": (Kind.ESCALATION_REQUESTED, None),
    }
    assert tick_boxes(None, None) == {}


def test_whole_seconds():
    """Only instants are cut."""
    assert whole(NOON.replace(microsecond=7)) == NOON
    assert (whole("met"), whole(2), whole(None)) == ("met", 2, None)
