"""The pages and what their forms do. Everything goes the way of an agent in the browser."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.common.desk.pages import agent_pages, differs, message, parts_of
from sandbox.common.desk.values import clock, parts
from sandbox.freshdesk import lifecycle
from sandbox.freshdesk.agent import shown
from sandbox.freshdesk.api.routing import state_of_app
from sandbox.freshdesk.errors import ApiError
from sandbox.freshdesk.model import PRIORITIES, TYPES, Agent, TicketField
from sandbox.freshdesk.state import State
from sandbox.freshdesk.tickets import Ticket

pages = agent_pages(__name__, "Freshdesk", lambda: state_of_app().name)
NUMBERS = ("status", "priority", "group_id", "responder_id")


@pages.errorhandler(ApiError)
def refused(err: ApiError) -> Any:
    """Go back to the form with the platform's reason, or say that there is no such ticket."""
    if request.method == "POST" and request.view_args and "ticket_id" in request.view_args and err.status != 404:
        return redirect(url_for("agent.show", problem=err.reason, **request.view_args))
    return message("Not found", err.reason, err.status)


@pages.get("/tickets")
def index() -> str:
    """Show all tickets, the SLA fields as columns, and the form for a new one."""
    state = state_of_app()
    with state.lock:
        people = sorted(state.contacts.values(), key=lambda contact: contact.name)
        return render_template("list.html", **_list(state), customers=people, priorities=list(PRIORITIES.items()))


@pages.get("/data/tickets")
def index_data() -> dict[str, Any]:
    """Return the list's parts, for the page's own refreshing."""
    state = state_of_app()
    with state.lock:
        return parts({"rows": render_template("_rows.html", **_list(state))}, state.clock())


@pages.get("/tickets/<int:ticket_id>")
def show(ticket_id: int) -> str:
    """Show one ticket."""
    state = state_of_app()
    with state.lock:
        return render_template("ticket.html", **_ticket(state, ticket_id))


@pages.get("/data/tickets/<int:ticket_id>")
def show_data(ticket_id: int) -> dict[str, Any]:
    """Return one ticket's parts, for the page's own refreshing."""
    state = state_of_app()
    with state.lock:
        return parts(parts_of(_ticket(state, ticket_id), "head", "native", "fields"), state.clock())


@pages.post("/tickets")
def open_ticket() -> Response:
    """Open a ticket as a customer, by the portal."""
    state, form = state_of_app(), request.form
    with state.lock:
        contact = state.get(state.contacts, form.get("requester", ""))
        subject = form.get("subject", "").strip() or "(no subject)"
        priority = int(form.get("priority") or 1)
        ticket = state.open_ticket(contact, subject, form.get("body", ""), priority=priority)
    return redirect(url_for("agent.show", ticket_id=ticket.id))


@pages.post("/tickets/<int:ticket_id>/reply")
def reply(ticket_id: int) -> Response:
    """Answer as the customer or an agent, or add a note, and set a status in the same update."""
    state, form = state_of_app(), request.form
    kind, body = form.get("kind"), form.get("body", "").strip()
    with state.lock:
        ticket = state.get(state.tickets, ticket_id)
        status: dict[str, Any] = {"status": int(form["status"])} if form.get("status") else {}
        contact = state.contacts.get(ticket.requester_id)
        if kind == "customer" and contact:
            state.reply(ticket, contact, body)
        elif kind == "public_note":
            state.public_note(ticket, _agent(state), body, **status)
        else:
            state.reply(ticket, _agent(state), body, public=kind != "note", **status)
    return redirect(url_for("agent.show", ticket_id=ticket_id))


@pages.post("/tickets/<int:ticket_id>/fields")
def change(ticket_id: int) -> Response:
    """Change what the properties show, in one update by the chosen agent."""
    state = state_of_app()
    with state.lock:
        values = _changed(state)
        if values:
            state.change(state.get(state.tickets, ticket_id), _agent(state), **values)
    return redirect(url_for("agent.show", ticket_id=ticket_id))


