"""Freshdesk's ways of saying no, each with the body that it really sends.

Two styles exist: validation faults in ``errors``, and ``code`` with ``message``. A 404 has no body at all.
Source: API reference, "Errors"; wording from recorded answers where there are any.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """An answer other than 2xx: its status, its JSON body (None: an empty one) and further headers."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, dict(headers or {})

    @property
    def reason(self) -> str:
        """The fault in one line, for people."""
        if not isinstance(self.body, dict):
            return "There is no such record."
        faults = self.body.get("errors") or []
        return "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults) or str(self.body.get("message"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one field."""

    field: str
    message: str
    code: str

    def to_mapping(self) -> dict[str, str]:
        """Return it as the answer shows it."""
        return {"field": self.field, "message": self.message, "code": self.code}


def invalid(faults: Iterable[Fault]) -> ApiError:
    """400: what is wrong with the fields, all faults at once."""
    shown = [fault.to_mapping() for fault in faults]
    return ApiError(400, {"description": "Validation failed", "errors": shown})


def one_of(field: str, allowed: Iterable[object], given: object = None) -> Fault:
    """A value that is not on the list; text where a number is wanted is a mismatch of types."""
    values = ",".join(str(value) for value in allowed)
    text = f"It should be one of these values: '{values}'"
    if isinstance(given, str) and values.replace(",", "").isdigit():
        return Fault(field, f"Value set is of type String.{text}", "datatype_mismatch")
    return Fault(field, text, "invalid_value")


def missing(field: str) -> Fault:
    """A mandatory field that is not there, or blank."""
    return Fault(field, "It should not be blank as this is a mandatory field", "missing_field")


def unexpected(field: str) -> Fault:
    """A key that the call does not take."""
    return Fault(field, "Unexpected/invalid field in request", "invalid_field")


def nothing_matches(field: str, what: str) -> Fault:
    """An id that belongs to nobody."""
    return Fault(field, f"There is no {what} matching the given {field}", "invalid_value")


def coded(status: int, code: str, message: str) -> ApiError:
    """Any refusal in the short style."""
    return ApiError(status, {"code": code, "message": message})


def unauthenticated() -> ApiError:
    """401: no key, or a wrong one."""
    return coded(401, "invalid_credentials", "You have to be logged in to perform this action.")


def forbidden() -> ApiError:
    """403: the agent's role or scope is too low."""
    return coded(403, "access_denied", "You are not authorized to perform this action.")


def feature_missing(feature: str) -> ApiError:
    """403: the plan does not have it."""
    text = f"The {feature} feature(s) is/are not supported in your plan. Please upgrade your account to use it."
    return coded(403, "require_feature", text)


def not_found() -> ApiError:
    """404: no such record, no such path; without a body."""
    return ApiError(404)


def not_allowed(method: str, allowed: Iterable[str]) -> ApiError:
    """405: another verb is wanted, or a record that may not be changed any more."""
    verbs = ", ".join(sorted(allowed))
    text = f"{method} method is not allowed. It should be one of these method(s): {verbs}"
    return ApiError(405, {"message": text}, {"Allow": verbs})


def conflict(field: str) -> ApiError:
    """409: the value is somebody else's already."""
    fault = Fault(field, "It should be a unique value", "duplicate_value")
    return ApiError(409, {"description": "Validation failed", "errors": [fault.to_mapping()]})


def too_many(retry_after_seconds: int) -> ApiError:
    """429: the minute's calls are used up."""
    body = {"message": "You have exceeded the limit of requests per minute"}
    return ApiError(429, body, {"Retry-After": str(retry_after_seconds)})
