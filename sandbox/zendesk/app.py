"""The stand-in as one WSGI application: API, control, agent's page, request log and faults."""

import json
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from sandbox.common import faulty
from sandbox.common.desk import desk
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
from sandbox.zendesk.control import control_of
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


def create_app(state: State, *, limits: bool = True, plan: Plan | None = None) -> Flask:
    """Return the application of one account; ``limits`` False counts nothing and refuses nothing."""
    app = Flask(__name__, static_folder=None)
    running = Running(state, Limits(plan))
    running.limits.enabled = limits
    app.extensions[EXTENSION] = running
    for blueprint in (*BLUEPRINTS, control_of(state, running.limits), desk, pages):
        app.register_blueprint(blueprint)
    app.register_error_handler(ApiError, _refusal)
    app.register_error_handler(HTTPException, _http_refusal)
    faulty.install(
        app,
        clock=state.clock,
        faults=state.faults,
        log=state.log,
        is_platform=_is_platform,
        expired=invalid_token,
    )
    app.wsgi_app = _without_suffix(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _without_suffix(app: WSGIApplication) -> WSGIApplication:
    """Take ``.json`` off the API's paths: both forms mean the same."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ[faulty.CALLED] = environ.get("PATH_INFO", "")
        if path.startswith("/api/v2/") and path.endswith(".json"):
            environ["PATH_INFO"] = path.removesuffix(".json")
        return app(environ, start_response)

    return wrapped


def _is_platform(path: str) -> bool:
    return path.startswith(("/api/", "/oauth/"))


def _refusal(err: ApiError) -> Response:
    return Response(json.dumps(err.body), err.status, err.headers, content_type="application/json; charset=utf-8")


def _http_refusal(err: HTTPException) -> Any:
    """Answer unknown paths and methods as Zendesk does; a fault of ours stays a 500."""
    if _is_platform(request.path) and err.code in (404, 405):
        return _refusal(invalid_endpoint())
    return err
