"""Background jobs: answered as queued, then done at once or when they have been asked after often enough."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.routing import base, route
from sandbox.zendesk.errors import ApiError, not_found
from sandbox.zendesk.ids import job_id
from sandbox.zendesk.model import Job
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("jobs", __name__)


MOST_JOBS = 30
Line = Callable[[], dict[str, Any]]


def queued(state: State, work: Sequence[Line], base_url: str) -> dict[str, Any]:
    """Keep a job and return the answer to the request that started it; a job that nobody holds up is done by then.

    Raises:
        ApiError: there are 30 unfinished ones. Its status and body are UNCONFIRMED.
    """
    if sum(1 for job in state.jobs.values() if job.status == "working") >= MOST_JOBS:
        raise ApiError(429, {"error": "TooManyJobs", "description": f"At most {MOST_JOBS} jobs may be queued"})
    job = Job(
        id=job_id(),
        total=len(work),
        message=f"Completed at {state.now():%Y-%m-%d %H:%M:%S} +0000",
        work=list(work),
        questions_left=state.switches.job_questions,
        dies_after=state.switches.job_dies_after,
    )
    state.jobs[job.id] = job
    if not job.questions_left:
        job.go_on()
    return {"job_status": jsonviews.job(job, base_url, just_queued=True)}


def _asked_after(job: Job) -> dict[str, Any]:
    job.go_on()
    return jsonviews.job(job, base())


@route(blueprint, "GET", "/api/v2/job_statuses/<job>")
def show(state: State, job: str) -> dict[str, Any]:
    """Return one job."""
    if job not in state.jobs:
        raise not_found()
    return {"job_status": _asked_after(state.jobs[job])}


@route(blueprint, "GET", "/api/v2/job_statuses")
def list_jobs(state: State) -> dict[str, Any]:
    """Return all jobs."""
    return page(
        list(state.jobs.values()), "job_statuses", lambda job: jsonviews.job(job, base()), key=lambda job: (job.id,)
    )


@route(blueprint, "GET", "/api/v2/job_statuses/show_many")
def show_many(state: State) -> dict[str, Any]:
    """Return jobs by their ids, which are text."""
    wanted = request.args.get("ids", "").split(",")
    found = [state.jobs[job] for job in wanted if job in state.jobs]
    return {"job_statuses": [_asked_after(job) for job in found], "count": len(found)}
