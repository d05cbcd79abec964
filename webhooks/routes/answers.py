"""What every answer looks like: one line of JSON."""

from flask import Response, json


def line(status: int, /, **body: object) -> Response:
    """Return ``body`` as the answer."""
    return Response(json.dumps(body) + "\n", status, content_type="application/json")
