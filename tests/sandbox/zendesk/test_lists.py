"""Paging, exports, search and bulk changes."""

from datetime import timedelta

import pytest

from sandbox.common.clock import Clock
from sandbox.zendesk import State
from sandbox.zendesk.tickets_model import Ticket
from tests.sandbox.parties import MONDAY
from tests.sandbox.zendesk.conftest import Client, People


@pytest.fixture
def five(state: State, people: People, clock: Clock) -> list[Ticket]:
    """Return five tickets, opened a minute apart."""
    made = []
    for number in range(1, 6):
        made.append(state.open_ticket(people.carla, f"ticket {number}", priority="high" if number % 2 else "low"))
        clock.advance(timedelta(minutes=1))
    return made


def follow(client: Client, path: str, name: str) -> list[list[int]]:
    """Return the ids of each page, following links.next."""
    pages = []
    url: str | None = path
    while url:
        answer = client.get(url.removeprefix(client.url))
        pages.append([entry["id"] for entry in answer[name]])
        assert answer["meta"]["has_more"] is (answer["links"]["next"] is not None)
        url = answer["links"]["next"]
    return pages


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param("", [[1, 2], [3, 4], [5]], id="by id"),
        pytest.param("&sort=-id", [[5, 4], [3, 2], [1]], id="newest first"),
        pytest.param("&sort=updated_at", [[2, 3], [4, 5], [1]], id="by last change"),
        pytest.param("&sort_by=updated_at&sort_order=desc", [[1, 2], [3, 4], [5]], id="the old parameters are ignored"),
    ],
)
def test_cursor_paging(client: Client, five: list[Ticket], sort: str, expected: list[list[int]]) -> None:
    """page[size] and links.next walk through all, each once."""
    client.put_ticket(1, priority="urgent")
    assert follow(client, f"/api/v2/tickets?page[size]=2{sort}", "tickets") == expected


def test_a_ticket_that_comes_while_paging_is_not_lost(
    client: Client, state: State, people: People, five: list[Ticket]
) -> None:
    """A cursor stands for a place, not for a number of rows."""
    first = client.get("/api/v2/tickets?page[size]=3")
    state.delete(five[0])
    rest = client.get(f"/api/v2/tickets?page[size]=3&page[after]={first['meta']['after_cursor']}")
    assert [ticket["id"] for ticket in rest["tickets"]] == [4, 5]


def test_numbered_paging(client: Client, five: list[Ticket]) -> None:
    """page and per_page, with count and next_page; it ends at 10,000 records."""
    second = client.get("/api/v2/tickets.json?per_page=2&page=2")
    assert [ticket["id"] for ticket in second["tickets"]] == [3, 4]
    assert second["count"] == 5
    assert "page=3" in second["next_page"]
    assert "page=1" in second["previous_page"]
    deep = client("GET", "/api/v2/tickets.json?page=101")
    assert (deep.status_code, deep.json()["error"]["title"]) == (400, "InvalidPaginationDepth")


def test_audits_page_oldest_first(client: Client, five: list[Ticket]) -> None:
    """Creation first, then the changes."""
    for priority in ("low", "normal", "urgent"):
        client.put_ticket(1, priority=priority)
    pages = follow(client, "/api/v2/tickets/1/audits?page[size]=3", "audits")
    assert [len(page) for page in pages] == [3, 1]
    flat = [audit for page in pages for audit in page]
    assert flat == sorted(flat)


def test_the_export_withholds_the_newest_minute(client: Client, five: list[Ticket], clock: Clock) -> None:
    """Tickets 1 to 4 are older than a minute; the fifth, exactly a minute old, comes later with the same cursor."""
    start = int(MONDAY.timestamp())
    first = client.get(f"/api/v2/incremental/tickets/cursor?start_time={start}")
    assert ([t["id"] for t in first["tickets"]], first["end_of_stream"]) == ([1, 2, 3, 4], True)
    again = f"/api/v2/incremental/tickets/cursor?cursor={first['after_cursor']}"
    assert client.get(again)["tickets"] == []
    clock.advance(timedelta(seconds=1))
    assert [t["id"] for t in client.get(again)["tickets"]] == [5]