@pages.post("/tickets/<int:ticket_id>/merge")
def merge(ticket_id: int) -> Response:
    """Close this ticket into another one."""
    state = state_of_app()
    with state.lock:
        target = state.get(state.tickets, request.form.get("target", ""))
        state.merge(state.get(state.tickets, ticket_id), target, _agent(state))
    return redirect(url_for("agent.show", ticket_id=target.id))


@pages.post("/tickets/<int:ticket_id>/remove")
def remove(ticket_id: int) -> Response:
    """Move this ticket to the trash or to the spam folder."""
    state = state_of_app()
    with state.lock:
        ticket = state.get(state.tickets, ticket_id)
        act = state.mark_spam if request.form.get("what") == "spam" else state.delete
        act(ticket, _agent(state))
    return redirect(url_for("agent.index"))


def _agent(state: State) -> Agent:
    return state.get(state.agents, request.form.get("agent", ""))


def _changed(state: State) -> dict[str, Any]:
    """Return what was changed in the form, by what it showed before, so that nobody else's change is undone."""
    form, values = request.form, dict[str, Any]()
    for name in NUMBERS:
        if differs(name):
            values[name] = int(form[name]) if form[name] else None
    if differs("type"):
        values["type"] = form["type"] or None
    if differs("tags"):
        values["tags"] = [tag.strip() for tag in form["tags"].split(",") if tag.strip()]
    custom = {field.name: _sent(field) for field in state.custom_fields() if differs(field.name)}
    return values | ({"custom_fields": custom} if custom else {})


def _sent(field: TicketField) -> Any:
    value = request.form.get(field.name, "")
    match field.type:
        case "custom_checkbox":
            return value == "on"
        case "custom_number":
            return int(value) if value else None
        case "custom_decimal":
            return float(value) if value else None
        case _:
            return value or None


def _list(state: State) -> dict[str, Any]:
    columns = [cell.label for cell in shown.sla_values(state, None)]
    return {"rows": shown.rows(state), "columns": columns, "now": clock(state.clock())}


def _ticket(state: State, ticket_id: int) -> dict[str, Any]:
    ticket = state.get(state.tickets, ticket_id)
    lifecycle.settle(state, ticket)
    company = state.companies.get(ticket.company_id or 0)
    fields = state.custom_fields()
    names = {"In the trash": ticket.deleted, "Spam": ticket.spam, "Archived": ticket.archived}
    return {
        "ticket": ticket,
        "requester": shown.name_of(state, ticket.requester_id),
        "company": company.name if company else "",
        "plan": (company.account_tier or "") if company else "",
        "status_label": shown.status_label(state, ticket.status),
        "priority_label": PRIORITIES[ticket.priority],
        "where": next((name for name, holds in names.items() if holds), ""),
        "frozen": any(names.values()),
        "sla": list(shown.sla_values(state, ticket)),
        "native": shown.native(state, ticket),
        "comments": shown.conversation(state, ticket),
        "history": shown.history(state, ticket),
        "inputs": [(f, _raw(f, ticket)) for f in fields if not shown.is_written_by_service(f)],
        "written": [(f, _raw(f, ticket)) for f in fields if shown.is_written_by_service(f)],
        "statuses": [(status.id, status.label) for status in state.statuses.values()],
        "priorities": list(PRIORITIES.items()),
        "types": [(name, name) for name in TYPES],
        "groups": [(group.id, group.name) for group in state.groups.values()],
        "agents": [(a.id, a.name) for a in sorted(state.agents.values(), key=lambda a: (a.admin, a.name)) if a.active],
        "others": _others(state, ticket),
        "now": clock(state.clock()),
        "problem": request.args.get("problem", ""),
    }


def _others(state: State, ticket: Ticket) -> list[Ticket]:
    """Return the tickets that this one could be merged into."""
    live = [t for t in state.tickets.values() if not (t.deleted or t.spam or t.archived or t.merged_into)]
    return [other for other in live if other.id != ticket.id]


def _raw(field: TicketField, ticket: Ticket) -> str:
    value = ticket.custom_fields.get(field.name)
    if field.type == "custom_checkbox":
        return "on" if value else ""
    return "" if value is None else str(value)
