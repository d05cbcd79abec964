"""What of an issue's history and comments can move a clock, in a small form that can be kept between two looks.

Never kept: texts, subjects, names of people.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from adapters.jira.payloads import CommentBody, HistoryBody
from adapters.jira.settings import JiraSettings
from adapters.jira.values import NOTHING, Value, before_and_after, plain_text

MARKER = re.compile(r"\(sla-sidecar: ([^()]+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One comment or one change of one field.

    Attributes:
        id: ours for it, of Jira's id of the comment or the history.
        batch: the history's id; its changes happened at once. A comment has its own.
        at: when.
        kind: what it is.
        author: the account that did it; None if nobody is named.
        field: the field's id.
        before: what it held.
        after: what it holds from then on.
        public: of a comment: the customer sees it.
        edited_at: of a comment: when it was last edited.
        note_keys: the keys of our notes that this comment carries.
    """

    id: str
    batch: str
    at: datetime
    kind: Literal["comment", "changed"]
    author: str | None = None
    field: str = ""
    before: Value = NOTHING
    after: Value = NOTHING
    public: bool = False
    edited_at: datetime | None = None
    note_keys: tuple[str, ...] = ()


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])


def entries_of(histories: Iterable[HistoryBody], settings: JiraSettings) -> Iterator[Entry]:
    """Yield the changes of fields from which a clock can move, in the order given."""
    for history in histories:
        author = history.author.id if history.author else None
        for number, item in enumerate(history.items):
            field = settings.field_id(item.field_id, item.field)
            if field in settings.tracked:
                before, after = before_and_after(item)
                yield Entry(
                    id=f"{history.id}.{number}",
                    batch=history.id,
                    at=history.created,
                    kind="changed",
                    author=author,
                    field=field,
                    before=before,
                    after=after,
                )


def comments_of(comments: Iterable[CommentBody], own_account: str | None) -> Iterator[Entry]:
    """Yield comments. What is restricted to a role or group is not public, whatever it says of itself."""
    for comment in comments:
        author = comment.author.id if comment.author else None
        public = comment.public is not False and not comment.visibility
        may_be_ours = not public or (author is not None and author == own_account)
        yield Entry(
            id=f"comment {comment.id}",
            batch=f"comment {comment.id}",
            at=comment.created,
            kind="comment",
            author=author,
            public=public,
            edited_at=comment.updated,
            note_keys=_marked_keys(comment.body) if may_be_ours else (),
        )


def to_json(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return JSON objects that :func:`from_json` reads back."""
    kept: list[dict[str, Any]] = _ENTRIES.dump_python(tuple(entries), mode="json", exclude_defaults=True)
    return list(kept)


def from_json(kept: object) -> tuple[Entry, ...]:
    """Return the entries that were kept.

    Raises:
        ValueError: they were kept in another form.
    """
    return _ENTRIES.validate_python(kept)


def _marked_keys(body: Any) -> tuple[str, ...]:
    found = MARKER.search(plain_text(body))
    return tuple(found[1].split()) if found else ()
