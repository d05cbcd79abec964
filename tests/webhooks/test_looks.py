"""What is due when, who may do it, and what happens to what keeps failing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.webhooks.helpers import begin, claim, deliver, pass_time
from webhooks.service import LEASE, Store
from webhooks.store.looks import LookKey, State, SupersededError
from webhooks.store.tables import looks

KEY = LookKey.ticket("desk", "1")


def due(store: Store):
    """Return the one look that is due, begun."""
    deliver(store, f"d{store.clock.now()}", "1")
    pass_time(store, 1)
    (claimed,) = claim(store)
    begun = begin(store, claimed)
    assert begun is not None
    return begun


def row(store: Store):
    (found,) = store.listings.looks("desk")
    return found


def test_claimed_once(store: Store):
    """A due look is handed out once: while it is held nobody else gets it."""
    deliver(store, "d1", "1")
    pass_time(store, 1)
    assert [claimed.key for claimed in claim(store)] == [KEY]
    assert claim(store) == []


def test_not_before_the_window(store: Store):
    """A look is not handed out before the coalescing window has passed."""
    deliver(store, "d1", "1")
    assert claim(store) == []


def test_earliest_first(store: Store):
    """What is due first is handed out first."""
    for n, ticket in enumerate(["b", "c", "a"]):
        deliver(store, f"d{n}", ticket)
    pass_time(store, 1)
    assert [claimed.key.subject for claimed in claim(store, limit=2)] == ["b", "c"]


def test_claims_never_overlap(store: Store):
    """Many workers that claim at once never get the same look, and together get all."""
    for n in range(60):
        deliver(store, f"d{n}", f"t{n}")
    pass_time(store, 1)
    got: list[str] = []
    workers = [threading.Thread(target=lambda: got.extend(c.key.subject for c in claim(store, 10))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == len(set(got))
    got += [c.key.subject for c in claim(store, 100)]
    assert sorted(got) == sorted(f"t{n}" for n in range(60))


def test_attempt_is_counted_before_the_work(store: Store):
    """The attempt counts when the run begins, whatever becomes of it."""
    assert due(store).attempts == 1
    assert row(store)["attempts"] == 1


def test_claim_begins_once(store: Store):
    """The same claim begins once, also when a job is delivered twice."""
    begun = due(store)
    assert begin(store, begun.claim) is None


def test_finish_sets_the_next_instant(store: Store):
    """A finished run sets when to look next and gives all attempts back."""
    begun = due(store)
    wake_at = store.clock.now() + timedelta(hours=3)
    with store.database.write() as connection:
        store.looks.finish(connection, begun, wake_at)
    after = row(store)
    assert (after["look_at"], after["attempts"], after["lease_until"]) == (wake_at, 0, None)


def test_arrival_during_the_run(store: Store):
    """What arrives while a run works is looked at after the window, however late the next deadline is."""
    begun = due(store)
    deliver(store, "during", "1")
    with store.database.write() as connection:
        store.looks.finish(connection, begun, store.clock.now() + timedelta(days=1))
    assert row(store)["look_at"] <= store.clock.now() + store.looks.window
    assert (row(store)["arrived"], row(store)["seen"]) == (2, 1)


def test_arrival_never_delays(store: Store):
    """A further delivery never makes a look later: a steady stream cannot starve it."""
    deliver(store, "d1", "1")
    first = row(store)["look_at"]
    pass_time(store, 0.1)
    deliver(store, "d2", "1")
    assert row(store)["look_at"] == first


def test_fence(store: Store):
    """A run that lost its lease to another one can finish, retry, park and write nothing."""
    old = due(store)
    with store.database.write() as connection:
        store.looks.recover(connection, max_crashes=5, everything=True)
    (again,) = claim(store)
    new = begin(store, again)
    assert new is not None
    assert new.claim.generation > old.claim.generation
    for act in (
        lambda c: store.looks.check(c, old.claim),
        lambda c: store.looks.finish(c, old, None),
        lambda c: store.looks.retry(c, old, store.clock.now(), "why", counts=True),
        lambda c: store.looks.park(c, old, "why"),
    ):
        with pytest.raises(SupersededError), store.database.write() as connection:
            act(connection)
    with store.database.write() as connection:
        store.looks.finish(connection, new, None)


def test_lease_is_kept_by_the_heartbeat(store: Store):
    """A run that beats keeps its look; one that does not loses it when the lease is over."""
    store.looks.lease = timedelta(seconds=-1)
    begun = due(store)
    store.looks.lease = LEASE
    store.looks.heartbeat([begun.claim])
    with store.database.write() as connection:
        store.looks.recover(connection, max_crashes=5)
    assert row(store)["lease_until"] is not None
    store.looks.lease = timedelta(seconds=-1)
    store.looks.heartbeat([begun.claim])
    with store.database.write() as connection:
        store.looks.recover(connection, max_crashes=5)
    assert row(store)["lease_until"] is None


def test_demo_time_ends_no_lease(store: Store):
    """Moving the demo's clock by a day takes no work from anybody."""
    due(store)
    pass_time(store, 86400)
    with store.database.write() as connection:
        store.looks.recover(connection, max_crashes=5)
    assert claim(store) == []


