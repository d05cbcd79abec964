"""The levels that a ticket has reached, each with the clock that it belongs to. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.clocks import Clock
from core.escalation import Escalation
from core.evaluate import Evaluation
from core.policy import Level


@dataclass(frozen=True, slots=True)
class Step:
    """One level reached on one cycle of a clock."""

    escalation: Escalation
    clock: Clock

    @property
    def key(self) -> str:
        """Unique on its ticket: ``metric/cycle/level``."""
        return self.escalation.key

    @property
    def level(self) -> Level:
        """The level of the policy's ladder."""
        return self.escalation.level

    @property
    def effect_at(self) -> datetime:
        """When people are told: at once, or when the clock's calendar opens."""
        reached_at = self.escalation.reached_at
        return self.clock.calendar.next_open(reached_at) if self.level.in_working_hours else reached_at


def steps(evaluation: Evaluation) -> tuple[Step, ...]:
    """Return every level reached, in order of time."""
    return tuple(sorted(_steps(evaluation), key=lambda each: (each.escalation.reached_at, each.key)))


def _steps(evaluation: Evaluation) -> Iterator[Step]:
    for clock, work in zip(evaluation.clocks, evaluation.work, strict=True):
        for escalation in work.reached:
            yield Step(escalation, clock)