def test_the_export_pages_and_shows_changes_and_deletions(
    client: Client, state: State, five: list[Ticket], clock: Clock
) -> None:
    """A changed ticket comes again, a deleted one with status deleted, unless asked otherwise."""
    clock.advance(timedelta(minutes=5))
    first = client.get("/api/v2/incremental/tickets/cursor?start_time=1&per_page=3")
    assert (len(first["tickets"]), first["end_of_stream"]) == (3, False)
    state.set_status(five[0], "open")
    state.delete(five[1])
    clock.advance(timedelta(minutes=5))
    rest = client.get(f"/api/v2/incremental/tickets/cursor?cursor={first['after_cursor']}&per_page=100")
    assert [(t["id"], t["status"]) for t in rest["tickets"]] == [(4, "new"), (5, "new"), (1, "open"), (2, "deleted")]
    kept = client.get("/api/v2/incremental/tickets/cursor?start_time=1&exclude_deleted=true")
    assert 2 not in [t["id"] for t in kept["tickets"]]


def test_a_start_time_that_is_too_recent(client: Client) -> None:
    """start_time must be a minute old."""
    answer = client("GET", f"/api/v2/incremental/tickets/cursor?start_time={int(MONDAY.timestamp())}")
    assert answer.status_code == 422


def test_the_time_based_export_never_splits_a_second(
    client: Client, state: State, people: People, clock: Clock
) -> None:
    """A page of one has all tickets of that second."""
    for _ in range(3):
        state.open_ticket(people.carla, "same second")
    clock.advance(timedelta(minutes=5))
    answer = client.get("/api/v2/incremental/tickets?start_time=1&per_page=1")
    assert (answer["count"], answer["end_of_stream"]) == (3, True)


def test_ticket_events(client: Client, state: State, people: People, five: list[Ticket], clock: Clock) -> None:
    """The history of all tickets in one stream, with comments on request."""
    state.reply(five[0], people.ada, "hello")
    clock.advance(timedelta(minutes=5))
    answer = client.get("/api/v2/incremental/ticket_events?start_time=1&include=comment_events")
    assert [event["ticket_id"] for event in answer["ticket_events"]] == [1, 2, 3, 4, 5, 1]
    last = answer["ticket_events"][-1]["child_events"][0]
    assert (last["event_type"], last["comment_public"]) == ("Comment", True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("type:ticket status<solved", [2, 3, 4, 5], id="open ones"),
        pytest.param("type:ticket status:solved", [1], id="solved ones"),
        pytest.param("type:ticket priority>low", [1, 3, 5], id="by priority"),
        pytest.param("type:ticket -status:solved priority:high", [3, 5], id="not"),
        pytest.param("type:ticket organization:acme", [1, 2, 3, 4, 5], id="by organization's name"),
        pytest.param("type:ticket organization:none-such", [], id="unknown organization"),
        pytest.param("type:ticket requester:carla.custer@customer.example", [1, 2, 3, 4, 5], id="by requester"),
        pytest.param("type:ticket assignee:none", [1, 2, 3, 4, 5], id="unassigned"),
        pytest.param('type:ticket "ticket 4"', [4], id="words"),
        pytest.param("type:ticket tags:vip", [2], id="by tag"),
        pytest.param("type:ticket created>2026-11-23T09:02:00Z", [4, 5], id="by time"),
    ],
)
def test_search(client: Client, state: State, five: list[Ticket], query: str, found: list[int]) -> None:
    """The simple queries that integrations send."""
    state.set_status(five[0], "solved")
    state.change(five[1], state.owner(), tags=["vip"])
    answer = client("GET", "/api/v2/search", params={"query": query, "sort_by": "created_at", "sort_order": "asc"})
    assert [entry["id"] for entry in answer.json()["results"]] == found


def test_search_depth(client: Client) -> None:
    """At most a thousand results."""
    assert client("GET", "/api/v2/search?query=type:ticket&page=11").status_code == 422


def test_search_export(client: Client, five: list[Ticket]) -> None:
    """By cursor, newest first, the type in a filter, without which it is refused."""
    answer = client.get("/api/v2/search/export?query=status<solved&filter[type]=ticket&page[size]=3")
    assert ([entry["id"] for entry in answer["results"]], answer["meta"]["has_more"]) == ([5, 4, 3], True)
    assert client("GET", "/api/v2/search/export?query=status<solved").status_code == 400


