"""Issues read in bulk: the whole history or none of it, and never an issue that is not the connection's."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.jira import bulk
from adapters.jira.payloads import HistoryBody
from core.errors import GoneError
from core.ticket import Status


@pytest.fixture
def adapter(desk):
    return desk.connect()


@pytest.fixture
def refs(desk):
    """Issues with one history each."""
    opened = [desk.open_ticket(priority="P2") for _ in range(4)]
    for ref in opened:
        desk.wait(timedelta(minutes=1))
        desk.set_status(ref, Status.PENDING)
    return opened


def test_two_calls(desk, adapter, refs):
    """The issues, then their histories."""
    desk.reset_calls()
    assert set(adapter.fetch_many(refs)) == set(refs)
    assert (desk.calls().reads, desk.calls().writes) == (2, 0)


@pytest.mark.parametrize("page", [3, 1000])
def test_a_long_history_is_whole(desk, adapter, refs, monkeypatch, page):
    """More histories than come beside a single issue, over several pages: nothing is cut off."""
    monkeypatch.setattr(bulk, "MOST_HISTORIES", page)
    for number in range(105):
        desk.wait(timedelta(minutes=1))
        desk.set_priority(refs[0], "P1" if number % 2 else "P3")
    read = adapter.fetch_many(refs)[refs[0]](None)
    assert read.ticket == adapter.fetch(refs[0]).ticket
    assert sum(event.kind == "priority_changed" for event in read.ticket.events) == 105


def test_an_issue_without_a_history_is_left_out(desk, adapter, refs):
    """Whether it has none, or the call does not show it, cannot be told: it is read alone."""
    new = desk.open_ticket()
    desk.issue(new).histories.clear()
    assert set(adapter.fetch_many([*refs, new])) == set(refs)


def test_another_projects_issue_is_left_out(adapter, refs, monkeypatch):
    """An issue that moved away is not ours, and alone it is gone."""
    object.__setattr__(adapter._settings, "projects", ("OTHER",))
    assert adapter.fetch_many(refs) == {}
    with pytest.raises(GoneError):
        adapter.fetch(refs[0])


def test_two_are_not_worth_a_batch(desk, adapter, refs):
    """Two calls for two issues save nothing."""
    desk.reset_calls()
    assert adapter.fetch_many(refs[:2]) == {}
    assert desk.calls().reads == 0


@pytest.mark.parametrize("created", ["2017-04-13T08:27:09.000+0000", 1492072029, 1492072029000])
def test_instants_of_histories(created):
    """The bulk call's own example has a number where the single call has text: both are read."""
    body = HistoryBody.model_validate({"id": "1", "created": created})
    assert body.created == datetime(2017, 4, 13, 8, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize("created", [True, -1, 10**20, None, "yesterday"])
def test_what_is_no_instant(created):
    """Anything else is refused, whatever it is."""
    with pytest.raises(ValueError, match="created"):
        HistoryBody.model_validate({"id": "1", "created": created})
