"""What a policy would say of tickets that another version of it has judged, without a trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.policy_diff import Change, result_changes
from webhooks.backfill.pacing import Pacing
from webhooks.backfill.reading import sights
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
    store: Store, link: Link, ticket_ids: Sequence[str], pacing: Pacing, *, also_finished: bool = False
) -> Iterator[Judgement]:
    """Yield what changes on each ticket against its stored result, at the pace that the account's budget allows.

    Args:
        link: of the connection with its new policy.
        also_finished: verdicts of clocks that have ended are judged anew, too.

    Raises:
        RetryLaterError: the platform does not answer for long.
    """
    for each in sights(store, link.adapter, ticket_ids, pacing):
        if each.snapshot is None:
            yield Judgement(each.ticket_id, problem=each.problem)
            continue
        result = each.memory.result or {}
        evaluation = link.evaluate(each.memory.added_to(each.snapshot.ticket), store.clock.now())
        decided = evaluation if also_finished else kept(evaluation, result)
        yield Judgement(each.ticket_id, result_changes(result, decided.to_mapping()))
