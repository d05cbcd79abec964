"""What single values of Jira's fields mean, now and in its history. Pure.

A value has an id, a text, or both; the history gives the same two, so that what a field was and what it is compare.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.jira.payloads import ItemBody
from adapters.jira.settings import FactField, PlanSource
from core.ticket import FactValue

_IDS = ("id", "accountId", "key", "name")
_TEXTS = ("value", "name", "displayName")
_UNTICKED = frozenset({"", "false", "no", "0"})
_NUMBERS = re.compile(r"\d{1,19}")


@dataclass(frozen=True, slots=True)
class Value:
    """What a field holds. Several values are joined: ids by commas, texts as Jira's history joins them."""

    id: str | None = None
    text: str | None = None

    def __bool__(self) -> bool:
        return bool(self.id or self.text)

    def within(self, table: Mapping[str, Any]) -> Any:
        """Return what a table says of the id or else of the text; None if of neither."""
        return next((table[name] for name in (self.id, self.text) if name in table and name is not None), None)


NOTHING = Value()


def value_of(raw: Any) -> Value:
    """Return what a field of an issue holds now."""
    if isinstance(raw, dict):
        inner = raw.get("requestType")  # a request type is wrapped into the request's standing
        return _of_object(inner if isinstance(inner, dict) else raw)
    if isinstance(raw, list):
        values = [value for each in raw if (value := value_of(each))]
        joiner = " " if all(isinstance(each, str) for each in raw) else ", "  # labels hold no spaces
        ids = ",".join(value.id for value in values if value.id)
        return Value(ids or None, joiner.join(value.text for value in values if value.text) or None)
    return Value(None, _plain(raw))


def before_and_after(item: ItemBody) -> tuple[Value, Value]:
    """Return what a field held before and after one change."""
    before = Value(item.before_account or item.before or None, item.before_text or None)
    return before, Value(item.after_account or item.after or None, item.after_text or None)


def fact_value(fact: FactField, value: Value) -> FactValue:
    """Return a field's value as the fact that it says; a tick-box that was never touched says False."""
    if fact.kind == "checkbox":
        return is_ticked(value)
    if not value:
        return None
    text = value.text or value.id or ""
    if fact.kind == "text":
        said: FactValue = value.within(fact.values)
        return text if said is None else said
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def is_ticked(value: Value) -> bool:
    """True for a check-box of which anything is chosen."""
    return (value.text or value.id or "").strip().lower() not in _UNTICKED


def plan_of(source: PlanSource, value: Value) -> str | None:
    """Return the plan that an issue's field or its labels mean."""
    if source.source == "labels":
        return next((source.values[label] for label in labels_of(value) if label in source.values), None)
    if not value:
        return None
    plan: str | None = value.within(source.values)
    return plan if source.values else value.text or value.id


def labels_of(value: Value) -> tuple[str, ...]:
    """Return labels, which the history writes as words."""
    return tuple((value.text or "").split())


def ids_in(value: Value) -> tuple[str, ...]:
    """Return the ids of organizations; a history may write them in brackets."""
    return tuple(_NUMBERS.findall(value.id or ""))


def jira_time(at: datetime) -> str:
    """Return an instant as Jira takes it: milliseconds, and an offset without a colon; anything else is a 400."""
    utc = at.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}+0000"


def plain_text(body: Any) -> str:
    """Return the text of a comment: a string (API 2), or a document of nested nodes (API 3)."""
    return body if isinstance(body, str) else "".join(_texts(body, 0))


def _texts(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _texts(each, depth + 1)
    elif isinstance(node, dict) and depth < 60:  # Jira's own editors nest a few levels
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from _texts(node.get("content"), depth + 1)
        if node.get("type") in ("paragraph", "hardBreak"):
            yield "\n"


def _of_object(raw: Mapping[str, Any]) -> Value:
    ids = (_plain(raw[name]) for name in _IDS if name in raw)
    texts = (_plain(raw[name]) for name in _TEXTS if name in raw)
    return Value(next((id_ for id_ in ids if id_), None), next((text for text in texts if text), None))


def _plain(raw: Any) -> str | None:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw) if isinstance(raw, str | int | float) and raw != "" else None
