"""Many tickets at once, and the jobs that do it. Source: API reference, "Update multiple tickets", "Jobs".

The words for a finished job are UNCONFIRMED.
"""

import uuid
from typing import Any

from flask import Blueprint

from sandbox.freshdesk import lifecycle
from sandbox.freshdesk.api.routing import Answer, agent, base, body, route
from sandbox.freshdesk.errors import ApiError, Fault, invalid, not_found
from sandbox.freshdesk.inputs import BulkAction, BulkInput, TicketChange, read
from sandbox.freshdesk.model import Job
from sandbox.freshdesk.state import State

blueprint = Blueprint("bulk", __name__)


@route(blueprint, "POST", "/tickets/bulk_update")
def bulk_update(state: State) -> Answer:
    """Set one set of values on many tickets, as a job."""
    given = body(BulkInput).bulk_action
    if not given.ids or not (given.properties.model_fields_set or given.reply):
        raise invalid([Fault("properties", "Select at least one property or reply", "missing_field")])
    results = [_one(state, given, ticket_id) for ticket_id in given.ids]
    job = Job(uuid.uuid4().hex, results)
    state.jobs[job.id] = job
    return Answer({"job_id": job.id, "href": f"{base()}/api/v2/jobs/{job.id}"}, 202)


def _one(state: State, given: BulkAction, ticket_id: int) -> dict[str, Any]:
    try:
        ticket = state.get(state.tickets, ticket_id)
        values = given.properties.model_dump(exclude_unset=True, exclude={"skip_close_notification"})
        if given.reply:
            lifecycle.answer(state, ticket, agent(), given.reply.body, "api", read(TicketChange, values))
        else:
            lifecycle.update(state, ticket, read(TicketChange, values), agent())
    except ApiError as err:
        return {"id": ticket_id, "success": False, "errors": err.body}
    return {"id": ticket_id, "success": True}


@route(blueprint, "GET", "/jobs/<job_id>")
def show_job(state: State, job_id: str) -> dict[str, Any]:
    """Return a job."""
    job = state.jobs.get(job_id)
    if job is None:
        raise not_found()
    return {"id": job.id, "status": "COMPLETED", "data": job.results, "progress": 100}
