"""What can happen to an issue: created, edited, moved through its workflow, commented on, linked, deleted."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.jira.applying import NOT_ON_SCREEN, apply
from sandbox.jira.edits import Edit, event_kind, first_history
from sandbox.jira.errors import invalid_fields, refused
from sandbox.jira.inputs import IssueInput
from sandbox.jira.issues_model import Issue, Item, Link
from sandbox.jira.model import Project, Transition, User
from sandbox.jira.webhooks import events

if TYPE_CHECKING:
    from sandbox.jira.store import Store

DEFAULT_PRIORITY = "3"
CHANNEL_PROPERTY = "request.channel.type"  # UNCONFIRMED; jira, portal, email, api
PROPERTY_CHARACTERS, KEY_CHARACTERS = 32_768, 255
DONE_RESOLUTION, CANCELED_RESOLUTION = "10000", "10001"


def create(
    store: "Store",
    project: Project,
    issue_type: str,
    given: IssueInput,
    actor: User,
    *,
    rich: bool,
    request_type: str | None = None,
    reporter: str | None = None,
    channel: str = "jira",
) -> Issue:
    """Create an issue. Without a request type it is not a request: customers do not see it.

    Raises:
        ApiError: 400, whatever Jira refuses.
    """
    now = store.now()
    project.issues += 1
    issue = Issue(
        id=store.ids.next("issue"),
        key=f"{project.key}-{project.issues}",
        project_id=project.id,
        creator=actor.account_id,
        created_at=now,
        updated_at=now,
        category_changed_at=now,
        request_type=request_type,
        channel=channel,
    )
    issue.values = {"issuetype": issue_type, "status": project.initial_status}
    edit = Edit(store, issue, actor)
    edit.values |= {"priority": DEFAULT_PRIORITY, "reporter": reporter or actor.account_id}
    allowed = store.screen(project, issue_type, "create").field_ids()
    apply(edit, given, allowed, rich=rich)
    if not edit.values.get("summary"):
        raise invalid_fields({"summary": "You must specify a summary of the issue."})
    issue.values = edit.values
    issue.properties = {one.key: one.value for one in given.properties}
    if request_type:
        issue.properties[CHANNEL_PROPERTY] = {"value": channel}
    store.issues[issue.id] = issue
    first = first_history(store, issue, actor)
    store.courier.send(events.issue_event(store, events.CREATED, "issue_created", issue, actor, first))
    return issue


def edit(store: "Store", issue: Issue, given: IssueInput, actor: User, *, rich: bool, bulk: bool = False) -> None:
    """Change fields and properties in one request; a transition in it is ignored.

    Raises:
        ApiError: 400 with the fault of each field, 413 or 400 for a property.
    """
    for one in given.properties:
        check_property(one.key, one.value)
    change = Edit(store, issue, actor, given.historyMetadata)
    apply(change, given, {field.id for field in store.editable_fields(issue)}, rich=rich)
    _commit(change, bulk=bulk)
    for one in given.properties:
        set_property(store, issue, one.key, one.value, actor)


def _commit(change: Edit, *, bulk: bool = False) -> None:
    if history := change.commit():
        kind = event_kind(history)
        sent = events.issue_event(change.store, events.UPDATED, kind, change.issue, change.actor, history, bulk=bulk)
        change.store.courier.send(sent)


def transitions(store: "Store", issue: Issue) -> list[Transition]:
    """Return the ways out of an issue's status."""
    known = store.project_of(issue).transitions
    return [one for one in known if one.sources is None or issue.status in one.sources]


def transition(store: "Store", issue: Issue, wanted: Transition, given: IssueInput, actor: User, *, rich: bool) -> None:
    """Move an issue through its workflow; only the fields of the transition's screen may go along.

    The workflow sets the resolution where it ends and takes it away where it goes on.

    Raises:
        ApiError: 400 for other fields.
    """
    change = Edit(store, issue, actor, given.historyMetadata)
    if outside := {name for name in given.fields if name not in wanted.fields}:
        raise invalid_fields({name: NOT_ON_SCREEN.format(name) for name in outside})
    apply(change, given, wanted.fields, rich=rich)
    change.values["status"] = wanted.to
    if store.statuses[wanted.to].category != "done":
        change.values["resolution"] = None
    elif not change.values.get("resolution"):
        canceled = store.statuses[wanted.to].name == "Canceled"
        change.values["resolution"] = CANCELED_RESOLUTION if canceled else DONE_RESOLUTION
    _commit(change)