def test_update_many_with_one_change_each(client: Client, five: list[Ticket]) -> None:
    """A refused one leaves the others alone; its line says why."""
    stale = {"safe_update": True, "updated_stamp": "2026-11-23T08:00:00Z"}
    tickets = [{"id": 1, "priority": "urgent"}, {"id": 2, "priority": "urgent", **stale}, {"id": 99, "priority": "low"}]
    job = client("PUT", "/api/v2/tickets/update_many", {"tickets": tickets}).json()["job_status"]
    assert (job["status"], job["results"]) == ("queued", None)
    done = client.get(f"/api/v2/job_statuses/{job['id']}")["job_status"]
    assert done["results"][0] == {"id": 1, "action": "update", "status": "Updated", "success": True}
    failed = [(entry["id"], entry["success"], entry["error"]) for entry in done["results"][1:]]
    assert failed == [(2, False, "UpdateConflict"), (99, False, "RecordNotFound")]


def started(client: Client, state: State, **switches: int) -> str:
    """Start a job on three tickets in an account whose jobs behave so, and return its id."""
    for name, value in switches.items():
        object.__setattr__(state.switches, name, value)
    tickets = [{"id": number, "priority": "urgent"} for number in (1, 2, 3)]
    return str(client("PUT", "/api/v2/tickets/update_many", {"tickets": tickets}).json()["job_status"]["id"])


def test_a_job_takes_its_time(client: Client, state: State, five: list[Ticket]) -> None:
    """It works while it is asked after; its results, and what it does to tickets, come at its end."""
    job = started(client, state, job_questions=2)
    asked = f"/api/v2/job_statuses/show_many?ids={job},nothing"
    (first,) = client.get(asked)["job_statuses"]
    assert (first["status"], first["results"], state.tickets[1].priority) == ("working", None, "high")
    (second,) = client.get(asked)["job_statuses"]
    assert (second["status"], len(second["results"]), state.tickets[1].priority) == ("completed", 3, "urgent")


def test_a_job_that_is_killed(client: Client, state: State, five: list[Ticket]) -> None:
    """What it had done stays; its results tell of nothing else."""
    done = client.get(f"/api/v2/job_statuses/{started(client, state, job_dies_after=1)}")["job_status"]
    assert (done["status"], [line["id"] for line in done["results"]]) == ("killed", [1])
    assert [state.tickets[number].priority == "urgent" for number in (1, 2, 3)] == [True, False, False]


def test_at_most_thirty_jobs(client: Client, state: State, five: list[Ticket]) -> None:
    """The 31st unfinished job is refused and does nothing."""
    for _ in range(30):
        started(client, state, job_questions=9)
    refused = client("PUT", "/api/v2/tickets/update_many", {"tickets": [{"id": 1, "priority": "low"}]})
    assert (refused.status_code, refused.json()["error"]) == (429, "TooManyJobs")


@pytest.mark.parametrize("number", [0, 101])
def test_bulk_limits(client: Client, number: int) -> None:
    """One to a hundred."""
    ids = ",".join(str(n) for n in range(number))
    assert client("PUT", f"/api/v2/tickets/update_many?ids={ids}", {"ticket": {}}).status_code == 400


def test_show_many_leaves_out_what_is_missing(client: Client, five: list[Ticket]) -> None:
    """No error for unknown ids."""
    assert [ticket["id"] for ticket in client.get("/api/v2/tickets/show_many?ids=1,99,3")["tickets"]] == [1, 3]


def test_view_tickets(client: Client, state: State, five: list[Ticket]) -> None:
    """A view shows what meets its conditions; it needs one on status, type, group, assignee or requester."""
    state.set_status(five[0], "solved")
    conditions = [{"field": "status", "operator": "less_than", "value": "solved"}]
    view = client("POST", "/api/v2/views", {"view": {"title": "v", "all": conditions}}).json()["view"]
    shown = client.get(f"/api/v2/views/{view['id']}/tickets")["tickets"]
    assert [ticket["id"] for ticket in shown] == [2, 3, 4, 5]
    useless = [{"field": "priority", "operator": "is", "value": "low"}]
    assert client("POST", "/api/v2/views", {"view": {"title": "v", "all": useless}}).status_code == 422
