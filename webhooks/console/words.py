"""How instants, amounts and states are said on the pages; one place for all templates."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from core.explain import in_words, length
from core.ticket import Metric

STATES = {
    "breached": "Breached",
    "at_risk": "At risk",
    "running": "Running",
    "paused": "Paused",
    "missed": "Missed",
    "met": "Met",
    "not_covered": "Not covered",
    "cancelled": "Cancelled",
    "no_target": "No target",
}
_LOOKS = {"breached": "bad", "missed": "bad", "at_risk": "warn", "running": "plain", "met": "good"}
_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n"), ord("\r")}
_TURNS = {0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}  # of the direction of writing
_UNSEEN = dict.fromkeys(_CONTROLS | _TURNS, "\N{REPLACEMENT CHARACTER}")


def visible(value: object) -> object:
    """Return a value as pages write it: a character that is not seen, or turns others around, is shown as such."""
    return value.translate(_UNSEEN) if isinstance(value, str) else value


def state_name(state: str) -> str:
    """Return a state for people."""
    return STATES.get(state, state.replace("_", " ").capitalize())


def state_look(state: str) -> str:
    """Return the class that colours a state."""
    return _LOOKS.get(state, "calm")


def plain(word: str | None) -> str:
    """Return one of our names for people: ``first response``."""
    return (word or "").replace("_", " ")


def said(text: str) -> str:
    """Return a line of an explanation with the metrics' names for people; names of zones keep theirs."""
    for metric in Metric:
        text = text.replace(metric.value, plain(metric.value))
    return text


def when(at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant in a zone: ``Fri 20 Nov 2026 14:30 PST``."""
    return "–" if at is None else in_words(at.astimezone(zone).replace(second=0, microsecond=0))


def short(at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant where space is scarce: ``Fri 20 Nov 14:30``."""
    return "–" if at is None else f"{at.astimezone(zone):%a %-d %b %H:%M}"


def away(at: datetime, now: datetime) -> str:
    """Return how far away an instant is, in its two largest units: ``in 2 h 5 min``, ``3 d 4 h ago``.

    ``console.js`` says the same as time goes by.
    """
    seconds = int((at - now).total_seconds())
    said = span(seconds)
    return f"in {said}" if seconds > 0 else f"{said} ago"


def span(seconds: float) -> str:
    """Return an amount of elapsed time in its two largest units."""
    left = int(abs(seconds))
    if left < _MINUTE:
        return f"{left} s"
    if left < _HOUR:
        return f"{left // _MINUTE} min {left % _MINUTE} s"
    if left < _DAY:
        return f"{left // _HOUR} h {left % _HOUR // _MINUTE} min"
    return f"{left // _DAY} d {left % _DAY // _HOUR} h"


def amount(seconds: float | None) -> str:
    """Return an amount of a clock's own time, in hours: a day of open time is not 24 of them."""
    return "–" if seconds is None else length(seconds)


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was, to the minute or the hour; ``never`` if it was not."""
    if at is None:
        return "never"
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < _MINUTE:
        return "just now"
    return f"{span(seconds - seconds % _MINUTE).removesuffix(' 0 s')} ago"


def count(number: int, thing: str) -> str:
    """Return how many: ``1 look``, ``2,400 looks``."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def coded(text: str) -> Markup:
    """Return a message of ours as HTML: what stands between backticks is a command; all of it is escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick has no other
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
