"""Reading many tickets for a command that decides nothing by them: one after the other, in batches where there are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters.base import Adapter, BatchReading, FetchRest, Snapshot
from core.errors import GoneError, RefusedError
from core.update import TicketRef
from webhooks.backfill.pacing import Pacing
from webhooks.service import Store
from webhooks.store.memory import Memory


@dataclass(frozen=True, slots=True)
class Sight:
    """One ticket as it was read.

    Attributes:
        memory: what the store knows of it.
        snapshot: None if it could not be read.
        problem: then why.
    """

    ticket_id: str
    memory: Memory
    snapshot: Snapshot | None = None
    problem: str = ""


def sights(store: Store, adapter: Adapter, ticket_ids: Sequence[str], pacing: Pacing) -> Iterator[Sight]:
    """Yield each ticket, at the pace that the account's budget allows.

    Raises:
        RetryLaterError: the platform does not answer for long.
    """
    reader = adapter if isinstance(adapter, BatchReading) and adapter.most_read else None
    size = reader.most_read if reader else 1
    for begin in range(0, len(ticket_ids), size):
        refs = [TicketRef(adapter.connection, ticket_id) for ticket_id in ticket_ids[begin : begin + size]]
        begun = _begun(reader, refs, pacing) if reader else {}
        for ref in refs:
            with store.database.read() as connection:
                memory = store.memories.recall(connection, ref.connection, ref.ticket_id)
            read = begun.get(ref) or partial(adapter.fetch, ref)
            yield _sight(ref, memory, read, pacing)


def _begun(reader: BatchReading, refs: Sequence[TicketRef], pacing: Pacing) -> Mapping[TicketRef, FetchRest]:
    try:
        return pacing.patiently(lambda: reader.fetch_many(refs))
    except RefusedError:  # of the whole batch: each ticket alone says why
        return {}


def _sight(
    ref: TicketRef, memory: Memory, read: Callable[[Mapping[str, Any] | None], Snapshot], pacing: Pacing
) -> Sight:
    try:
        snapshot = pacing.patiently(lambda: read(memory.observations))
    except (GoneError, RefusedError) as err:
        return Sight(ref.ticket_id, memory, problem="gone" if isinstance(err, GoneError) else str(err))
    return Sight(ref.ticket_id, memory, snapshot)
