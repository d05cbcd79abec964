"""The daily file of ticket activities, in the shape in which connectors read it; no vendor page describes it."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from sandbox.freshdesk.api.routing import base, route
from sandbox.freshdesk.errors import Fault, invalid
from sandbox.freshdesk.state import State
from sandbox.freshdesk.tickets import Activity, Ticket

blueprint = Blueprint("exports", __name__)


@route(blueprint, "GET", "/export/ticket_activities")
def ticket_activities(state: State) -> dict[str, Any]:
    """Return a link to one day's file; the day is that of ``created_at``."""
    _day(request.args.get("created_at", ""))
    del state
    return {"export": [{"url": f"{base()}/api/v2/export/ticket_activities/{request.args['created_at']}"}]}


@route(blueprint, "GET", "/export/ticket_activities/<day>")
def ticket_activities_file(state: State, day: str) -> dict[str, Any]:
    """Return the file: what happened on that day, by ticket and time."""
    wanted = _day(day)
    rows = [
        _row(state, ticket, activity)
        for ticket in state.tickets.values()
        for activity in ticket.activities
        if activity.at.date() == wanted
    ]
    return {"activities_data": rows}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid([Fault("created_at", "It should be in the 'yyyy-mm-dd' format", "invalid_value")]) from None


def _row(state: State, ticket: Ticket, activity: Activity) -> dict[str, Any]:
    kind = "system" if activity.who is None else ("agent" if activity.who in state.agents else "customer")
    changed: dict[str, Any] = {name: new for name, (_, new) in activity.changes.items()}
    if "status" in changed:
        changed["status"] = state.statuses[changed["status"]].label
    return {
        "performed_at": activity.at.strftime("%d-%m-%Y %H:%M:%S +0000"),
        "ticket_id": ticket.id,
        "performer_type": kind,
        "performer_id": activity.who,
        "activity": {name: str(value) if value is not None else None for name, value in changed.items()},
    }
