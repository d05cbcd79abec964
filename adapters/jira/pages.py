"""An issue's whole history and all its comments: what came with the issue, and pages of what did not.

Histories never change, so what was read once is kept; comments do, so only full pages that lie behind are kept.
"""

from collections.abc import Mapping, Sequence

from adapters.http import ApiClient
from adapters.jira.entries import Entry, comments_of, entries_of
from adapters.jira.kept import Tail
from adapters.jira.payloads import CommentBody, CommentPage, HistoryBody, HistoryPage, IssueBody, RequestCommentPage
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PLATFORM
from core.errors import GoneError, RefusedError

PAGE_SIZE = 100
MOST_PAGES = 200


class Pages:
    """Reads what does not fit beside an issue."""

    def __init__(self, client: ApiClient, settings: JiraSettings) -> None:
        self._client, self._settings, self._api = client, settings, settings.differences.api

    def histories(self, issue: IssueBody, kept: Tail) -> tuple[Tail, tuple[Entry, ...]]:
        """Return what to keep from now on, and all changes, oldest first.

        Beside an issue that was read alone come at most some 100 histories, the newest; the oldest are cut off without
        a word.
        """
        beside = issue.changelog
        newest = _oldest_first(beside.histories) if beside else []
        if beside and (beside.is_last or beside.total <= len(newest) < PAGE_SIZE):
            return kept, tuple(entries_of(newest, self._settings))
        ids = [history.id for history in newest]
        if kept.last in ids:
            new = newest[ids.index(kept.last) + 1 :]
            return kept, (*kept.entries, *entries_of(new, self._settings))
        if not self._settings.differences.pages_history:
            return self._unpaged(issue, newest)
        for _ in range(MOST_PAGES):
            page = self._history_page(issue.id, kept.count)
            if page.histories:
                new_entries = tuple(entries_of(page.histories, self._settings))
                kept = kept.plus(new_entries, len(page.histories), page.histories[-1].id)
            if page.is_last or not page.histories or kept.count >= page.total:
                break
        return kept, kept.entries

    def _unpaged(self, issue: IssueBody, newest: Sequence[HistoryBody]) -> tuple[Tail, tuple[Entry, ...]]:
        """Return the whole history as it came with the issue (Data Center), to be gone on from at the next look.

        Raises:
            RefusedError: it is not whole: deadlines from half a history would be wrong.
        """
        if issue.changelog is None or issue.changelog.total > len(newest):
            raise RefusedError(
                f"jira: the history of issue {issue.id} came without its oldest part, and this Jira has no pages of it",
                platform=PLATFORM,
                ticket_id=issue.id,
            )
        last = newest[-1].id if newest else None
        tail = Tail().plus(tuple(entries_of(newest, self._settings)), len(newest), last)
        return tail, tail.entries

    def _history_page(self, ticket_id: str, start: int) -> HistoryPage:
        params = {"startAt": start, "maxResults": PAGE_SIZE}
        answer = self._client.get(f"{self._api}/issue/{ticket_id}/changelog", params, ticket_id=ticket_id)
        return answer.read(HistoryPage, PLATFORM, ticket_id)

    def comments(self, issue: IssueBody, kept: Tail) -> tuple[Tail, tuple[Entry, ...]]:
        """Return what to keep from now on, and all comments, oldest first."""
        public = {} if self._settings.differences.says_public else self._public_flags(issue.id)
        beside = issue.fields.comment
        if beside and beside.total <= len(beside.comments):
            return kept, self._entries(beside.comments, public)
        if kept.last is not None:
            page = self._comment_page(issue.id, kept.count - 1)
            if not page.comments or page.comments[0].id != kept.last:  # one before was deleted: places have moved
                kept, page = Tail(), self._comment_page(issue.id, 0)
            else:
                page = page.model_copy(update={"comments": page.comments[1:]})
        else:
            page = self._comment_page(issue.id, 0)
        for _ in range(MOST_PAGES):
            entries = self._entries(page.comments, public)
            if not entries or kept.count + len(entries) >= page.total:
                break
            kept = kept.plus(entries, len(entries), page.comments[-1].id)
            page = self._comment_page(issue.id, kept.count)
        return kept, (*kept.entries, *entries)

    def _entries(self, comments: Sequence[CommentBody], public: Mapping[str, bool]) -> tuple[Entry, ...]:
        said = [
            comment if comment.id not in public else comment.model_copy(update={"public": public[comment.id]})
            for comment in sorted(comments, key=lambda comment: (comment.created, len(comment.id), comment.id))
        ]
        return tuple(comments_of(said, self._settings.account_id))

    def _comment_page(self, ticket_id: str, start: int) -> CommentPage:
        params = {"startAt": start, "maxResults": PAGE_SIZE, "orderBy": "created"}
        answer = self._client.get(f"{self._api}/issue/{ticket_id}/comment", params, ticket_id=ticket_id)
        return answer.read(CommentPage, PLATFORM, ticket_id)

    def _public_flags(self, ticket_id: str) -> dict[str, bool]:
        """Return which comments customers see, by the service-desk API; {} for an issue that is no request."""
        flags: dict[str, bool] = {}
        path = f"/rest/servicedeskapi/request/{ticket_id}/comment"
        for _ in range(MOST_PAGES):
            try:
                answer = self._client.get(path, {"start": len(flags), "limit": PAGE_SIZE}, ticket_id=ticket_id)
            except GoneError:
                break
            page = answer.read(RequestCommentPage, PLATFORM, ticket_id)
            flags |= {comment.id: comment.public for comment in page.values}
            if page.is_last or not page.values:
                break
        return flags


def _oldest_first(histories: Sequence[HistoryBody]) -> list[HistoryBody]:
    """Return histories in the order in which they happened, whichever way they came."""
    return sorted(histories, key=lambda history: (history.created, len(history.id), history.id))
