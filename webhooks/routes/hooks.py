"""``POST /webhooks/<connection>/<token>``: verify, store, answer; nothing else happens in the request."""

import hmac
import logging

import pydantic_core
from flask import Blueprint, Response, current_app, request

from adapters.base import Delivery, WebhookRequest
from core.errors import PayloadError, WebhookError
from webhooks.routes.answers import line
from webhooks.service import Service
from webhooks.store.inbox import Accepted

log = logging.getLogger(__name__)

blueprint = Blueprint("hooks", __name__)
NOBODY = "no-connection-has-this-token"


@blueprint.post("/webhooks/<connection>/<token>")
def receive(connection: str, token: str) -> Response:
    """Accept one delivery.

    200: it is stored, was stored before, or moves no clock. 4xx: it will never be accepted, and nothing of it was
    stored. 503 with ``Retry-After``: send it again.
    """
    service: Service = current_app.extensions["sidecar"]
    settings = service.settings.connections.get(connection)
    known = settings.token.get_secret_value() if settings else NOBODY
    if not hmac.compare_digest(token.encode(), known.encode()) or settings is None:
        return _refused(service, "unknown", 404, "no such webhook")
    if not request.mimetype.endswith("json"):
        return _refused(service, connection, 415, "the body must be application/json")
    body = request.get_data(cache=False)  # 413 unread, if it says that it is too large
    if len(body) > service.settings.max_body_bytes:
        return _refused(service, connection, 413, "the body is too large")
    webhook = WebhookRequest(
        method=request.method,
        path=request.path,
        headers=dict(request.headers),
        body=body,
        query=request.args.to_dict(),
    )
    adapter = service.links[connection].adapter
    try:
        adapter.verify(webhook)
        delivery = adapter.read(webhook)
        result = _store(service, connection, delivery, body) if delivery else Accepted.IGNORED
    except WebhookError as err:
        if isinstance(err, PayloadError) and not _is_json(body):
            return _refused(service, connection, 400, "the body is not JSON, or nested too deeply")
        return _refused(service, connection, err.status, str(err))
    if result is Accepted.STORED:
        service.engine.wake()
    service.metrics.deliveries.labels(connection, result.value).inc()
    return line(200, result=result.value)


def _is_json(body: bytes) -> bool:
    try:
        pydantic_core.from_json(body)
    except ValueError:
        return False
    return True


def _store(service: Service, connection: str, delivery: Delivery, body: bytes) -> Accepted:
    keep = service.settings.retention.bodies_days > 0
    return service.store.inbox.accept(connection, delivery, body if keep else None)


def _refused(service: Service, connection: str, status: int, why: str) -> Response:
    service.metrics.deliveries.labels(connection, f"refused_{status}").inc()
    log.info("delivery refused", extra={"connection": connection, "status": status, "reason": why})
    return line(status, error=why)
