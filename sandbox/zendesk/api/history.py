"""What stands on a ticket: comments, audits, tags, metrics."""

from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews, lifecycle, ticketviews
from sandbox.zendesk.api.metrics import metric_set
from sandbox.zendesk.api.routing import API, Answer, base, json_body, parsed, route, user
from sandbox.zendesk.api.sideloads import included
from sandbox.zendesk.errors import not_found
from sandbox.zendesk.inputs import TagsInput
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import Audit

blueprint = Blueprint("history", __name__)


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>/comments")
def list_comments(state: State, ticket_id: int) -> dict[str, Any]:
    """Return the comments, oldest first unless asked otherwise; the first one is the description."""
    ticket = state.ticket(ticket_id)
    descending = request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc"
    authors: set[int] = set()

    def render(pair: Any) -> dict[str, Any]:
        authors.add(pair[1].author_id)
        return ticketviews.comment(*pair)

    answer = page(list(ticket.comments()), "comments", render, lambda pair: (pair[1].id,), descending=descending)
    if "users" in included():
        answer["users"] = [jsonviews.user(state.users[n], base()) for n in sorted(authors) if n in state.users]
    return answer


@route(blueprint, "PUT", "/api/v2/tickets/<int:ticket_id>/comments/<int:comment_id>/make_private")
def make_private(state: State, ticket_id: int, comment_id: int) -> dict[str, Any]:
    """Hide a public comment from the customer."""
    if not lifecycle.make_private(state, state.ticket(ticket_id), comment_id, user(), API):
        raise not_found()
    return {}


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>/audits")
def list_audits(state: State, ticket_id: int) -> dict[str, Any]:
    """Return the history, oldest first; an archived ticket's comes whole, whatever page is asked for."""
    ticket = state.ticket(ticket_id)
    if ticket.archived:
        audits = [ticketviews.audit(audit) for audit in ticket.audits]
        answer: dict[str, Any] = {"audits": audits, "next_page": None, "previous_page": None, "count": len(audits)}
    else:
        answer = page(ticket.audits, "audits", ticketviews.audit)
    return answer | _people(state, answer["audits"])


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>/audits/<int:audit_id>")
def show_audit(state: State, ticket_id: int, audit_id: int) -> dict[str, Any]:
    """Return one audit."""
    found = next((audit for audit in state.ticket(ticket_id).audits if audit.id == audit_id), None)
    if found is None:
        raise not_found()
    return {"audit": ticketviews.audit(found)}


@route(blueprint, "GET", "/api/v2/ticket_audits", admin=True)
def list_all_audits(state: State) -> dict[str, Any]:
    """Return the audits of all tickets; unfit for following changes."""
    audits: list[Audit] = [audit for ticket in state.tickets.values() for audit in ticket.audits]
    return page(audits, "audits", ticketviews.audit)


def _people(state: State, audits: list[dict[str, Any]]) -> dict[str, Any]:
    if "users" not in included():
        return {}
    authors = {audit["author_id"] for audit in audits}
    authors |= {event["author_id"] for audit in audits for event in audit["events"] if "author_id" in event}
    return {"users": [jsonviews.user(state.users[n], base()) for n in sorted(authors) if n in state.users]}


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>/tags")
def list_tags(state: State, ticket_id: int) -> dict[str, Any]:
    """Return a ticket's tags."""
    return {"tags": state.ticket(ticket_id).tags}


@route(blueprint, "PUT", "/api/v2/tickets/<int:ticket_id>/tags")
def add_tags(state: State, ticket_id: int) -> dict[str, Any]:
    """Add tags: the method that elsewhere replaces."""
    return _changed_tags(state, ticket_id, lambda there, given: there | given)


@route(blueprint, "POST", "/api/v2/tickets/<int:ticket_id>/tags")
def set_tags(state: State, ticket_id: int) -> Answer:
    """Replace the tags: the method that elsewhere adds."""
    return Answer(_changed_tags(state, ticket_id, lambda _, given: given), 201)


@route(blueprint, "DELETE", "/api/v2/tickets/<int:ticket_id>/tags")
def remove_tags(state: State, ticket_id: int) -> dict[str, Any]:
    """Remove tags, named in the body."""
    return _changed_tags(state, ticket_id, lambda there, given: there - given)


def _changed_tags(state: State, ticket_id: int, combine: Any) -> dict[str, Any]:
    given = parsed(json_body(), TagsInput)
    ticket = state.ticket(ticket_id)
    lifecycle.check_stamp(ticket, given.safe_update, given.updated_stamp)
    lifecycle.change_tags(state, ticket, combine(set(ticket.tags), set(given.tags)), user(), API)
    return {"tags": ticket.tags}


@route(blueprint, "GET", "/api/v2/tags")
def list_all_tags(state: State) -> dict[str, Any]:
    """Return all tags with how often each is used."""
    counts: dict[str, int] = {}
    for ticket in state.tickets.values():
        for tag in ticket.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return page(list(counts.items()), "tags", lambda item: {"name": item[0], "count": item[1]}, lambda item: (item[0],))


@route(blueprint, "GET", "/api/v2/tickets/<int:ticket_id>/metrics")
def show_metrics(state: State, ticket_id: int) -> dict[str, Any]:
    """Return Zendesk's own figures."""
    return {"ticket_metric": metric_set(state, state.ticket(ticket_id), base())}
