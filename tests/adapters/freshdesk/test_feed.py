"""Finding what no webhook told of: nothing is lost when rows move, and a poll is cheap."""

import json
from datetime import timedelta

import pytest
import responses

from adapters.freshdesk.feed import Cursor
from core.errors import ConfigError, RetryLaterError
from tests.adapters.doubles import Lent
from tests.adapters.freshdesk.builders import HOST, adapter, at, stamp, ticket

LIST = f"{HOST}/tickets"
PLAN = [{"from": "company_field", "key": "account_tier"}]


class Listing:
    """The list of tickets as Freshdesk gives it, with pages of two; ``since_included`` is what nobody documents."""

    def __init__(self, mock, rows, *, since_included=True, headers=None):
        self.rows, self.asked, self.since_included, self.headers = rows, [], since_included, headers or {}
        mock.add_callback("GET", LIST, self._answer)

    def _answer(self, request):
        params = request.params
        self.asked.append((params["updated_since"], int(params["page"])))
        found = sorted(
            (
                row
                for row in self.rows
                if row["updated_at"] > params["updated_since"]
                or (self.since_included and row["updated_at"] == params["updated_since"])
            ),
            key=lambda row: row["updated_at"],
        )
        if "company_id" in params:
            found = [row for row in found if str(row["company_id"]) == params["company_id"]]
        start = 2 * (int(params["page"]) - 1)
        link = {"Link": f'<{LIST}?page=9>; rel="next"'} if len(found) > start + 2 else {}
        return 200, {**self.headers, **link}, json.dumps(found[start : start + 2])


def row(id_, minutes, status=2, **more):
    return {**ticket(minutes, status=status, **more), "id": id_}


def ids(changes):
    return [int(change.ref.ticket_id) for change in changes]


@pytest.fixture
def mock():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def lent():
    lent = Lent()
    lent.time.now = at(100)
    return lent


@pytest.mark.parametrize("since_included", [True, False])
def test_first_reading(mock, lent, since_included):
    """Every open ticket, oldest change first, also where more than a page has one instant."""
    rows = [row(1, 1), row(2, 1), row(3, 1), row(4, 1), row(5, 2, status=4), row(6, 3, status=6), row(7, 3)]
    Listing(mock, rows, since_included=since_included)
    assert ids(adapter(lent).changed_since(None)) == [1, 2, 3, 4, 6, 7]


def test_going_on(mock, lent):
    """From the last cursor on only what changed comes, solved tickets too; then nothing."""
    rows = [row(1, 1), row(2, 50)]
    Listing(mock, rows)
    one = adapter(lent)
    cursor = list(one.changed_since(None))[-1].cursor
    rows += [row(1, 120, status=4), row(3, 121)]
    later = list(one.changed_since(cursor))
    assert ids(later) == [1, 3]
    assert list(one.changed_since(later[-1].cursor)) == []


def test_a_first_reading_goes_on_where_it_ended(mock, lent):
    """Broken off after a page, it comes to every open ticket all the same, and to no solved one."""
    rows = [row(1, 1), row(2, 2), row(3, 3, status=5), row(4, 4), row(5, 5)]
    Listing(mock, rows)
    one = adapter(lent)
    begun = one.changed_since(None)
    first = [next(begun), next(begun)]
    assert ids([*first, *one.changed_since(first[-1].cursor)]) == [1, 2, 4, 5]


def test_late_rows_are_found(mock, lent):
    """A row that appears some minutes behind the cursor is found by the overlap."""
    rows = [row(1, 90)]
    Listing(mock, rows)
    one = adapter(lent)
    cursor = list(one.changed_since(None))[-1].cursor
    rows += [row(2, 88), row(3, 101)]
    cursor = list(one.changed_since(cursor))[-1].cursor
    rows.append(row(4, 100))
    assert ids(one.changed_since(cursor)) == [4]


