"""How a handler becomes a path: credentials, role, content types and the account's lock around each call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, request

from sandbox.freshdesk import auth
from sandbox.freshdesk.errors import ApiError, coded, feature_missing
from sandbox.freshdesk.inputs import Model, read
from sandbox.freshdesk.model import Agent
from sandbox.freshdesk.state import State
from sandbox.freshdesk.tickets import Ticket

EXTENSION = "freshdesk-sandbox"
PREFIX = "/api/v2"
EMBEDS = {"conversations", "stats", "requester", "company", "description"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler returns. ``body`` None is an answer without a body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = TypeVar("Handler", bound=Callable[..., Answer | dict[str, Any] | list[Any]])


def state_of_app() -> State:
    """Return the account of the running application."""
    found: State = current_app.extensions[EXTENSION]
    return found


def route(
    blueprint: Blueprint, method: str, path: str, *, admin: bool = False, automations: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler, which gets the account and the path's values.

    Args:
        blueprint: where.
        method: the HTTP method.
        path: behind ``/api/v2``, in Flask's form.
        admin: agents are refused.
        automations: refused where the plan has no automations API.
    """

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def view(**values: Any) -> Response:
            state = state_of_app()
            with state.lock:
                g.agent = auth.caller(state, request.headers.get("Authorization", ""))
                _check_types()
                if automations and not state.switches.automations_api:
                    raise feature_missing("automations")
                if admin:
                    auth.check_admin(g.agent)
                return _response(handler(state, **values))

        blueprint.add_url_rule(PREFIX + path, endpoint=f"{method} {path}", view_func=view, methods=[method])
        return handler

    return register


def agent() -> Agent:
    """Return who is calling."""
    found: Agent = g.agent
    return found


def base() -> str:
    """Return scheme and host for links to records."""
    domain = state_of_app().switches.domain
    return f"https://{domain}" if domain else request.host_url.rstrip("/")


def body(model: type[Model]) -> Model:
    """Return the request's JSON as ``model``.

    Raises:
        ApiError: 400, it is not JSON or has faults.
    """
    raw = request.get_data(cache=True)
    try:
        given = json.loads(raw or b"{}")
    except ValueError:
        raise coded(400, "invalid_json", "Request body has invalid json format") from None
    if not isinstance(given, dict):
        raise coded(400, "invalid_json", "Request body has invalid json format")
    return read(model, given)


def included() -> list[str]:
    """Return the names of ``?include=a,b``."""
    return [name for name in request.args.get("include", "").split(",") if name]


def visible_ticket(state: State, ticket_id: int) -> Ticket:
    """Return a ticket within the caller's scope that is not archived.

    Raises:
        ApiError: 404, 403.
    """
    ticket = state.get(state.tickets, ticket_id)
    if ticket.archived:
        raise ApiError(404)
    if not auth.sees(state, agent(), ticket):
        raise coded(403, "access_denied", "You are not authorized to perform this action.")
    return ticket


def created(path: str, record_id: int, shown: dict[str, Any]) -> Answer:
    """Return a 201 with the new record and its Location."""
    return Answer(shown, 201, {"Location": f"{base()}{PREFIX}{path}/{record_id}"})


def cost() -> int:
    """Return the calls that this one is counted as: one more for each embed, two more for those of a list."""
    each = 1 if request.view_args else 2
    return 1 + each * len(EMBEDS & set(included()))


def _check_types() -> None:
    accepted = request.headers.get("Accept", "*/*")
    if not any(kind in accepted for kind in ("*/*", "application/*", "application/json")):
        raise ApiError(406)
    if request.get_data(cache=True) and request.mimetype != "application/json":
        text = f"Content-Type header is set to {request.mimetype}. It should have the value application/json"
        raise coded(415, "invalid_content_type", text)


def _response(answer: Answer | dict[str, Any] | list[Any]) -> Response:
    given = answer if isinstance(answer, Answer) else Answer(answer)
    if given.body is None:
        return Response(status=given.status, headers=given.headers)
    text = json.dumps(given.body, ensure_ascii=False)
    return Response(text, given.status, given.headers, content_type="application/json; charset=utf-8")
