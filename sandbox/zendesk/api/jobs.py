"""Background jobs: done at once here, but first answered as queued."""

from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.routing import base, route
from sandbox.zendesk.errors import not_found
from sandbox.zendesk.ids import job_id
from sandbox.zendesk.model import Job
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("jobs", __name__)


def queued(state: State, results: list[dict[str, Any]], base_url: str) -> dict[str, Any]:
    """Keep a job with its results and return the answer to the request that started it."""
    message = f"Completed at {state.now():%Y-%m-%d %H:%M:%S} +0000"
    job = Job(id=job_id(), total=len(results), message=message, results=results)
    state.jobs[job.id] = job
    return {"job_status": jsonviews.job(job, base_url, just_queued=True)}


@route(blueprint, "GET", "/api/v2/job_statuses/<job>")
def show(state: State, job: str) -> dict[str, Any]:
    """Return one job."""
    if job not in state.jobs:
        raise not_found()
    return {"job_status": jsonviews.job(state.jobs[job], base())}


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
    return {"job_statuses": [jsonviews.job(job, base()) for job in found], "count": len(found)}
