"""A month at a support desk, made by a seed: who does what to which ticket, and when. Says nothing about deadlines."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

MONTH = timedelta(days=30)
PLANS = ("Gold", "Silver", "Standard")
PRIORITIES = ("urgent", "normal", "low")
_DEEDS = {  # what follows on a ticket, and how often
    "answer": 5,
    "answer and wait": 4,
    "write back": 5,
    "note": 2,
    "priority": 2,
    "workaround": 1,
    "no workaround": 1,
    "third party": 1,
    "no third party": 1,
    "solve": 2,
    "delete": 1,
    "restore": 2,
}


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """One thing that somebody does.

    Attributes:
        after: since the month's beginning.
        ticket: which ticket, counted from 0.
        what: ``open`` or one of the things that follow.
        word: the plan and priority of a new ticket, or the new priority.
    """

    after: timedelta
    ticket: int
    what: str
    word: str = ""


def month(tickets: int, seed: int) -> list[Deed]:
    """Return all that happens in a month to so many tickets, in order."""
    rng = random.Random(seed)
    return sorted(deed for ticket in range(tickets) for deed in _life(ticket, rng))


def _life(ticket: int, rng: random.Random) -> Iterator[Deed]:
    at = timedelta(seconds=rng.randrange(int(MONTH * 0.9 / timedelta(seconds=1))))
    yield Deed(at, ticket, "open", f"{rng.choice(PLANS)} {rng.choice(PRIORITIES)}")
    for _ in range(rng.choice([0, 1, 2, 3, 5, 8])):
        at += timedelta(seconds=int(rng.expovariate(1 / rng.choice([1_800, 14_400, 172_800]))) + 1)
        if at >= MONTH:
            return
        what = rng.choices(list(_DEEDS), list(_DEEDS.values()))[0]
        yield Deed(at, ticket, what, rng.choice(PRIORITIES) if what == "priority" else "")
