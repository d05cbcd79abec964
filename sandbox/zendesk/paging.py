"""The two ways of paging: by cursor (``page[size]``) and, on older lists, by number.

Source: introduction, "Pagination". Sort parameters of the old style are dropped without a word in cursor paging.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from sandbox.zendesk.errors import ApiError, bad_request

Item = TypeVar("Item")
Key = Callable[[Any], tuple[Any, ...]]
MOST, OFFSET_DEPTH = 100, 10_000


def by_id(item: Any) -> tuple[Any, ...]:
    """Sort by id: the order of almost every list."""
    return (item.id,)


def page(
    items: Sequence[Item], name: str, render: Callable[[Item], Any], key: Key = by_id, *, descending: bool = False
) -> dict[str, Any]:
    """Return the page that the request asks for, as ``{name: [...], ...}`` with the paging keys of its style."""
    ordered = sorted(items, key=key, reverse=descending)
    if any(argument in request.args for argument in ("page[size]", "page[after]", "page[before]")):
        return _cursor_page(ordered, name, render, key, descending)
    return _numbered_page(ordered, name, render)


def encode(value: Any) -> str:
    """Return a cursor: opaque text that stands for a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def decode(cursor: str) -> Any:
    """Return what a cursor stands for.

    Raises:
        ApiError: 400, it is not one of ours.
    """
    try:
        return json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError:
        raise bad_request("InvalidPaginationParameter", "page[after] is not valid") from None


def _cursor_page(
    ordered: list[Item], name: str, render: Callable[[Item], Any], key: Key, descending: bool
) -> dict[str, Any]:
    size = whole("page[size]", MOST)
    places = [list(key(item)) for item in ordered]
    start = 0
    if after := request.args.get("page[after]"):
        place = decode(after)
        start = next((n for n, at in enumerate(places) if (at < place if descending else at > place)), len(places))
    elif before := request.args.get("page[before]"):
        place = decode(before)
        end = next((n for n, at in enumerate(places) if (at <= place if descending else at >= place)), len(places))
        start = max(0, end - size)
    shown = ordered[start : start + size]
    more = start + size < len(ordered)
    first = encode(places[start]) if shown else None
    last = encode(places[start + len(shown) - 1]) if shown else None
    return {
        name: [render(item) for item in shown],
        "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
        "links": {
            "prev": _link({"page[before]": first}) if first else None,
            "next": _link({"page[after]": last}) if last and more else None,
        },
    }


def _numbered_page(ordered: list[Item], name: str, render: Callable[[Item], Any]) -> dict[str, Any]:
    size, number = whole("per_page", MOST), whole("page", 1, OFFSET_DEPTH)
    if size * number > OFFSET_DEPTH:
        raise ApiError(
            400,
            {"error": {"title": "InvalidPaginationDepth", "message": "Number of resources exceeds the limit of 10000"}},
        )
    shown = ordered[(number - 1) * size : number * size]
    more = number * size < len(ordered)
    return {
        name: [render(item) for item in shown],
        "next_page": _link({"page": number + 1}) if more else None,
        "previous_page": _link({"page": number - 1}) if number > 1 else None,
        "count": len(ordered),
    }


def whole(name: str, default: int, most: int = MOST) -> int:
    """Return a number of the request's address, from 1 to ``most``.

    Raises:
        ApiError: 400, it is none.
    """
    try:
        value = int(request.args.get(name, default))
    except ValueError:
        raise bad_request("InvalidPaginationParameter", f"{name} must be a number") from None
    if not 1 <= value <= most:
        raise bad_request("InvalidPaginationParameter", f"{name} must be from 1 to {most}")
    return value


def _link(changed: dict[str, Any]) -> str:
    """Return the request's own address with some arguments changed; a cursor replaces the other one."""
    kept = dict(request.args.items(multi=True))
    for cursor in ("page[after]", "page[before]"):
        kept.pop(cursor, None)
    return f"{request.host_url.rstrip('/')}{request.path}.json?{urlencode(kept | changed)}"
