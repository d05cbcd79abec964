from datetime import date

import pytest
import sqlalchemy as sa

from core.zones import zone
from tests.console.desk import ANSWERED, AT_RISK, BREACHED, LADDER, PAUSED, URL, event
from tests.console.seed import NOW, World
from webhooks.store.memory import Remembered, Standing
from webhooks.store.summaries import Verdict, summary_of, verdicts_of
from webhooks.store.tables import summaries, verdicts

PACIFIC = zone("America/Los_Angeles")


@pytest.mark.parametrize(
    ("ticket", "state", "metric", "due"),
    [
        pytest.param(BREACHED, "breached", "first_response", "2026-11-24T17:18:00Z", id="a breach is owed first"),
        pytest.param(AT_RISK, "at_risk", "first_response", "2026-11-24T18:12:00Z", id="2 hours from 16:12"),
        pytest.param(PAUSED, "paused", "update", None, id="a paused clock has time left, and no deadline"),
        pytest.param(ANSWERED, "met", None, None, id="nothing is owed"),
    ],
)
def test_summary(world, ticket, state, metric, due):
    """The clock that is owed next is the unfinished one that is due first."""
    found = summary_of(world.look(ticket))
    assert (found.state, found.metric, found.due_at and f"{found.due_at:%Y-%m-%dT%H:%M:%SZ}") == (state, metric, due)


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        pytest.param(
            ANSWERED,
            {
                ("first_response", 1): ("met", date(2026, 11, 23)),
                ("update", 1): ("met", date(2026, 11, 23)),
                ("update", 2): ("missed", date(2026, 11, 23)),
                ("resolution", 1): ("met", date(2026, 11, 23)),
            },
            id="each cycle that ended, on the day it was decided",
        ),
        pytest.param(BREACHED, {("first_response", 1): ("breached", date(2026, 11, 24))}, id="a breach counts at once"),
        pytest.param(LADDER, {("first_response", 1): ("breached", date(2026, 11, 20))}, id="on the day it was due"),
        pytest.param(AT_RISK, {}, id="a clock that runs has no verdict"),
    ],
)
def test_verdicts(world, ticket, expected):
    """A clock counts once, on the day on which it was certain whether it was in time."""
    if ticket is ANSWERED:  # an answer that is 15 minutes too late: update 2 is due 23:45 UTC and given 24:00
        late = [*ANSWERED["events"][:1], event(-18, "agent_replied"), event(-18, "status_changed", to="solved")]
        ticket = ANSWERED | {"events": [*late[:1], event(-20, "workaround_provided"), *late[1:]]}
    found = {
        (each.metric, each.cycle): (each.verdict, each.decided_on) for each in verdicts_of(world.look(ticket), PACIFIC)
    }
    assert found == expected


def test_how_late(world):
    """An answer two hours after the deadline is two hours late."""
    ticket = {"created_at": "2026-11-23T17:00:00Z", "priority": "P1", "organization": {"plan": "Gold"}}
    ticket |= {"id": "9", "events": [{"at": "2026-11-23T21:00:00Z", "kind": "agent_replied"}]}
    first = next(each for each in verdicts_of(world.look(ticket), PACIFIC) if each.metric == "first_response")
    assert first == Verdict(
        metric="first_response",
        cycle=1,
        verdict="missed",
        decided_on=date(2026, 11, 23),
        plan="Gold",
        priority="P1",
        target="2 business hours",
        due_at=first.due_at,
        met_at=first.met_at,
        late_seconds=7200.0,
    )


def test_a_day_is_the_zones(world):
    """A breach at 17:18 UTC is on the 24th in Los Angeles and on the 25th in Tokyo's next morning."""
    result = world.look(BREACHED)
    assert [each.decided_on.day for each in verdicts_of(result, PACIFIC)] == [24]
    assert [each.decided_on.day for each in verdicts_of(result, zone("Asia/Tokyo"))] == [25]


def test_storing_again_replaces(either):
    """A second look leaves one summary and the verdicts of now; the address that is known stays."""
    either.look(BREACHED, url=URL, team="360001")
    either.look(BREACHED | {"events": [event(-1, "agent_replied")]})
    (row,) = rows(either, summaries)
    assert (row["url"], row["team"]) == (URL, None), "a look that sees no team says that it has none"
    found = {(row["metric"], row["cycle"]): row["verdict"] for row in rows(either, verdicts)}
    assert found == {("first_response", 1): "met", ("update", 1): "met"}


def test_rebuild_gives_the_same(either):
    """Derived anew from the stored results, both tables are what they were, but for the addresses."""
    for ticket in (ANSWERED, BREACHED, LADDER, PAUSED):
        either.look(ticket)
    before = [rows(either, table) for table in (summaries, verdicts)]
    with either.store.database.write() as connection:
        for table in (summaries, verdicts):
            connection.execute(sa.delete(table))
    assert either.summaries.rebuild() == 4
    assert [rows(either, table) for table in (summaries, verdicts)] == before


def test_rebuild_keeps_what_only_a_look_sees(either):
    """The stored result holds neither a ticket's page nor its team: a rebuild leaves both as they are."""
    either.look(BREACHED, url=URL, team="360001")
    either.summaries.rebuild()
    (row,) = rows(either, summaries)
    assert (row["url"], row["team"]) == (URL, "360001")


def test_a_long_team_fits(either):
    """A group that is a free text on the platform is cut to what the table holds."""
    either.look(BREACHED, team="x" * 300)
    assert rows(either, summaries)[0]["team"] == "x" * 255


def test_a_ticket_that_is_gone_owes_nothing(either):
    """A ticket that cannot be read any more leaves the list of what is due; its verdicts stand."""
    either.look(BREACHED)
    with either.store.database.write() as connection:
        either.summaries.keep(connection, "acme", "2", "cancelled", None)
        gone = Remembered(Standing.GONE, state="cancelled")
        either.store.memories.remember(connection, "acme", "2", gone, NOW)
    either.summaries.rebuild()
    (row,) = rows(either, summaries)
    assert (row["state"], row["metric"], row["due_at"]) == ("cancelled", None, None)
    assert len(rows(either, verdicts)) == 1


def test_forgetting(either):
    """Nothing of a forgotten ticket is left."""
    either.look(BREACHED)
    either.look(LADDER)
    with either.store.database.write() as connection:
        either.summaries.forget(connection, "acme", "2")
    assert {row["ticket_id"] for table in (summaries, verdicts) for row in rows(either, table)} == {"3"}


def rows(world: World, table: sa.Table) -> list[dict]:
    """Return a table's rows in the order of their keys."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    with world.store.database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
