"""The stand-in as one WSGI application: API, control, agent's page, request log and faults."""

import json
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from sandbox.common import faulty
from sandbox.common.control import control
from sandbox.common.desk import desk
from sandbox.jira.agent import pages
from sandbox.jira.api import (
    comments,
    desks,
    dynamic,
    fields,
    history,
    issues,
    links,
    organizations,
    people,
    properties,
    requests,
    screens,
    search,
    site,
    webhooks,
)
from sandbox.jira.api.routing import EXTENSION, GATEWAY, Running
from sandbox.jira.errors import ApiError, problem, unauthenticated
from sandbox.jira.limits import Limits, Plan
from sandbox.jira.state import State

BLUEPRINTS = (
    issues.blueprint,
    history.blueprint,
    comments.blueprint,
    properties.blueprint,
    search.blueprint,
    links.blueprint,
    fields.blueprint,
    screens.blueprint,
    people.blueprint,
    site.blueprint,
    webhooks.blueprint,
    dynamic.blueprint,
    desks.blueprint,
    requests.blueprint,
    organizations.blueprint,
)


def create_app(state: State, *, limits: bool = True, plan: Plan | None = None) -> Flask:
    """Return the application of one site; ``limits`` False counts nothing and refuses nothing."""
    app = Flask(__name__, static_folder=None)
    running = Running(state, Limits(plan))
    running.limits.enabled = limits
    app.extensions[EXTENSION] = running
    for blueprint in (*BLUEPRINTS, control(state, running.limits, lambda: _summary(state)), desk, pages):
        app.register_blueprint(blueprint)
    app.register_error_handler(ApiError, _refusal)
    app.register_error_handler(HTTPException, _http_refusal)
    faulty.install(
        app,
        clock=state.clock,
        faults=state.faults,
        log=state.log,
        is_platform=_is_platform,
        expired=unauthenticated,
    )
    app.wsgi_app = _through_gateway(app.wsgi_app, state.cloud_id)  # type: ignore[method-assign, assignment]
    return app


def _is_platform(path: str) -> bool:
    return path.startswith(("/rest/", "/_edge/", "/oauth/"))


def _through_gateway(app: WSGIApplication, cloud_id: str) -> WSGIApplication:
    """Take the gateway's prefix off a path, remembering that it was there: other credentials hold under it."""
    prefix = f"/ex/jira/{cloud_id}"

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{prefix}/"):
            environ["PATH_INFO"], environ[GATEWAY] = path.removeprefix(prefix), prefix
        return app(environ, start_response)

    return wrapped


def _summary(state: State) -> dict[str, Any]:
    with state.lock:
        return {
            "issues": len(state.issues),
            "users": len(state.users),
            "organizations": len(state.organizations),
            "webhooks": len(state.webhooks),
        }


def _refusal(err: ApiError) -> Response:
    return Response(json.dumps(err.body), err.status, err.headers, content_type=err.content_type)


def _http_refusal(err: HTTPException) -> Any:
    if not _is_platform(request.path):
        return err
    return _refusal(problem(err.code or 500, err.name, request.path))
