"""What a policy would say of tickets that another version of it has judged, without a trace."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from core.errors import GoneError, RefusedError
from core.policy_diff import Change, result_changes
from core.update import TicketRef
from webhooks.backfill.pacing import Pacing
from webhooks.engine.ticket import Link
from webhooks.engine.verdicts import kept
from webhooks.service import Store


@dataclass(frozen=True, slots=True)
class Judgement:
    """What changes on one ticket; ``problem`` says why it could not be read."""

    ticket_id: str
    changes: tuple[Change, ...] = ()
    problem: str = ""


def judgements(
    store: Store, link: Link, ticket_ids: Iterable[str], pacing: Pacing, *, also_finished: bool = False
) -> Iterator[Judgement]:
    """Yield what changes on each ticket against its stored result, at the pace that the account's budget allows.

    Args:
        link: of the connection with its new policy.
        also_finished: verdicts of clocks that have ended are judged anew, too.

    Raises:
        RetryLaterError: the platform does not answer for long.
    """
    name = link.adapter.connection
    for ticket_id in ticket_ids:
        ref = TicketRef(name, ticket_id)
        with store.database.read() as connection:
            memory = store.memories.recall(connection, name, ticket_id)
        result = memory.result or {}
        try:
            snapshot = pacing.patiently(partial(link.adapter.fetch, ref, memory.observations))
        except (GoneError, RefusedError) as err:
            yield Judgement(ticket_id, problem="gone" if isinstance(err, GoneError) else str(err))
            continue
        evaluation = link.evaluate(memory.added_to(snapshot.ticket), store.clock.now())
        decided = evaluation if also_finished else kept(evaluation, result)
        yield Judgement(ticket_id, result_changes(result, decided.to_mapping()))
