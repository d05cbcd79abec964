"""The search language: ``"(status:2 OR tag:'vip') AND created_at:>'2026-11-01'"``.

Source: API reference, "Filter tickets": 512 characters, in double quotes, days only, ``:>`` and ``:<`` include the day.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.freshdesk.errors import ApiError, Fault, coded, invalid, one_of

MOST_CHARACTERS = 512
Getter = Callable[[Any], Any]
Test = Callable[[Any], bool]
_TOKEN = re.compile(r"\s*(\(|\)|AND\b|OR\b|[a-z_][a-z0-9_]*:[<>]?(?:'[^']*'|[^\s()']+))", re.IGNORECASE)
_TERM = re.compile(r"([a-z_][a-z0-9_]*):([<>]?)(?:'([^']*)'|(.+))", re.IGNORECASE)


def instant(name: str, text: str) -> datetime:
    """Return a query's instant; without a zone it is UTC.

    Raises:
        ApiError: 400.
    """
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        fault = Fault(name, "It should be in the 'combined date and time ISO8601' format", "invalid_value")
        raise invalid([fault]) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def parsed(query: str, getters: Mapping[str, Getter], closed: Mapping[str, list[int]]) -> Test:
    """Return a query as a test of one record.

    Args:
        query: as it came, with its double quotes.
        getters: a field's name to what gives its value, a list for several.
        closed: fields with a closed set of numbers, where another one is refused.

    Raises:
        ApiError: 400.
    """
    if len(query) < 2 or query[0] != '"' or query[-1] != '"' or len(query) > MOST_CHARACTERS + 2:
        raise _malformed()
    tokens = _tokens(query[1:-1])
    test = _either(tokens, getters, closed)
    if tokens:
        raise _malformed()
    return test


def _malformed() -> ApiError:
    return coded(400, "invalid_query", "Given query is invalid. Please check the documentation for the format.")


def _tokens(text: str) -> list[str]:
    tokens, position, text = [], 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _malformed()
        tokens.append(match[1])
        position = match.end()
    return tokens


def _either(tokens: list[str], getters: Mapping[str, Getter], closed: Mapping[str, list[int]]) -> Test:
    parts = [_both(tokens, getters, closed)]
    while tokens and tokens[0].upper() == "OR":
        tokens.pop(0)
        parts.append(_both(tokens, getters, closed))
    return lambda record: any(part(record) for part in parts)


def _both(tokens: list[str], getters: Mapping[str, Getter], closed: Mapping[str, list[int]]) -> Test:
    parts = [_single(tokens, getters, closed)]
    while tokens and tokens[0].upper() == "AND":
        tokens.pop(0)
        parts.append(_single(tokens, getters, closed))
    return lambda record: all(part(record) for part in parts)


def _single(tokens: list[str], getters: Mapping[str, Getter], closed: Mapping[str, list[int]]) -> Test:
    if not tokens:
        raise _malformed()
    token = tokens.pop(0)
    if token == "(":  # noqa: S105 - a bracket, no password
        inner = _either(tokens, getters, closed)
        if not tokens or tokens.pop(0) != ")":
            raise _malformed()
        return inner
    match = _TERM.fullmatch(token)
    if match is None:
        raise _malformed()
    name, sign = match[1].lower(), match[2]
    wanted = match[4] if match[3] is None else match[3]
    if name not in getters:
        raise invalid([Fault(name, "Unexpected/invalid field in request", "invalid_field")])
    if name in closed and wanted != "null" and wanted not in map(str, closed[name]):
        raise invalid([one_of(name, closed[name])])
    return _compared(getters[name], sign, wanted)


def _compared(getter: Getter, sign: str, wanted: str) -> Test:
    def test(record: Any) -> bool:
        value = getter(record)
        if isinstance(value, datetime):
            return _on_day(value.date(), sign, wanted)
        values = value if isinstance(value, list) else [value]
        if sign:
            numbers = [item for item in values if isinstance(item, int)]
            limit = int(wanted) if wanted.lstrip("-").isdigit() else None
            return limit is not None and any(n >= limit if sign == ">" else n <= limit for n in numbers)
        return any(_text(item) == wanted.lower() for item in values or [None])

    return test


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower()


def _on_day(day: date, sign: str, wanted: str) -> bool:
    try:
        other = date.fromisoformat(wanted[:10])
    except ValueError:
        return False
    return {">": day >= other, "<": day <= other}.get(sign, day == other)
