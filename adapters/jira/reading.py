"""Reading one issue: one call, and one more for each further page of history or comments that is new."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.base import Snapshot
from adapters.http import ApiClient
from adapters.jira.fields import shown
from adapters.jira.gathering import Gatherer
from adapters.jira.history import Known, to_ticket
from adapters.jira.kept import Kept
from adapters.jira.pages import Pages
from adapters.jira.payloads import IssueBody
from adapters.jira.people import Directory
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import CHANNEL_PROPERTY, PLATFORM, PROPERTY
from adapters.jira.values import value_of
from core.errors import GoneError
from core.update import Field, FieldValue, Shown

_VERSION = 1  # of what is kept between looks


class Reader:
    """Reads issues of one connection."""

    def __init__(self, connection: str, client: ApiClient, directory: Directory, settings: JiraSettings) -> None:
        self._connection, self._client, self._settings = connection, client, settings
        self._pages, self._gatherer = Pages(client, settings), Gatherer(directory, settings)
        tracked = ",".join(sorted(settings.tracked)) + f";{settings.account_id}"
        self._form = f"{_VERSION}:{hashlib.sha256(tracked.encode()).hexdigest()[:16]}"

    def snapshot(self, issue: IssueBody, observations: Mapping[str, Any] | None, now: datetime) -> Snapshot:
        """Return the ticket with its history and what it shows.

        Args:
            issue: as :meth:`issue` gave it.
            observations: what the last snapshot's ``observations`` were; None at first sight.
            now: when plans are seen that Jira has no history of.
        """
        kept = Kept.from_mapping(observations, self._form)
        histories, changes = self._pages.histories(issue, kept.histories)
        comments, replies = self._pages.comments(issue, kept.comments)
        kept = replace(kept, histories=histories, comments=comments)
        kept.sightings.see_comments(replies)
        known = self._gatherer.known(issue, (*changes, *replies), kept.sightings, now)
        return Snapshot(
            ticket=to_ticket(known, self._settings, self._connection),
            shown=self._shown(known),
            version=issue.fields.updated,
            observations=kept.to_mapping(),
        )

    def issue(self, ticket_id: str) -> IssueBody:
        """Return the issue as it is now, with its latest histories and comments.

        Raises:
            GoneError: it is deleted, cannot be seen, or lies outside the connection's projects.
        """
        params = {
            "fields": ",".join(self._settings.read),
            "properties": f"{PROPERTY},{CHANNEL_PROPERTY}",
            "expand": "changelog",
        }
        answer = self._client.get(f"{self._settings.differences.api}/issue/{ticket_id}", params, ticket_id=ticket_id)
        issue = answer.read(IssueBody, PLATFORM, ticket_id)
        if issue.fields.project.key not in self._settings.projects:
            said = f"jira: issue {ticket_id} is not in a project of this connection"
            raise GoneError(said, platform=PLATFORM, ticket_id=ticket_id)
        return issue

    def _shown(self, known: Known) -> Shown:
        raw, settings = known.issue.raw, self._settings
        fields: dict[Field, FieldValue] = {
            name: shown(name, target, raw[target.field])
            for name, target in settings.fields.items()
            if target.field in raw  # a field without a context here is not on the issue at all
        }
        priority = value_of(raw.get("priority"))
        return Shown(
            fields=fields,
            tags=frozenset(known.issue.fields.labels),
            priority=priority.within(settings.priorities) or priority.text,
            group=value_of(raw.get(settings.group_field.field)).text if settings.group_field else None,
            assignee=known.issue.fields.assignee.handle if known.issue.fields.assignee else None,
            note_keys=frozenset(key for entry in known.entries for key in entry.note_keys),
            reply_keys=frozenset(key for entry in known.entries if entry.public for key in entry.note_keys),
        )
