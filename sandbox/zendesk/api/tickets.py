"""Tickets one by one: show, list, create, update, delete, restore, merge."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import lifecycle, ticketviews
from sandbox.zendesk.api.jobs import queued
from sandbox.zendesk.api.routing import API, Answer, base, body, ids, json_body, parsed, route, user, warn
from sandbox.zendesk.api.sideloads import sideloaded
from sandbox.zendesk.errors import bad_request, not_found
from sandbox.zendesk.inputs import MergeInput, TicketInput
from sandbox.zendesk.jsonviews import iso
from sandbox.zendesk.model import Via
from sandbox.zendesk.paging import by_id, page
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import Ticket

blueprint = Blueprint("tickets", __name__)
IDEMPOTENCY_WINDOW = timedelta(hours=2)
SORTS: dict[str, Any] = {
    "id": by_id,
    "updated_at": lambda ticket: (iso(ticket.updated_at), ticket.id),
    "created_at": lambda ticket: (iso(ticket.created_at), ticket.id),
    "status": lambda ticket: (ticket.status, ticket.id),
}


@route(blueprint, "GET", "/api/v2/tickets")
def list_tickets(state: State) -> dict[str, Any]:
    """Return the tickets that are neither deleted nor archived."""
    return listed(state, [t for t in state.tickets.values() if not t.is_deleted and not t.archived])


@route(blueprint, "GET", "/api/v2/organizations/<int:organization_id>/tickets")
def list_of_organization(state: State, organization_id: int) -> dict[str, Any]:
    """Return one organization's tickets, without archived ones."""
    state.get(state.organizations, organization_id)
    mine = [t for t in state.tickets.values() if t.organization_id == organization_id]
    return listed(state, [t for t in mine if not t.is_deleted and not t.archived])


@route(blueprint, "GET", "/api/v2/users/<int:user_id>/tickets/<kind>")
def list_of_user(state: State, user_id: int, kind: str) -> dict[str, Any]:
    """Return the tickets that a user requested, is assigned to or is copied on."""
    kinds: dict[str, Callable[[Ticket], bool]] = {
        "requested": lambda ticket: ticket.requester_id == user_id,
        "assigned": lambda ticket: ticket.assignee_id == user_id,
        "ccd": lambda ticket: user_id in ticket.email_cc_ids,
    }
    if kind not in kinds:
        raise not_found()
    chosen = kinds[kind]
    return listed(state, [t for t in state.tickets.values() if chosen(t) and not t.is_deleted and not t.archived])


def listed(state: State, tickets: list[Ticket]) -> dict[str, Any]:
    """Return a page of tickets in the order asked for, with sideloads."""
    by_cursor = "page[size]" in request.args or "page[after]" in request.args
    wanted = request.args.get("sort", "") if by_cursor else request.args.get("sort_by", "")
    descending = wanted.startswith("-") if by_cursor else request.args.get("sort_order") == "desc"
    key = SORTS.get(wanted.lstrip("-"), by_id)
    shown: list[Ticket] = []

    def render(ticket: Ticket) -> dict[str, Any]:
        shown.append(ticket)
        return ticketviews.ticket(ticket, state, base())

    answer = page(tickets, "tickets", render, key, descending=descending)
    return answer | sideloaded(state, shown, answer["tickets"], base())


@route(blueprint, "GET", "/api/v2/tickets/show_many")
def show_many(state: State) -> dict[str, Any]:
    """Return tickets by their ids; missing ones are left out without an error."""
    found = [state.tickets[n] for n in ids()[:100] if n in state.tickets and not state.tickets[n].is_deleted]
    shown = [ticketviews.ticket(ticket, state, base()) for ticket in found]
    answer = {"tickets": shown, "next_page": None, "previous_page": None, "count": len(found)}
    return answer | sideloaded(state, found, shown, base())


@route(blueprint, "GET", "/api/v2/tickets/count")
def count_tickets(state: State) -> dict[str, Any]:
    """Return how many tickets there are."""
    live = [t for t in state.tickets.values() if not t.is_deleted and not t.archived]
    return {"count": {"value": len(live), "refreshed_at": iso(state.now())}}


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>")
def show(state: State, ticket_id: int) -> dict[str, Any]:
    """Return one ticket, also an archived one."""
    ticket = state.ticket(ticket_id)
    shown = ticketviews.ticket(ticket, state, base())
    return {"ticket": shown} | sideloaded(state, [ticket], [shown], base())


