"""``kill -9`` under load: no accepted delivery is lost, no note is written twice."""

import random
import time

import pytest

from tests.e2e.sides import Side, Zendesk
from tests.e2e.world import World, wait_for


def play(world: World, rounds: int, seed: int, workers: bool = False) -> None:
    """Kill the service at random moments while tickets come, and see every ticket right at the end."""
    rng = random.Random(seed)
    side = world.side
    tickets = []
    serving = world.start()
    helping = world.start("worker") if workers else None
    for number in range(rounds):
        tickets += [side.open(f"Round {number}") for _ in range(rng.randint(1, 4))]
        some = rng.choice(tickets)
        side.reply(some)
        side.set_status(some, rng.choice(["pending", "open"]))
        time.sleep(rng.uniform(0, 1.2))
        if helping is not None and rng.random() < 0.5:
            world.kill(helping)
            helping = world.start("worker")
        else:
            world.kill(serving)
            serving = world.start()
    for (
        ticket
    ) in tickets:  # what the dead service never answered, the platform gave up on: the feed's part, done at once
        world.retry(ticket)
    wait_for(lambda: all(side.shown(t) == _expected(side, t) for t in tickets), "every ticket to be right", 120)
    for ticket in tickets:
        notes = side.notes(ticket)
        assert len(notes) == len(set(notes))
    assert world.parked() == []


def _expected(side: Side, ticket: str) -> str:
    return "paused" if side.is_waiting(ticket) else "running"


def test_killed_at_random_moments(each):
    """A few kills with a fixed seed, on each platform."""
    play(each, rounds=3, seed=20261124)


@pytest.mark.postgres
def test_killed_with_two_workers(tmp_path, server):
    """Server and worker on PostgreSQL, either of them killed at random."""
    world = World(tmp_path, Zendesk(), server.create())
    try:
        play(world, rounds=4, seed=20261125, workers=True)
    finally:
        world.close()


@pytest.mark.long
def test_killed_again_and_again(each):
    """Many kills on each platform."""
    play(each, rounds=40, seed=7)


@pytest.mark.postgres
def test_the_other_worker_finishes_a_dead_ones_work(tmp_path, server):
    """With two workers on PostgreSQL, the living one finishes the dead one's looks within 30 seconds."""
    world = World(tmp_path, Zendesk(), server.create())
    try:
        world.start()
        doomed = world.start("worker")
        time.sleep(2)  # it has begun to take work
        tickets = [world.side.open(f"T{n}") for n in range(20)]
        time.sleep(1.2)
        world.kill(doomed)
        began = time.monotonic()
        wait_for(lambda: all(world.side.shown(t) for t in tickets), "all fields")
        assert time.monotonic() - began < 30
    finally:
        world.close()
