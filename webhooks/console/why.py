"""The explanation as the pages tell it: the ticket first, then a chapter for each clock, then the ladders. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.ticket import Metric
from webhooks.console.words import plain, said
from webhooks.store.results import Result

_CLOCK = re.compile(rf"({'|'.join(metric.value for metric in Metric)})( [0-9]+)? ")
_LADDER = "escalation "


@dataclass(frozen=True, slots=True)
class Line:
    """One step; ``clause`` is empty where it is that of the line before."""

    at: datetime
    says: str
    clause: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The steps about one clock; the ``title`` of those about the ticket as a whole is empty."""

    title: str
    lines: tuple[Line, ...]


def chapters(result: Result) -> tuple[Chapter, ...]:
    """Return a result's explanation in the order in which it was given."""
    steps = {each.key: each.says for each in result.escalations}
    found: list[tuple[str, list[Line]]] = []
    clause = ""
    for step in result.explanation:
        title, says = _read(step.text, steps)
        if not found or found[-1][0] != title:
            found.append((title, []))
            clause = ""
        found[-1][1].append(Line(step.at, says, step.clause if step.clause != clause else ""))
        clause = step.clause or clause
    return tuple(Chapter(title, tuple(lines)) for title, lines in found)


def _read(text: str, steps: Mapping[str, str]) -> tuple[str, str]:
    """Return what a step is about and what it says of it, in people's words."""
    if clock := _CLOCK.match(text):
        return plain(clock[0].strip()), said(text[clock.end() :])
    if text.startswith(_LADDER):
        return "escalation", _ladder(text.removeprefix(_LADDER), steps)
    return "", said(text)


def _ladder(text: str, steps: Mapping[str, str]) -> str:
    """Return a ladder's step by its name for people, where the result knows it."""
    key, _, _ = text.partition(" ")
    metric = plain(key.partition("/")[0])
    return f"{metric}, {steps[key]}" if key in steps else said(text)
