from datetime import date, timedelta

import pytest

from adapters.services import Rate
from tests.console.desk import AT_RISK, BREACHED, LADDER, PAUSED, deliver, done, fill, park
from tests.console.seed import HOSTILE, NOW
from webhooks.console.board import COLUMNS, facets, tiles
from webhooks.console.filters import FACETS, TodayFilter
from webhooks.console.queries import PAGE
from webhooks.engine.budget import SharedBudget
from webhooks.store.looks import LookKey, LookKind

BETA = {"id": "b1", "created_at": NOW.isoformat(), "facts": {"affected": "many_users"}}


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        pytest.param({}, ["3", "2", "5"], id="breached and at risk, the earliest due first"),
        pytest.param({"show": "breached"}, ["3", "2"], id="breached"),
        pytest.param({"show": "at_risk"}, ["5"], id="at risk"),
        pytest.param({"show": "paused"}, ["4"], id="paused"),
        pytest.param({"show": "due_soon"}, ["6", "b1"], id="running and due within 24 hours"),
        pytest.param({"show": "all"}, ["1", "2", "3", "4", "5", "6", "b1"], id="all"),
        pytest.param({"plan": "Gold"}, ["5"], id="of one plan"),
        pytest.param({"show": "all", "plan": "Gold", "priority": "P2"}, [], id="filters narrow down together"),
        pytest.param({"show": "all", "tier": "2"}, ["b1"], id="of one tier"),
        pytest.param({"show": "all", "tier": "-", "connection": "beta"}, [], id="without a tier"),
        pytest.param({"show": "all", "priority": "-"}, ["b1"], id="without a priority"),
        pytest.param({"team": "Second line"}, ["3", "2"], id="of one team, by its name"),
        pytest.param({"show": "all", "team": "360001"}, ["b1"], id="a name counts for its own connection only"),
        pytest.param({"team": "360009"}, ["5"], id="a team without a name, by its id"),
        pytest.param({"show": "all", "team": "-"}, ["1", "6"], id="of no team"),
        pytest.param({"show": "all", "plan": "' OR 1=1 --"}, [], id="a value is a value"),
        pytest.param({"show": "nonsense"}, ["3", "2", "5"], id="what cannot be read asks for attention"),
        pytest.param({"show": "all", "tier": "x"}, ["3", "2", "5"], id="a tier is a number"),
        pytest.param({"show": "all", "page": "2"}, [], id="the second page is empty"),
    ],
)
def test_lists(either, address, ids):
    """The address says which tickets are listed, and in which order."""
    fill(either)
    either.look(BETA, connection="beta", team="360001")
    found, more = either.reading.tickets(TodayFilter.from_address(address), NOW)
    assert ([row["ticket_id"] for row in found], more) == (ids, False)


def test_tickets_without_a_target_come_with_the_reason(either):
    """Who maps priorities wrong sees which tickets have no deadline, and why."""
    either.look({"id": "7", "created_at": NOW.isoformat(), "priority": "P9", "organization": {"plan": "Gold"}})
    (row,), _ = either.reading.tickets(TodayFilter(show="no_target"), NOW)
    assert row["ticket_id"] == "7"
    assert row["problems"][0].startswith("the priority 'P9' is not on the policy's scale")


def test_pages(either):
    """A page holds fifty tickets and says whether another follows; together they are all of them, once."""
    either.many(PAGE + 20)
    first, more = either.reading.tickets(TodayFilter(show="all"), NOW)
    second, last = either.reading.tickets(TodayFilter(show="all", page=2), NOW)
    assert (len(first), more, len(second), last) == (PAGE, True, 20, False)
    assert len({row["ticket_id"] for row in [*first, *second]}) == PAGE + 20


def test_tiles_and_facets_are_sums_of_the_lists(either):
    """Every number on the page is the length of the list that it leads to."""
    fill(either)
    either.look(BETA, connection="beta")
    wanted = TodayFilter(show="all", plan="Standard")
    cube = either.reading.cube()
    soon = either.reading.due_before(wanted, NOW + timedelta(hours=24))
    for tile in tiles(cube, wanted, soon):
        listed, _ = either.reading.tickets(TodayFilter.from_address(dict(tile.address)), NOW)
        assert tile.count == len(listed), tile.label
    for facet in facets(cube, wanted):
        for row in facet.rows:
            if row.is_chosen:
                continue
            for state, count in zip(COLUMNS, row.counts, strict=True):
                listed, _ = either.reading.tickets(TodayFilter.from_address({**row.address, "show": state}), NOW)
                assert count == len(listed), (facet.name, row.value, state)


def test_the_chosen_value_can_be_unchosen(either):
    """A facet is not narrowed down by its own filter; its chosen value leads back."""
    fill(either)
    wanted = TodayFilter(plan="Gold", priority="P1")
    plans = next(each for each in facets(either.reading.cube(), wanted) if each.name == "plan")
    assert [(row.value, row.is_chosen) for row in plans.rows] == [("Gold", True), ("Standard", False)]
    assert plans.rows[0].address == {"priority": "P1"}
    assert plans.rows[1].address == {"plan": "Standard", "priority": "P1"}


