"""From what happened to an issue to the bodies of its webhooks.

Bodies have version 2's form, text instead of documents, and no addresses of people. Source: fact sheet 2.5 and 11,
and the captures named there.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.common.deliveries import Delivery
from sandbox.jira import issueviews, jql, jsonviews
from sandbox.jira.dates import epoch_millis
from sandbox.jira.ids import delivery_id
from sandbox.jira.issues_model import Comment, History, Issue, Link
from sandbox.jira.jqlfields import Asking
from sandbox.jira.jsonviews import View
from sandbox.jira.model import User, Webhook

if TYPE_CHECKING:
    from sandbox.jira.store import Store

CREATED, UPDATED, DELETED = "jira:issue_created", "jira:issue_updated", "jira:issue_deleted"
COMMENT_FIELDS = ("summary", "issuetype", "project", "assignee", "priority", "status")
EVENTS = frozenset(
    {
        CREATED,
        UPDATED,
        DELETED,
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "issue_property_set",
        "issue_property_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "jira:worklog_updated",
        "worklog_created",
        "worklog_updated",
        "worklog_deleted",
        "attachment_created",
        "attachment_deleted",
        "user_created",
        "user_updated",
        "user_deleted",
        "project_created",
        "project_updated",
        "project_deleted",
        "jira:version_created",
        "jira:version_released",
        "jira:version_updated",
        "jira:version_deleted",
        "option_voting_changed",
        "sprint_created",
        "sprint_updated",
        "sprint_started",
        "sprint_closed",
        "sprint_deleted",
        "board_created",
        "board_updated",
        "board_deleted",
    }
)
DYNAMIC_EVENTS = frozenset(
    name
    for name in EVENTS
    if name.startswith(("jira:issue_", "comment_", "issue_property_", "sprint_", "jira:version"))
)


def issue_event(
    store: "Store",
    name: str,
    kind: str | None,
    issue: Issue,
    actor: User,
    history: History | None = None,
    *,
    comment: Comment | None = None,
    bulk: bool = False,
) -> list[Delivery]:
    """Return the deliveries of a change of an issue. ``kind`` is the issue_event_type_name."""
    body: dict[str, Any] = {}
    if kind:
        body["issue_event_type_name"] = kind
    body["user"] = jsonviews.user(_view(store), actor.account_id)
    body["issue"] = _whole(store, issue)
    if history:
        items = [issueviews.item(_view(store), item) for item in history.items]
        for item in items if name == CREATED else []:
            if item.get("fieldId") == "status":
                item["field"] = "Status"  # so captured: with a capital, on creation only
        body["changelog"] = {"id": history.id, "items": items}
    if comment:
        body["comment"] = issueviews.comment(_view(store), issue, comment)
    if bulk:
        body["bulkOperationMetaData"] = {"sendMail": False}
    changed = frozenset(item.field_id for item in history.items) if history else frozenset[str]()
    return _deliveries(store, name, issue, actor, body, bulk=bulk, changed=changed)


def comment_event(store: "Store", name: str, issue: Issue, comment: Comment, actor: User) -> list[Delivery]:
    """Return the deliveries of a comment that was made, edited or deleted; on Cloud nobody says who deleted it.

    Data Center sends no issue along, and the same news once more as a change of the issue.
    """
    view = _view(store)
    said = comment.public if store.switches.trusted_jsd_public else True
    body: dict[str, Any] = {"comment": issueviews.comment(view, issue, comment, public=said)}
    if store.switches.data_center:
        if name != "comment_created":
            body["user"] = jsonviews.user(view, actor.account_id)
        kind = {"comment_created": "issue_commented", "comment_updated": "issue_comment_edited"}
        again = issue_event(
            store,
            UPDATED,
            kind.get(name, "issue_comment_deleted"),
            issue,
            actor,
            comment=comment if name != "comment_deleted" else None,
        )
        return again + _deliveries(store, name, issue, actor, body)
    body["issue"] = {
        "id": issue.id,
        "self": f"{view.api}/issue/{issue.id}",
        "key": issue.key,
        "fields": issueviews.fields(view, issue, COMMENT_FIELDS),
    }
    return _deliveries(store, name, issue, actor, body)


def property_event(store: "Store", name: str, issue: Issue, key: str, actor: User) -> list[Delivery]:
    """Return the deliveries of an issue property that was set or deleted."""
    body = {
        "user": jsonviews.user(_view(store), actor.account_id),
        "issue": _whole(store, issue),
        "property": {"key": key, "value": issue.properties.get(key)},
    }
    return _deliveries(store, name, issue, actor, body, property_key=key)


def link_event(store: "Store", name: str, issue: Issue, link: Link, actor: User) -> list[Delivery]:
    """Return the deliveries of a link that was made or taken away."""
    kind = store.link_types[link.type_id]
    body = {
        "issueLink": {
            "id": int(link.id),
            "sourceIssueId": int(link.outward),
            "destinationIssueId": int(link.inward),
            "issueLinkType": {
                "id": int(kind.id),
                "name": kind.name,
                "outwardName": kind.outward,
                "inwardName": kind.inward,
                "isSubTaskLinkType": False,
                "isSystemLinkType": False,
            },
            "systemLink": False,
        }
    }
    return _deliveries(store, name, issue, actor, body)


def _view(store: "Store") -> View:
    return View(store, site_url(store), zone=store.switches.time_zone, mails=False)


def site_url(store: "Store") -> str:
    """Return the site's address as its webhooks write it, whatever address it was called by."""
    return f"https://site-{store.cloud_id[:8]}.atlassian.net"


