"""Between a zone's wall time and instants, by the spans in which its offset from UTC does not change.

Numbers here are whole seconds since 1970-01-01, of UTC for instants and of the wall clock for wall time: an offset
is the difference of the two. Gaps, folds, half-hour changes and skipped dates all follow from clipping wall time
against each span's own, with no special case.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from core.zones import zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400
# Two changes of one zone lie at least 6.96 days apart since 1972 (598 zones, tzdata 2026f), so this step meets each.
_PROBE_SECONDS = 5 * DAY_SECONDS


class Span(NamedTuple):
    """Instants ``[begin, end)`` during which wall time is ``instant + offset``."""

    begin: int
    end: int
    offset: int


def seconds_of(at: datetime) -> int:
    """Return the whole seconds since the epoch of an aware instant, or of naive wall time on its own scale."""
    since = at.replace(tzinfo=UTC) - EPOCH if at.tzinfo is None else at - EPOCH
    return since.days * DAY_SECONDS + since.seconds


def instant_of(seconds: int) -> datetime:
    """Return the instant, in UTC, of seconds since the epoch."""
    return EPOCH + timedelta(0, seconds)


@lru_cache(maxsize=4096)
def spans(zone_key: str, first_year: int, end_year: int) -> tuple[Span, ...]:
    """Return the spans, in order, that cover the UTC years from ``first_year`` up to ``end_year`` exclusive."""
    found: list[Span] = []
    for year in range(first_year, end_year):
        for span in _spans_of_year(zone_key, year):
            if found and found[-1].offset == span.offset:
                span = span._replace(begin=found.pop().begin)
            found.append(span)
    return tuple(found)


@lru_cache(maxsize=16384)
def _spans_of_year(zone_key: str, year: int) -> tuple[Span, ...]:
    in_zone = zone(zone_key)

    def offset_at(seconds: int) -> timedelta | None:
        return (EPOCH + timedelta(0, seconds)).astimezone(in_zone).utcoffset()

    begin, end = (seconds_of(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    found = []
    at, offset = begin, offset_at(begin)
    while at < end:
        probe = min(at + _PROBE_SECONDS, end)
        if offset_at(probe) != offset:
            before, after = at, probe
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset_at(middle) == offset else (before, middle)
            found.append(Span(begin, after, _wall_seconds(in_zone, begin) - begin))
            begin, offset, probe = after, offset_at(after), after
        at = probe
    if begin < end:
        found.append(Span(begin, end, _wall_seconds(in_zone, begin) - begin))
    return tuple(found)


def _wall_seconds(in_zone: tzinfo, seconds: int) -> int:
    """Return what the zone's clock reads at an instant, on the scale of wall time."""
    return seconds_of(instant_of(seconds).astimezone(in_zone).replace(tzinfo=None))


def first_instant(zone_key: str, wall: datetime) -> datetime:
    """Return the instant at which the zone's clock first reads ``wall`` or, in a gap, the instant the gap ends.

    Source: SEMANTICS, section 3, "Business days".
    """
    seconds = seconds_of(wall)
    around = spans(zone_key, wall.year - 1, wall.year + 2)
    span = next(span for span in around if seconds < span.end + span.offset)
    if seconds - span.offset < span.begin:
        return instant_of(span.begin)
    return instant_of(seconds - span.offset).replace(microsecond=wall.microsecond)


def clipped(around: tuple[Span, ...], begin: int, end: int) -> list[tuple[int, int]]:
    """Return the instants at which the clock reads ``[begin, end)``: none in a gap, two pieces around a fold."""
    pieces = ((max(begin - span.offset, span.begin), min(end - span.offset, span.end)) for span in around)
    return [(opens, closes) for opens, closes in pieces if opens < closes]
