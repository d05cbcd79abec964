"""The pages and what their forms do. Everything goes the way of an agent in the browser."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sandbox.common.desk.pages import agent_pages, differs, message, parts_of
from sandbox.common.desk.values import clock, parts
from sandbox.jira import lifecycle
from sandbox.jira.agent import shown
from sandbox.jira.api.routing import running
from sandbox.jira.errors import ApiError, refused
from sandbox.jira.inputs import IssueInput
from sandbox.jira.issues_model import Issue
from sandbox.jira.model import User
from sandbox.jira.state import State

pages = agent_pages(__name__, "Jira Service Management", lambda: "Service project")


@pages.errorhandler(ApiError)
def refuse(err: ApiError) -> Any:
    """Go back to the form with the platform's reason, or say that there is no such issue."""
    reason = "; ".join([*err.body.get("errorMessages", ()), *err.body.get("errors", {}).values()])
    if request.method == "POST" and request.view_args and err.status != 404:
        return redirect(url_for("agent.show", problem=reason, **request.view_args))
    return message("Not found", reason, err.status)


@pages.get("/tickets")
def index() -> str:
    """Show all issues, the SLA fields as columns, and the form for a new request."""
    state = running().state
    with state.lock:
        customers = sorted((u for u in state.users.values() if _is_customer(state, u)), key=lambda user: user.name)
        kinds, priorities = list(state.request_types.values()), _names(state.priorities)
        return render_template("list.html", **_list(state), customers=customers, kinds=kinds, priorities=priorities)


def _is_customer(state: State, user: User) -> bool:
    return any(user.account_id in desk.customers for desk in state.desks.values())


@pages.get("/data/tickets")
def index_data() -> dict[str, Any]:
    """Return the list's parts, for the page's own refreshing."""
    state = running().state
    with state.lock:
        return parts({"rows": render_template("_rows.html", **_list(state))}, state.clock())


@pages.get("/tickets/<key>")
def show(key: str) -> str:
    """Show one issue."""
    state = running().state
    with state.lock:
        return render_template("issue.html", **_issue(state, state.issue(key)))


@pages.get("/data/tickets/<key>")
def show_data(key: str) -> dict[str, Any]:
    """Return one issue's parts, for the page's own refreshing."""
    state = running().state
    with state.lock:
        return parts(parts_of(_issue(state, state.issue(key)), "head", "ways", "fields"), state.clock())


@pages.post("/tickets")
def open_request() -> Response:
    """Raise a request as a customer, in the portal."""
    state, form = running().state, request.form
    with state.lock:
        issue = state.open_request(
            _person(state, form.get("reporter", "")),
            form.get("summary", "").strip() or "(no summary)",
            form.get("body", ""),
            priority=form.get("priority") or None,
            request_type=form.get("request_type", "Get help"),
        )
    return redirect(url_for("agent.show", key=issue.key))


@pages.post("/tickets/<key>/reply")
def reply(key: str) -> Response:
    """Comment as the customer, as an agent, or as an internal note."""
    state, kind = running().state, request.form.get("kind")
    with state.lock:
        issue = state.issue(key)
        author = _person(state, str(issue.reporter)) if kind == "customer" else _agent(state)
        state.reply(issue, author, request.form.get("body", ""), public=kind != "note")
    return redirect(url_for("agent.show", key=key))


@pages.post("/tickets/<key>/transition")
def move_on(key: str) -> Response:
    """Take one of the ways out of the issue's status."""
    state = running().state
    with state.lock:
        issue, wanted = state.issue(key), request.form.get("transition")
        way = next((one for one in lifecycle.transitions(state, issue) if one.id == wanted), None)
        if way is None:
            raise refused(400, "This way does not lead on from here any more.")
        lifecycle.transition(state, issue, way, IssueInput(), _agent(state), rich=False)
    return redirect(url_for("agent.show", key=key))


@pages.post("/tickets/<key>/fields")
def change(key: str) -> Response:
    """Change what the details show, in one update by the chosen agent."""
    state = running().state
    with state.lock:
        issue = state.issue(key)
        state.change(issue, _agent(state), **_changed(state, issue))
    return redirect(url_for("agent.show", key=key))


@pages.post("/tickets/<key>/duplicate")
def duplicate(key: str) -> Response:
    """Close this issue as a duplicate of another one."""
    state = running().state
    with state.lock:
        target = state.issue(request.form.get("target", ""))
        state.close_as_duplicate(state.issue(key), target, _agent(state))
    return redirect(url_for("agent.show", key=target.key))


def _agent(state: State) -> User:
    return _person(state, request.form.get("agent", ""))


def _person(state: State, account_id: str) -> User:
    if account_id not in state.users:
        raise ValueError(account_id)
    return state.users[account_id]


def _changed(state: State, issue: Issue) -> dict[str, Any]:
    """Return what was changed in the form, by what it showed before, so that nobody else's change is undone."""
    form, values = request.form, dict[str, Any]()
    if differs("priority"):
        values["priority"] = {"id": form["priority"]} if form["priority"] else None
    if differs("assignee"):
        values["assignee"] = {"accountId": form["assignee"]} if form["assignee"] else None
    if differs("labels"):
        values["labels"] = form["labels"].split()
    for one in shown.inputs(state, issue):
        if differs(one.id):
            values[one.id] = _sent(state.fields[one.id].kind, form.getlist(one.id))
    return values


def _sent(kind: str, given: list[str]) -> Any:
    chosen = [{"id": one} for one in given if one]
    match kind:
        case "options":
            return chosen
        case "option":
            return chosen[0] if chosen else None
        case "number":
            return float(given[0]) if given[0] else None
        case _:
            return given[0] or None


def _list(state: State) -> dict[str, Any]:
    columns = [cell.label for cell in shown.sla_values(state, None)]
    return {"rows": shown.rows(state), "columns": columns, "now": clock(state.clock())}


def _issue(state: State, issue: Issue) -> dict[str, Any]:
    inputs, project = shown.inputs(state, issue), state.project_of(issue)
    kind = state.request_types.get(issue.request_type or "")
    staff = [u for u in state.users.values() if state.is_agent(u, project) and u.kind != "app"]
    return {
        "row": shown.row(state, issue),
        "request_type": kind.name if kind else "Not a request",
        "labels": issue.values.get("labels") or [],
        "priority": issue.values.get("priority"),
        "assignee": issue.values.get("assignee"),
        "frozen": not state.editable_fields(issue),
        "sla": list(shown.sla_values(state, issue)),
        "comments": shown.conversation(state, issue),
        "history": shown.history(state, issue),
        "ways": lifecycle.transitions(state, issue),
        "inputs": [one for one in inputs if not shown.is_written_by_service(state.fields[one.id])],
        "written": [one for one in inputs if shown.is_written_by_service(state.fields[one.id])],
        "priorities": _names(state.priorities),
        "agents": [(u.account_id, u.name) for u in sorted(staff, key=lambda u: (state.may(u, "ADMINISTER"), u.name))],
        "others": [] if shown.is_done(state, issue) else _others(state, issue),
        "now": clock(state.clock()),
        "problem": request.args.get("problem", ""),
    }


def _others(state: State, issue: Issue) -> list[Issue]:
    return [other for other in state.issues.values() if other.id != issue.id and not shown.is_done(state, other)]


def _names(records: Any) -> list[tuple[str, str]]:
    return [(record.id, record.name) for record in records.values()]
