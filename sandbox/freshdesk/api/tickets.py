"""Tickets: list, view, create, update, delete, restore, merge, watch, archived ones, outbound mails.

Source: API reference, "Tickets"; the 300 pages of a list from connectors' issues.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from sandbox.freshdesk import auth, lifecycle, ticketviews
from sandbox.freshdesk.api.routing import Answer, agent, body, created, included, route, visible_ticket
from sandbox.freshdesk.errors import Fault, invalid, not_allowed, not_found, nothing_matches, one_of
from sandbox.freshdesk.inputs import MergeInput, OutboundInput, TicketChange, TicketInput, WatchInput, read
from sandbox.freshdesk.model import Status
from sandbox.freshdesk.paging import page
from sandbox.freshdesk.queries import instant
from sandbox.freshdesk.state import State
from sandbox.freshdesk.tickets import Ticket

blueprint = Blueprint("tickets", __name__)
LAST_PAGE = 300
WITHOUT_SINCE = timedelta(days=30)
EMBEDS = ("conversations", "requester", "company", "stats")
LIST_EMBEDS = ("requester", "stats", "description")
FILTERS = ("new_and_my_open", "watching", "spam", "deleted")
ORDERS: dict[str, Callable[[Ticket], Any]] = {
    "created_at": lambda ticket: (ticket.created_at, ticket.id),
    "due_by": lambda ticket: (ticket.due_by or ticket.created_at, ticket.id),
    "updated_at": lambda ticket: (ticket.updated_at, ticket.id),
    "status": lambda ticket: (ticket.status, ticket.id),
}


@route(blueprint, "GET", "/tickets")
def list_tickets(state: State) -> Answer:
    """Return a page of tickets; without ``updated_since`` only those of the last thirty days."""
    names = _checked_list()
    since = request.args.get("updated_since")
    found = [t for t in state.tickets.values() if not t.archived and auth.sees(state, agent(), t)]
    found = [t for t in found if _filtered(t, request.args.get("filter"))]
    if since:
        after = instant("updated_since", since)
        found = [t for t in found if t.updated_at >= after]
    else:
        found = [t for t in found if t.created_at >= state.now() - WITHOUT_SINCE]
    found = _narrowed(state, found)
    found.sort(key=ORDERS[request.args.get("order_by", "created_at")])
    if request.args.get("order_type", "desc") == "desc":
        found.reverse()

    def render(ticket: Ticket) -> dict[str, Any]:
        lifecycle.settle(state, ticket)
        shown = ticketviews.ticket(ticket, state, described="description" in names)
        return shown | ticketviews.embedded(ticket, state, names)

    return page(found, render, last_page=LAST_PAGE)


def _checked_list() -> list[str]:
    names = included()
    allowed = {"order_by": tuple(ORDERS), "order_type": ("asc", "desc"), "filter": FILTERS}
    faults = [
        one_of(name, values) for name, values in allowed.items() if request.args.get(name, values[0]) not in values
    ]
    if any(name not in LIST_EMBEDS for name in names):
        faults.append(one_of("include", LIST_EMBEDS))
    if faults:
        raise invalid(faults)
    return names


def _filtered(ticket: Ticket, wanted: str | None) -> bool:
    if wanted in ("spam", "deleted"):
        return bool(getattr(ticket, wanted))
    if ticket.spam or ticket.deleted:
        return False
    if wanted == "new_and_my_open":
        return ticket.status == Status.OPEN and ticket.responder_id in (None, agent().id)
    return wanted != "watching" or agent().id in ticket.watchers


def _narrowed(state: State, found: list[Ticket]) -> list[Ticket]:
    """Keep the tickets of one requester or company."""
    if email := request.args.get("email"):
        person = state.person_by_email(email)
        found = [t for t in found if person and t.requester_id == person.id]
    tables: dict[str, Any] = {"requester_id": state.contacts | state.agents, "company_id": state.companies}
    for name, table in tables.items():
        wanted = request.args.get(name)
        if wanted is None:
            continue
        if not wanted.isdigit() or int(wanted) not in table:
            raise invalid([nothing_matches(name, name.removesuffix("_id"))])
        found = [t for t in found if getattr(t, name) == int(wanted)]
    return found


@route(blueprint, "POST", "/tickets")
def create(state: State) -> Answer:
    """Create a ticket; its due dates are null in the answer unless they were given."""
    ticket = lifecycle.create(state, body(TicketInput), agent())
    return created("/tickets", ticket.id, ticketviews.ticket(ticket, state))


@route(blueprint, "POST", "/tickets/outbound_email")
def create_outbound(state: State) -> Answer:
    """Begin a ticket by writing to a customer."""
    given = body(OutboundInput).model_dump(exclude_unset=True)
    ticket = lifecycle.create(state, read(TicketInput, given), agent(), outbound=True)
    return created("/tickets", ticket.id, ticketviews.ticket(ticket, state))


@route(blueprint, "GET", "/tickets/<int:ticket_id>")
def show(state: State, ticket_id: int) -> dict[str, Any]:
    """Return one ticket with what it is to include."""
    names = included()
    if any(name not in EMBEDS for name in names):
        raise invalid([one_of("include", EMBEDS)])
    ticket = visible_ticket(state, ticket_id)
    if ticket.deleted and not state.switches.deleted_are_shown:
        raise not_found()
    lifecycle.settle(state, ticket)
    return ticketviews.ticket(ticket, state) | ticketviews.embedded(ticket, state, names)


@route(blueprint, "PUT", "/tickets/<int:ticket_id>")
def update(state: State, ticket_id: int) -> dict[str, Any]:
    """Change a ticket; the newer engine's answer shows the due dates from before."""
    ticket = visible_ticket(state, ticket_id)
    lifecycle.check_writable(ticket)
    given = body(TicketChange)
    if not given.model_fields_set:
        raise invalid([Fault("ticket", "Nothing to update", "missing_field")])
    lifecycle.settle(state, ticket)
    before = ticketviews.ticket(ticket, state)
    lifecycle.update(state, ticket, given, agent())
    shown = ticketviews.ticket(ticket, state)
    return shown | ({name: before[name] for name in ("due_by", "fr_due_by")} if state.switches.newer_engine else {})