def test_what_was_read_whole_is_not_read_for_ever(mock, lent):
    """After a bulk edit and then silence a poll is one page; rows that appear half an hour late are still found."""
    rows = [row(id_, 50) for id_ in range(1, 6)]
    listing = Listing(mock, rows)
    one = adapter(lent)
    cursor = list(one.changed_since(None))[-1].cursor
    assert list(one.changed_since(cursor)) == []
    listing.asked.clear()
    lent.time.now = at(105)
    assert list(one.changed_since(cursor)) == []
    assert listing.asked == [(stamp(70), 1)]
    rows.append(row(6, 76))
    assert ids(one.changed_since(cursor)) == [6]
    listing.asked.clear()
    assert ids(adapter(lent).changed_since(cursor)) == [6]
    assert listing.asked[0] == (stamp(45), 1)


def test_a_row_that_moves_while_paging_hides_no_other(mock, lent):
    """Pages are asked for by the last row's instant, so a row that jumps to the end pushes nobody across."""
    rows = [row(1, 1), row(2, 2), row(3, 3), row(4, 4)]
    listing = Listing(mock, rows)
    seen = []
    for change in adapter(lent).changed_since(None):
        seen.append(change)
        if len(seen) == 2:
            listing.rows[0] = row(1, 9)
    assert set(ids(seen)) == {1, 2, 3, 4}
    assert {page for _, page in listing.asked} == {1}


def test_little_is_left_of_the_minute(mock, lent):
    """Background work ends after a page when the account's calls run low, and goes on from its cursor."""
    headers = {"X-RateLimit-Total": "200", "X-RateLimit-Remaining": "20.0"}
    Listing(mock, [row(id_, id_) for id_ in range(1, 6)], headers=headers)
    one = adapter(lent)
    first = list(one.changed_since(None))
    assert ids(first) == [1, 2]
    assert ids(one.changed_since(first[-1].cursor))[:2] == [3]


def test_budget_is_used_up(mock, lent):
    """With progress made it ends; without, it says so."""
    Listing(mock, [row(id_, id_) for id_ in range(1, 50)])
    one = adapter(lent)
    first = list(one.changed_since(None))
    assert 0 < len(first) < 49
    with pytest.raises(RetryLaterError):
        list(one.changed_since(first[-1].cursor))


def test_companies_that_changed(mock, lent):
    """No rule tells of a company: its open tickets come by the poll, once."""
    rows = [row(1, 1, company_id=3), row(2, 2, company_id=3, status=4), row(3, 3, company_id=4)]
    Listing(mock, rows)
    mock.get(f"{HOST}/companies", json=[{"id": 3, "updated_at": stamp(101), "account_tier": "Premium"}])
    one = adapter(lent, plan=PLAN)
    lent.services.cache.put("freshdesk:acme:companies:3", {"id": 3, "account_tier": "Basic"}, 1e9)
    cursor = list(one.changed_since(None))[-1].cursor
    changes = list(one.changed_since(cursor))
    assert ids(changes) == [1]
    assert lent.services.cache.get("freshdesk:acme:companies:3") is None
    assert list(one.changed_since(changes[-1].cursor)) == []


def test_tickets_of_a_company(mock, lent):
    """The open ones."""
    Listing(mock, [row(1, 1, company_id=3), row(2, 2, company_id=3, status=5), row(3, 3, company_id=4)])
    assert [ref.ticket_id for ref in adapter(lent).tickets_of("3")] == ["1"]


@pytest.mark.parametrize("text", ["", "1", "1 x y", "2 2026-11-20T15:00:00Z 2026-11-20T15:00:00Z", "after:abc"])
def test_odd_cursors(text):
    """A cursor that is none of ours is an error that says what to run."""
    with pytest.raises(ConfigError, match="backfill"):
        list(adapter().changed_since(text))


def test_cursors_stay_short():
    """Only the rows that will be read again are marked, and of those at most some thousands."""
    cursor = Cursor(at(0), at(0))
    for number in range(5000):
        assert cursor.is_new("ticket", number, at(0) + timedelta(milliseconds=number))
    cursor.trim()
    assert len(cursor.to_text()) < 30_000
    assert cursor.is_new("ticket", 1, at(20))
    cursor.trim()
    assert len(cursor.seen) == 1
    assert Cursor.from_text(cursor.to_text(), "acme").to_text() == cursor.to_text()
