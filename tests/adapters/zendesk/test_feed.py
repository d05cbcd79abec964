"""Which tickets changed: cursors, pages, deleted tickets, and feeds that never seem to end."""

from datetime import timedelta

import pytest
import responses

from adapters.zendesk import ADAPTER
from core.errors import ConfigError
from core.update import TicketRef
from tests.adapters.doubles import START, Lent
from tests.adapters.zendesk.builders import settings, ticket

HOST = "https://acme.zendesk.com/api/v2"
EXPORT = f"{HOST}/incremental/tickets/cursor"


def adapter(lent=None):
    conf = settings(auth="api_token", email="us@vendor.example")
    return ADAPTER.create("acme", conf, {"api_token": "t"}, (lent or Lent()).services)


def page(*ids, cursor, end=False):
    tickets = [ticket(id=id_) for id_ in ids]
    responses.get(EXPORT, json={"tickets": tickets, "after_cursor": cursor, "end_of_stream": end})


@responses.activate
def test_pages_and_cursors():
    """Going on from a ticket within a page gives that page again; from its last one, what comes after it."""
    page(1, 2, cursor="c1")
    page(cursor="c2")
    page(3, cursor="c3", end=True)
    got = [(change.ref.ticket_id, change.cursor) for change in adapter().changed_since("after:c0")]
    assert got == [("1", "after:c0"), ("2", "after:c1"), ("3", "after:c3")]
    assert [call.request.params["cursor"] for call in responses.calls] == ["c0", "c1", "c2"]


@responses.activate
def test_an_empty_page_at_the_end_of_the_stream():
    """At the end the same cursor is asked again later: nothing is yielded, nothing loops."""
    page(cursor="c1", end=True)
    assert list(adapter().changed_since("after:c1")) == []


@responses.activate
def test_a_stream_that_stands_still_ends():
    """A cursor that does not move is no hot loop."""
    page(1, cursor="c1")
    assert len(list(adapter().changed_since("after:c1"))) == 1
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize(("asked", "sent"), [(-3600, -3600), (0, -70), (500, -70)])
def test_the_last_minute_is_never_asked_for(asked, sent):
    """The export refuses a start within its newest minute."""
    page(cursor=None, end=True)
    now = int(START.timestamp())
    list(adapter().changed_since(f"from:{now + asked}"))
    assert responses.calls[0].request.params == {"start_time": str(now + sent), "per_page": "500"}


@responses.activate
def test_to_begin_with_every_open_ticket_comes():
    """Without a cursor the search export is read to its end; the cursor goes back before it, for the index lags."""
    for ids, meta in (([1, 2], {"has_more": True, "after_cursor": "x"}), ([3], {"has_more": False})):
        responses.get(f"{HOST}/search/export", json={"results": [ticket(id=id_) for id_ in ids], "meta": meta})
    got = list(adapter().changed_since(None))
    start = int((START - timedelta(minutes=10)).timestamp())
    assert [(change.ref, change.cursor) for change in got] == [
        (TicketRef("acme", str(id_)), f"from:{start}") for id_ in (1, 2, 3)
    ]
    assert responses.calls[1].request.params["page[after]"] == "x"


@pytest.mark.parametrize("cursor", ["", "c1", "2026-11-20"])
def test_a_foreign_cursor(cursor):
    """A cursor that is none of ours says what to run."""
    with pytest.raises(ConfigError, match="backfill acme"):
        list(adapter().changed_since(cursor))


def test_deleted_tickets_and_those_of_an_organization(desk):
    """A deleted ticket is in the feed, to be looked at once more; an organization's list holds open ones only."""
    connected = desk.connect()
    first, second, solved = desk.open_ticket(), desk.open_ticket(), desk.open_ticket()
    desk.wait(timedelta(minutes=15))
    cursor = list(connected.changed_since(None))[-1].cursor
    desk.delete(first)
    desk.state.set_status(desk.ticket(solved), "solved")
    desk.wait(timedelta(minutes=15))
    assert {first, solved} <= {change.ref for change in connected.changed_since(cursor)}
    assert list(connected.tickets_of(str(desk.acme.id))) == [second]
