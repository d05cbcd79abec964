"""Comments: made, edited, deleted; and what the site's automation does when a customer comments."""

from typing import TYPE_CHECKING, Any

from sandbox.jira.adf import is_document, plain
from sandbox.jira.errors import refused
from sandbox.jira.furnishing import CUSTOMER, RESOLVED, SUPPORT
from sandbox.jira.inputs import CommentInput
from sandbox.jira.issues_model import Comment, Issue
from sandbox.jira.lifecycle import move_to_status
from sandbox.jira.model import User
from sandbox.jira.webhooks.events import comment_event

if TYPE_CHECKING:
    from sandbox.jira.store import Store

INTERNAL = "sd.public.comment"  # the property that makes a platform comment internal: {"internal": true}


def to_text(body: Any, *, rich: bool) -> str:
    """Return a comment's body as text.

    Raises:
        ApiError: 400, it is empty, or not a document where version 3 wants one.
    """
    if body in (None, "", {}):
        raise refused(400, comment="Comment body can not be empty!")
    if rich:
        if not is_document(body):
            raise refused(400, "Comment body is not valid!", comment="Comment body is not valid!")
        return plain(body)
    if not isinstance(body, str):
        raise refused(400, "Can not deserialize instance of java.lang.String out of START_OBJECT token")
    return body


def is_internal(given: CommentInput) -> bool:
    """Return whether a platform comment says that it is internal; without saying so it is public."""
    values = [one.value for one in given.properties if one.key == INTERNAL]
    return any(isinstance(value, dict) and value.get("internal") is True for value in values)


def add(
    store: "Store",
    issue: Issue,
    author: User,
    text: str,
    *,
    public: bool = True,
    visibility: dict[str, Any] | None = None,
    properties: dict[str, Any] | None = None,
) -> Comment:
    """Add a comment. Outside of service projects every comment is public, whatever was asked for.

    Raises:
        ApiError: 413, the issue has too many.
    """
    if len(issue.comments) >= store.switches.max_comments:
        raise refused(413, "The issue has reached its limit of comments.")
    project = store.project_of(issue)
    now = store.now()
    made = Comment(
        id=store.ids.next("comment"),
        author=author.account_id,
        update_author=author.account_id,
        body=text,
        created_at=now,
        updated_at=now,
        public=public or store.desk_of(project) is None,
        visibility=visibility,
        properties=dict(properties or {}),
    )
    issue.comments.append(made)
    issue.updated_at = now
    store.courier.send(comment_event(store, "comment_created", issue, made, author))
    if made.public and store.switches.customer_reply_reopens:
        _reopen(store, issue, author)
    return made


def _reopen(store: "Store", issue: Issue, author: User) -> None:
    """Do what a fresh service project's rules do when somebody who is not an agent comments."""
    if store.is_agent(author, store.project_of(issue)) or author.kind == "app":
        return
    if issue.status in (CUSTOMER, RESOLVED):
        move_to_status(store, issue, SUPPORT, store.automation())


def edit(
    store: "Store", issue: Issue, comment: Comment, by: User, *, text: str | None = None, public: bool | None = None
) -> None:
    """Change a comment's text, or whether customers see it."""
    comment.body = comment.body if text is None else text
    comment.public = comment.public if public is None else public
    comment.updated_at = issue.updated_at = store.now()
    comment.update_author = by.account_id
    store.courier.send(comment_event(store, "comment_updated", issue, comment, by))


def delete(store: "Store", issue: Issue, comment: Comment, by: User) -> None:
    """Delete a comment."""
    issue.comments.remove(comment)
    issue.updated_at = store.now()
    store.courier.send(comment_event(store, "comment_deleted", issue, comment, by))