def test_teams_are_called_by_their_names(either):
    """The groups of one name are one team, on all connections; one without a name is called by its id."""
    fill(either)
    either.look({"id": "8", "created_at": NOW.isoformat(), "priority": "P1"}, team="Second line")
    either.look(BETA, connection="beta", team="Second line")
    teams = next(each for each in facets(either.reading.cube(), TodayFilter()) if each.name == "team")
    assert {row.label: sum(row.counts) for row in teams.rows} == {
        "Second line": 4,  # 360001 on acme has that name, and both others are called so
        HOSTILE: 1,
        "360009": 1,
        "none": 1,
    }
    assert {row["ticket_id"]: row["team"] for row in either.reading.tickets(TodayFilter(), NOW)[0]} == {
        "3": "Second line",
        "2": "Second line",
        "5": "360009",
    }


def test_the_cube_is_read_from_its_index(world):
    """All counts come from one index alone, however many tickets there are."""
    world.many(1000)
    with world.store.database.read() as connection:
        keys = ", ".join(["state", *FACETS])
        query = f"SELECT {keys}, count(*) FROM summaries GROUP BY {keys}"
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == ["SCAN summaries USING COVERING INDEX ix_summaries_cube"]


def test_worst_misses(either):
    """The worst miss is the latest: what is still open is late until now, what was answered until it was."""
    answered = {"id": "7", "created_at": "2026-11-23T17:00:00Z", "priority": "P1", "organization": {"plan": "Gold"}}
    answered |= {"events": [{"at": "2026-11-23T20:00:00Z", "kind": "agent_replied"}]}  # an hour late
    for ticket in (BREACHED, LADDER, answered):
        either.look(ticket)
    found = either.reading.misses(date(2026, 11, 16), date(2026, 11, 30), NOW)
    assert [(row["ticket_id"], row["metric"], row["late_seconds"]) for row in found] == [
        ("3", "first_response", 4 * 86400),  # due Friday 10:00, now it is Tuesday 10:00
        ("7", "update", 18 * 3600),  # due at 24:00 UTC, four hours after the answer
        ("7", "resolution", 3600),  # due at 17:00 UTC today
        ("7", "first_response", 3600),
        ("2", "first_response", 42 * 60),
    ]
    assert either.reading.misses(date(2026, 11, 9), date(2026, 11, 16), NOW) == []
    assert len(either.reading.misses(date(2026, 11, 16), date(2026, 11, 30), NOW, limit=2)) == 2


def test_looks_and_deliveries(either):
    """Deliveries come newest first and by connection; a look is found by its key, a parked one among the stopped."""
    either.look(PAUSED)
    for n in range(PAGE + 2):
        deliver(either, f"d{n}", "4")
    done(either)
    page = either.reading.deliveries("acme")
    assert ([row["delivery_id"] for row in page[:2]], len(page)) == ([f"d{PAGE + 1}", f"d{PAGE}"], PAGE + 1)
    rest = either.reading.deliveries("acme", before=page[PAGE - 1]["id"])
    assert [row["delivery_id"] for row in rest] == ["d1", "d0"]
    assert "body" not in page[0]
    assert either.reading.deliveries("beta") == []
    assert either.reading.stopped() == []
    key = LookKey("acme", LookKind.TICKET, "4")
    park(either, key, "no")
    assert either.reading.look(key)["error"] == "no"
    assert [row["subject"] for row in either.reading.stopped("acme")] == ["4"]
    assert either.reading.looks_at("acme", []) == {}


def test_pulse(either):
    """A connection's pulse: when it was last heard of, what waits and since when, what is parked and why."""
    quiet = either.reading.pulse("beta", NOW)
    assert (quiet.last_event_at, quiet.due, quiet.parked, quiet.error) == (None, 0, 0, None)
    either.look(AT_RISK)
    deliver(either, "d1", "5")
    later = either.reading.pulse("acme", NOW + timedelta(minutes=10))
    assert later.due == 1
    assert timedelta(minutes=9) < later.lag < timedelta(minutes=10)
    assert abs(later.last_event_at - NOW) < timedelta(minutes=1)
    park(either, LookKey.ticket("acme", "5"), "zendesk answered 403")
    parked = either.reading.pulse("acme", NOW)
    assert (parked.due, parked.parked, parked.error) == (0, 1, "zendesk answered 403")


def test_budget(either):
    """A kind of call is spoken for until its bucket is empty again; a free one is absent."""
    assert either.reading.budget("acme") == {}
    budget = SharedBudget(either.store.database, "acme")
    budget.take("api", Rate(calls=60, seconds=60))
    assert 0 < either.reading.budget("acme")["api"] <= 1.5
    budget.pause(90)
    assert 80 < either.reading.budget("acme")[""] <= 90


def test_escalations_of_a_week(either):
    """A step counts in the week in which it was reached."""
    either.look(LADDER)  # breached Friday the 20th; steps on the 20th, 23rd and 24th
    week = NOW - timedelta(days=1, hours=10)
    assert either.reading.escalations_between(week, week + timedelta(days=7)) == 2


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        pytest.param("connection = 'acme' AND state <> 'open'", "ix_looks_stopped", id="parked"),
        pytest.param("connection = 'acme' AND failing_since IS NOT NULL", "ix_looks_failing", id="failing"),
    ],
)
def test_looks_that_fail_are_found_by_index(world, condition, index):
    """What is parked or fails is found without going through every look, although most looks are neither."""
    for n in range(100):
        deliver(world, f"d{n}", str(n))
    with world.store.database.read() as connection:
        query = f"SELECT count(*) FROM looks WHERE {condition}"
        (plan,) = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert index in plan