def _whole(store: "Store", issue: Issue) -> dict[str, Any]:
    view = _view(store)
    wanted = {field.id for field in store.live_fields()} - {"comment"}
    malformed = store.switches.malformed_self and not store.switches.data_center
    address = f"{view.api}/{issue.id}" if malformed else f"{view.api}/issue/{issue.id}"
    fields = issueviews.fields(view, issue, wanted)
    return {"id": issue.id, "self": address, "key": issue.key, "fields": fields}


def _deliveries(
    store: "Store",
    name: str,
    issue: Issue,
    actor: User,
    body: dict[str, Any],
    *,
    bulk: bool = False,
    changed: Iterable[str] | None = None,
    property_key: str | None = None,
) -> list[Delivery]:
    heading = {"timestamp": epoch_millis(store.now()), "webhookEvent": name}
    made = []
    for webhook in store.webhooks.values():
        if not _wants(store, webhook, name, issue, changed, property_key):
            continue
        whole = heading | body | ({"matchedWebhookIds": [int(webhook.id)]} if webhook.dynamic else {})
        made.append(
            Delivery(
                id=delivery_id(),
                webhook_id=webhook.id,
                url=_address(store, webhook, issue, actor),
                event=name,
                body=b"" if webhook.exclude_body else json.dumps(whole, ensure_ascii=False).encode(),
                created_at=store.now(),
                secret=webhook.secret,
                headers={"X-Atlassian-Webhook-Flow": "Secondary" if bulk else "Primary"},
            )
        )
    return made


def _wants(
    store: "Store",
    webhook: Webhook,
    name: str,
    issue: Issue,
    changed: Iterable[str] | None,
    property_key: str | None,
) -> bool:
    if not webhook.enabled or name not in webhook.events:
        return False
    if webhook.expires_at and webhook.expires_at <= store.now():
        return False
    if webhook.field_ids and changed is not None and not set(webhook.field_ids) & set(changed):
        return False
    if webhook.property_keys and property_key is not None and property_key not in webhook.property_keys:
        return False
    owner = store.users.get(webhook.created_by)
    return jql.matches(store, webhook.jql, issue, Asking(owner, store.now()))


def _address(store: "Store", webhook: Webhook, issue: Issue, actor: User) -> str:
    """Return where to, with ``{issue.key}`` and its like filled in."""
    project = store.projects[issue.project_id]
    known = {
        "issue.key": issue.key,
        "issue.id": issue.id,
        "project.key": project.key,
        "project.id": project.id,
        "modifiedUser.accountId": actor.account_id,
    }
    return re.sub(r"\$?\{([\w.]+)\}", lambda match: known.get(match[1], match[0]), webhook.url)
