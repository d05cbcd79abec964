"""What of a ticket's audits can move a clock, in a small form that can be kept between two looks.

A full page of audits never changes again, so only the entries of it are kept and the page is not asked for again.
Never kept: texts, subjects, names.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from adapters.zendesk.payloads import AuditBody, AuditEventBody, Via
from adapters.zendesk.tables import AUTOMATIC_MAIL_FLAG, MERGE_REL, MERGE_VIA_ID, METADATA_KEY, RULE_CHANNEL

Value = str | bool | int | float | tuple[str, ...] | None

COMMENTS = frozenset({"Comment", "VoiceComment"})
MARKER = re.compile(r"\[sla-sidecar: ([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One comment, one value at creation or one change.

    Attributes:
        id: the audit event's.
        audit: the audit's id; its entries happened at once.
        at: the audit's instant.
        kind: what it is.
        author: a comment's author, or who made the change; None if nobody is named.
        via: "rule" for triggers and automations, "merge", or "" for people and clients.
        field: the audits' name of the field.
        value: what it holds from then on.
        previous: what it held before.
        public: of a comment.
        automatic: of a comment: an automatic mail, such as an out-of-office reply.
        note_keys: the keys of our notes that this comment carries.
    """

    id: str
    audit: int
    at: datetime
    kind: Literal["comment", "created", "changed"]
    author: int | None = None
    via: Literal["", "rule", "merge"] = ""
    field: str = ""
    value: Value = None
    previous: Value = None
    public: bool = False
    automatic: bool = False
    note_keys: tuple[str, ...] = ()


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])


def entries_of(audits: Iterable[AuditBody], tracked: frozenset[str]) -> Iterator[Entry]:
    """Yield what can move a clock, in the order of the audits.

    Args:
        audits: in any order; times have whole seconds only, so ids break ties.
        tracked: the fields to keep, by the audits' names.
    """
    for audit in sorted(audits, key=lambda audit: (audit.created_at, audit.id)):
        metadata_keys = _metadata_keys(audit.metadata.custom)
        for event in audit.events:
            via = event.via or audit.via
            if event.type in COMMENTS:
                yield _comment(audit, event, via, metadata_keys)
            elif event.type in ("Create", "Change") and event.field_name in tracked:
                yield Entry(
                    id=str(event.id),
                    audit=audit.id,
                    at=audit.created_at,
                    kind="created" if event.type == "Create" else "changed",
                    author=audit.author_id,
                    via=_how(via),
                    field=event.field_name,
                    value=_value(event.value),
                    previous=_value(event.previous_value),
                )


def entries_to_json(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return JSON objects that :func:`entries_from_json` reads back."""
    kept: list[dict[str, Any]] = _ENTRIES.dump_python(tuple(entries), mode="json", exclude_defaults=True)
    return list(kept)


def entries_from_json(kept: object) -> tuple[Entry, ...]:
    """Return the entries that were kept.

    Raises:
        ValueError: they were kept in another form.
    """
    return _ENTRIES.validate_python(kept)


def _comment(audit: AuditBody, event: AuditEventBody, via: Via, metadata_keys: tuple[str, ...]) -> Entry:
    flags = set(audit.metadata.flags) | set(event.metadata.flags if event.metadata else ())
    public = bool(event.public)
    return Entry(
        id=str(event.id),
        audit=audit.id,
        at=audit.created_at,
        kind="comment",
        author=event.author_id if event.author_id is not None else audit.author_id,
        via=_how(via),
        public=public,
        automatic=AUTOMATIC_MAIL_FLAG in flags,
        note_keys=metadata_keys or (() if public else _marked_keys(event.body)),
    )


def _how(via: Via) -> Literal["", "rule", "merge"]:
    if via.channel == RULE_CHANNEL:
        return "rule"
    if via.id == MERGE_VIA_ID or via.channel in (MERGE_VIA_ID, MERGE_REL) or via.rel == MERGE_REL:
        return "merge"
    return ""


def _metadata_keys(custom: Any) -> tuple[str, ...]:
    ours = custom.get(METADATA_KEY) if isinstance(custom, dict) else None
    keys = ours.get("keys") if isinstance(ours, dict) else None
    return tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ()


def _marked_keys(body: Any) -> tuple[str, ...]:
    found = MARKER.search(body) if isinstance(body, str) else None
    return tuple(found[1].split()) if found else ()


def _value(raw: Any) -> Value:
    if isinstance(raw, list):
        return tuple(str(item) for item in raw)
    return raw if isinstance(raw, str | bool | int | float) else None
