"""What requests may say about issues and comments. Unknown keys are let through, as Jira lets
most of them, and numbers do where text is meant, as its own clients send them.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Input(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class PropertyInput(Input):
    """A property that is set along with something else."""

    key: str
    value: Any = None


class TransitionInput(Input):
    """Which transition."""

    id: str


class IssueInput(Input):
    """An edit, a creation, or a transition. A field stands in ``fields`` or in ``update``, not in both."""

    fields: dict[str, Any] = Field(default_factory=dict)
    update: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    properties: list[PropertyInput] = Field(default_factory=list)
    historyMetadata: dict[str, Any] | None = None  # noqa: N815 - Jira's word
    transition: TransitionInput | None = None


class CommentInput(Input):
    """A comment by the platform's API. ``body`` is a document in version 3, text in version 2."""

    body: Any = None
    visibility: dict[str, Any] | None = None
    properties: list[PropertyInput] = Field(default_factory=list)
