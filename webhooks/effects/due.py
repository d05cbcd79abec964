"""What of all that a ticket has reached takes effect at this look. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from webhooks.effects.plan import Reached
from webhooks.effects.reply import is_due, reply_now
from webhooks.store.memory import MESSAGES, Effect, EffectKind, EffectState

Known = Mapping[tuple[EffectKind, str], Effect]


@dataclass(frozen=True, slots=True)
class Due:
    """What takes effect now.

    Attributes:
        new: what was reached and is not recorded yet, each with what it is to become.
        levels: what takes effect now: its note is wanted.
        actions: what the levels do beside their notes and is not recorded yet; recorded before it is done.
        routes: the ROUTE actions to be done in this look's update.
        routed: the ROUTE actions that were done with a note that stands already.
        next_at: when something takes effect that waits for its time.
        has_messages: whether there is something to send that nobody has tried to send.
        reply: the public reply as it is now. While it is INTENDED the note about it waits.
        sends_reply: whether it is to be sent at this look.
    """

    new: tuple[Effect, ...]
    levels: tuple[Effect, ...]
    actions: tuple[Effect, ...]
    routes: tuple[Effect, ...]
    routed: tuple[Effect, ...]
    next_at: datetime | None
    has_messages: bool
    reply: Effect | None = None
    sends_reply: bool = False

    @property
    def states(self) -> dict[str, EffectState]:
        """The levels whose notes are wanted, as ``wanted`` takes them."""
        return {level.key: level.state for level in self.levels}

    @property
    def reply_summary(self) -> dict[str, str]:
        """The reply that would be sent, as a preview words it; empty if none would."""
        return {"reply": self.reply.key} if self.reply and self.sends_reply else {}


def due(
    reached: Iterable[Reached],
    effects: Iterable[Effect],
    note_keys: Set[str],
    now: datetime,
    first_asked_at: datetime,
    *,
    writes: bool,
    reply_keys: Set[str] = frozenset(),
) -> Due:
    """Return what takes effect now.

    Args:
        reached: what the ticket has reached, in order of time.
        effects: what is recorded of it.
        note_keys: our notes that stand on the platform.
        first_asked_at: what was reached before has no effect.
        writes: False in shadow mode, in which all is only reported. A pause merely delays, and is not asked here.
        reply_keys: our public replies that stand on the platform.
    """
    known: Known = {(each.kind, each.key): each for each in effects}
    found = [(each, known.get((each.kind, each.key)) or _new(each, first_asked_at, writes)) for each in reached]
    acting = [(each, effect) for each, effect in found if _is_intended(effect) and each.effect_at <= now]
    waiting = [each.effect_at for each, effect in found if _is_intended(effect) and each.effect_at > now]
    reply = reply_now(found, known.values(), reply_keys, now, first_asked_at)
    unsent = reply if reply is not None and _is_intended(reply) else None
    offered = [action for each, _ in acting for action in each.actions if (action.kind, action.key) not in known]
    actions = [action for action in offered if action.kind is not EffectKind.REPLY]
    if reply is not None and reply != known.get((reply.kind, reply.key)):
        actions.append(reply)
    routes, routed = [], []
    for route in _routes([each.key for each, _ in found], known, actions):
        if route.reason is None and route.key in note_keys:
            routed.append(route)  # a note is written last: what came with it is done
        elif route.effect_at is None or route.effect_at <= now:
            routes.append(route)
        else:
            waiting.append(route.effect_at)
    if unsent and unsent.effect_at and not is_due(unsent, now):
        waiting.append(unsent.effect_at)
    untried = [each for each in known.values() if _is_intended(each) and not each.attempts]
    return Due(
        new=tuple(effect for each, effect in found if (each.kind, each.key) not in known),
        levels=tuple(effect for _, effect in acting if not (unsent and effect.kind is EffectKind.TURN_BACK)),
        actions=tuple(actions),
        routes=tuple(routes),
        routed=tuple(routed),
        next_at=min(waiting, default=None),
        has_messages=any(each.kind in MESSAGES for each in [*actions, *untried]),
        reply=reply,
        sends_reply=unsent is not None and is_due(unsent, now),
    )


def _new(each: Reached, first_asked_at: datetime, writes: bool) -> Effect:
    """Return what becomes of something that is seen for the first time."""
    if each.too_late or each.reached_at < first_asked_at:
        state = EffectState.SKIPPED
    else:
        state = EffectState.INTENDED if writes else EffectState.REPORTED
    return Effect(each.kind, each.key, state, each.reached_at, each.effect_at)


def _routes(keys: Iterable[str], known: Known, actions: Iterable[Effect]) -> Iterator[Effect]:
    """Yield the ROUTE actions that are not done, in the order in which their levels were reached."""
    new = {action.key: action for action in actions if action.kind is EffectKind.ROUTE}
    for key in keys:
        route = known.get((EffectKind.ROUTE, key)) or new.get(key)
        if route is not None and _is_intended(route):
            yield route


def _is_intended(effect: Effect) -> bool:
    return effect.state is EffectState.INTENDED
