"""Many updates of tickets as one background job: started once, then waited for."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from adapters.http import ApiClient
from adapters.zendesk.payloads import JobAnswer, JobBody, JobsAnswer
from adapters.zendesk.tables import PLATFORM
from core.errors import RefusedError, RetryLaterError

MOST_TICKETS = 100
POLL_SECONDS = (1.0, 2.0, 3.0, 5.0)  # the last one again and again; recorded jobs took 1 to 10 s
LONGEST_SECONDS = 120.0
_UNFINISHED = frozenset({"queued", "working"})


class Jobs:
    """Starts jobs and waits for their end.

    Args:
        client: the account's.
        sleep: waits that many seconds.
    """

    def __init__(self, client: ApiClient, sleep: Callable[[float], None]) -> None:
        self._client, self._sleep = client, sleep

    def update(self, tickets: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        """Update up to 100 tickets, each as its own ``id`` and values say, and return the ids of those that took it.

        Raises:
            RefusedError: no job was started.
            RetryLaterError: none was, or nobody knows how it ends.
        """
        answer = self._client.put("/api/v2/tickets/update_many", {"tickets": list(tickets)})
        return self._ended(answer.read(JobAnswer, PLATFORM).job_status).done_ids

    def _ended(self, job: JobBody) -> JobBody:
        """Return the job as it is at its end, good or bad."""
        left, pauses = LONGEST_SECONDS, chain(POLL_SECONDS, repeat(POLL_SECONDS[-1]))
        wait = next(pauses)
        while job.status in _UNFINISHED:
            if wait > left:
                raise _unknown(job.id, "has not ended in time")
            self._sleep(wait)
            left -= wait
            wait = next(pauses)
            try:
                job = self._now(job.id)
            except RetryLaterError as err:  # the job goes on whether or not we may ask
                wait = max(wait, err.retry_after or 0.0)
            except RefusedError as err:
                raise _unknown(job.id, "can no longer be seen") from err
        return job

    def _now(self, job_id: str) -> JobBody:
        """Return the job as it is now; its id goes into the query, because a path would label metrics with it."""
        answer = self._client.get("/api/v2/job_statuses/show_many", {"ids": job_id})
        for job in answer.read(JobsAnswer, PLATFORM).job_statuses:
            if job.id == job_id:
                return job
        raise RefusedError(f"zendesk: job {job_id} is not there", platform=PLATFORM)


def _unknown(job_id: str, why: str) -> RetryLaterError:
    said = f"zendesk: job {job_id} {why}; what it did is read from the tickets"
    return RetryLaterError(said, platform=PLATFORM)
