"""The pages and what their forms do. Everything goes the way of an agent in the browser (``via`` web)."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.common.desk.pages import agent_pages, differs, message, parts_of
from sandbox.common.desk.values import clock, parts
from sandbox.zendesk.agent import shown
from sandbox.zendesk.api.routing import running
from sandbox.zendesk.errors import ApiError
from sandbox.zendesk.model import PRIORITIES, STATUSES, CustomField, User
from sandbox.zendesk.state import State
from sandbox.zendesk.tickets_model import Ticket

pages = agent_pages(__name__, "Zendesk Support", lambda: "Support desk")
EDITABLE = {"text", "textarea", "integer", "decimal", "regexp", "date", "tagger", "checkbox"}
CHOICES = ("new", "open", "pending", "hold", "solved", "closed")


@pages.errorhandler(ApiError)
def refused(err: ApiError) -> Any:
    """Go back to the form with the platform's reason, or say that there is no such ticket."""
    if request.method == "POST" and request.view_args and "ticket_id" in request.view_args:
        return redirect(url_for("agent.show", problem=_reason(err), **request.view_args))
    return message("Not found", _reason(err), err.status)


def _reason(err: ApiError) -> str:
    body = err.body
    details = body.get("details") if isinstance(body, dict) else None
    if details:
        return "; ".join(fault["description"] for faults in details.values() for fault in faults)
    return str(body.get("description") or body.get("error")) if isinstance(body, dict) else str(body)


@pages.get("/tickets")
def index() -> str:
    """Show all tickets, the SLA fields as columns, and the form for a new one."""
    state = running().state
    with state.lock:
        return render_template("list.html", **_list(state), **_people(state), priorities=PRIORITIES)


@pages.get("/data/tickets")
def index_data() -> dict[str, Any]:
    """Return the list's parts, for the page's own refreshing."""
    state = running().state
    with state.lock:
        return parts({"rows": render_template("_rows.html", **_list(state))}, state.clock())


@pages.get("/tickets/<int:ticket_id>")
def show(ticket_id: int) -> str:
    """Show one ticket."""
    state = running().state
    with state.lock:
        return render_template("ticket.html", **_ticket(state, ticket_id), **_people(state))


@pages.get("/data/tickets/<int:ticket_id>")
def show_data(ticket_id: int) -> dict[str, Any]:
    """Return one ticket's parts, for the page's own refreshing."""
    state = running().state
    with state.lock:
        return parts(parts_of(_ticket(state, ticket_id), "head", "fields"), state.clock())


@pages.post("/tickets")
def open_ticket() -> Response:
    """Open a ticket as a customer."""
    state, form = running().state, request.form
    with state.lock:
        customer = state.get(state.users, form.get("requester", ""))
        priority: dict[str, Any] = {"priority": form["priority"]} if form.get("priority") else {}
        subject = form.get("subject", "").strip() or "(no subject)"
        ticket = state.open_ticket(customer, subject, form.get("body", ""), **priority)
    return redirect(url_for("agent.show", ticket_id=ticket.id))


@pages.post("/tickets/<int:ticket_id>/reply")
def reply(ticket_id: int) -> Response:
    """Add a comment as the customer, as an agent, or as an internal note, and set a status in the same update."""
    state, form = running().state, request.form
    with state.lock:
        ticket = state.ticket(ticket_id)
        by_customer = form.get("kind") == "customer"
        author = state.get(state.users, ticket.requester_id if by_customer else form.get("agent", ""))
        status: dict[str, Any] = {} if by_customer or not form.get("status") else {"status": form["status"]}
        on = state.reply(ticket, author, form.get("body", ""), public=form.get("kind") != "note", **status)
    return redirect(url_for("agent.show", ticket_id=on.id))


@pages.post("/tickets/<int:ticket_id>/fields")
def change(ticket_id: int) -> Response:
    """Change what the fields panel shows, in one update by the chosen agent."""
    state = running().state
    with state.lock:
        ticket = state.ticket(ticket_id)
        agent = state.get(state.users, request.form.get("agent", ""))
        state.change(ticket, agent, **_changed(state))
    return redirect(url_for("agent.show", ticket_id=ticket_id))


@pages.post("/tickets/<int:ticket_id>/merge")
def merge(ticket_id: int) -> Response:
    """Close this ticket into another one."""
    state = running().state
    with state.lock:
        target = state.ticket(request.form.get("target", ""))
        state.merge(state.ticket(ticket_id), target, state.get(state.users, request.form.get("agent", "")))
    return redirect(url_for("agent.show", ticket_id=target.id))


def _changed(state: State) -> dict[str, Any]:
    """Return what was changed in the form, by what it showed before, so that nobody else's change is undone."""
    form, values = request.form, dict[str, Any]()
    for name in ("status", "priority"):
        if differs(name):
            values[name] = form[name] or None
    for name in ("assignee_id", "group_id"):
        if differs(name):
            values[name] = int(form[name]) if form[name] else None
    if differs("tags"):
        values["tags"] = form["tags"].split()
    custom = [_sent(field) for field in state.custom_ticket_fields() if differs(f"field_{field.id}")]
    return values | ({"custom_fields": custom} if custom else {})


def _sent(field: CustomField) -> dict[str, Any]:
    value = request.form.get(f"field_{field.id}", "")
    return {"id": field.id, "value": value == "on" if field.type == "checkbox" else value or None}


def _list(state: State) -> dict[str, Any]:
    columns = (
        [cell.label for cell in shown.sla_values(state, next(iter(state.tickets.values())))] if state.tickets else []
    )
    return {"rows": shown.rows(state), "columns": columns, "now": clock(state.clock())}


def _ticket(state: State, ticket_id: int) -> dict[str, Any]:
    ticket = state.ticket(ticket_id)
    organization = state.organizations.get(ticket.organization_id or 0)
    editable = [field for field in state.custom_ticket_fields() if field.type in EDITABLE]
    staff = [user for user in state.users.values() if user.is_staff]
    return {
        "ticket": ticket,
        "requester": shown.name_of(state, ticket.requester_id),
        "organization": organization.name if organization else "",
        "plan": shown.plan_of(state, ticket),
        "status_label": shown.status_label(ticket.status),
        "frozen": ticket.status == "closed" or ticket.archived,
        "sla": list(shown.sla_values(state, ticket)),
        "comments": shown.conversation(state, ticket),
        "history": shown.history(state, ticket),
        "inputs": [(f, _raw(f, ticket)) for f in editable if not shown.is_written_by_service(f)],
        "written": [(f, _raw(f, ticket)) for f in editable if shown.is_written_by_service(f)],
        "statuses": [(s, shown.status_label(s)) for s in CHOICES if s != "new" or ticket.status == "new"],
        "priorities": PRIORITIES,
        "agents": sorted(staff, key=lambda user: (user.role == "admin", user.name)),
        "groups": list(state.groups.values()),
        "others": [t for t in state.tickets.values() if t.id != ticket.id and t.status in STATUSES[:-2]],
        "now": clock(state.clock()),
        "problem": request.args.get("problem", ""),
    }


def _raw(field: CustomField, ticket: Ticket) -> str:
    value = ticket.custom.get(field.id)
    if field.type == "checkbox":
        return "on" if value else ""
    return "" if value is None else str(value)


def _people(state: State) -> dict[str, list[User]]:
    return {"customers": [user for user in state.users.values() if not user.is_staff]}
