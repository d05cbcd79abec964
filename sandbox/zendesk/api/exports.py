"""Incremental exports: everything that changed, in the order in which it changed. The newest minute is withheld.

Source: reference page "Incremental exports", and the recorded cursor and time-based pages.
"""

import base64
from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews, ticketviews
from sandbox.zendesk.api.routing import base, route
from sandbox.zendesk.api.sideloads import sideloaded
from sandbox.zendesk.errors import bad_request
from sandbox.zendesk.paging import whole
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import CommentEvent, FieldEvent, Ticket

blueprint = Blueprint("exports", __name__)
MOST = 1000


@route(blueprint, "GET", "/api/v2/incremental/tickets/cursor", admin=True)
def tickets_by_cursor(state: State) -> dict[str, Any]:
    """Return changed tickets, deleted ones too, and the cursor that stays good at the end of the stream."""
    cursor = request.args.get("cursor")
    place = _place(cursor) if cursor else (_start_time(state) - 1, 2**62)  # start_time is included
    size = whole("per_page", MOST, MOST)
    waiting = [ticket for ticket in _exportable(state) if _order(ticket) > place]
    shown = waiting[:size]
    rendered = [ticketviews.ticket(ticket, state, base()) for ticket in shown]
    after = _order(shown[-1]) if shown else place
    following = base64.b64encode(f"{after[0]}.0||{after[1]}|".encode()).decode()
    link = f"{request.host_url.rstrip('/')}/api/v2/incremental/tickets/cursor.json?cursor={following}"
    if "per_page" in request.args:
        link += f"&per_page={size}"
    return {
        "tickets": rendered,
        "after_url": link,
        "after_cursor": following,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": len(waiting) <= size,
    } | sideloaded(state, shown, rendered, base())


@route(blueprint, "GET", "/api/v2/incremental/tickets", admin=True)
def tickets_by_time(state: State) -> dict[str, Any]:
    """Return changed tickets by time. Tickets that share a second are never split, so a page may be longer."""
    start, size = _start_time(state), whole("per_page", MOST, MOST)
    waiting = [ticket for ticket in _exportable(state) if _order(ticket)[0] >= start]
    shown = waiting[:size]
    if shown:
        last = _order(shown[-1])[0]
        shown = [ticket for ticket in waiting if _order(ticket)[0] <= last]
    rendered = [ticketviews.ticket(ticket, state, base()) for ticket in shown]
    end = _order(shown[-1])[0] if shown else start
    more = f"&per_page={size}" if "per_page" in request.args else ""
    return {
        "tickets": rendered,
        "count": len(shown),
        "end_of_stream": len(shown) == len(waiting),
        "end_time": end,
        "next_page": f"{request.host_url.rstrip('/')}/api/v2/incremental/tickets.json?start_time={end}{more}",
    } | sideloaded(state, shown, rendered, base())


@route(blueprint, "GET", "/api/v2/incremental/ticket_events", admin=True)
def ticket_events(state: State) -> dict[str, Any]:
    """Return the audits of all tickets as a stream, with their comments where ``include=comment_events`` asks."""
    start, until = _start_time(state), state.exported_before()
    audits = [a for ticket in state.tickets.values() for a in ticket.audits]
    audits = sorted((a for a in audits if a.created_at < until), key=lambda a: (a.created_at, a.id))
    audits = [a for a in audits if a.created_at.timestamp() >= start]
    shown = audits[:MOST]
    end = int(shown[-1].created_at.timestamp()) if shown else start
    wants_comments = "comment_events" in request.args.get("include", "")
    return {
        "ticket_events": [
            {
                "id": audit.id,
                "ticket_id": audit.ticket_id,
                "timestamp": int(audit.created_at.timestamp()),
                "created_at": jsonviews.iso(audit.created_at),
                "updater_id": audit.author_id,
                "via": audit.via.channel,
                "event_type": "Audit",
                "child_events": [_child(e) for e in audit.events if wants_comments or not isinstance(e, CommentEvent)],
            }
            for audit in shown
        ],
        "count": len(shown),
        "end_of_stream": len(shown) == len(audits),
        "end_time": end,
        "next_page": f"{request.host_url.rstrip('/')}/api/v2/incremental/ticket_events.json?start_time={end}",
    }


@route(blueprint, "GET", "/api/v2/incremental/organizations", admin=True)
def organizations(state: State) -> dict[str, Any]:
    """Return changed organizations by time."""
    return _changed(state, "organizations", list(state.organizations.values()), jsonviews.organization)


@route(blueprint, "GET", "/api/v2/incremental/users", admin=True)
def users(state: State) -> dict[str, Any]:
    """Return changed users by time."""
    return _changed(state, "users", list(state.users.values()), jsonviews.user)


def _changed(state: State, name: str, records: list[Any], render: Any) -> dict[str, Any]:
    start, until = _start_time(state), state.exported_before()
    found = [r for r in records if r.updated_at < until and r.updated_at.timestamp() >= start]
    found.sort(key=lambda record: (record.updated_at, record.id))
    end = int(found[-1].updated_at.timestamp()) if found else start
    return {
        name: [render(record, base()) for record in found],
        "count": len(found),
        "end_of_stream": True,
        "end_time": end,
        "next_page": f"{request.host_url.rstrip('/')}/api/v2/incremental/{name}.json?start_time={end}",
    }


def _child(event: Any) -> dict[str, Any]:
    match event:
        case CommentEvent():
            return {
                "id": event.id,
                "type": "Comment",
                "event_type": "Comment",
                "author_id": event.author_id,
                "public": event.public,
                "comment_present": True,
                "comment_public": event.public,
                "body": event.body,
            }
        case FieldEvent():
            return {
                "id": event.id,
                "event_type": event.type,
                event.field_name: event.value,
                "previous_value": event.previous,
            }
        case _:
            return {"id": event.id, "event_type": event.type}


def _exportable(state: State) -> list[Ticket]:
    until = int(state.exported_before().timestamp())
    tickets = [ticket for ticket in state.tickets.values() if _order(ticket)[0] < until]
    if request.args.get("exclude_deleted") == "true":
        tickets = [ticket for ticket in tickets if not ticket.is_deleted]
    return sorted(tickets, key=_order)


def _order(ticket: Ticket) -> tuple[int, int]:
    return int(ticket.generated_at.timestamp()), ticket.id


def _start_time(state: State) -> int:
    try:
        start = int(request.args["start_time"])
    except (KeyError, ValueError):
        raise bad_request("ParameterMissing", "start_time, in Unix seconds, is required") from None
    if start > state.exported_before().timestamp():
        raise bad_request("InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds", 422)
    return start


def _place(cursor: str) -> tuple[int, int]:
    try:
        second, ticket_id, _ = base64.b64decode(cursor).decode().replace("||", "|").split("|")
        return int(float(second)), int(ticket_id)
    except ValueError:
        raise bad_request("InvalidValue", "The cursor is not valid") from None