@route(blueprint, "POST", "/api/v2/tickets")
def create(state: State) -> Answer:
    """Create a ticket; the same Idempotency-Key within two hours answers the same ticket again."""
    key, digest = request.headers.get("Idempotency-Key"), hashlib.sha256(request.get_data(cache=True)).digest()
    known = state.idempotency.get(key or "")
    if key and known and known[0] > state.now() - IDEMPOTENCY_WINDOW:
        if known[1] != digest:
            text = "Request parameters don't match the given idempotency key"
            raise bad_request("IdempotentRequestError", text)
        return _created(state, state.tickets[known[2]], "hit")
    given = body("ticket", TicketInput)
    via = Via("web") if given.via and given.via.channel in (0, "web", "web_form") else API
    ticket, _ = lifecycle.create(state, given, user(), via)
    if key:
        state.idempotency[key] = (state.now(), digest, ticket.id)
    return _created(state, ticket, "miss" if key else None)


def _created(state: State, ticket: Ticket, lookup: str | None) -> Answer:
    shown = ticketviews.ticket(ticket, state, base())
    headers = {"Location": shown["url"]} | ({"X-Idempotency-Lookup": lookup} if lookup else {})
    return Answer({"ticket": shown, "audit": ticketviews.audit(ticket.audits[0])}, 201, headers)


@route(blueprint, "PUT", "/api/v2/tickets/<int:ticket_id>")
def update(state: State, ticket_id: int) -> dict[str, Any]:
    """Change a ticket in one go and return it with the audit of what really changed."""
    given = body("ticket", TicketInput)
    ticket = state.ticket(ticket_id)
    audit = lifecycle.update(state, ticket, given, user(), API)
    return {"ticket": ticketviews.ticket(ticket, state, base()), "audit": ticketviews.audit(audit)}


@route(blueprint, "DELETE", "/api/v2/tickets/<int:ticket_id>")
def delete(state: State, ticket_id: int) -> Answer:
    """Delete a ticket softly."""
    given = json_body().get("ticket")
    warn([f"ticket.{key}" for key in given] if isinstance(given, dict) else [])
    lifecycle.delete(state, state.ticket(ticket_id), user(), API)
    return Answer(status=204)


@route(blueprint, "GET", "/api/v2/deleted_tickets")
def list_deleted(state: State) -> dict[str, Any]:
    """Return the deleted tickets, shortened."""
    deleted = [ticket for ticket in state.tickets.values() if ticket.is_deleted]
    return page(deleted, "deleted_tickets", lambda ticket: _deleted(state, ticket))


def _deleted(state: State, ticket: Ticket) -> dict[str, Any]:
    actor = state.users.get(ticket.audits[-1].author_id)
    return {
        "id": ticket.id,
        "subject": ticket.subject,
        "description": ticket.description,
        "actor": {"id": actor.id, "name": actor.name} if actor else None,
        "deleted_at": iso(ticket.updated_at),
        "previous_state": ticket.status_before,
    }


@route(blueprint, "PUT", "/api/v2/deleted_tickets/<int:ticket_id>/restore")
def restore(state: State, ticket_id: int) -> dict[str, Any]:
    """Take a deletion back; the answer is an empty object."""
    ticket = state.get(state.tickets, ticket_id)
    if not ticket.is_deleted:
        raise not_found()
    lifecycle.restore(state, ticket, user(), API)
    return {}


@route(blueprint, "POST", "/api/v2/tickets/<int:ticket_id>/merge")
def merge(state: State, ticket_id: int) -> dict[str, Any]:
    """Close other tickets into this one, as a job."""
    given = parsed(json_body(), MergeInput)
    target = state.ticket(ticket_id)
    lifecycle.merge(state, target, given, user())
    results = [{"id": source, "action": "update", "status": "Updated", "success": True} for source in given.ids]
    return queued(state, [result.copy for result in results], base())
