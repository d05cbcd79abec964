"""What moved a ticket's clocks, in order of time: read off the stored result, which holds no customer's words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.ticket import Metric
from webhooks.store.results import ClockForm, Result


@dataclass(frozen=True, slots=True)
class Happening:
    """Everything at one instant.

    Attributes:
        kind: the most important thing: created, breach, step, met, pause, due.
        is_ahead: it will happen if nothing else does.
    """

    at: datetime
    kind: str
    says: tuple[str, ...]
    is_ahead: bool = False


_ORDER = ("created", "breach", "step", "cancelled", "met", "pause", "manual", "due")


def happenings(result: Result) -> list[Happening]:
    """Return what happened and what lies ahead, each instant once."""
    found: dict[tuple[datetime, bool], list[tuple[str, str]]] = {}
    for at, kind, says, is_ahead in _all(result):
        found.setdefault((at, is_ahead), []).append((kind, says))
    return [
        Happening(at, min((kind for kind, _ in each), key=_ORDER.index), tuple(says for _, says in each), is_ahead)
        for (at, is_ahead), each in sorted(found.items(), key=lambda item: item[0])
    ]


def _all(result: Result) -> Iterator[tuple[datetime, str, str, bool]]:
    if result.clocks:
        yield min(clock.started_at for clock in result.clocks), "created", "the ticket was created", False
    for clock in result.clocks:
        yield from _clock(clock)
    for step in result.escalations:
        yield step.reached_at, "step", f"{_of(step.clock)}: {step.says}", False
    for coming in result.upcoming:
        yield coming.at, "step", f"{_of(coming.clock)}: {coming.says}", True


def _clock(clock: ClockForm) -> Iterator[tuple[datetime, str, str, bool]]:
    late = " late" if clock.state == "missed" else ""
    if clock.breached_at is not None:
        yield clock.breached_at, "breach", f"{clock.name} was breached", False
    elif clock.due_at is not None and not clock.is_finished:
        yield clock.due_at, "due", f"{clock.name} is due", True
    if clock.met_at is not None:
        yield clock.met_at, "met", f"{clock.name} was met{late}", False
    if clock.cancelled_at is not None:
        yield clock.cancelled_at, "cancelled", f"{clock.name} was cancelled", False
    if clock.manual is not None:
        by = f" by {clock.manual.by}" if clock.manual.by else ""
        yield clock.manual.set_at, "manual", f"{clock.name} got a deadline by hand{by}", False
    for pause in clock.pauses:
        yield pause.begin, "pause", f"{clock.name} stood still ({pause.because})", False
        if pause.until is not None:
            yield pause.until, "pause", f"{clock.name} went on", False


def _of(clock: tuple[str, int]) -> str:
    metric, cycle = clock
    words = Metric(metric).value.replace("_", " ")
    return f"{words} {cycle}" if cycle > 1 else words
