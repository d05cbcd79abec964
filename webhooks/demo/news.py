"""What the service did by itself, in one line each: the states that tickets came to, and the ladder's steps."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from webhooks.service import Store
from webhooks.store.memory import EffectKind, EffectState
from webhooks.store.tables import effects, summaries

WORDS = {"at_risk": "is at risk", "breached": "is breached", "missed": "was late", "met": "is done, all in time"}


class News:
    """Tells each thing once.

    Args:
        name: the connection that is told of.
        subject_of: a ticket's id to what it is about.
    """

    def __init__(self, store: Store, name: str, subject_of: Callable[[str], str]) -> None:
        self._store, self._name, self._subject_of = store, name, subject_of
        self._states: dict[str, str] = {}
        self._steps: set[tuple[str, str]] = set()

    def latest(self) -> Iterator[str]:
        """Yield what is new since the last time."""
        states = sa.select(summaries.c.ticket_id, summaries.c.state).where(summaries.c.connection == self._name)
        steps = sa.select(effects.c.ticket_id, effects.c.key).where(
            effects.c.connection == self._name,
            effects.c.kind == EffectKind.ESCALATION.value,
            effects.c.state == EffectState.DONE.value,
        )
        with self._store.database.read() as connection:
            now = dict(connection.execute(states).tuples().all())
            done = connection.execute(steps.order_by(effects.c.reached_at, effects.c.key)).tuples().all()
        for ticket_id, state in sorted(now.items()):
            if self._states.get(ticket_id) != state and state in WORDS:
                yield f"{self._subject_of(ticket_id)} {WORDS[state]}"
        for ticket_id, key in done:
            if (ticket_id, key) not in self._steps:
                yield f"{self._subject_of(ticket_id)} goes up the ladder: {key.rpartition('/')[2].replace('_', ' ')}"
        self._states = now
        self._steps |= set(done)
