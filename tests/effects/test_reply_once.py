"""However looks, deaths and lost answers follow each other, nobody gets two replies: a property of the pure rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.stories import at
from webhooks.effects.due import Due, due
from webhooks.effects.plan import REPLY_KEY, TURN_BACK, Reached
from webhooks.effects.reply import WAITS, looked_for_at, under_way
from webhooks.store.memory import Effect, EffectKind, EffectState

START, MINUTE = at("mon 09:00"), timedelta(minutes=1)
REPLY = (EffectKind.REPLY, REPLY_KEY)
DIES_BEFORE, DIES_AFTER, LOST, LOST_BUT_TAKEN, CONFLICT, FINE = "before", "after", "lost", "taken", "conflict", "fine"
TAKEN = (DIES_AFTER, LOST_BUT_TAKEN, FINE)


@dataclass
class World:
    """What is recorded here, and what was sent and when: what the engine does, in few words.

    ``lag`` is how long the platform takes to show what it was sent.
    """

    lag: timedelta
    effects: dict[tuple[EffectKind, str], Effect] = field(default_factory=dict)
    sent: list[datetime] = field(default_factory=list)

    @property
    def state(self) -> EffectState:
        return self.effects[REPLY].state

    def decide(self, now: datetime) -> Due:
        offer = Effect(*REPLY, EffectState.INTENDED, START, now, detail={"text": "Ask them."})
        turned = Reached(EffectKind.TURN_BACK, TURN_BACK, now, now, actions=(offer,))
        shown = {REPLY_KEY} if any(sent + self.lag <= now for sent in self.sent) else frozenset()
        return due([turned], self.effects.values(), frozenset(), now, START, writes=True, reply_keys=shown)

    def look(self, now: datetime, fate: str) -> None:
        taking = self.decide(now)
        for each in taking.new + taking.actions:
            self.effects[each.kind, each.key] = each
        if not taking.sends_reply:
            return
        reply = taking.reply
        self.effects[REPLY] = under_way(reply, now)
        if fate in TAKEN:
            self.sent.append(now)
        if fate in (LOST, LOST_BUT_TAKEN):
            self.effects[REPLY] = replace(reply, attempts=reply.attempts + 1, effect_at=looked_for_at(reply, now))
        elif fate == CONFLICT:
            self.effects[REPLY] = reply
        elif fate == FINE:
            self.effects[REPLY] = replace(reply, state=EffectState.DONE)


fates = st.lists(st.sampled_from([DIES_BEFORE, DIES_AFTER, LOST, LOST_BUT_TAKEN, CONFLICT, FINE]), max_size=12)


@given(fates, st.integers(1, 90), st.integers(0, 4))
def test_never_two_replies(given_fates, pace, lag):
    """The requester gets one reply, or none and a person is told: never two, and the record says which."""
    world = World(lag * MINUTE)
    for n, fate in enumerate(given_fates):
        world.look(START + n * pace * MINUTE, fate)
        assert len(world.sent) <= 1
    for n in range(3):
        world.look(START + timedelta(days=2, hours=n), FINE)
    assert len(world.sent) == (world.state is EffectState.DONE)
    assert world.state is (EffectState.DONE if world.sent else EffectState.PARKED)


def test_the_note_waits_for_the_reply():
    """While a reply is to be sent or may be under way, the note that tells of it does not take effect."""
    world = World(timedelta(0))
    first = world.decide(START)
    assert (first.sends_reply, first.reply_summary, first.levels) == (True, {"reply": REPLY_KEY}, ())
    world.look(START, LOST)
    waiting = world.decide(START + MINUTE)
    assert (waiting.sends_reply, waiting.reply_summary, waiting.levels) == (False, {}, ())
    assert waiting.next_at == START + WAITS[0]
    world.look(START + WAITS[0], FINE)
    assert [level.key for level in world.decide(START + WAITS[0]).levels] == [TURN_BACK]
