"""What a look costs, and reading on where the last look ended."""

import json

import pytest
import responses
from responses.matchers import query_param_matcher

from core.errors import GoneError, RefusedError, RetryLaterError
from core.update import TicketRef
from tests.adapters.doubles import Lent
from tests.adapters.freshdesk.builders import AGENT, HOST, REF, URL, Account, adapter, said, ticket

NEXT = {"Link": f'<{URL}/conversations?page=2>; rel="next"'}
ROWS = [said(minute, AGENT) for minute in range(1, 7)]


def page(mock, number, rows, more=False):
    mock.get(
        f"{URL}/conversations",
        json=rows,
        headers=NEXT if more else {},
        match=[query_param_matcher({"per_page": 100, "page": number})],
    )


@pytest.fixture
def mock():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def warm():
    """An adapter that knows everybody already."""
    lent = Lent()
    lent.services.cache.put("freshdesk:acme:agents", {"seen": True, "emails": {str(AGENT): None}}, 1e9)
    lent.services.cache.put("freshdesk:acme:contacts:7", {"id": 7}, 1e9)
    return adapter(lent)


def ids(snapshot):
    return [event.id for event in snapshot.ticket.events]


def test_reading_on(warm, mock):
    """A full page that is known is read again, and one call more for the page that is new."""
    mock.get(URL, json=ticket())
    page(mock, 1, ROWS[:2], more=True)
    page(mock, 2, ROWS[2:4])
    first = warm.fetch(REF)
    assert ids(first) == ["1001", "1002", "1003", "1004"]
    mock.reset()
    mock.get(URL, json=ticket())
    page(mock, 2, ROWS[2:4], more=True)
    page(mock, 3, ROWS[4:])
    second = warm.fetch(REF, json.loads(json.dumps(first.observations)))
    assert ids(second) == [str(row["id"]) for row in ROWS]
    mock.reset()
    mock.get(URL, json=ticket())
    page(mock, 3, ROWS[4:])
    assert ids(warm.fetch(REF, second.observations)) == [str(row["id"]) for row in ROWS]


def test_conversations_that_were_deleted_hide_nothing(warm, mock):
    """Newer ones moved to an earlier page: it is read again until something is known."""
    mock.get(URL, json=ticket())
    page(mock, 1, ROWS[:2], more=True)
    page(mock, 2, ROWS[2:3])
    first = warm.fetch(REF)
    mock.reset()
    mock.get(URL, json=ticket())
    page(mock, 2, [])
    page(mock, 1, [ROWS[1], ROWS[5]])
    assert ids(warm.fetch(REF, first.observations)) == ["1001", "1002", "1003", "1006"]


def test_the_ticket_is_read_last(warm, mock):
    """Tags are sent back whole, so they must be as fresh as they can be."""
    page(mock, 1, [])
    mock.get(URL, json=ticket(), match=[query_param_matcher({"include": "stats,requester,company"})])
    warm.fetch(REF)
    assert [call.request.url.split("?")[0] for call in mock.calls] == [f"{URL}/conversations", URL]


@pytest.mark.parametrize("more", [{"deleted": True}, {"spam": True}])
def test_deleted_and_spam_are_gone(warm, mock, more):
    """They are answered 200 and take no updates."""
    page(mock, 1, [])
    mock.get(URL, json=ticket(**more))
    mock.get(f"{HOST}/tickets/archived/42", status=404)
    with pytest.raises(GoneError):
        warm.fetch(REF)


def test_archived(warm, mock):
    """A ticket in the archive can be read and takes no writes."""
    mock.get(f"{URL}/conversations", status=404)
    mock.get(f"{HOST}/tickets/archived/42", json=ticket(status=5))
    mock.get(f"{HOST}/tickets/archived/42/conversations", json=[ROWS[0]])
    snapshot = warm.fetch(REF)
    assert (snapshot.frozen, snapshot.ticket.status, ids(snapshot)) == (True, "closed", ["1001"])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": "<html>maintenance</html>"}, RetryLaterError),
        ({"json": {"id": 42}}, RefusedError),
        ({"json": [1]}, RefusedError),
        ({"status": 500, "body": "<html>"}, RetryLaterError),
        ({"status": 401, "json": {"code": "invalid_credentials"}}, RefusedError),
        ({"status": 403, "json": {"code": "account_suspended"}}, RefusedError),
    ],
)
def test_other_answers(warm, answer, error):
    """Pages and odd forms are our errors."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/conversations", json=[])
        mock.get(URL, **answer)
        with pytest.raises(error):
            warm.fetch(REF)


def test_another_versions_observations_are_not_read():
    """What an older version kept in another form is left, not guessed at."""
    account = Account(rows=[ROWS[0]])
    account.kept = {"form": 0, "page": "x"}
    assert ids(account.look(5)) == ["1001"]


def test_nothing_of_a_customers_is_kept():
    """Observations hold ids, instants and values, never texts or names."""
    account = Account(ticket(subject="Secret subject"), [said(1, AGENT, text="Secret words")])
    kept = json.dumps(account.look(5).observations)
    assert not [word for word in ("Secret", "Carla", "carla@") if word in kept]


def test_odd_ticket_ids_are_gone():
    """An id goes into a path: only digits do."""
    with pytest.raises(GoneError):
        adapter().fetch(TicketRef("acme", "../agents"))
