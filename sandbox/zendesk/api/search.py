"""Search: the simple queries that integrations send."""

import operator
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews, ticketviews
from sandbox.zendesk.api.routing import base, route
from sandbox.zendesk.errors import bad_request
from sandbox.zendesk.model import PRIORITIES, STATUSES
from sandbox.zendesk.paging import page, whole
from sandbox.zendesk.state import State

blueprint = Blueprint("search", __name__)
MOST = 1000
_TERM = re.compile(r'(-?)([a-z_0-9]+)(:|<=|>=|<|>)("[^"]*"|\S+)|("[^"]*"|\S+)')
_CUSTOM = re.compile(r"custom_field_(\d+)")
_COMPARE = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
_ORDERS = {"status": STATUSES, "priority": PRIORITIES}
_RENDER: dict[str, Callable[[Any, State], dict[str, Any]]] = {
    "ticket": lambda record, state: ticketviews.ticket(record, state, base()),
    "user": lambda record, _: jsonviews.user(record, base()),
    "organization": lambda record, _: jsonviews.organization(record, base()),
    "group": lambda record, _: jsonviews.group(record, base()),
}


@route(blueprint, "GET", "/api/v2/search")
def search(state: State) -> dict[str, Any]:
    """Return at most 1000 results by number of page; ``count`` is the true total."""
    if whole("page", 1, MOST) * whole("per_page", 100) > MOST:
        raise bad_request("invalid", "Requested response size was greater than Search Response Limits", 422)
    return _sorted_page(found(state, request.args.get("query", "")), state) | {"facets": None}


@route(blueprint, "GET", "/api/v2/search/count")
def count(state: State) -> dict[str, Any]:
    """Return how many results a query has."""
    return {"count": len(found(state, request.args.get("query", "")))}


@route(blueprint, "GET", "/api/v2/search/export")
def export(state: State) -> dict[str, Any]:
    """Return all results by cursor. The type must stand in a filter; a client in use repeats it in the query."""
    kind, query = request.args.get("filter[type]"), request.args.get("query", "")
    if kind not in _RENDER:
        raise bad_request("InvalidValue", "filter[type] must be ticket, user, organization or group")
    results = [item for item in found(state, query) if item[0] == kind]
    answer = page(results, "results", lambda item: _rendered(item, state), key=_created, descending=True)
    if "meta" not in answer:
        answer = {
            "results": answer["results"],
            "meta": {"has_more": False, "after_cursor": None, "before_cursor": None},
            "links": {"prev": None, "next": None},
        }
    return answer | {"facets": None}


def found(state: State, query: str) -> list[tuple[str, Any]]:
    """Return what a query finds as (kind, record). Deleted tickets are never found, new ones after the index's lag."""
    terms = [match.groups() for match in _TERM.finditer(query)]
    kind = next((value for _, key, _, value, _ in terms if key == "type"), None)
    seen = state.now() - timedelta(seconds=state.switches.search_lag_seconds)
    everything: list[tuple[str, Any]] = [
        *(("ticket", t) for t in state.tickets.values() if not t.is_deleted and t.updated_at <= seen),
        *(("user", u) for u in state.users.values()),
        *(("organization", o) for o in state.organizations.values()),
        *(("group", g) for g in state.groups.values()),
    ]
    if kind in ("incident", "problem", "question", "task"):
        everything = [item for item in everything if item[0] == "ticket" and item[1].type == kind]
    elif kind:
        everything = [item for item in everything if item[0] == kind]
    filters = [term for term in terms if term[1] not in ("type", "order_by", "sort")]
    return [item for item in everything if all(_meets(state, item, term) for term in filters)]


def _meets(state: State, item: tuple[str, Any], term: tuple[Any, ...]) -> bool:
    minus, key, sign, value, word = term
    if word is not None:
        text = word.strip('"').casefold()
        record = item[1]
        names = ("subject", "description", "name", "email")
        return text in " ".join(str(getattr(record, n, "") or "") for n in names).casefold() or text == str(record.id)
    return _holds(state, item, key, sign, value.strip('"')) is not bool(minus)


def _holds(state: State, item: tuple[str, Any], key: str, sign: str, wanted: str) -> bool:
    kind, record = item
    if kind == "ticket" and (custom := _CUSTOM.fullmatch(key)):
        value = record.custom.get(int(custom[1]))
        return value is None if wanted == "none" else str(value) == wanted
    match key:
        case "tags":
            return wanted in getattr(record, "tags", []) if wanted != "none" else not record.tags
        case "created" | "updated" | "solved":
            at = record.created_at if key == "created" else record.updated_at
            return _dated(jsonviews.iso(at) or "", sign, wanted)
        case "requester" | "assignee" | "submitter":
            return _is_person(state, getattr(record, f"{key}_id", None), wanted)
        case "organization" | "organization_id":
            organization = state.organizations.get(getattr(record, "organization_id", None) or 0)
            return organization is not None and wanted.casefold() in (
                str(organization.id),
                organization.name.casefold(),
            )
        case "group" | "group_id":
            group = state.groups.get(getattr(record, "group_id", None) or 0)
            return group is not None and wanted.casefold() in (str(group.id), group.name.casefold())
        case "ticket_type":
            return getattr(record, "type", None) == wanted
        case _:
            return _plain(key, sign, getattr(record, key, None), wanted)


def _plain(key: str, sign: str, value: Any, wanted: str) -> bool:
    order = _ORDERS.get(key)
    if sign in _COMPARE and order and wanted in order and value in order:
        return bool(_COMPARE[sign](order.index(value), order.index(wanted)))
    if wanted == "none":
        return value in (None, "")
    return str(value).casefold() == wanted.casefold()


def _dated(at: str, sign: str, wanted: str) -> bool:
    """Compare instants as text, as far as the query is precise: ``created>2026-11-20``."""
    shortened = at[: len(wanted)]
    return bool(_COMPARE[sign](shortened, wanted)) if sign in _COMPARE else shortened == wanted


def _is_person(state: State, user_id: int | None, wanted: str) -> bool:
    user = state.users.get(user_id or 0)
    if user is None:
        return wanted == "none" and user_id is None
    return wanted.casefold() in (str(user.id), (user.email or "").casefold(), user.name.casefold())


def _sorted_page(results: list[tuple[str, Any]], state: State) -> dict[str, Any]:
    by = request.args.get("sort_by", "created_at")
    descending = request.args.get("sort_order", "desc") == "desc"

    def key(item: tuple[str, Any]) -> tuple[Any, ...]:
        value = getattr(item[1], by, None)
        return (jsonviews.iso(value) if hasattr(value, "year") else str(value or ""), item[1].id)

    return page(results, "results", lambda item: _rendered(item, state), key=key, descending=descending)


def _created(item: tuple[str, Any]) -> tuple[Any, ...]:
    return (jsonviews.iso(item[1].created_at), item[1].id)


def _rendered(item: tuple[str, Any], state: State) -> dict[str, Any]:
    return _RENDER[item[0]](item[1], state) | {"result_type": item[0]}
