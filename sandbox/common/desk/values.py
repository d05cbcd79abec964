"""What pages show of tickets: display texts only, nothing that a template still has to work out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TONES = {
    "bad": ("breach", "overdue", "missed", "late"),
    "warn": ("risk", "warn", "soon"),
    "calm": ("paus", "hold", "wait", "none", "not covered", "not_covered", "excluded"),
    "good": ("run", "met", "ok", "done", "on track", "on_track", "in time", "in_time"),
}
EMPTY = "–"


@dataclass(frozen=True, slots=True)
class Value:
    """One value: ``tone`` is a colour class, ``detail`` a second, quieter text."""

    text: str
    tone: str = ""
    detail: str = ""


NOTHING = Value(EMPTY, "empty")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A field with what stands in it."""

    key: str
    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. Status and priority are in words; the colour class of each stands beside it."""

    key: str
    subject: str
    requester: str
    organization: str
    plan: str
    status: str
    status_class: str
    priority: str
    priority_class: str
    updated: Value
    cells: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a conversation. ``side`` is customer, agent or note."""

    id: int
    author: str
    initials: str
    side: str
    label: str
    paragraphs: tuple[str, ...]
    at: Value


@dataclass(frozen=True, slots=True)
class Happened:
    """One change as the history shows it."""

    id: int
    who: str
    how: str
    at: Value
    changes: tuple[str, ...]


def tone_of(text: str) -> str:
    """Return the colour class of a state in words."""
    lower = text.lower()
    return next((tone for tone, words in TONES.items() if any(word in lower for word in words)), "plain")


def moment(at: datetime, now: datetime) -> Value:
    """Return an instant in UTC, with how far away it is."""
    return Value(f"{at:%a %-d %b %H:%M} UTC", detail=distance(at - now))


def distance(delta: timedelta) -> str:
    """Return a span in words: "in 2 h 5 min", "3 d ago", "now"."""
    minutes = int(abs(delta).total_seconds() // 60)
    if minutes < 1:
        return "now"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = (
        f"{days} d" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes and not days else "",
    )
    text = " ".join(part for part in parts if part)
    return f"in {text}" if delta > timedelta(0) else f"{text} ago"


def initials(name: str) -> str:
    """Return the first letters of the first two names."""
    return "".join(part[0] for part in name.split()[:2]).upper()


def parts(rendered: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return rendered parts of a page, each with a digest by which the page's script sees whether it changed."""
    digests = {name: hashlib.sha256(html.encode()).hexdigest() for name, html in rendered.items()}
    return {
        "now": clock(now),
        "parts": {name: {"html": html, "digest": digests[name]} for name, html in rendered.items()},
    }


def clock(now: datetime) -> str:
    """Return the account's time for the page's head."""
    return f"{now:%a %-d %b %Y %H:%M} UTC"
