"""When the status changed: exactly where the statistics tell, else observed; worked out by hand."""

import pytest

from adapters.freshdesk.observed import Response, Seen
from adapters.freshdesk.payloads import TicketBody
from adapters.freshdesk.statuses import first_status, status_changes, unexplained
from tests.adapters.freshdesk.builders import at, ticket


def body(status, **stats):
    return TicketBody.model_validate(ticket(status=status, stats=stats))


@pytest.mark.parametrize(
    ("status", "stats", "first"),
    [
        pytest.param(3, {}, 3, id="no statistics: it was so from the start"),
        pytest.param(3, {"status_updated_at": 0}, 3, id="set at creation"),
        pytest.param(3, {"status_updated_at": 10, "pending_since": 10}, 2, id="changed since: it began open"),
        pytest.param(4, {"resolved_at": 10}, 2, id="resolved since"),
    ],
)
def test_first_status(status, stats, first):
    """At the first look today's status is taken for that at creation unless a statistic says that it changed."""
    assert first_status(body(status, **stats)) == Seen(at(0), first)


@pytest.mark.parametrize(
    ("seen", "status", "stats", "changes"),
    [
        pytest.param([(0, 2)], 2, {"status_updated_at": 0}, [], id="nothing changed"),
        pytest.param([(0, 2)], 3, {"status_updated_at": 20}, [(20, 3, False)], id="dated exactly"),
        pytest.param([(0, 2)], 3, {}, [(60, 3, True)], id="no statistics: observed"),
        pytest.param([(0, 2)], 6, {"pending_since": 20}, [(20, 3, False), (60, 6, True)], id="the last is not dated"),
        pytest.param(
            [(0, 2)],
            5,
            {"resolved_at": 20, "closed_at": 30, "status_updated_at": 30},
            [(20, 4, False), (30, 5, False)],
            id="resolved, then closed",
        ),
        pytest.param(
            [(0, 2)],
            5,
            {"resolved_at": 30, "closed_at": 30, "status_updated_at": 30},
            [(30, 5, False)],
            id="closed at once",
        ),
        pytest.param(
            [(0, 2), (10, 4)],
            2,
            {"resolved_at": 10, "reopened_at": 30, "status_updated_at": 30},
            [(30, 2, False)],
            id="reopened",
        ),
        pytest.param(
            [(0, 2)],
            2,
            {"resolved_at": 10, "reopened_at": 30, "status_updated_at": 30},
            [(10, 4, False), (30, 2, False)],
            id="resolved and reopened between two looks",
        ),
        pytest.param([(0, 2)], 2, {"status_updated_at": 30}, [], id="away and back: nobody can know"),
        pytest.param(
            [(0, 2), (40, 3)], 2, {"status_updated_at": 40}, [(60, 2, True)], id="a statistic that lags behind"
        ),
        pytest.param([(0, 2), (40, 3)], 3, {"status_updated_at": 40, "pending_since": 40}, [], id="seen before"),
    ],
)
def test_status_changes(seen, status, stats, changes):
    """Each change that a statistic dates is exact; a status that none explains is observed, at minute 60."""
    known = [Seen(at(minute), value) for minute, value in seen]
    got = status_changes(known, body(status, **stats), at(60))
    assert got == [Seen(at(minute), value, observed) for minute, value, observed in changes]


@pytest.mark.parametrize(
    ("stats", "said", "told"),
    [
        pytest.param({"first_responded_at": 10, "agent_responded_at": 10}, [10], [], id="a conversation explains it"),
        pytest.param(
            {"first_responded_at": 10, "agent_responded_at": 20}, [20], [(10, True)], id="the first was deleted"
        ),
        pytest.param({"requester_responded_at": 15}, [], [(15, False)], id="the customer's was deleted"),
        pytest.param({"requester_responded_at": 0}, [], [], id="the description is no answer"),
    ],
)
def test_unexplained_answers(stats, said, told):
    """An answer that only the statistics tell happened all the same."""
    got = unexplained(body(2, **stats).stats, at(0), [at(minute) for minute in said])
    assert got == {Response(at(minute), by_support) for minute, by_support in told}
