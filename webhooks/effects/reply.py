"""The public reply to somebody who is turned back: when it is sent, and when it never is. Pure.

Nobody can take back what a customer has read. So it is looked for on the ticket before it is sent, whatever became of
an earlier attempt, and while one may still be under way nothing is sent at all.
"""

from collections.abc import Iterable, Set
from dataclasses import replace
from datetime import datetime, timedelta

from core.errors import PlatformError, RetryLaterError
from webhooks.effects.plan import Reached
from webhooks.store.memory import Effect, EffectKind, EffectState

# After each attempt whose outcome nobody knows: longer than a platform may take to show what it was sent.
WAITS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
LONGEST_UNSEEN = timedelta(hours=1)  # what had waited longer when we first heard of it was not ours to answer

UNDER_WAY = "it was being sent, and no answer is recorded; it is looked for on the ticket before it is sent again"
ANSWERED = "an agent has answered, or the ticket was solved, before it could be sent"
NOT_WANTED = "the requester is no longer turned back, or `turn_back` is no longer `public`"
SEEN_LATE = "the ticket had waited for more than an hour when it was first seen"
NOT_SEEN = "it came out as an internal note; give our account the right to answer in public"


def reply_now(
    found: Iterable[tuple[Reached, Effect]],
    effects: Iterable[Effect],
    reply_keys: Set[str],
    now: datetime,
    first_asked_at: datetime,
) -> Effect | None:
    """Return the reply as it is now: INTENDED if it is still to be sent, else with why not; None if none was wanted.

    Args:
        found: what the ticket has reached, each with what is recorded of it or is to be.
        effects: all that is recorded.
        reply_keys: our replies that stand on the platform.
        now: when this look is taken.
        first_asked_at: when the ticket was first heard of.
    """
    recorded = next((effect for effect in effects if effect.kind is EffectKind.REPLY), None)
    offers = (
        (each, action)
        for each, effect in found
        for action in each.actions
        if action.kind is EffectKind.REPLY and (recorded or effect.state is EffectState.INTENDED)
    )
    cause, offered = next(offers, (None, None))
    reply = recorded or offered
    if reply is None or reply.state is not EffectState.INTENDED:
        return reply
    if reply.key in reply_keys:
        return replace(reply, state=EffectState.DONE, reason=None)
    if cause is None:
        return replace(reply, state=EffectState.SKIPPED, reason=NOT_WANTED)
    if cause.too_late:
        return replace(reply, state=EffectState.SKIPPED, reason=ANSWERED)
    if recorded is None and reply.reached_at and reply.reached_at < first_asked_at - LONGEST_UNSEEN:
        return replace(reply, state=EffectState.SKIPPED, reason=SEEN_LATE)
    if reply.attempts >= len(WAITS) and is_due(reply, now):
        return replace(reply, state=EffectState.PARKED, reason=f"{reply.reason}; it is not on the ticket")
    return reply


def is_due(reply: Effect, now: datetime) -> bool:
    """Return whether its time has come."""
    return reply.effect_at is None or reply.effect_at <= now


def looked_for_at(reply: Effect, now: datetime) -> datetime:
    """Return when a reply is looked for of which nobody knows whether it was sent."""
    return now + WAITS[min(reply.attempts, len(WAITS) - 1)]


def under_way(reply: Effect, now: datetime) -> Effect:
    """Return what is recorded before sending, in case nobody can record what came of it."""
    return replace(reply, effect_at=looked_for_at(reply, now), reason=UNDER_WAY)


def is_unsent(error: PlatformError) -> bool:
    """Return whether an error proves that nothing was sent: a refusal or a rate limit, not a lost answer."""
    if isinstance(error, RetryLaterError):
        return error.status == 429
    return error.status is None or error.status >= 300
