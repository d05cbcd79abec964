"""One update as one PUT, and what came of it. Pure; the adapter sends it.

Fields, labels and the issue property that holds the same for machines go together. Labels are added and removed one by
one, so other people's stay. One bad field fails the whole PUT, so nothing is sent that ``editmeta`` does not offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.base import Written
from adapters.common.values import whole
from adapters.jira.fields import NotTakenError, options_of, rendered, shown
from adapters.jira.settings import JiraSettings
from adapters.jira.tables import PROPERTY
from adapters.jira.values import value_of
from core.update import Field, FieldValue, TicketUpdate

NOT_ON_SCREEN = "not on the issue's edit screen: run sla-sidecar doctor"
_VERSION = 1  # of the property


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: ``fields`` and ``update`` of a PUT, and what could not even be asked for (name to reason).

    ``taken`` are our fields as they are asked for; ``names`` says which of our names each field of Jira's stands for.
    """

    fields: Mapping[str, Any]
    update: Mapping[str, Any]
    taken: Mapping[Field, FieldValue]
    names: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.update)

    def without(self, fields: frozenset[str]) -> "Request":
        """Return the request without some of Jira's fields, which are thereby refused."""
        lost = {self.names[id_]: NOT_ON_SCREEN for id_ in fields if id_ in self.names}
        return Request(
            fields={id_: value for id_, value in self.fields.items() if id_ not in fields},
            update={id_: value for id_, value in self.update.items() if id_ not in fields},
            taken={name: value for name, value in self.taken.items() if name.value not in lost},
            names=self.names,
            refused={**self.refused, **lost},
        )

    def body(self, previous: Mapping[str, Any]) -> dict[str, Any]:
        """Return the PUT's body; the property keeps what it held of other fields before."""
        body: dict[str, Any] = {}
        if self.fields:
            body["fields"] = dict(self.fields)
        if self.update:
            body["update"] = dict(self.update)
        if self.taken:
            body["properties"] = [{"key": PROPERTY, "value": property_of(self.taken, previous)}]
        return body


def to_request(update: TicketUpdate, settings: JiraSettings, meta: Mapping[str, Any]) -> Request:
    """Return the request for an update.

    Args:
        update: what to change.
        settings: which Jira field shows what.
        meta: ``editmeta``'s fields: what can be edited on this issue, by id.
    """
    fields: dict[str, Any] = {}
    taken: dict[Field, FieldValue] = {}
    names: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, value in update.fields.items():
        target = settings.fields.get(name)
        if target is None or target.field not in meta:
            refused[name.value] = NOT_ON_SCREEN
            continue
        try:
            fields[target.field] = rendered(target, value, options_of(meta[target.field]))
        except NotTakenError as err:
            refused[name.value] = str(err)
            continue
        taken[name], names[target.field] = value, name.value
    for name_, found in _people_and_priority(update, settings, meta).items():
        if isinstance(found, str):
            refused[name_] = found
        else:
            id_, value_ = found
            fields[id_], names[id_] = value_, name_
    if update.add_followers:
        refused["followers"] = "Jira cannot take watchers along with an edit; name an assignee or read the note"
    changes: dict[str, Any] = {}
    if update.add_tags or update.remove_tags:
        if "labels" in meta:
            adds = [{"add": label} for label in sorted(update.add_tags)]
            changes["labels"] = adds + [{"remove": label} for label in sorted(update.remove_tags)]
            names["labels"] = "tags"
        else:
            refused["tags"] = NOT_ON_SCREEN
    return Request(fields, changes, taken, names, refused)


def property_of(taken: Mapping[Field, FieldValue], previous: Mapping[str, Any]) -> dict[str, Any]:
    """Return the issue property: our fields' values for machines, instants as ISO 8601."""
    held = previous.get("fields")
    values = dict(held) if isinstance(held, dict) else {}
    for name, value in taken.items():
        values[name.value] = value.isoformat() if isinstance(value, datetime) else value
    return {"v": _VERSION, "fields": {name: value for name, value in sorted(values.items()) if value is not None}}


def written(update: TicketUpdate, request: Request, after: Mapping[str, Any], settings: JiraSettings) -> Written:
    """Return what Jira really took, by comparing the answer with what was asked.

    Args:
        update: what was wanted.
        request: what was sent.
        after: the issue's fields in the answer. One that is not among them was taken: a 204 says no more (Data
            Center), and Cloud may show only what was edited.
        settings: which Jira field shows what.
    """
    refused = dict(request.refused)
    taken: dict[Field, FieldValue] = {}
    for name, value in request.taken.items():
        target = settings.fields[name]
        if target.field not in after or whole(shown(name, target, after[target.field])) == whole(value):
            taken[name] = value
        else:
            refused[name.value] = "Jira kept another value: an automation rule may set it"
    there = after.get("labels")
    labels = {str(label) for label in there} if isinstance(there, list) else None
    kept_others = labels is not None and (not update.add_tags <= labels or update.remove_tags & labels)
    if "labels" in request.update and kept_others:
        refused["tags"] = "Jira kept other labels: an automation rule may set them"
    updated = after.get("updated")
    return Written(fields=taken, refused=refused, version=updated if isinstance(updated, str) else update.version)


def _people_and_priority(
    update: TicketUpdate, settings: JiraSettings, meta: Mapping[str, Any]
) -> dict[str, str | tuple[str, Any]]:
    """Return, by our name, the field and its value, or why there is none."""
    wanted: dict[str, str | tuple[str, Any]] = {}
    if update.priority is not None:
        wanted["priority"] = _priority(update.priority, settings, meta)
    if update.assignee is not None:
        person = {settings.differences.user_key: update.assignee}
        wanted["assignee"] = ("assignee", person) if "assignee" in meta else NOT_ON_SCREEN
    if update.group is not None:
        group = settings.group_field
        if group is None:
            wanted["group"] = "Jira has no group as assignee: set the connection's `group_field`"
        elif group.field not in meta:
            wanted["group"] = NOT_ON_SCREEN
        else:
            forms = {"select": {"value": update.group}, "group": {"name": update.group}, "text": update.group}
            wanted["group"] = (group.field, forms[group.kind])
    return wanted


def _priority(wanted: str, settings: JiraSettings, meta: Mapping[str, Any]) -> str | tuple[str, Any]:
    """Return Jira's priority by its id, as this issue offers it: names are renamed and translated."""
    allowed = (meta.get("priority") or {}).get("allowedValues")
    if not isinstance(allowed, list):
        return NOT_ON_SCREEN
    for each in allowed:
        value = value_of(each)
        if value.id and (value.within(settings.priorities) or value.text) == wanted:
            return "priority", {"id": value.id}
    return f"no priority of this project means {wanted}; add it to the connection's `priorities`"
