"""Looking at what leaves the platform for one ticket: each message once, apart from the ticket's own look.

A mail server that is down thus never keeps a field or a note from a ticket. What fails stays intended with its reason,
and this look is retried, and parked, like every other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.engine import Connection

from core.errors import PlatformError, RetryLaterError
from core.update import TicketRef
from webhooks.engine.look import Outcome
from webhooks.engine.ticket import Link
from webhooks.store.clock import Clock
from webhooks.store.database import Database
from webhooks.store.looks import Begun, Looks
from webhooks.store.memory import MESSAGES, Effect, EffectState, Memories
from webhooks.store.runtime import Runtime

WHILE_PAUSED = timedelta(minutes=5)  # until somebody lets the connection write again


@dataclass(frozen=True, slots=True)
class MessagesLook:
    """Sends the intended messages of one ticket, in the order in which their levels were reached."""

    database: Database
    clock: Clock
    looks: Looks
    memories: Memories
    runtime: Runtime
    links: Mapping[str, Link]

    def __call__(self, begun: Begun) -> Outcome:
        """Send what is intended; one that fails keeps none of the others.

        Raises:
            RetryLaterError, RefusedError: the failure that leaves the most hope, after all were tried.
            SupersededError: another run has taken over.
        """
        key = begun.claim.key
        ref = TicketRef(key.connection, key.subject)
        with self.database.read() as connection:
            intended = self._intended(connection, ref)
            is_open = self.links[ref.connection].writes and not self.runtime.is_paused(connection, ref.connection)
        if intended and not is_open:
            return Outcome(self.clock.now() + WHILE_PAUSED, result="withheld")
        failures = [failure for each in intended if (failure := self._send(begun, ref, each))]
        if failures:
            raise min(failures, key=lambda each: not isinstance(each, RetryLaterError))
        return Outcome(None)

    def _intended(self, connection: Connection, ref: TicketRef) -> list[Effect]:
        known = self.memories.effects(connection, ref.connection, ref.ticket_id)
        return [each for each in known if each.kind in MESSAGES and each.state is EffectState.INTENDED]

    def _send(self, begun: Begun, ref: TicketRef, effect: Effect) -> PlatformError | None:
        with self.database.write() as connection:
            self.looks.check(connection, begun.claim)
            now = self.clock.now_in(connection)
        try:
            undone = self.links[ref.connection].courier.send(ref, effect, now)
        except PlatformError as err:
            if not _only_waits(err):
                with self.database.write() as connection:
                    self.memories.fail(connection, ref.connection, ref.ticket_id, effect, str(err))
            return err
        with self.database.write() as connection:
            done = Effect(effect.kind, effect.key, EffectState.DONE, reason=undone)
            self.memories.record(connection, ref.connection, ref.ticket_id, [done], now)
            detail = {"kind": effect.kind.value, "key": effect.key} | ({"undone": undone} if undone else {})
            self.runtime.note(connection, ref.connection, ref.ticket_id, "engine", "sent", detail)
        return None


def _only_waits(error: PlatformError) -> bool:
    """Return whether nothing was tried: the server rests, so the attempt is not counted."""
    return isinstance(error, RetryLaterError) and error.retry_after is not None and error.status is None
