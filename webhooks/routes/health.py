"""``/healthz``, ``/readyz`` and ``/metrics``: for the machine that watches; they name no customer and no ticket."""

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST

from core.errors import ConfigError
from webhooks.routes.answers import line
from webhooks.service import Service
from webhooks.store.database import StorageError
from webhooks.store.schema import require_current

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 while the process answers at all."""
    return line(200, status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer 200 when deliveries can be stored and are worked through, else 503 and what is missing."""
    service: Service = current_app.extensions["sidecar"]
    problems = []
    try:
        require_current(service.store.database)
    except StorageError:
        problems.append("the database does not answer")
    except ConfigError as err:
        problems.append(str(err))
    if not service.engine.is_alive():
        problems.append("the engine does not run")
    return line(503 if problems else 200, status="not ready" if problems else "ready", problems=problems)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer in Prometheus's text format."""
    service: Service = current_app.extensions["sidecar"]
    return Response(service.metrics.render(), content_type=CONTENT_TYPE_LATEST)
