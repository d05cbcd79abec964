"""Mounting the console on the application: routes, session cookie, headers, error pages."""

import logging
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, render_template, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from webhooks.console import (
    access,
    availability,
    compliance,
    connections,
    deliveries,
    openid,
    policies,
    ticket,
    today,
    words,
)
from webhooks.console.blueprint import blueprint
from webhooks.console.console import EXTENSION, Console, console
from webhooks.console.provider import provider_of
from webhooks.console.queries import Reading
from webhooks.console.sessions import csrf_token
from webhooks.console.shelf import Shelf
from webhooks.console.teams import Teams
from webhooks.console.throttle import Throttle
from webhooks.service import Service
from webhooks.store.database import StorageError

log = logging.getLogger(__name__)

PAGES = (
    access,
    availability,
    compliance,
    connections,
    deliveries,
    openid,
    policies,
    ticket,
    today,
)  # importing them made their routes
SECTIONS = (  # of the navigation; one whose page is not mounted is left out
    ("console.today", "Today"),
    ("console.compliance", "Compliance"),
    ("console.policies", "Policies"),
    ("console.availability", "Availability"),
    ("console.deliveries", "Deliveries"),
    ("console.connections", "Connections"),
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="5" fill="#17616b"/>'
    '<path d="M8 3.5V8l3 2" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/></svg>'
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def register(app: Flask, service: Service) -> None:
    """Mount the console at ``/console``, if the settings have one. Safe to repeat."""
    settings = service.settings.console
    if settings is None or EXTENSION in app.extensions:
        return
    teams = Teams({name: connection.teams for name, connection in service.settings.connections.items()})
    reading, shelf = Reading(service.store.database, teams), Shelf(service.settings)
    app.extensions[EXTENSION] = Console(service, settings, reading, shelf, Throttle(), provider_of(service.settings))
    app.secret_key = settings.session_key.get_secret_value()
    app.config.update(
        SESSION_COOKIE_NAME="sla_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=(service.settings.console_url or "").startswith("https://"),
    )
    app.jinja_env.finalize = words.visible
    app.register_blueprint(blueprint)


@blueprint.get("/")
def home() -> AnyResponse:
    """Go to what matters today."""
    return redirect(url_for("console.today"))


@blueprint.get("/icon.svg")
def icon() -> Response:
    """Answer the browser tab's picture."""
    return Response(ICON, content_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


@blueprint.get("/<path:_rest>")
def nothing(_rest: str) -> Response:
    """Answer an address that does not exist, to those who are signed in, with a page."""
    abort(404, "There is no such page.")


@blueprint.after_request
def secure(response: Response) -> Response:
    """Let the browser load nothing from elsewhere, run nothing inline, and keep no page after signing out."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.context_processor
def shared() -> dict[str, Any]:
    """Give every template the navigation, who is signed in, the time, and the words."""
    here = console()
    return {
        "sections": [(page, name) for page, name in SECTIONS if page in current_app.view_functions],
        "identity": g.get("identity"),
        "csrf": csrf_token() if g.get("identity") else "",
        "words": words,
        "zone": here.settings.zone,
        "refresh_seconds": here.settings.refresh_seconds,
    }


@blueprint.errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[str, int]:
    """Answer an error with a page that says what to do."""
    return _page(error.name, error.description or "", error.code or 500)


@blueprint.errorhandler(StorageError)
def unavailable(error: StorageError) -> tuple[str, int]:
    """Answer while the database does not."""
    log.error("console page failed", exc_info=error)
    return _page("The database does not answer", "Nothing is lost. Try again in a moment.", 503)


@blueprint.errorhandler(Exception)
def broken(error: Exception) -> tuple[str, int]:
    """Answer a fault of ours; what went wrong is in the log, not on the page."""
    log.error("console page failed", exc_info=error)
    return _page("Something went wrong here", "The service goes on working. The reason is in its log.", 500)


def _page(title: str, message: str, status: int) -> tuple[str, int]:
    return render_template("console/message.html", title=title, message=message), status
