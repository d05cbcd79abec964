"""However looks, deaths and refusals follow each other, every effect is done once: a property of the pure rules."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.stories import at
from webhooks.effects.due import due
from webhooks.effects.plan import Reached
from webhooks.store.memory import Effect, EffectKind, EffectState

START, MINUTE = at("mon 09:00"), timedelta(minutes=1)
DIES_BEFORE_WRITE, DIES_AFTER_WRITE, REFUSED, FINE = "before", "after", "refused", "fine"


@dataclass
class World:
    """What is recorded here, and what stands on the platform: what the engine does, in few words."""

    effects: dict[tuple[EffectKind, str], Effect] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    routed: list[str] = field(default_factory=list)

    def record(self, found: tuple[Effect, ...]) -> None:
        for each in found:
            known = self.effects.get((each.kind, each.key))
            if known is None or known.state is EffectState.INTENDED:
                self.effects[each.kind, each.key] = each

    def look(self, reached: list[Reached], now, fate: str) -> None:
        taking = due(reached, self.effects.values(), frozenset(self.notes), now, START, writes=True)
        self.record(taking.new + taking.actions)
        if fate == DIES_BEFORE_WRITE:
            return
        routes = () if fate == REFUSED else taking.routes
        self.routed += [route.key for route in routes]
        self.notes += [level.key for level in taking.levels if level.key not in self.notes]
        if fate == DIES_AFTER_WRITE:
            return
        self.record(tuple(replace(each, state=EffectState.DONE) for each in (*taking.levels, *taking.routed, *routes)))
        if fate == REFUSED:
            later = now + 15 * MINUTE
            self.record(tuple(replace(each, effect_at=later, attempts=1, reason="gone") for each in taking.routes))


levels = st.lists(st.tuples(st.integers(-30, 120), st.integers(0, 90)), min_size=1, max_size=4)
fates = st.lists(st.sampled_from([DIES_BEFORE_WRITE, DIES_AFTER_WRITE, REFUSED, FINE]), max_size=12)


@given(levels, fates, st.integers(1, 40))
def test_each_effect_once(given_levels, given_fates, pace):
    """Each level reached since first sight ends with one note and one change of people, in whatever order of faults.

    Only a death after the write may repeat a change of people that had failed before, which changes nothing more.
    """
    everything = [
        Reached(
            EffectKind.ESCALATION,
            f"m/1/{n}",
            START + reached * MINUTE,
            START + (reached + wait) * MINUTE,
            actions=(Effect(EffectKind.ROUTE, f"m/1/{n}", EffectState.INTENDED),),
        )
        for n, (reached, wait) in enumerate(given_levels)
    ]
    world = World()
    for n, fate in enumerate([*given_fates, FINE, FINE, FINE]):
        now = START + (n * pace if n < len(given_fates) else 1000 + n * 60) * MINUTE
        world.look([each for each in everything if each.reached_at <= now], now, fate)
    expected = [each.key for each in everything if each.reached_at >= START]
    assert sorted(world.notes) == sorted(expected)
    assert set(world.routed) == set(expected)
    if not {DIES_AFTER_WRITE, REFUSED} <= set(given_fates):
        assert len(world.routed) == len(expected)
    for each in everything:
        state = EffectState.DONE if each.reached_at >= START else EffectState.SKIPPED
        assert world.effects[EffectKind.ESCALATION, each.key].state is state
