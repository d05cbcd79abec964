"""Jira's manners: which limits a call counts against, what its headers betray, what its errors mean."""

from collections.abc import Sequence
from typing import Any

from adapters.http import Answer, Call, Limit, Manners
from adapters.jira.tables import PLATFORM
from adapters.services import Rate
from core.errors import PlatformError, RefusedError

CALLS = Rate(10, 1.0)  # the site's burst limits are per endpoint and ten times this; other integrations live there too
CALLS_NEAR_LIMIT = Rate(3, 1.0)
WRITES_ON_ONE_ISSUE = Rate(20, 600.0)  # Jira refuses the 21st in 2 s; an automation rule that answers us stops here
LOGIN_HEADER = "X-Seraph-LoginReason"
DENIED_HEADER = "X-Authentication-Denied-Reason"
_REFUSED_LOGINS = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")


class FieldsRefusedError(RefusedError):
    """A 400 that names the fields at fault: one bad field fails a whole edit. ``fields`` are their ids."""

    def __init__(self, message: str, fields: frozenset[str], ticket_id: str | None) -> None:
        super().__init__(message, platform=PLATFORM, ticket_id=ticket_id, status=400)
        self.fields = fields


class JiraManners(Manners):
    """The limits of one site and the meaning of its answers."""

    def __init__(self) -> None:
        self._is_near_limit = False

    def limits(self, call: Call) -> Sequence[Limit]:
        """Return the site's limit and, for a write on an issue, the issue's."""
        limits: list[Limit] = [("api", CALLS_NEAR_LIMIT if self._is_near_limit else CALLS)]
        if call.method != "GET" and call.ticket_id:
            limits.append((f"issue:{call.ticket_id}", WRITES_ON_ONE_ISSUE))
        return limits

    def hear(self, call: Call, answer: Answer) -> None:
        """Learn whether the limit is near, and refuse an answer that was given to nobody.

        Jira answers many calls anonymously: with a bad token it gives 200 and less data, or 404 for an issue that is
        there. Only a header tells.

        Raises:
            RefusedError: the credential was not accepted, whatever the status says.
        """
        self._is_near_limit = answer.headers.get("X-RateLimit-NearLimit", "").lower() == "true"
        reason = answer.headers.get(LOGIN_HEADER, "")
        if any(refused in reason.upper() for refused in _REFUSED_LOGINS) or answer.headers.get(DENIED_HEADER):
            raise RefusedError(
                "jira: the credential is not accepted, Jira took us for nobody: make a new API token; on a Data "
                "Center that asks for a CAPTCHA log in once in a browser",
                platform=PLATFORM,
                ticket_id=call.ticket_id,
                status=401,
            )

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        """Return what the body of an error says more exactly than its status."""
        ticket_id = call.ticket_id
        if answer.status == 404 and not _is_jiras(answer.body):  # a wrong address must not pass for a deleted ticket
            said = f"jira: {call.route} does not exist there: check the connection's `site` and `cloud_id`"
            return RefusedError(said, platform=PLATFORM, ticket_id=ticket_id, status=404)
        if answer.status == 401:
            said = (
                f"jira: {call.method} {call.route} was answered 401: check `email` and the token; a token with scopes "
                "works only through the gateway, so set `cloud_id`"
            )
            return RefusedError(said, platform=PLATFORM, ticket_id=ticket_id, status=401)
        fields = _fields_at_fault(answer.body)
        if answer.status == 400 and call.method == "PUT" and ticket_id and fields:
            said = f"jira: issue {ticket_id}: not taken: {', '.join(sorted(fields))}; are they on the edit screen?"
            return FieldsRefusedError(said, fields, ticket_id)
        return None


def _is_jiras(body: Any) -> bool:
    """True for an error in one of Jira's own forms; their texts are in the caller's language."""
    return isinstance(body, dict) and bool({"errorMessages", "errorMessage", "errors", "i18nErrorMessage"} & set(body))


def _fields_at_fault(body: Any) -> frozenset[str]:
    errors = body.get("errors") if isinstance(body, dict) else None
    return frozenset(errors) if isinstance(errors, dict) else frozenset()
