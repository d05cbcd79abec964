"""Many issues in two calls: the issues with their comments, then their histories.

Only Cloud has these calls. They name the same things as the single ones do, so that nothing else reads differently.
"""

from collections import defaultdict
from collections.abc import Sequence

from adapters.http import ApiClient
from adapters.jira.payloads import HistoryBody, HistoryPage, IssueBody, ManyHistories, ManyIssues
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import CHANNEL_PROPERTY, PLATFORM, PROPERTY
from core.errors import RefusedError

MOST_ISSUES = 50  # of 100 that Jira allows: each brings all its comments along
MOST_HISTORIES = 1_000  # a page
MOST_PAGES = 100


class Bulk:
    """Reads many issues of one site."""

    def __init__(self, client: ApiClient, settings: JiraSettings) -> None:
        self._client, self._settings, self._api = client, settings, settings.differences.api

    def issues(self, ticket_ids: Sequence[str]) -> list[IssueBody]:
        """Return up to MOST_ISSUES issues of the connection's projects, each with its whole history beside it.

        An issue without any history is left out: whether it has none, or this call does not show it, cannot be told.
        """
        body = {
            "issueIdsOrKeys": list(ticket_ids),
            "fields": list(self._settings.read),
            "properties": [PROPERTY, CHANNEL_PROPERTY],
        }
        found = self._client.post(f"{self._api}/issue/bulkfetch", body).read(ManyIssues, PLATFORM).issues
        ours = [issue for issue in found if issue.fields.project.key in self._settings.projects]
        histories = self._histories([issue.id for issue in ours]) if ours else {}
        return [
            issue.model_copy(update={"changelog": _whole(histories[issue.id])})
            for issue in ours
            if issue.id in histories
        ]

    def _histories(self, issue_ids: Sequence[str]) -> dict[str, list[HistoryBody]]:
        query: dict[str, object] = {"issueIdsOrKeys": list(issue_ids), "maxResults": MOST_HISTORIES}
        found: defaultdict[str, list[HistoryBody]] = defaultdict(list)
        for _ in range(MOST_PAGES):
            page = self._client.post(f"{self._api}/changelog/bulkfetch", query).read(ManyHistories, PLATFORM)
            for issue in page.issues:
                found[issue.issue_id] += issue.histories
            if not page.next_token:
                return found
            query["nextPageToken"] = page.next_token
        raise RefusedError("jira: the histories of so many issues have no end; they are read alone", platform=PLATFORM)


def _whole(histories: list[HistoryBody]) -> HistoryPage:
    return HistoryPage(histories=histories, total=len(histories), isLast=True)
