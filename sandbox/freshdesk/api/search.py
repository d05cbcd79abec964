"""Search: thirty rows a page, ten pages, and an index that may lag. Source: API reference, "Filter tickets"."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from sandbox.freshdesk import lifecycle, ticketviews, views
from sandbox.freshdesk.api.routing import route
from sandbox.freshdesk.errors import Fault, invalid
from sandbox.freshdesk.model import PRIORITIES
from sandbox.freshdesk.queries import Getter, parsed
from sandbox.freshdesk.state import State
from sandbox.freshdesk.tickets import Ticket

blueprint = Blueprint("search", __name__)
PER_PAGE, LAST_PAGE = 30, 10
SEARCHABLE = ("custom_text", "custom_number", "custom_checkbox", "custom_dropdown", "custom_date")
COMPANY_FIELDS = ("name", "domain", "account_tier", "health_score", "industry", "created_at", "updated_at")
CONTACT_FIELDS = ("name", "email", "phone", "mobile", "company_id", "active", "tag", "created_at", "updated_at")
RENAMED = {"tag": "tags", "agent_id": "responder_id", "domain": "domains"}


def _attribute(name: str) -> Getter:
    return lambda record: getattr(record, RENAMED.get(name, name), None)


def _custom(name: str) -> Getter:
    return lambda record: record.custom_fields.get(name)


@route(blueprint, "GET", "/search/tickets")
def search_tickets(state: State) -> dict[str, Any]:
    """Return the tickets that a query matches, without archived, deleted and spam ones."""
    names = ("agent_id", "group_id", "priority", "status", "tag", "type", "due_by", "fr_due_by")
    getters: dict[str, Getter] = {name: _attribute(name) for name in (*names, "created_at", "updated_at")}
    getters |= {field.name: _custom(field.name) for field in state.custom_fields() if field.type in SEARCHABLE}
    closed = {"status": list(state.statuses), "priority": list(PRIORITIES)}
    test = parsed(request.args.get("query", ""), getters, closed)
    seen_until = state.now() - timedelta(seconds=state.switches.search_lag_seconds)
    hidden = {t.id for t in state.tickets.values() if t.archived or t.deleted or t.spam or t.updated_at > seen_until}
    found = [ticket for ticket in state.tickets.values() if ticket.id not in hidden and test(ticket)]
    found.sort(key=lambda ticket: (ticket.created_at, ticket.id), reverse=True)

    def render(ticket: Ticket) -> dict[str, Any]:
        lifecycle.settle(state, ticket)
        return ticketviews.ticket(ticket, state)

    return _results(found, render)


@route(blueprint, "GET", "/search/companies")
def search_companies(state: State) -> dict[str, Any]:
    """Return the companies that a query matches."""
    test = parsed(request.args.get("query", ""), {name: _attribute(name) for name in COMPANY_FIELDS}, {})
    return _results([company for company in state.companies.values() if test(company)], views.company)


@route(blueprint, "GET", "/search/contacts")
def search_contacts(state: State) -> dict[str, Any]:
    """Return the contacts that a query matches."""
    test = parsed(request.args.get("query", ""), {name: _attribute(name) for name in CONTACT_FIELDS}, {})
    return _results([contact for contact in state.contacts.values() if test(contact)], views.contact)


def _results(found: list[Any], render: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    number = request.args.get("page", "1")
    if not number.isdigit() or not 1 <= int(number) <= LAST_PAGE:
        text = f"It should be a Positive Integer less than or equal to {LAST_PAGE}"
        raise invalid([Fault("page", text, "invalid_value")])
    first = (int(number) - 1) * PER_PAGE
    return {"results": [render(record) for record in found[first : first + PER_PAGE]], "total": len(found)}
