"""How a handler becomes a path: credentials, scope, role, rate limits and the account's lock around each call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ValidationError

from sandbox.zendesk import auth
from sandbox.zendesk.errors import bad_request, invalid_attribute
from sandbox.zendesk.inputs import Input
from sandbox.zendesk.limits import Limits
from sandbox.zendesk.model import User, Via
from sandbox.zendesk.state import State

Body = TypeVar("Body", bound=BaseModel)
API = Via("api")
EXTENSION = "zendesk-sandbox"
MOST_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler returns. ``body`` None is an answer without a body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """What belongs to one running application."""

    state: State
    limits: Limits


Handler = TypeVar("Handler", bound=Callable[..., Answer | dict[str, Any]])


def running() -> Running:
    """Return the application's state and limits."""
    found: Running = current_app.extensions[EXTENSION]
    return found


def route(
    blueprint: Blueprint, method: str, path: str, *, admin: bool = False, open_to_all: bool = False, locked: bool = True
) -> Callable[[Handler], Handler]:
    """Register a handler, which gets the state and the path's values.

    Args:
        blueprint: where.
        method: the HTTP method.
        path: Flask's form, without ``.json``, which is taken off before.
        admin: agents are refused.
        open_to_all: no credentials are needed.
        locked: hold the account's lock; a handler that waits for others must not.
    """

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def view(**values: Any) -> Response:
            here = running()
            who = _admit(here, admin=admin, open_to_all=open_to_all)
            g.user = who.user if who else None
            if locked:
                with here.state.lock:
                    return _response(handler(here.state, **values))
            return _response(handler(here.state, **values))

        blueprint.add_url_rule(path, endpoint=f"{method} {path}", view_func=view, methods=[method])
        return handler

    return register


def user() -> User:
    """Return who is calling."""
    found: User = g.user
    return found


def base() -> str:
    """Return scheme and host for the ``url`` of records."""
    return running().state.switches.record_host or request.host_url.rstrip("/")


def body(root: str, model: type[Body]) -> Body:
    """Return the request's ``{root: {...}}`` as ``model``; keys that are ignored are named in a warning header.

    Raises:
        ApiError: 400, it is not JSON, has another root or a value that cannot be read.
    """
    found = json_body().get(root)
    if not isinstance(found, dict):
        raise bad_request("ParameterMissing", f"Parameter {root} is required")
    made = parsed(found, model)
    if isinstance(made, Input):
        warn(made.unpermitted(root))
    return made


def json_body() -> dict[str, Any]:
    """Return the request's JSON object, {} for no body.

    Raises:
        ApiError: 400 or 422 as Zendesk words it.
    """
    raw = request.get_data(cache=True)
    if not raw:
        return {}
    try:
        found = json.loads(raw)
    except ValueError:
        raise bad_request("Unprocessable Entity", "The request body is not valid JSON", 422) from None
    if not isinstance(found, dict):
        raise bad_request("Unprocessable Entity", "The request body must be a JSON object", 422)
    return found


def parsed(given: Any, model: type[Body]) -> Body:
    """Return ``given`` as ``model``, or raise the 400 that names the first attribute that cannot be read."""
    try:
        return model.model_validate(given)
    except ValidationError as err:
        where = ".".join(str(part) for part in err.errors()[0]["loc"])
        message = f"You passed an invalid value for the {where} attribute. Invalid parameter: {where}"
        raise invalid_attribute(message) from None


def warn(unpermitted: list[str]) -> None:
    """Name ignored keys in the answer's X-Zendesk-Api-Warn, the only sign of a property that was dropped."""
    if unpermitted:
        keys = ", ".join(json.dumps(key) for key in unpermitted[:MOST_WARNINGS])  # escaped: a header is one line
        warning = f"{{:allowed_parameters=>{{:unpermitted_keys=>[{keys}], :invalid_values=>[]}}}}"
        g.more_headers = g.get("more_headers", {}) | {"X-Zendesk-Api-Warn": warning}


def ids(name: str = "ids") -> list[int]:
    """Return the numbers of ``?ids=1,2,3``."""
    return [int(part) for part in request.args.get(name, "").split(",") if part.strip().isdigit()]


def created(key: str, rendered: dict[str, Any]) -> Answer:
    """Return a 201 with the new record and its Location."""
    return Answer({key: rendered}, 201, {"Location": str(rendered.get("url", ""))})


def _admit(here: Running, *, admin: bool, open_to_all: bool) -> auth.Caller | None:
    """Return the caller after credentials, limits, scope and role, in that order."""
    header = request.headers.get("Authorization", "")
    with here.state.lock:
        who = auth.optional_caller(here.state, header) if open_to_all else auth.caller(here.state, header)
    g.more_headers = here.limits.count(request.method, request.path, who.user.id if who else None)
    if who and not open_to_all:
        auth.check_scope(who, request.method, request.path)
        auth.check_role(who, admin=admin)
    return who


def _response(answer: Answer | dict[str, Any]) -> Response:
    given = answer if isinstance(answer, Answer) else Answer(answer)
    if given.body is None:
        return Response(status=given.status, headers=given.headers)
    text = json.dumps(given.body, ensure_ascii=False)
    return Response(text, given.status, given.headers, content_type="application/json; charset=utf-8")
