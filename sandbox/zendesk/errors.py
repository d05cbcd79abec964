"""Zendesk's ways of saying no, each with the body that it really sends.

Three envelope styles exist: ``error`` as text, ``error`` as an object, and RecordInvalid with ``details``.
"""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer other than 2xx: its status, its JSON body and further headers."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, dict(headers or {})


def unauthenticated() -> ApiError:
    """401: no credentials, or wrong ones."""
    return ApiError(401, {"error": "Couldn't authenticate you"})


def invalid_token() -> ApiError:
    """401: an access token that is expired, revoked or made up."""
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return ApiError(
        401, {"error": "invalid_token", "error_description": text}, {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )


def forbidden() -> ApiError:
    """403: the role is too low."""
    message = (
        "You do not have access to this page. Please contact the account owner of this help desk for further help."
    )
    return ApiError(403, {"error": {"title": "Forbidden", "message": message}})


def missing_scope(scopes: str) -> ApiError:
    """403: the token was made for less."""
    return ApiError(
        403, {"error": "Forbidden", "description": f"You are missing the following required scopes: {scopes}"}
    )


def not_found() -> ApiError:
    """404: no such record, or one that may not be seen."""
    return ApiError(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid_endpoint() -> ApiError:
    """404: no such path."""
    return ApiError(404, {"error": "InvalidEndpoint", "description": "Not found"})


def invalid_attribute(message: str) -> ApiError:
    """400: a value that cannot be read at all."""
    return ApiError(400, {"error": {"title": "Invalid attribute", "message": message}})


def bad_request(code: str, description: str, status: int = 400) -> ApiError:
    """Any other refusal in the plain style."""
    return ApiError(status, {"error": code, "description": description})


def invalid(field: str, description: str, error: str | None = None, **more: Any) -> ApiError:
    """422: one fault of one field (or of ``base``); ``error`` is InvalidValue, BlankValue or nothing."""
    fault: dict[str, Any] = {"description": description}
    if error:
        fault["error"] = error
    return ApiError(
        422,
        {
            "error": "RecordInvalid",
            "description": "Record validation errors",
            "details": {field: [fault | more]},
        },
    )


def update_conflict() -> ApiError:
    """409: safe_update saw that the ticket changed. The wording is UNCONFIRMED; the code is what clients match."""
    text = (
        "Safe Update prevented the update due to outdated ticket data. "
        "Please fetch the latest ticket data and try again."
    )
    return ApiError(409, {"error": "UpdateConflict", "description": text})
