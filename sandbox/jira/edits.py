"""One update of one issue: what changed becomes one history, and its events go out.

Changes are made on a draft, so an update that is refused half way leaves nothing behind.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.jira.fieldkinds import KINDS, Kind
from sandbox.jira.issues_model import History, Issue, Item
from sandbox.jira.model import Field, User

if TYPE_CHECKING:
    from sandbox.jira.store import Store


class Edit:
    """Change :attr:`values`, then :meth:`commit`.

    Args:
        issue: as it stands.
        actor: who the history names as its author.
        metadata: what the client sent as historyMetadata.
    """

    def __init__(self, store: "Store", issue: Issue, actor: User, metadata: dict[str, Any] | None = None) -> None:
        self.store, self.issue, self.actor, self._metadata = store, issue, actor, metadata
        self.values: dict[str, Any] = dict(issue.values)
        self.more: list[Item] = []

    def commit(self) -> History | None:
        """Put the draft in force and return its history; None, and nothing moves, where nothing changed.

        That an edit without a change leaves ``updated`` alone is UNCONFIRMED.
        """
        items = (*_changes(self.store, self.issue.values, self.values), *self.more)
        if not items:
            return None
        now, issue = self.store.now(), self.issue
        was, is_now = issue.values.get("status"), self.values.get("status")
        if self.store.statuses[str(was)].category != self.store.statuses[str(is_now)].category:
            issue.category_changed_at = now
        if issue.values.get("resolution") != self.values.get("resolution"):
            issue.resolved_at = now if self.values.get("resolution") else None
        issue.values = self.values
        issue.updated_at = now
        history = History(self.store.ids.next("history"), self.actor.account_id, now, items, self._metadata)
        issue.histories.append(history)
        return history


def first_history(store: "Store", issue: Issue, actor: User) -> History:
    """Return what a webhook tells of a new issue: from nothing to its first values. It is not kept."""
    items = tuple(_changes(store, {}, issue.values))
    return History(store.ids.next("history"), actor.account_id, issue.created_at, items)


def event_kind(history: History) -> str:
    """Return the issue_event_type_name of a change."""
    changed = {item.field_id for item in history.items}
    if "status" in changed:
        return "issue_generic"
    return "issue_assigned" if changed == {"assignee"} else "issue_updated"


def _changes(store: "Store", before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Item]:
    for field_id, field in store.fields.items():
        kind = KINDS[field.kind]
        old, new = before.get(field_id, kind.empty), after.get(field_id, kind.empty)
        if old != new:
            yield _item(store, field, kind, old, new)


def _item(store: "Store", field: Field, kind: Kind, old: Any, new: Any) -> Item:
    return Item(
        field_id=field.id,
        name=field.name if field.custom else field.id,
        custom=bool(field.custom),
        before=kind.tell(store, field, old),
        after=kind.tell(store, field, new),
        people=kind.people,
    )
