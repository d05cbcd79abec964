"""Where an issue stands: what of a look is remembered for the write that follows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.jira.payloads import IssueBody
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PROPERTY


@dataclass(frozen=True, slots=True)
class Place:
    """An issue's surroundings.

    Attributes:
        issue_id: the issue's own.
        project_id: of the project.
        project_key: of the project.
        project_type: Jira's ``projectTypeKey``.
        type_id: of the issue's type.
        status_id: of its status.
        is_request: customers see it in the portal; None where the settings do not name the field that tells.
        held: what our issue property holds.
    """

    issue_id: str
    project_id: str
    project_key: str
    project_type: str | None
    type_id: str
    status_id: str
    is_request: bool | None = None
    held: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, issue: IssueBody, settings: JiraSettings) -> "Place":
        """Return where an issue stands."""
        fields, held, told_by = issue.fields, issue.properties.get(PROPERTY), settings.request_type_field
        return cls(
            issue_id=issue.id,
            project_id=fields.project.id,
            project_key=fields.project.key,
            project_type=fields.project.type,
            type_id=fields.issuetype.id,
            status_id=fields.status.id,
            is_request=None if told_by is None else bool(issue.raw.get(told_by)),
            held=held if isinstance(held, dict) else {},
        )
