"""A stored result (``core.result``) read back: what was decided about a ticket, as the pages need it."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.ticket import Metric

_STORED = ConfigDict(frozen=True, extra="ignore")  # a newer version may have stored more
FINISHED = frozenset({"met", "missed", "cancelled"})


class PauseForm(BaseModel):
    """A span in which a clock stood still; ``until`` is None while it lasts."""

    model_config = _STORED

    begin: Annotated[AwareDatetime, Field(alias="from")]
    until: Annotated[AwareDatetime | None, Field(alias="to")] = None
    because: str
    counted_seconds: float


class ManualForm(BaseModel):
    """A deadline set by hand."""

    model_config = _STORED

    due_at: AwareDatetime
    derived_due_at: AwareDatetime | None = None
    set_at: AwareDatetime
    by: str | None = None
    reason: str | None = None


class ClockForm(BaseModel):
    """One cycle of one metric."""

    model_config = _STORED

    metric: Metric
    cycle: int
    state: str
    at_risk: bool = False
    target: str
    calendar: str
    started_at: AwareDatetime
    due_at: AwareDatetime | None = None
    met_at: AwareDatetime | None = None
    breached_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    elapsed_seconds: float
    remaining_seconds: float | None = None
    pauses: tuple[PauseForm, ...] = ()
    manual: ManualForm | None = None
    observed: bool = False
    clause: str = ""

    @property
    def is_finished(self) -> bool:
        """True when nothing more is owed."""
        return self.state in FINISHED

    @property
    def name(self) -> str:
        """The metric for people, with its cycle where there are several: ``update 2``."""
        words = self.metric.value.replace("_", " ")
        return f"{words} {self.cycle}" if self.cycle > 1 else words

    @property
    def shown_state(self) -> str:
        """The state, with ``at_risk`` for a running clock that is."""
        return "at_risk" if self.at_risk else self.state


class _Step(BaseModel):
    model_config = _STORED

    key: str
    level: int
    role: str | None = None
    raise_tier: int | None = None

    @property
    def clock(self) -> tuple[str, int]:
        """The metric and cycle whose ladder it belongs to."""
        metric, cycle, _ = self.key.split("/", 2)
        return metric, int(cycle)

    @property
    def says(self) -> str:
        """The step in words: ``step 2: solutions manager``."""
        who = (self.role or "").replace("_", " ")
        rises = f"rises to tier {self.raise_tier}" if self.raise_tier else ""
        return f"step {self.level}: {', '.join(part for part in (who, rises) if part) or self.key}"


class ReachedForm(_Step):
    """A level of a ladder that was reached."""

    reached_at: AwareDatetime


class ComingForm(_Step):
    """A level that will be reached at ``at`` if nothing happens."""

    at: AwareDatetime


class StepForm(BaseModel):
    """One line of the explanation."""

    model_config = _STORED

    at: AwareDatetime
    text: str
    clause: str = ""


class Result(BaseModel):
    """What was decided. ``upcoming`` is empty in results that were stored before it was."""

    model_config = _STORED

    ticket: str
    policy: str
    policy_version: str
    tzdata: str
    now: AwareDatetime
    plan: str | None = None
    priority: str | None = None
    tier: int | None = None
    covered: bool
    exclusion: str | None = None
    state: str
    problems: tuple[str, ...] = ()
    clocks: tuple[ClockForm, ...] = ()
    escalations: tuple[ReachedForm, ...] = ()
    upcoming: tuple[ComingForm, ...] = ()
    next_wake_at: AwareDatetime | None = None
    explanation: tuple[StepForm, ...] = ()

    @classmethod
    def from_stored(cls, mapping: Mapping[str, Any]) -> "Result":
        """Return what a look stored."""
        return cls.model_validate(mapping)

    @property
    def current(self) -> tuple[ClockForm, ...]:
        """The last cycle of each metric."""
        return tuple({clock.metric: clock for clock in self.clocks}.values())

    @property
    def owed(self) -> ClockForm | None:
        """The unfinished clock that is due first; of paused ones the one with the least left; None if nothing is."""
        open_ones = [clock for clock in self.current if not clock.is_finished]
        due = [clock for clock in open_ones if clock.due_at is not None]
        if due:
            return min(due, key=lambda clock: (clock.due_at, clock.metric))
        left = [clock for clock in open_ones if clock.remaining_seconds is not None]
        return min(left, key=lambda clock: (clock.remaining_seconds, clock.metric), default=None)
