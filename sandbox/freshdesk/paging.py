"""Pages by number, with a Link header while there is another one. Source: API reference, "Pagination"."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from sandbox.freshdesk.api.routing import Answer, base
from sandbox.freshdesk.errors import Fault, invalid

Item = TypeVar("Item")
DEFAULT, MOST = 30, 100


def page(items: Sequence[Item], render: Callable[[Item], Any], *, last_page: int | None = None) -> Answer:
    """Return the page of ``items`` that was asked for.

    Args:
        items: all of them, in their order.
        render: makes one item's JSON.
        last_page: a higher number is refused, whatever there is.

    Raises:
        ApiError: 400, a number is no number or out of range.
    """
    per_page, number = _number("per_page", DEFAULT, MOST), _number("page", 1, last_page)
    first = (number - 1) * per_page
    shown = [render(item) for item in items[first : first + per_page]]
    if first + per_page >= len(items):
        return Answer(shown)
    query = urlencode({**request.args.to_dict(), "page": number + 1})
    return Answer(shown, headers={"Link": f'<{base()}{request.path}?{query}>; rel="next"'})


def _number(name: str, default: int, most: int | None) -> int:
    given = request.args.get(name)
    if given is None:
        return default
    if not given.isdigit() or int(given) < 1 or (most and int(given) > most):
        text = (
            f"It should be a Positive Integer less than or equal to {most}"
            if most
            else "It should be a Positive Integer"
        )
        raise invalid([Fault(name, text, "invalid_value")])
    return int(given)
