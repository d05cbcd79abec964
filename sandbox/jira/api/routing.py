"""How a handler becomes a path: credentials, scope, rate limits, rights and the site's lock around each call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ValidationError

from sandbox.jira import auth
from sandbox.jira.errors import desk_refused, needs_admin, no_issue, problem, refused
from sandbox.jira.issues_model import Issue
from sandbox.jira.jsonviews import View
from sandbox.jira.limits import Limits
from sandbox.jira.model import Project, Token, User
from sandbox.jira.state import State

Body = TypeVar("Body", bound=BaseModel)
EXTENSION, GATEWAY = "jira-sandbox", "sandbox.gateway"
VERSIONED = "/rest/api/<any('2', '3', latest):version>"  # latest is 2


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


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the site, who calls (None is nobody), and how answers are written."""

    state: State
    person: User | None
    view: View
    token: Token | None = None

    @property
    def rich(self) -> bool:
        """True in version 3, where long texts are documents."""
        return self.view.rich

    @property
    def user(self) -> User:
        """The caller, where nobody cannot have come so far."""
        if self.person is None:
            raise no_issue()
        return self.person

    def issue(self, id_or_key: str, permission: str = "BROWSE_PROJECTS") -> Issue:
        """Return an issue on which the caller holds a permission.

        Raises:
            ApiError: 404 where it may not even be seen, 403 where the permission is missing.
        """
        found = self.state.issue(id_or_key)
        project = self.state.project_of(found)
        if not self.state.may(self.person, "BROWSE_PROJECTS", project):
            raise no_issue()
        if not self.state.may(self.person, permission, project):
            raise refused(403, f"You do not have the permission {permission} in the project {project.key}.")
        return found

    def project(self, id_or_key: str) -> Project:
        """Return a project that the caller sees.

        Raises:
            ApiError: 404.
        """
        found = self.state.project(id_or_key)
        if not self.state.may(self.person, "BROWSE_PROJECTS", found):
            raise refused(404, f"No project could be found with key '{id_or_key}'.")
        return found

    def admin(self) -> None:
        """Refuse everybody but Jira administrators.

        Raises:
            ApiError: 403.
        """
        if not self.state.may(self.person, "ADMINISTER"):
            raise needs_admin()


Handler = TypeVar("Handler", bound=Callable[..., Answer | dict[str, Any] | list[Any]])


def running() -> Running:
    """Return the application's state and limits."""
    found: Running = current_app.extensions[EXTENSION]
    return found


def api(
    blueprint: Blueprint, method: str, path: str, *, anonymous: bool = False, admin: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler under every version of the platform's API.

    Args:
        blueprint: where.
        method: the HTTP method.
        path: after ``/rest/api/{version}``, in Flask's form.
        anonymous: nobody may call it too, and sees what everybody may see.
        admin: only Jira administrators.
    """

    def register(handler: Handler) -> Handler:
        _add(blueprint, method, VERSIONED + path, handler, anonymous=anonymous, admin=admin)
        return handler

    return register


def rest(
    blueprint: Blueprint, method: str, path: str, *, anonymous: bool = False, admin: bool = False
) -> Callable[[Handler], Handler]:
    """Register a handler under one path, which has no version."""

    def register(handler: Handler) -> Handler:
        _add(blueprint, method, path, handler, anonymous=anonymous, admin=admin)
        return handler

    return register


def _add(blueprint: Blueprint, method: str, path: str, handler: Handler, *, anonymous: bool, admin: bool) -> None:
    @wraps(handler)
    def view(version: str = "2", **values: Any) -> Response:
        here, rich = running(), version == "3"
        if rich and here.state.switches.data_center:
            raise problem(404, "Not Found", request.path)
        call = _admit(here, rich, anonymous=anonymous, issue=values.get("issue"))
        if admin:
            call.admin()
        with here.state.lock:
            return _response(handler(call, **values))

    blueprint.add_url_rule(path, endpoint=f"{method} {path}".replace(".", "_"), view_func=view, methods=[method])


def _admit(here: Running, rich: bool, *, anonymous: bool, issue: str | None) -> Call:
    """Return the call after credentials, scope and limits, in that order."""
    state, gateway = here.state, request.environ.get(GATEWAY)
    with state.lock:
        who = auth.caller(state, request.headers.get("Authorization", ""), gateway=bool(gateway))
        known = next((i.id for i in state.issues.values() if issue in (i.id, i.key)), None) if issue else None
    if who.failed:
        g.more_headers = {"X-Seraph-LoginReason": auth.FAILED}
    if not anonymous:
        auth.check_known(who)
    auth.check_scope(who, request.method, request.path)
    counted = here.limits.count(request.method, str(request.url_rule), known)
    g.more_headers = g.get("more_headers", {}) | counted
    base = request.host_url.rstrip("/") + (gateway or "")
    zone = who.person.time_zone if who.person else state.switches.time_zone
    return Call(state, who.person, View(state, base, rich, zone), who.token)


def body(model: type[Body]) -> Body:
    """Return the request's JSON body.

    Raises:
        ApiError: 400, it is not an object of that shape.
    """
    return parsed(json_body(), model)


def json_body() -> Any:
    """Return the request's JSON, {} for no body.

    Raises:
        ApiError: 400.
    """
    raw = request.get_data(cache=True)
    if not raw:
        return {}
    try:
        return json.loads(raw)
    except ValueError:
        raise refused(400, "There was an error parsing JSON. Check that your request body is valid.") from None


def parsed(given: Any, model: type[Body]) -> Body:
    """Return ``given`` as ``model``, or raise the 400 that names the first key that cannot be read."""
    try:
        return model.model_validate(given)
    except ValidationError as err:
        where = ".".join(str(part) for part in err.errors()[0]["loc"])
        if request.path.startswith("/rest/servicedeskapi"):
            raise desk_refused(400, f"The request body is invalid: {where or 'not an object'}") from None
        raise refused(400, f"Invalid request payload. Refer to the REST API documentation: {where}") from None


def words(name: str) -> list[str]:
    """Return a query parameter that lists words: given once with commas, or several times."""
    return [part.strip() for item in request.args.getlist(name) for part in item.split(",") if part.strip()]


def number(name: str, default: int) -> int:
    """Return a query parameter that is a number.

    Raises:
        ApiError: 400 as a problem, it is none.
    """
    raw = request.args.get(name)
    if raw is None or raw == "":
        return default
    try:
        return int(raw)
    except ValueError:
        raise problem(400, "Bad Request", request.path) from None


def flag(name: str, default: bool) -> bool:
    """Return a query parameter that is ``true`` or ``false``."""
    return {"true": True, "false": False}.get(request.args.get(name, ""), default)


def _response(answer: Answer | dict[str, Any] | list[Any]) -> Response:
    given = answer if isinstance(answer, Answer) else Answer(answer)
    if given.body is None:
        return Response(status=given.status, headers=given.headers)
    text = json.dumps(given.body, ensure_ascii=False)
    return Response(text, given.status, given.headers, content_type="application/json;charset=UTF-8")
