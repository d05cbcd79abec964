"""Lists, pages, filters and the search language."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from sandbox.common.clock import Clock
from sandbox.freshdesk import State
from sandbox.freshdesk.model import Status, TicketField
from sandbox.freshdesk.store import Switches
from tests.sandbox.freshdesk.conftest import Client, People


@pytest.fixture
def many(state: State, people: People, clock: Clock) -> None:
    """Five tickets, an hour apart: 1 is deleted, 2 spam, 3 pending, 4 urgent and Ada's, 5 untouched."""
    for number in range(1, 6):
        state.open_ticket(people.carla, f"ticket {number}", tags=[f"tag-{number}"])
        clock.advance(timedelta(hours=1))
    state.delete(state.tickets[1])
    state.mark_spam(state.tickets[2])
    state.set_status(state.tickets[3], Status.PENDING)
    state.change(state.tickets[4], people.ada, priority=4, responder_id=people.ada.id)


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", [5, 4, 3], id="newest first, without deleted and spam"),
        pytest.param("?filter=deleted", [1], id="deleted"),
        pytest.param("?filter=spam", [2], id="spam"),
        pytest.param("?filter=new_and_my_open", [5], id="open, and nobody's or mine"),
        pytest.param("?order_type=asc", [3, 4, 5], id="oldest first"),
        pytest.param("?order_by=status&order_type=asc", [4, 5, 3], id="by status"),
        pytest.param("?updated_since=2026-11-23T14:00:00Z&order_by=updated_at", [4, 3], id="changed since"),
        pytest.param("?updated_since=2026-11-23T15:00:00%2B01:00", [4, 3], id="another zone"),
        pytest.param("?email=carla.custer@customer.example&per_page=1", [5], id="of a person"),
    ],
)
def test_lists(client: Client, many: None, query: str, expected: list[int]) -> None:
    """What is in a list, in which order."""
    assert numbers(client.get(f"/tickets{query}")) == expected


def test_without_since_only_thirty_days_come_back(client: Client, many: None, clock: Clock) -> None:
    """An old ticket is in the list only by updated_since."""
    clock.advance(timedelta(days=31))
    assert client.get("/tickets") == []
    assert len(client.get("/tickets?updated_since=2015-01-01T00:00:00Z")) == 3


def test_pages(client: Client, many: None) -> None:
    """A Link header leads to the next page, and is absent on the last one."""
    answer = client("GET", "/tickets?per_page=2&updated_since=2015-01-01T00:00:00Z&include=stats")
    assert numbers(answer.json()) == [5, 4]
    following = client.session.get(requests.utils.parse_header_links(answer.headers["Link"])[0]["url"], timeout=10)
    assert numbers(following.json()) == [3]
    assert "stats" in following.json()[0]
    assert "Link" not in following.headers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("per_page=101", "per_page"),
        ("per_page=0", "per_page"),
        ("page=x", "page"),
        ("page=301", "page"),
        ("order_by=mood", "order_by"),
        ("include=conversations", "include"),
        ("updated_since=yesterday", "updated_since"),
        ("requester_id=5", "requester_id"),
        ("company_id=5", "company_id"),
    ],
)
def test_lists_that_are_refused(client: Client, many: None, query: str, field: str) -> None:
    """Page 301 is an error, not an empty page; page 300 is empty."""
    assert client.faults("GET", f"/tickets?{query}") == (400, {(field, "invalid_value")})
    assert client.get("/tickets?page=300") == []


def test_the_description_comes_only_on_demand(client: Client, many: None) -> None:
    """In lists; a single ticket has it always."""
    assert "description" not in client.get("/tickets")[0]
    assert client.get("/tickets?include=description")[0]["description_text"] == "ticket 5"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status:3", [3]),
        ("status:2 OR status:3", [5, 4, 3]),
        ("(status:2 OR status:3) AND priority:4", [4]),
        ("tag:'tag-5'", [5]),
        ("priority:>2", [4]),
        ("agent_id:null", [5, 3]),
        ("created_at:'2026-11-23'", [5, 4, 3]),
        ("updated_at:>'2026-11-24'", []),
        ("created_at:<'2026-11-23'", [5, 4, 3]),
        ("cf_sla_state:'Running'", [5]),
    ],
)
def test_search(
    client: Client, many: None, dropdown: TicketField, state: State, query: str, expected: list[int]
) -> None:
    """Days include the day; deleted and spam are left out."""
    state.set_field(state.tickets[5], dropdown, "Running")
    found = client("GET", "/search/tickets", params={"query": f'"{query}"'}).json()
    assert (numbers(found["results"]), found["total"]) == (expected, len(expected))


@pytest.mark.parametrize(
    "query",
    ["status:2", '"status:"', '"status:2 AND"', '"(status:2"', '"status:2 status:3"', '""', f'"tag:{"x" * 520}"'],
)
def test_queries_that_cannot_be_read(client: Client, query: str) -> None:
    """Without the double quotes, unfinished, or longer than 512 characters."""
    answer = client("GET", "/search/tickets", params={"query": query})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ('"status:99"', ("status", "invalid_value")),
        ('"mood:1"', ("mood", "invalid_field")),
    ],
)
def test_queries_with_unknown_parts(client: Client, query: str, fault: tuple[str, str]) -> None:
    """An unknown status is not an empty result but a 400."""
    answer = client("GET", "/search/tickets", params={"query": query})
    assert [(f["field"], f["code"]) for f in answer.json()["errors"]] == [fault]


def test_search_ends_after_three_hundred_rows(client: Client, state: State, people: People) -> None:
    """Ten pages of thirty, whatever was found; page eleven is refused."""
    for number in range(305):
        state.open_ticket(people.carla, f"ticket {number}")
    last = client("GET", "/search/tickets", params={"query": '"status:2"', "page": 10}).json()
    assert (len(last["results"]), last["total"]) == (30, 305)
    assert client("GET", "/search/tickets", params={"query": '"status:2"', "page": 11}).status_code == 400


@pytest.mark.parametrize("switches", [Switches(search_lag_seconds=120)])
def test_the_index_may_lag(client: Client, state: State, people: People, clock: Clock) -> None:
    """A fresh change is not found for some minutes; the list shows it at once."""
    state.open_ticket(people.carla, "new")
    query = {"query": '"status:2"'}
    assert client("GET", "/search/tickets", params=query).json()["total"] == 0
    assert len(client.get("/tickets")) == 1
    clock.advance(timedelta(minutes=2))
    assert client("GET", "/search/tickets", params=query).json()["total"] == 1


def test_search_of_people_and_companies(client: Client, people: People) -> None:
    """The same language."""
    people.acme.domains = ["acme.example"]
    companies = client("GET", "/search/companies", params={"query": "\"domain:'acme.example'\""}).json()
    contacts = client("GET", "/search/contacts", params={"query": f'"company_id:{people.acme.id}"'}).json()
    assert [row["name"] for row in companies["results"] + contacts["results"]] == ["Acme", "Carla Custer"]