def move_to_status(store: "Store", issue: Issue, status: str, actor: User) -> None:
    """Take the transition that leads to a status.

    Raises:
        ApiError: 400, no way leads there from here.
    """
    wanted = next((one for one in transitions(store, issue) if one.to == status), None)
    if wanted is None:
        here, there = store.statuses[issue.status].name, store.statuses[status].name
        raise refused(400, f"No transition leads from '{here}' to '{there}'.")
    transition(store, issue, wanted, IssueInput(), actor, rich=False)


def check_property(key: str, value: Any) -> None:
    """Refuse a property whose key or value is too long.

    Raises:
        ApiError: 400.
    """
    if len(key) > KEY_CHARACTERS:
        raise refused(400, f"The property key is longer than {KEY_CHARACTERS} characters.")
    if len(json.dumps(value)) > PROPERTY_CHARACTERS:
        raise refused(400, f"The property value is longer than {PROPERTY_CHARACTERS} characters.")


def set_property(store: "Store", issue: Issue, key: str, value: Any, actor: User) -> bool:
    """Set a property and return whether it is new. ``updated`` does not move (UNCONFIRMED)."""
    check_property(key, value)
    is_new = key not in issue.properties
    if is_new or issue.properties[key] != value:
        issue.properties[key] = value
        store.courier.send(events.property_event(store, "issue_property_set", issue, key, actor))
    return is_new


def delete_property(store: "Store", issue: Issue, key: str, actor: User) -> None:
    """Delete a property.

    Raises:
        ApiError: 404, there is none.
    """
    if key not in issue.properties:
        raise refused(404, f"The property with key '{key}' does not exist.")
    sent = events.property_event(store, "issue_property_deleted", issue, key, actor)
    del issue.properties[key]
    store.courier.send(sent)


def link(store: "Store", type_id: str, outward: Issue, inward: Issue, actor: User) -> Link:
    """Link two issues: ``outward`` is the one that "duplicates", ``inward`` the one that "is duplicated by"."""
    made = Link(id=store.ids.next("link"), type_id=type_id, outward=outward.id, inward=inward.id)
    kind = store.link_types[type_id]
    for issue, other, words in ((outward, inward, kind.outward), (inward, outward, kind.inward)):
        issue.links.append(made)
        change = Edit(store, issue, actor)
        text = (other.key, f"This issue {words} {other.key}")
        change.more.append(Item("issuelinks", "Link", False, (None, None), text))
        _commit(change)
    store.courier.send(events.link_event(store, "issuelink_created", outward, made, actor))
    return made


def unlink(store: "Store", gone: Link, actor: User) -> None:
    """Take a link away."""
    outward, inward = store.issues[gone.outward], store.issues[gone.inward]
    kind = store.link_types[gone.type_id]
    for issue, other, words in ((outward, inward, kind.outward), (inward, outward, kind.inward)):
        issue.links.remove(gone)
        change = Edit(store, issue, actor)
        text = (other.key, f"This issue {words} {other.key}")
        change.more.append(Item("issuelinks", "Link", False, text, (None, None)))
        _commit(change)
    store.courier.send(events.link_event(store, "issuelink_deleted", outward, gone, actor))


def move(store: "Store", issue: Issue, project: Project, actor: User) -> None:
    """Move an issue to another project: its key changes, its id does not, and the old key still finds it."""
    old, was = issue.key, store.project_of(issue)
    project.issues += 1
    issue.old_keys.append(old)
    issue.key, issue.project_id = f"{project.key}-{project.issues}", project.id
    change = Edit(store, issue, actor)
    change.more += [
        Item("project", "project", False, (was.id, was.name), (project.id, project.name)),
        Item("Key", "Key", False, (None, old), (None, issue.key)),
    ]
    _commit(change)


def delete(store: "Store", issue: Issue, actor: User) -> None:
    """Delete an issue for ever: there is no bin."""
    for gone in list(issue.links):
        unlink(store, gone, actor)
    sent = events.issue_event(store, events.DELETED, None, issue, actor)
    del store.issues[issue.id]
    store.courier.send(sent)
