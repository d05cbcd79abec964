"""Hostile words everywhere: in a policy, on tickets, and in every text of the store but our own words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
import yaml
from pydantic import ValidationError

from core.errors import ConfigError
from core.policy import Policy
from core.policy_load import load_policy
from tests.console.seed import World
from webhooks.store.results import Result
from webhooks.store.tables import metadata, tickets

MARK = "wicked"
HOSTILE = (
    f"{MARK}<script>alert(1)</script><x-injected>\"' x-injected=\" onclick='alert(2)'><img src=x onerror=alert(3)>"
    "javascript:alert(4)`{{7*7}}\u202e\u2066\x00\x07\x1b" + "w" * 60 + " "
)
OURS = {  # columns that hold words of this program, which nothing from outside reaches
    ("deliveries", "connection"),
    ("looks", "connection"), ("looks", "kind"), ("looks", "state"),
    ("tickets", "connection"), ("tickets", "standing"), ("tickets", "state"),
    ("effects", "connection"), ("effects", "kind"), ("effects", "key"), ("effects", "state"),
    ("deadlines", "connection"), ("deadlines", "metric"),
    ("outages", "connection"), ("outages", "kind"),
    ("connections", "name"),
    ("cursors", "connection"), ("cursors", "feed"),
    ("budgets", "account"),
    ("audit", "connection"),
    ("summaries", "connection"), ("summaries", "state"), ("summaries", "metric"),
    ("verdicts", "connection"), ("verdicts", "metric"), ("verdicts", "verdict"),
}  # fmt: skip
_FORMAL = re.compile(r"^[a-z0-9_-]+$|^[0-9]|^[A-Z]+[a-z]+/|^[A-Z]{2}$")  # names, amounts, zones, countries: no words
OUR_KEYS = {"key", "policy_version", "calendar"}  # of results: a ladder's step, and what leads to the policy


def hostile(text: str) -> str:
    """Return the hostile twin of a text: always the same, so that what belongs together still does."""
    return HOSTILE + text


def poison(world: World) -> None:
    """Make every text in the store hostile that is not one of our own words; a new column is found by itself."""
    with world.store.database.write() as connection:
        for table in metadata.sorted_tables:
            chosen = [column for column in table.c if _is_text(column) and (table.name, column.name) not in OURS]
            key = list(table.primary_key.columns)
            for row in connection.execute(sa.select(table)).mappings().all() if chosen else ():
                changed = {column.name: _twin(column, row[column.name]) for column in chosen}
                connection.execute(sa.update(table).where(*(c == row[c.name] for c in key)).values(changed))


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String | sa.JSON)


def _twin(column: sa.Column[Any], value: Any) -> Any:
    if column is tickets.c.result and value is not None:
        return _twin_of_result(value)
    return _twin_of(value)


def _twin_of(value: Any) -> Any:
    if isinstance(value, str):
        return hostile(value)
    if isinstance(value, list):
        return [_twin_of(each) for each in value]
    return {key: _twin_of(each) for key, each in value.items()} if isinstance(value, dict) else value


def _twin_of_result(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result in which every text is hostile that a result may hold at all."""
    for holder, key in list(_places(result)):
        if key not in OUR_KEYS:
            holder[key], before = hostile(holder[key]), holder[key]
            try:
                Result.from_stored(result)
            except ValidationError:
                holder[key] = before
    return result


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield where the texts within a JSON value stand."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(each, str):
            yield value, key
        yield from _places(each)


def wicked_policy(text: str) -> tuple[str, Policy]:
    """Return a policy in which every word is hostile that may be: names of plans, clauses, reasons, assumptions."""
    data = {key: part for key, part in yaml.safe_load(text).items() if key != "tests"}
    data = _spoilt(data, sorted(word for word in set(_words(data)) if not _FORMAL.search(word)))
    written = yaml.safe_dump(data, sort_keys=False)
    return written, load_policy(written)


def _spoilt(data: Any, words: list[str]) -> Any:
    """Return the data with the hostile twins of as many words as make a policy: halves are tried where all do not."""
    tried = data
    for word in words:
        tried = _with(tried, word)
    try:
        load_policy(yaml.safe_dump(tried, sort_keys=False))
    except ConfigError:
        half = len(words) // 2
        return data if half == 0 else _spoilt(_spoilt(data, words[:half]), words[half:])
    return tried


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from (*_words(key), *_words(each))
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, str):
        yield value


def _with(value: Any, word: str) -> Any:
    """Return the same data with one word's hostile twin wherever the word stands."""
    if isinstance(value, dict):
        return {_with(key, word): _with(each, word) for key, each in value.items()}
    if isinstance(value, list):
        return [_with(each, word) for each in value]
    return hostile(word) if value == word else value
