"""Internal comments. A plain comment would be public to the customer, so none is ever written.

The service-desk API says in so many words that a comment is internal, and is the only way on a customer's request. On
an issue that is none, a comment of the platform with a property of the service desk's does, and is proven internal by
the answer or deleted.
"""

import logging
from collections.abc import Sequence
from typing import Any

from adapters.base import Written
from adapters.http import ApiClient
from adapters.jira.payloads import CommentBody, RequestComment
from adapters.jira.place import Place
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import INTERNAL_PROPERTY, PLATFORM, SERVICE_DESK
from core.errors import GoneError, PlatformError, RefusedError
from core.update import Note

log = logging.getLogger(__name__)

_FULL = (400, 413)  # an issue takes so many comments; its fields can still be written

NO_SERVICE_DESK = "the project is no service desk, where a comment cannot be internal"
NO_SURE_WAY = (
    "the service desk did not take it, and there is no other sure way: is our account an agent of the project?"
)


class Notes:
    """Writes notes on issues of one connection."""

    def __init__(self, client: ApiClient, settings: JiraSettings) -> None:
        self._client, self._settings = client, settings

    def write(self, place: Place, notes: Sequence[Note]) -> Written:
        """Write all notes as one internal comment.

        Args:
            place: the issue, as it was read.
            notes: at least one.

        Returns:
            ``note_keys``, or ``refused``; ``public`` if the comment was not internal, though it was deleted at once.
        """
        if place.project_type != SERVICE_DESK:
            return Written(refused={"note": NO_SERVICE_DESK})
        try:
            made = self._made(place, notes)
        except RefusedError as err:
            if err.status not in _FULL:
                raise
            return Written(refused={"note": str(err)})
        if made is None:
            return Written(refused={"note": NO_SURE_WAY})
        comment_id, is_internal = made
        if is_internal:
            return Written(note_keys=tuple(note.key for note in notes))
        return self._withdrawn(place.issue_id, comment_id)

    def _made(self, place: Place, notes: Sequence[Note]) -> tuple[str, bool] | None:
        """Return the comment's id and whether it is internal; None where there is no sure way."""
        if place.is_request is not False:
            made = self._by_service_desk(place.issue_id, note_text(notes))
            if made is not None or place.is_request:
                return made
        return self._by_platform(place.issue_id, notes) if self._settings.differences.notes_fallback else None

    def _by_service_desk(self, ticket_id: str, text: str) -> tuple[str, bool] | None:
        """Return the comment's id and whether it is internal; None where the service desk does not know the issue."""
        path = f"/rest/servicedeskapi/request/{ticket_id}/comment"
        try:
            answer = self._client.call("POST", path, body={"body": text, "public": False}, ticket_id=ticket_id)
        except (GoneError, RefusedError) as err:  # 404: it is no request; 403: not ours to see
            if err.status not in (403, 404):
                raise
            return None
        made = answer.read(RequestComment, PLATFORM, ticket_id)
        return made.id, made.public is False

    def _by_platform(self, ticket_id: str, notes: Sequence[Note]) -> tuple[str, bool]:
        path = f"{self._settings.differences.api}/issue/{ticket_id}/comment"
        body = {"body": note_document(notes), "properties": [INTERNAL_PROPERTY]}
        answer = self._client.call("POST", path, body=body, ticket_id=ticket_id)
        made = answer.read(CommentBody, PLATFORM, ticket_id)
        return made.id, made.public is False

    def _withdrawn(self, ticket_id: str, comment_id: str) -> Written:
        """Delete a comment that the customer can see; the alarm is raised whether or not that works."""
        log.error("jira: the note %s on issue %s came out public; deleting it", comment_id, ticket_id)
        try:
            self._client.delete(f"{self._settings.differences.api}/issue/{ticket_id}/comment/{comment_id}")
        except PlatformError as err:
            log.error("jira: the note %s is still public, delete it by hand: %s", comment_id, err)
        return Written(refused={"note": "came out public and was withdrawn"}, public=True)


def note_text(notes: Sequence[Note]) -> str:
    """Return the text of one comment for all notes, with the marker by which it is found again.

    The marker holds nothing that wiki text reads as markup, whichever way Jira takes the body.
    """
    return "\n\n".join(note.text for note in notes) + f"\n\n(sla-sidecar: {' '.join(note.key for note in notes)})"


def note_document(notes: Sequence[Note]) -> dict[str, Any]:
    """Return the same as a document of API 3, a paragraph a line, in which nothing is markup."""
    lines = [line for line in note_text(notes).split("\n") if line]
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "doc", "version": 1, "content": paragraphs}
