"""The three ways in which lists are cut into pages: the platform's, the service desk's, and by token."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import request

from sandbox.jira.errors import refused

One = TypeVar("One")


def page(
    found: Sequence[One], render: Callable[[One], Any], start: int, limit: int, address: str, **more: Any
) -> dict[str, Any]:
    """Return a page of the platform's API: ``values, startAt, maxResults, total, isLast, nextPage``."""
    shown = found[start : start + limit]
    body: dict[str, Any] = {
        "self": f"{address}?maxResults={limit}&startAt={start}",
        "maxResults": limit,
        "startAt": start,
        "total": len(found),
        "isLast": start + len(shown) >= len(found),
        "values": [render(one) for one in shown],
        **more,
    }
    if not body["isLast"]:
        body["nextPage"] = f"{address}?maxResults={limit}&startAt={start + limit}"
    return body


def desk_page(
    found: Sequence[One], render: Callable[[One], Any], start: int, limit: int, address: str
) -> dict[str, Any]:
    """Return a page of the service desk API: ``size, start, limit, isLastPage, values, _links``."""
    shown = found[start : start + limit]
    last = start + len(shown) >= len(found)
    links = {"self": f"{address}?start={start}&limit={limit}", "base": address.split("/rest/")[0], "context": ""}
    if not last:
        links["next"] = f"{address}?start={start + limit}&limit={limit}"
    if start:
        links["prev"] = f"{address}?start={max(start - limit, 0)}&limit={limit}"
    return {
        "_expands": [],
        "size": len(shown),
        "start": start,
        "limit": limit,
        "isLastPage": last,
        "_links": links,
        "values": [render(one) for one in shown],
    }


def token(position: int, query: str) -> str:
    """Return the token of the next page, which is good for the same query only."""
    return base64.urlsafe_b64encode(json.dumps([position, _digest(query)]).encode()).decode()


def position(given: str | None, query: str) -> int:
    """Return where the page of a token begins.

    Raises:
        ApiError: 400, it is none of ours, or of another query.
    """
    if not given:
        return 0
    try:
        at, digest = json.loads(base64.urlsafe_b64decode(given))
    except ValueError:
        raise refused(400, "Invalid nextPageToken.") from None
    if digest != _digest(query):
        raise refused(400, "The nextPageToken belongs to another query.")
    return int(at)


def address() -> str:
    """Return the address that was called, without its query."""
    return request.base_url


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:16]
