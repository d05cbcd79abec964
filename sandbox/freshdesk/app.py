"""The stand-in as one WSGI application: API, control, agent's page, request log and faults."""

import json
import uuid
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from sandbox.common.control import control
from sandbox.common.desk import desk
from sandbox.common.faulty import install
from sandbox.freshdesk.agent import pages
from sandbox.freshdesk.api import (
    agents,
    automations,
    bulk,
    conversations,
    customers,
    exports,
    fields,
    search,
    settings,
    tickets,
)
from sandbox.freshdesk.api.routing import EXTENSION, PREFIX, cost
from sandbox.freshdesk.errors import ApiError, not_allowed, not_found, unauthenticated
from sandbox.freshdesk.state import State

MODULES = (tickets, conversations, search, bulk, customers, agents, fields, automations, settings, exports)


def create_app(state: State, *, limits: bool = True) -> Flask:
    """Return the application of one account; ``limits`` False refuses nothing."""
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = state
    state.limits.enabled = limits
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    app.register_blueprint(desk)
    app.register_blueprint(pages)
    app.register_blueprint(control(state, state.limits, lambda: _summary(state)))
    install(
        app,
        clock=state.clock,
        faults=state.faults,
        log=state.log,
        is_platform=_is_platform,
        expired=unauthenticated,
    )
    app.before_request(lambda: _count(state))
    app.register_error_handler(ApiError, _refusal)
    app.register_error_handler(HTTPException, _http_refusal)
    return app


def _is_platform(path: str) -> bool:
    return path.startswith(f"{PREFIX}/")


def _count(state: State) -> None:
    """Count every call, also one that leads nowhere or has no valid key, before anything is done."""
    if not _is_platform(request.path):
        return
    g.more_headers = {
        "X-Freshdesk-Api-Version": "latest=v2; requested=v2",
        "X-Request-Id": str(uuid.uuid4()),
    }
    g.more_headers |= state.limits.count(request.method, request.path, cost())


def _summary(state: State) -> dict[str, Any]:
    with state.lock:
        return {
            "tickets": len(state.tickets),
            "contacts": len(state.contacts),
            "companies": len(state.companies),
            "rules": len(state.rules),
            "deliveries_waiting": state.courier.waiting(),
            "mails": [{"rule": mail.rule_name, "reason": mail.reason} for mail in state.courier.mails],
        }


def _refusal(err: ApiError) -> Response:
    if err.body is None:
        return Response(status=err.status, headers=err.headers, content_type="text/html; charset=utf-8")
    return Response(json.dumps(err.body), err.status, err.headers, content_type="application/json; charset=utf-8")


def _http_refusal(err: HTTPException) -> Any:
    if not _is_platform(request.path):
        return err
    if isinstance(err, MethodNotAllowed):
        verbs = set(err.valid_methods or ()) - {"HEAD", "OPTIONS"}
        return _refusal(not_allowed(request.method, verbs))
    return _refusal(not_found())
