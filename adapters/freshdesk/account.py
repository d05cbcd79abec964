"""Freshdesk's manners: which limits a call counts against, what its headers teach, what its errors mean."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.freshdesk.tables import PLATFORM
from adapters.http import Answer, Call, Limit, Manners
from adapters.services import Rate
from core.errors import ConflictError, GoneError, PlatformError, RefusedError

OUR_SHARE = 0.5  # of what the account may do: webhooks and other integrations draw on the same bucket
RESERVE = 0.2  # of the account's calls: below it background work stops until the next minute
CALLS_A_MINUTE = 200  # the smallest paid plan's, until a header says otherwise
MOST_CREDITS = 10
# A plan's calls a minute, of those for updates of tickets, for lists; the trial's are its share of the smallest plan.
SUB_LIMITS = ((50, 20, 5), (200, 80, 20), (400, 160, 100), (700, 280, 200), (1000, 400, 300), (2000, 800, 400))
_CREDITS = {("GET", "/api/v2/tickets/{id}"): 4}  # with stats, requester and company; the header says the real cost
_LISTS = frozenset({"/api/v2/tickets", "/api/v2/contacts"})
_TICKET = "/api/v2/tickets/{id}"
_TOTAL, _REMAINING, _USED = "x-ratelimit-total", "x-ratelimit-remaining", "x-ratelimit-used-currentrequest"
_WORD = re.compile(r"^[\w.\- ]{1,60}$", re.ASCII)
_DENIED = {
    "invalid_credentials": "the API key is not accepted: somebody may have reset it",
    "password_lockout": "the agent is locked out after bad logins: an admin has to unlock it",
    "password_expired": "the agent's password has expired: log in as that agent once",
    "access_denied": "the agent's role or ticket scope lacks a right: sla-sidecar doctor names it",
    "require_feature": "the account's plan does not include this",
    "account_suspended": "the account is suspended",
    "ssl_required": "write the connection's address with https",
}


class FreshdeskManners(Manners):
    """The limits of one account, learned from its answers. One bucket for the whole account, a minute long."""

    def __init__(self) -> None:
        self._total, self._remaining = CALLS_A_MINUTE, float(CALLS_A_MINUTE)
        self._credits = dict(_CREDITS)

    @property
    def total(self) -> int:
        """The account's calls a minute, as far as they are known."""
        return self._total

    @property
    def is_scarce(self) -> bool:
        """True while so little of the account's minute is left that background work should wait."""
        return self._remaining < self._total * RESERVE

    def limits(self, call: Call) -> Sequence[Limit]:
        """Return the account's limit once for each credit, and the limit of the endpoint where it has its own."""
        cost = self._credits.get((call.method, call.route), 1)
        limits: list[Limit] = [("api", _share(self._total))] * cost
        _, updates, lists = next(
            (row for row in reversed(SUB_LIMITS) if row[0] <= self._total), (self._total, *SUB_LIMITS[0][1:])
        )
        if call.method == "GET" and call.route in _LISTS:
            limits.append((call.route.rsplit("/", 1)[1], _share(lists)))
        if call.method == "PUT" and call.route == _TICKET:
            limits.append(("tickets_update", _share(updates)))
        return limits

    def hear(self, call: Call, answer: Answer) -> None:
        """Learn the account's limit, what is left of it, and what a call of this kind costs; all may be decimals."""
        total, left, used = (_number(answer.headers.get(name)) for name in (_TOTAL, _REMAINING, _USED))
        if total:
            self._total = int(total)
        if left is not None:
            self._remaining = left
        if used and answer.status < 300:
            self._credits[(call.method, call.route)] = min(math.ceil(used), MOST_CREDITS)

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        """Return what a status means here, and what an error body says more exactly."""
        code, ticket_id = error_code(answer.body), call.ticket_id
        said = f"freshdesk: {call.method} {call.route}"
        if answer.status == 405 and ticket_id:
            gone = f"freshdesk: ticket {ticket_id} is deleted or spam and takes no updates"
            return GoneError(gone, platform=PLATFORM, ticket_id=ticket_id, status=405)
        if answer.status in (401, 403):
            why = _DENIED.get(code) or _DENIED["invalid_credentials" if answer.status == 401 else "access_denied"]
            return RefusedError(f"{said}: {why}", platform=PLATFORM, ticket_id=ticket_id, status=answer.status)
        if answer.status == 409:
            return ConflictError(f"{said}: changed meanwhile", platform=PLATFORM, ticket_id=ticket_id, status=409)
        if answer.status == 400:
            faults = "; ".join(_faults(answer.body)) or code or "no details"
            refused = RefusedFieldsError(
                f"{said} was refused: {faults}", platform=PLATFORM, ticket_id=ticket_id, status=400
            )
            refused.fields = frozenset(refused_fields(answer.body))
            return refused
        return None


class RefusedFieldsError(RefusedError):
    """A 400: ``fields`` names what Freshdesk did not take, so that the rest can be sent again without it."""

    fields: frozenset[str] = frozenset()


def error_code(body: Any) -> str:
    """Return an error body's code, "" without a usable one. Codes only: messages can quote what was sent."""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _WORD.match(code) else ""


def refused_fields(body: Any) -> Iterator[str]:
    """Yield the names of the fields that a 400 complains about, a nested one by its own name."""
    errors = body.get("errors") if isinstance(body, dict) else None
    for error in errors if isinstance(errors, list) else []:
        name = error.get("field") if isinstance(error, dict) else None
        if isinstance(name, str) and _WORD.match(name):
            yield name.rsplit(".", 1)[-1]


def _faults(body: Any) -> Iterator[str]:
    """Yield which field was refused and why, by names and codes."""
    errors = body.get("errors") if isinstance(body, dict) else None
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            name, code = error.get("field"), error.get("code")
            where = name if isinstance(name, str) and _WORD.match(name) else "a field"
            yield f"{where}: {code if isinstance(code, str) and _WORD.match(code) else 'invalid'}"


def _share(calls: int) -> Rate:
    return Rate(max(1, int(calls * OUR_SHARE)), 60.0)


def _number(text: str | None) -> float | None:
    """Return a header's number, None for anything else."""
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
