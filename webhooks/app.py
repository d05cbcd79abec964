"""The Flask application: webhooks in, health and metrics out."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from webhooks.console.app import register
from webhooks.routes import health, hooks
from webhooks.routes.answers import line
from webhooks.service import Service
from webhooks.store.database import StorageError

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30


def create_app(service: Service) -> Flask:
    """Return the application on a service; starts nothing, so that a server may fork first."""
    app = Flask("sidecar", static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would write a token into the answer
    app.config["MAX_CONTENT_LENGTH"] = service.settings.max_body_bytes + 1  # a body that does not say its size is cut
    app.extensions["sidecar"] = service
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(health.blueprint)
    register(app, service)
    if service.settings.trusted_proxies:  # an address only: who may come in never depends on what a proxy says
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=service.settings.trusted_proxies, x_proto=0, x_host=0, x_prefix=0
        )
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StorageError, _unavailable)
    app.register_error_handler(Exception, _unavailable)
    return app


def _http_error(error: HTTPException) -> Response:
    """Answer in one line; the library's pages are for browsers."""
    response = line(error.code or 500, error=error.name.lower())
    for name, value in error.get_headers(request.environ):
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _unavailable(error: Exception) -> Response:
    """Ask for the delivery again: it was not stored. A 500 would lose it on some platforms."""
    log.error("request failed", exc_info=error, extra={"reason": type(error).__name__})
    response = line(503, error="not stored; send it again later")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
