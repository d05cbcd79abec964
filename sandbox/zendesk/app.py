"""The stand-in as one WSGI application: API, control, agent's page, request log and faults."""

import contextlib
import json
import socket
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox.common.faults import ApiFault, FaultKind
from sandbox.zendesk.agent import pages
from sandbox.zendesk.api import (
    bulk,
    exports,
    fields,
    history,
    jobs,
    oauth,
    organizations,
    rules,
    search,
    settings,
    tickets,
    users,
    webhooks,
)
from sandbox.zendesk.api.routing import EXTENSION, Running
from sandbox.zendesk.control import control
from sandbox.zendesk.errors import ApiError, invalid_endpoint, invalid_token
from sandbox.zendesk.limits import Limits, Plan
from sandbox.zendesk.state import State

BLUEPRINTS = (
    tickets.blueprint,
    history.blueprint,
    bulk.blueprint,
    jobs.blueprint,
    users.blueprint,
    organizations.blueprint,
    fields.blueprint,
    rules.blueprint,
    webhooks.blueprint,
    settings.blueprint,
    exports.blueprint,
    search.blueprint,
    oauth.blueprint,
)
CALLED, DROPPED = "sandbox.called_path", "sandbox.dropped"


def create_app(state: State, *, limits: bool = True, plan: Plan | None = None) -> Flask:
    """Return the application of one account; ``limits`` False counts nothing and refuses nothing."""
    app = Flask(__name__, static_folder=None)
    running = Running(state, Limits(plan))
    running.limits.enabled = limits
    app.extensions[EXTENSION] = running
    for blueprint in (*BLUEPRINTS, control, pages):
        app.register_blueprint(blueprint)
    app.before_request(lambda: _fail_before(state))
    app.after_request(lambda response: _finish(state, response))
    app.register_error_handler(ApiError, _refusal)
    app.register_error_handler(HTTPException, _http_refusal)
    app.wsgi_app = _without_suffix(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _without_suffix(app: WSGIApplication) -> WSGIApplication:
    """Take ``.json`` off the API's paths: both forms mean the same."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ[CALLED] = environ.get("PATH_INFO", "")
        if path.startswith("/api/v2/") and path.endswith(".json"):
            environ["PATH_INFO"] = path.removesuffix(".json")
        answer = app(environ, start_response)
        if DROPPED in environ:
            _cut(environ)
        return answer

    return wrapped


def _is_platform() -> bool:
    return request.path.startswith(("/api/", "/oauth/"))


def _fail_before(state: State) -> Response | None:
    """Let a fault that is waiting for this request take hold before any work is done."""
    g.started_at = state.clock()
    if not _is_platform():
        return None
    fault = g.fault = state.faults.take(request.method, request.path)
    if fault is None or fault.after:
        return None
    if fault.kind is FaultKind.EXPIRED_TOKEN:
        raise invalid_token()
    return _fault_answer(fault)


def _fault_answer(fault: ApiFault) -> Response | None:
    match fault.kind:
        case FaultKind.SLOW:
            time.sleep(fault.seconds)
            return None
        case FaultKind.DROP:
            request.environ[DROPPED] = True
            return Response(status=500)
        case FaultKind.ANSWER:
            text, kind = _spoiled(fault.body)
            return Response(text, fault.status, dict(fault.headers), content_type=kind)
    return None


def _spoiled(body: Any) -> tuple[str, str]:
    """Return a fault's body and its content type: text stays as it is, anything else becomes JSON."""
    if body is None:
        return "", "text/plain"
    if isinstance(body, str):
        return body, "text/html" if body.lstrip().startswith("<") else "text/plain"
    return json.dumps(body), "application/json"


def _cut(environ: WSGIEnvironment) -> None:
    """Cut the connection without an answer; the server takes the error for a client that went away."""
    with contextlib.suppress(OSError, KeyError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _finish(state: State, response: Response) -> Response:
    """Add the headers, let a fault spoil the answer of work that is done, and write the log."""
    if not _is_platform():
        return response
    fault: ApiFault | None = g.get("fault")
    if fault and fault.after:
        response = _fault_answer(fault) or response
    response.headers.update(g.get("limit_headers", {}))
    if warning := g.get("warning"):
        response.headers["X-Zendesk-Api-Warn"] = warning
    dropped = DROPPED in request.environ
    _record(state, 0 if dropped else response.status_code, b"" if dropped else response.get_data())
    return response


def _record(state: State, status: int, answer: bytes) -> None:
    state.log.add(
        g.started_at,
        request.method,
        request.environ.get(CALLED, request.path),
        request.args.to_dict(flat=False),
        dict(request.headers),
        request.get_data(cache=True),
        status,
        answer,
    )


def _refusal(err: ApiError) -> Response:
    return Response(json.dumps(err.body), err.status, err.headers, content_type="application/json; charset=utf-8")


def _http_refusal(err: HTTPException) -> Any:
    """Answer unknown paths and methods as Zendesk does; a fault of ours stays a 500."""
    if _is_platform() and err.code in (404, 405):
        return _refusal(invalid_endpoint())
    return err