@route(blueprint, "DELETE", "/tickets/<int:ticket_id>")
def delete(state: State, ticket_id: int) -> Answer:
    """Move a ticket to the trash."""
    lifecycle.delete(state, visible_ticket(state, ticket_id), agent())
    return Answer(status=204)


@route(blueprint, "PUT", "/tickets/<int:ticket_id>/restore")
def restore(state: State, ticket_id: int) -> Answer:
    """Take a ticket out of the trash."""
    ticket = visible_ticket(state, ticket_id)
    if not ticket.deleted:
        raise not_found()
    lifecycle.restore(state, ticket, agent())
    return Answer(status=204)


@route(blueprint, "PUT", "/tickets/merge")
def merge(state: State) -> Answer:
    """Close tickets into another one."""
    lifecycle.merge(state, body(MergeInput), agent())
    return Answer(status=204)


@route(blueprint, "POST", "/tickets/<int:ticket_id>/watch")
def watch(state: State, ticket_id: int) -> Answer:
    """Add a watcher without telling anybody."""
    ticket, wanted = visible_ticket(state, ticket_id), body(WatchInput).user_id
    if ticket.spam or ticket.deleted:
        raise not_allowed("POST", ["GET"])
    if wanted is not None and wanted not in state.agents:
        raise invalid([nothing_matches("user_id", "agent")])
    ticket.watchers = list(dict.fromkeys([*ticket.watchers, wanted or agent().id]))
    return Answer(status=204)


@route(blueprint, "PUT", "/tickets/<int:ticket_id>/unwatch")
def unwatch(state: State, ticket_id: int) -> Answer:
    """Take the caller off the watchers."""
    ticket = visible_ticket(state, ticket_id)
    ticket.watchers = [watcher for watcher in ticket.watchers if watcher != agent().id]
    return Answer(status=204)


@route(blueprint, "GET", "/tickets/<int:ticket_id>/watchers")
def watchers(state: State, ticket_id: int) -> dict[str, Any]:
    """Return who watches."""
    return {"watcher_ids": list(visible_ticket(state, ticket_id).watchers)}


@route(blueprint, "GET", "/tickets/archived/<int:ticket_id>")
def show_archived(state: State, ticket_id: int) -> dict[str, Any]:
    """Return an archived ticket."""
    return ticketviews.ticket(_archived(state, ticket_id), state)


@route(blueprint, "GET", "/tickets/archived/<int:ticket_id>/conversations")
def archived_conversations(state: State, ticket_id: int) -> Answer:
    """Return an archived ticket's conversations."""
    return page(_archived(state, ticket_id).conversations, ticketviews.conversation)


def _archived(state: State, ticket_id: int) -> Ticket:
    ticket = state.get(state.tickets, ticket_id)
    if not ticket.archived:
        raise not_found()
    return ticket
