"""Zendesk's manners: which limits a call counts against, what its headers teach, what its errors mean."""

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.http import Answer, Call, Limit, Manners
from adapters.services import Rate
from adapters.zendesk.tables import PLATFORM
from core.errors import FrozenError, PlatformError, RefusedError, RetryLaterError

log = logging.getLogger(__name__)

OUR_SHARE = 0.6  # of what the account may do: other integrations live on the same budget
CALLS_A_MINUTE, TICKET_UPDATES_A_MINUTE = 200, 100  # the smallest paid plan's, until a header says otherwise
EXPORTS = Rate(6, 60.0)  # the account's limit is 10 a minute, for all kinds of export together
UPDATES_OF_ONE_TICKET = Rate(20, 600.0)  # Zendesk refuses the 31st by one user
DATABASE_CONFLICT_SECONDS = 1.0
NOT_FOUND = "RecordNotFound"
_TICKET_UPDATE, _BATCH_UPDATE = "/api/v2/tickets/{id}", "/api/v2/tickets/update_many"
_TOTAL = re.compile(r"\btotal=(\d+)")
_UNPERMITTED = re.compile(r"unpermitted_keys=>\[([^\]]*)\]")
_WORD = re.compile(r"^[\w.\- ]{1,60}$", re.ASCII)


class ZendeskManners(Manners):
    """The limits of one account, learned from its answers."""

    def __init__(self) -> None:
        self._calls_a_minute, self._updates_a_minute = CALLS_A_MINUTE, TICKET_UPDATES_A_MINUTE

    def limits(self, call: Call) -> Sequence[Limit]:
        """Return the account's limit, and for an update of a ticket the account's and the ticket's for updates."""
        limits: list[Limit] = [("api", _share(self._calls_a_minute))]
        if call.route.startswith("/api/v2/incremental/"):
            limits.append(("incremental", EXPORTS))
        if call.method == "PUT" and call.route in (_TICKET_UPDATE, _BATCH_UPDATE):
            limits.append(("tickets_update", _share(self._updates_a_minute)))
        if call.method == "PUT" and call.route == _TICKET_UPDATE:
            limits.append((f"ticket:{call.ticket_id}", UPDATES_OF_ONE_TICKET))
        return limits

    def hear(self, call: Call, answer: Answer) -> None:
        """Learn the account's limits; log which keys of ours were ignored, the only sign of a dropped property."""
        if call.route.startswith("/api/v2/tickets"):  # other resources state limits of their own
            self._calls_a_minute = _number(answer.headers.get("x-rate-limit")) or self._calls_a_minute
            spoken = answer.headers.get("zendesk-ratelimit-tickets-update") or answer.headers.get(
                "zendesk-rate-limit-tickets-update"
            )
            total = _TOTAL.search(spoken or "")
            self._updates_a_minute = _number(total and total[1]) or self._updates_a_minute
        ignored = _UNPERMITTED.search(answer.headers.get("x-zendesk-api-warn", ""))
        if ignored and ignored[1].strip():
            log.warning("zendesk ignored keys of %s %s: %s", call.method, call.route, ignored[1][:200])

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        """Return what an error code or the details of a 422 say more exactly than the status."""
        code = error_code(answer.body)
        ticket_id = call.ticket_id
        if answer.status == 409 and code == "DatabaseConflict":
            return RetryLaterError(
                "zendesk: database collision; try again",
                platform=PLATFORM,
                ticket_id=ticket_id,
                status=409,
                retry_after=DATABASE_CONFLICT_SECONDS,
            )
        if answer.status == 404 and code != NOT_FOUND:  # a wrong address must not pass for a deleted ticket
            said = f"zendesk: {call.route} does not exist there: check the connection's address"
            return RefusedError(said, platform=PLATFORM, ticket_id=ticket_id, status=404)
        if answer.status != 422:
            return None
        if ticket_id and (code == "ClosedTicket" or "status" in details(answer.body)):
            said = f"zendesk: ticket {ticket_id} takes no more updates"
            return FrozenError(said, platform=PLATFORM, ticket_id=ticket_id, status=422)
        faults = "; ".join(_faults(answer.body)) or code or "no details"
        said = f"zendesk: {call.method} {call.route} was refused: {faults}"
        return RefusedError(said, platform=PLATFORM, ticket_id=ticket_id, status=422)


def error_code(body: Any) -> str:
    """Return the error's code from any of Zendesk's three envelopes, "" without a usable one.

    Codes only: the texts beside them are in the caller's language and can quote what was sent.
    """
    if not isinstance(body, dict):
        return ""
    said = body.get("error")
    if isinstance(said, dict):
        said = said.get("title")
    if said is None and isinstance(body.get("errors"), list) and body["errors"]:
        first = body["errors"][0]
        said = first.get("code") if isinstance(first, dict) else None
    return said if isinstance(said, str) and _WORD.match(said) else ""


def details(body: Any) -> dict[str, Any]:
    """Return the details of a 422 by field, {} without."""
    found = body.get("details") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _faults(body: Any) -> Iterator[str]:
    """Yield which field was refused and why, by ids and codes."""
    for name, faults in details(body).items():
        for fault in faults if isinstance(faults, list) else []:
            if isinstance(fault, dict):
                code = fault.get("error")
                field = fault.get("ticket_field_id")
                where = f"field {field}" if isinstance(field, int) else name if _WORD.match(name) else "a field"
                yield f"{where}: {code if isinstance(code, str) and _WORD.match(code) else 'invalid'}"


def _share(calls_a_minute: int) -> Rate:
    return Rate(max(1, int(calls_a_minute * OUR_SHARE)), 60.0)


def _number(text: str | None) -> int:
    return int(text) if text and text.strip().isascii() and text.strip().isdigit() else 0
