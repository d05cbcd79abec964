"""Flask hooks of every stand-in: faults on demand before and after the work, and the request log."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.common.clock import Now
from sandbox.common.faults import ApiFault, FaultBook, FaultKind
from sandbox.common.requestlog import RequestLog

CALLED = "sandbox.called_path"  # set by what rewrites paths: the log has the one that was called
DROPPED = "sandbox.dropped"


def install(
    app: Flask,
    *,
    clock: Now,
    faults: FaultBook,
    log: RequestLog,
    is_platform: Callable[[str], bool],
    expired: Callable[[], Exception],
) -> None:
    """Let faults hit the requests to an application, and log them.

    Args:
        app: whose requests.
        clock: the account's clock, which stamps the log.
        faults: what is still to go wrong.
        log: where requests and answers go.
        is_platform: whether a path is one of the platform's; all others neither fail nor are logged.
        expired: the platform's refusal of an expired token.
    """

    def before() -> Response | None:
        g.started_at = clock()
        if not is_platform(request.path):
            return None
        fault = g.fault = faults.take(request.method, request.path)
        if fault is None or fault.after:
            return None
        if fault.kind is FaultKind.EXPIRED_TOKEN:
            raise expired()
        return _fault_answer(fault)

    def after(response: Response) -> Response:
        if not is_platform(request.path):
            return response
        fault: ApiFault | None = g.get("fault")
        if fault and fault.after:
            response = _fault_answer(fault) or response
        response.headers.update(g.get("more_headers", {}))
        _record(log, response)
        return response

    app.before_request(before)
    app.after_request(after)
    app.wsgi_app = _cutting(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _record(log: RequestLog, response: Response) -> None:
    dropped = DROPPED in request.environ
    log.add(
        g.started_at,
        request.method,
        request.environ.get(CALLED, request.path),
        request.args.to_dict(flat=False),
        dict(request.headers),
        request.get_data(cache=True),
        0 if dropped else response.status_code,
        b"" if dropped else response.get_data(),
    )


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


def _cutting(app: WSGIApplication) -> WSGIApplication:
    """Cut the connection of a dropped request without an answer; the server takes it for a client that went away."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = app(environ, start_response)
        if DROPPED in environ:
            with contextlib.suppress(OSError, KeyError):
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return answer

    return wrapped
