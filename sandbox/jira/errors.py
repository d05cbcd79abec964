"""Jira's ways of saying no, each with the body that it sends.

The platform, the service desk API and the gateway have different envelopes. Source: fact sheet 4.8.
"""

from collections.abc import Mapping
from typing import Any

SEEN_OR_NOT = "Issue does not exist or you do not have permission to see it."
CLIENT = "Client must be authenticated to access this resource."
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


class ApiError(Exception):
    """An answer other than 2xx: its status, its JSON body and further headers."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None, kind: str = "json") -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, dict(headers or {})
        self.content_type = "application/problem+json" if kind == "problem" else "application/json;charset=UTF-8"


def refused(status: int, *messages: str, **fields: str) -> ApiError:
    """Any refusal of the platform: messages, and faults of single fields by their id."""
    return ApiError(status, {"errorMessages": list(messages), "errors": dict(fields)})


def invalid_fields(faults: Mapping[str, str]) -> ApiError:
    """400: fields that cannot be set as wanted. One bad field fails the whole edit."""
    return ApiError(400, {"errorMessages": [], "errors": dict(faults)})


def no_issue() -> ApiError:
    """404: no such issue, or one that the caller may not see."""
    return refused(404, SEEN_OR_NOT)


def unauthenticated() -> ApiError:
    """401: no credentials, or wrong ones, where anonymous calls are not taken."""
    return ApiError(401, {"message": CLIENT, "status-code": 401}, {"WWW-Authenticate": 'OAuth realm="jira"'})


def out_of_scope() -> ApiError:
    """401 of the gateway: the token's scopes do not cover this."""
    return ApiError(401, {"code": 401, "message": "Unauthorized; scope does not match"})


def needs_admin() -> ApiError:
    """403: only for Jira administrators."""
    return refused(403, "Only Jira administrators can access this resource.")


def problem(status: int, title: str, path: str) -> ApiError:
    """A path, method or number that makes no sense, as ``application/problem+json``."""
    body = {"type": "about:blank", "title": title, "status": status, "instance": path}
    return ApiError(status, body, kind="problem")


def desk_refused(status: int, message: str, key: str = "sd.error", *parameters: str) -> ApiError:
    """Any refusal of the service desk API."""
    body = {"errorMessage": message, "i18nErrorMessage": {"i18nKey": key, "parameters": list(parameters)}}
    return ApiError(status, body)


def gone() -> ApiError:
    """410: the search that Cloud removed."""
    return refused(410, GONE)
