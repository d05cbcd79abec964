"""Sending the one public reply, outside every transaction: what was meant is recorded before, what came of it after."""

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import ConflictError, GoneError, PlatformError, RetryLaterError
from core.update import Reply, TicketRef
from webhooks.effects.reply import NOT_SEEN, is_unsent, looked_for_at
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.memory import Effect, EffectState, Memories
from webhooks.store.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Replies:
    """Sends replies of all connections."""

    database: Database
    clock: Clock
    memories: Memories
    runtime: Runtime

    def send(self, reply: Callable[[Reply], bool], ref: TicketRef, effect: Effect, version: str | None) -> None:
        """Send one reply, which is recorded as under way, and record what came of it; afterwards decide again.

        Args:
            reply: the adapter's.
            ref: the ticket.
            effect: the reply as it was before this attempt, with its text.
            version: the platform's mark of what was read.

        Raises:
            ConflictError, GoneError, RetryLaterError: nothing was sent, and the attempt does not count.
        """
        try:
            is_seen = reply(Reply(ref, effect.key, str((effect.detail or {})["text"]), version))
        except PlatformError as err:
            if isinstance(err, ConflictError | GoneError) or (isinstance(err, RetryLaterError) and is_unsent(err)):
                with self.database.write() as connection:
                    self.memories.put_off(connection, ref.connection, ref.ticket_id, effect)
                raise
            self._failed(ref, effect, str(err), ends=is_unsent(err))
            return
        if not is_seen:
            self._failed(ref, effect, NOT_SEEN, ends=True)
            return
        with self.database.write() as connection:
            now = self.clock.now_in(connection)
            done = Effect(effect.kind, effect.key, EffectState.DONE)
            self.memories.record(connection, ref.connection, ref.ticket_id, [done], now)
            self.runtime.note(connection, ref.connection, ref.ticket_id, "engine", "replied", {"key": effect.key})

    def _failed(self, ref: TicketRef, effect: Effect, reason: str, *, ends: bool) -> None:
        """Count the attempt: what may have been sent is looked for later, what was refused waits for a person."""
        with self.database.write() as connection:
            look_at = None if ends else looked_for_at(effect, self.clock.now_in(connection))
            self.memories.fail(connection, ref.connection, ref.ticket_id, effect, reason, look_at)
