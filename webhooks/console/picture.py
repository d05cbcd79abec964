"""A ticket's clocks as a picture: what is drawn where. Pure; the template ``_picture.svg.html`` only writes it out.

Every clock is a lane: a bar from its start to its end with pauses and lateness marked, on a ground that is light
while the clock's calendar is open; ladder steps are diamonds on it, filled once they are reached.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.calendars import Calendar
from core.wall_time import first_instant
from core.zones import zone
from webhooks.console.axis import Axis, Tick
from webhooks.console.happened import Happening, happenings
from webhooks.console.words import short
from webhooks.store.results import ClockForm, Result

WIDTH, LEFT, RIGHT = 1024, 190, 984
HEAD, LANE, BAR, EVENTS = 46, 46, 14, 30
LONGEST_SHADED = timedelta(days=75)  # beyond that open hours are thinner than a line
MARGIN = 0.03
SHORTEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle along the axis; ``kind`` is its class: open, run, pause, late, left."""

    kind: str
    x: float
    width: float
    says: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the axis; ``kind`` is its class: due, met, reached, coming, event."""

    kind: str
    x: float
    says: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A holiday: a day, or the part of it that is seen, with its name."""

    x: float
    width: float
    name: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One clock. ``y`` is its top."""

    y: int
    name: str
    state: str
    below: str
    ground: tuple[Piece, ...]
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]

    @property
    def middle(self) -> int:
        """The height of the bar's middle."""
        return self.y + LANE // 2

    @property
    def bar(self) -> int:
        """The bar's top."""
        return self.middle - BAR // 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn.

    Attributes:
        now: where now lies; None if it is not in sight.
        is_shaded: False where the span is too long for open hours to be seen.
    """

    height: int
    ticks: tuple[Tick, ...]
    holidays: tuple[Band, ...]
    events: tuple[Mark, ...]
    lanes: tuple[Lane, ...]
    now: float | None
    is_shaded: bool
    timezone: str


def picture(result: Result, calendars: Mapping[str, Calendar], now: datetime) -> Picture | None:
    """Return the picture of a result; None where it has no clock.

    Args:
        result: stored or fresh.
        calendars: the policy's; a clock whose calendar is not among them is drawn without open hours.
        now: may be later than the result's own.
    """
    if not result.clocks:
        return None
    known = list(
        {clock.calendar: calendars[clock.calendar] for clock in result.clocks if clock.calendar in calendars}.values()
    )
    axis = _axis(result, now, known[0].timezone if known else "UTC")
    is_shaded = axis.end - axis.begin <= LONGEST_SHADED
    lanes = [
        _lane(HEAD + EVENTS + LANE * n, clock, result, calendars.get(clock.calendar) if is_shaded else None, axis, now)
        for n, clock in enumerate(result.clocks)
    ]
    return Picture(
        height=HEAD + EVENTS + LANE * len(lanes) + 8,
        ticks=tuple(axis.ticks()),
        holidays=tuple(_holidays(known, axis)),
        events=tuple(_event(each, axis) for each in happenings(result) if not each.is_ahead),
        lanes=tuple(lanes),
        now=axis.x(now) if axis.begin <= now <= axis.end else None,
        is_shaded=is_shaded,
        timezone=axis.timezone,
    )


def _axis(result: Result, now: datetime, timezone: str) -> Axis:
    """Return the axis from the first start to the last thing that is known, with a margin on both sides."""
    begin = min(clock.started_at for clock in result.clocks)
    seen = [at for clock in result.clocks for at in _instants(clock, now)]
    seen += [each.reached_at for each in result.escalations] + [each.at for each in result.upcoming]
    end = max([*seen, begin + SHORTEST])
    margin = (end - begin) * MARGIN
    return Axis(begin - margin, end + margin, LEFT, RIGHT, timezone)


def _instants(clock: ClockForm, now: datetime) -> Iterator[datetime]:
    yield from (at for at in (clock.due_at, clock.met_at, clock.cancelled_at) if at is not None)
    if not clock.is_finished:
        yield now


def _lane(y: int, clock: ClockForm, result: Result, calendar: Calendar | None, axis: Axis, now: datetime) -> Lane:
    return Lane(
        y=y,
        name=clock.name[:1].upper() + clock.name[1:],
        state=clock.shown_state,
        below=_below(clock, zone(axis.timezone)),
        ground=tuple(_open(calendar, axis)) if calendar else (),
        pieces=tuple(_pieces(clock, axis, now)),
        marks=tuple(_marks(clock, result, axis)),
    )


def _below(clock: ClockForm, shown_in: ZoneInfo) -> str:
    if clock.met_at is not None:
        return f"met {short(clock.met_at, shown_in)}"
    if clock.cancelled_at is not None:
        return f"cancelled {short(clock.cancelled_at, shown_in)}"
    if clock.due_at is not None:
        return f"due {short(clock.due_at, shown_in)}"
    return "no due time while paused" if clock.state == "paused" else "no deadline"


def _open(calendar: Calendar, axis: Axis) -> Iterator[Piece]:
    for begin, end in calendar.windows(axis.begin, axis.end):
        yield _piece("open", begin, end, axis)


def _pieces(clock: ClockForm, axis: Axis, now: datetime) -> Iterator[Piece]:
    """Yield the bar: the time that ran, what lies beyond the deadline, what is left, and the pauses above them."""
    ended = clock.met_at or clock.cancelled_at
    until = max(ended or now, clock.started_at)
    in_time = until if clock.due_at is None else max(min(until, clock.due_at), clock.started_at)
    yield _piece("run", clock.started_at, in_time, axis, f"{clock.name} ran")
    if in_time < until:
        yield _piece("late", in_time, until, axis, f"{clock.name} was late")
    if ended is None and clock.due_at is not None and until < clock.due_at:
        yield _piece("left", until, clock.due_at, axis, f"{clock.name}: left until due")
    for pause in clock.pauses:
        yield _piece("pause", pause.begin, pause.until or until, axis, f"{clock.name} stood still: {pause.because}")


def _marks(clock: ClockForm, result: Result, axis: Axis) -> Iterator[Mark]:
    shown_in = zone(axis.timezone)
    if clock.due_at is not None:
        yield Mark("due", axis.x(clock.due_at), f"{clock.name} due {short(clock.due_at, shown_in)}")
    if clock.met_at is not None:
        yield Mark("met", axis.x(clock.met_at), f"{clock.name} met {short(clock.met_at, shown_in)}")
    key = (clock.metric.value, clock.cycle)
    for step in result.escalations:
        if step.clock == key:
            at = f"{step.says}, reached {short(step.reached_at, shown_in)}"
            yield Mark("reached", axis.x(step.reached_at), at, str(step.level))
    for coming in result.upcoming:
        if coming.clock == key:
            yield Mark(
                "coming", axis.x(coming.at), f"{coming.says}, at {short(coming.at, shown_in)}", str(coming.level)
            )


def _event(happening: Happening, axis: Axis) -> Mark:
    at = short(happening.at, zone(axis.timezone))
    return Mark(happening.kind, axis.x(happening.at), f"{at}: {'; '.join(happening.says)}")


def _holidays(calendars: list[Calendar], axis: Axis) -> Iterator[Band]:
    """Yield the holidays of every calendar that is drawn, each once, as days of its own zone."""
    seen: set[tuple[float, str]] = set()
    for calendar in calendars:
        first, last = calendar.local(axis.begin).date(), calendar.local(axis.end).date()
        for day, name in calendar.holidays_between(first, last):
            begin, end = (
                first_instant(calendar.timezone, datetime.combine(each, time())) for each in (day, day + timedelta(1))
            )
            band = _piece("holiday", begin, end, axis)
            if band.width > 0 and (band.x, name) not in seen:
                seen.add((band.x, name))
                yield Band(band.x, band.width, name)


def _piece(kind: str, begin: datetime, end: datetime, axis: Axis, says: str = "") -> Piece:
    x = axis.x(begin)
    return Piece(kind, x, round(axis.x(end) - x, 1), says)
