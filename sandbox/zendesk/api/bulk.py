"""Up to a hundred tickets in one request, as a job."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint

from sandbox.zendesk import lifecycle
from sandbox.zendesk.api.jobs import queued
from sandbox.zendesk.api.routing import API, base, ids, json_body, parsed, route, user
from sandbox.zendesk.errors import ApiError, bad_request
from sandbox.zendesk.inputs import BulkInput, Input, TicketInput
from sandbox.zendesk.state import State

blueprint = Blueprint("bulk", __name__)
MOST = 100


class _Numbered(Input):
    id: int


@route(blueprint, "PUT", "/api/v2/tickets/update_many")
def update_many(state: State) -> dict[str, Any]:
    """Change tickets: one change for all of ``?ids=``, or a list with one change each."""
    given = parsed(json_body(), BulkInput)
    if given.tickets is not None:
        changes = [(parsed(item, _Numbered).id, item) for item in given.tickets]
    else:
        changes = [(ticket_id, given.ticket or {}) for ticket_id in ids()]
    _check_number(len(changes))
    actor = user()

    def update(ticket_id: int, change: dict[str, Any]) -> None:
        lifecycle.update(state, state.ticket(ticket_id), parsed(change, TicketInput), actor, API, bulk=True)

    return queued(state, [partial(_result, "update", n, partial(update, n, c)) for n, c in changes], base())


@route(blueprint, "POST", "/api/v2/tickets/create_many")
def create_many(state: State) -> dict[str, Any]:
    """Create tickets."""
    given = parsed(json_body(), BulkInput).tickets or []
    _check_number(len(given))
    actor = user()

    def create(index: int, item: TicketInput) -> dict[str, Any]:
        ticket, _ = lifecycle.create(state, item, actor, API)
        return {"index": index, "id": ticket.id, "account_id": state.account_id}

    return queued(state, [partial(create, n, parsed(item, TicketInput)) for n, item in enumerate(given)], base())


@route(blueprint, "DELETE", "/api/v2/tickets/destroy_many")
def destroy_many(state: State) -> dict[str, Any]:
    """Delete tickets softly."""
    wanted = ids()
    _check_number(len(wanted))
    actor = user()

    def delete(ticket_id: int) -> None:
        lifecycle.delete(state, state.ticket(ticket_id), actor, API)

    return queued(state, [partial(_result, "delete", n, partial(delete, n)) for n in wanted], base())


def _check_number(number: int) -> None:
    if not 0 < number <= MOST:
        raise bad_request("TooManyValues", f"The request must name 1 to {MOST} tickets, not {number}")


def _result(action: str, ticket_id: int, work: Callable[[], None]) -> dict[str, Any]:
    """Do the work for one ticket and return its line: a refusal of one leaves the others alone."""
    try:
        work()
    except ApiError as err:
        known = err.body if isinstance(err.body.get("error"), str) else {"error": "Error", "description": str(err.body)}
        return {
            "id": ticket_id,
            "action": action,
            "status": "Failed",
            "success": False,
            "error": known["error"],
            "details": known.get("description"),
        }
    return {"id": ticket_id, "action": action, "status": f"{action.capitalize()}d", "success": True}