def test_unbegun_claim_is_no_crash(store: Store):
    """A look whose worker went away before beginning it is due again, and nothing is held against it."""
    deliver(store, "d1", "1")
    pass_time(store, 1)
    claim(store)
    with store.database.write() as connection:
        store.looks.recover(connection, max_crashes=1, everything=True)
    assert (row(store)["crashes"], row(store)["state"]) == (0, State.OPEN)
    assert len(claim(store)) == 1


def crash(store: Store, times: int, max_crashes: int = 5) -> None:
    """End the process in the middle of whatever begins, so many times."""
    for _ in range(times):
        for claimed in claim(store):
            begin(store, claimed)
        with store.database.write() as connection:
            store.looks.recover(connection, max_crashes, everything=True)


def test_poison_is_parked(store: Store):
    """A look that ends its process too often is parked with its reason, and deliveries do not start it again."""
    deliver(store, "d1", "1")
    pass_time(store, 1)
    crash(store, times=3, max_crashes=3)
    assert row(store)["state"] == State.POISONED
    assert "ended its process 3 times" in row(store)["error"]
    deliver(store, "d2", "1")
    pass_time(store, 1)
    assert claim(store) == []
    store.listings.retry(KEY)
    assert len(claim(store)) == 1


def test_suspects_run_alone(store: Store):
    """Looks that were running when the process ended twice run one at a time, so that innocent ones get through."""
    for n in range(3):
        deliver(store, f"d{n}", f"t{n}")
    pass_time(store, 1)
    crash(store, times=2)
    deliver(store, "d9", "other")
    pass_time(store, 1)
    assert [c.key.subject for c in claim(store)] == ["other", "t0"]
    assert claim(store) == []


def test_parked_look_gets_one_try_for_a_delivery(store: Store):
    """A new delivery about a parked look gives it one more try: what was wrong may have been put right."""
    begun = due(store)
    with store.database.write() as connection:
        store.looks.park(connection, begun, "refused")
    pass_time(store, 60)
    assert claim(store) == []
    assert row(store)["state"] == State.PARKED
    assert due(store).attempts == begun.attempts


def test_wait_costs_no_attempt(store: Store):
    """A retry that only waited for a rate limit counts no attempt and starts no record of failing."""
    begun = due(store)
    with store.database.write() as connection:
        store.looks.retry(connection, begun, store.clock.now(), "limited", counts=False)
    assert (row(store)["attempts"], row(store)["failing_since"]) == (0, None)


def test_failing_since_is_kept(store: Store):
    """The first failure of a row of failures is remembered until a run succeeds."""
    begun = due(store)
    with store.database.write() as connection:
        store.looks.retry(connection, begun, store.clock.now(), "down", counts=True)
    first = row(store)["failing_since"]
    pass_time(store, 5)
    (claimed,) = claim(store)
    again = begin(store, claimed)
    assert again is not None
    assert again.failing_since == first
    with store.database.write() as connection:
        store.looks.finish(connection, again, None)
    assert row(store)["failing_since"] is None


def test_ensure_keeps_what_is_there(store: Store):
    """A look that repeats by itself is created once; a restart does not bring it forward."""
    store.looks.ensure(KEY)
    (claimed,) = claim(store)
    begun = begin(store, claimed)
    assert begun is not None
    later = store.clock.now() + timedelta(hours=1)
    with store.database.write() as connection:
        store.looks.finish(connection, begun, later)
    store.looks.ensure(KEY)
    assert row(store)["look_at"] == later


def test_next_due_at(store: Store):
    """The engine learns when the next look is due, and nothing of those that are held or parked."""
    assert store.looks.next_due_at() is None
    deliver(store, "d1", "1")
    assert store.looks.next_due_at() == row(store)["look_at"]
    pass_time(store, 1)
    claim(store)
    assert store.looks.next_due_at() is None


def test_the_next_look_is_found_without_statistics(store: Store):
    """In a table that was filled a moment ago, of which PostgreSQL knows nothing yet, the next look has an index."""
    now, asked = store.clock.now(), []
    row = {"connection": "desk", "kind": "ticket", "first_asked_at": now, "look_at": now + timedelta(days=1)}
    later = [{**row, "subject": str(number)} for number in range(5_000)]
    with store.database.write() as connection:
        connection.execute(looks.insert(), later)

    def note(_connection, _cursor, statement, parameters, *_more):
        asked.append((statement, parameters))

    with store.database.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", note)
        assert store.looks.next_due_at() == row["look_at"]
        event.remove(connection.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        explain = "EXPLAIN QUERY PLAN" if store.database.is_sqlite else "EXPLAIN"
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "ix_looks_free" in str(plan)
