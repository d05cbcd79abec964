"""Comments by the platform's API. Without the property that makes it internal a comment is public."""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import comments, issueviews
from sandbox.jira.api.routing import Answer, Call, api, body, number, words
from sandbox.jira.errors import refused
from sandbox.jira.inputs import CommentInput, Input
from sandbox.jira.issues_model import Comment, Issue

blueprint = Blueprint("comments", __name__)
PAGE = 5000


class ListInput(Input):
    """Comments by their own ids."""

    ids: list[int] = Field(max_length=1000)


@api(blueprint, "GET", "/issue/<issue>/comment", anonymous=True)
def show_all(call: Call, issue: str) -> dict[str, Any]:
    """Return a page of an issue's comments, in order of their making."""
    found = call.issue(issue)
    start, limit = number("startAt", 0), min(number("maxResults", PAGE), PAGE)
    ordered = found.comments[::-1] if request.args.get("orderBy", "").startswith("-") else found.comments
    made = issueviews.comment_page(call.view, found, ordered[start : start + limit], start, len(ordered))
    made["maxResults"] = limit
    for shown, record in zip(made["comments"], ordered[start : start + limit], strict=True):
        shown |= _properties(record)
    return {name: value for name, value in made.items() if name != "self"}


def _properties(record: Comment) -> dict[str, Any]:
    if "properties" not in words("expand"):
        return {}
    return {"properties": [{"key": key, "value": value} for key, value in record.properties.items()]}


@api(blueprint, "POST", "/issue/<issue>/comment", anonymous=True)
def add(call: Call, issue: str) -> Answer:
    """Add a comment: public, unless its property says otherwise, and then only in a service project."""
    found = call.issue(issue, "ADD_COMMENTS")
    given = body(CommentInput)
    text = comments.to_text(given.body, rich=call.rich)
    made = comments.add(
        call.state,
        found,
        call.user,
        text,
        public=not comments.is_internal(given),
        visibility=given.visibility,
        properties={one.key: one.value for one in given.properties},
    )
    return Answer(issueviews.comment(call.view, found, made), 201)


@api(blueprint, "GET", "/issue/<issue>/comment/<comment>", anonymous=True)
def show(call: Call, issue: str, comment: str) -> dict[str, Any]:
    """Return one comment."""
    found = call.issue(issue)
    record = _comment(found, comment)
    return issueviews.comment(call.view, found, record) | _properties(record)


@api(blueprint, "PUT", "/issue/<issue>/comment/<comment>", anonymous=True)
def edit(call: Call, issue: str, comment: str) -> dict[str, Any]:
    """Change a comment's text, and with the property whether it is internal."""
    found = call.issue(issue, "ADD_COMMENTS")
    record, given = _comment(found, comment), body(CommentInput)
    public = None if not given.properties else not comments.is_internal(given)
    text = comments.to_text(given.body, rich=call.rich)
    comments.edit(call.state, found, record, call.user, text=text, public=public)
    return issueviews.comment(call.view, found, record)


@api(blueprint, "DELETE", "/issue/<issue>/comment/<comment>", anonymous=True)
def delete(call: Call, issue: str, comment: str) -> Answer:
    """Delete a comment; the own ones need less."""
    found = call.issue(issue)
    record = _comment(found, comment)
    own = record.author == call.user.account_id
    call.issue(issue, "DELETE_OWN_COMMENTS" if own else "DELETE_ALL_COMMENTS")
    comments.delete(call.state, found, record, call.user)
    return Answer(status=204)


@api(blueprint, "POST", "/comment/list", anonymous=True)
def show_some(call: Call) -> dict[str, Any]:
    """Return comments by their ids, of any issues; there is no bulk read by issue."""
    wanted = {str(one) for one in body(ListInput).ids}
    found = [
        issueviews.comment(call.view, issue, comment)
        for issue in call.state.issues.values()
        if call.state.may(call.person, "BROWSE_PROJECTS", call.state.project_of(issue))
        for comment in issue.comments
        if comment.id in wanted
    ]
    return {"values": found, "startAt": 0, "maxResults": 1000, "total": len(found), "isLast": True}


@api(blueprint, "GET", "/comment/<comment>/properties/<key>", anonymous=True)
def show_property(call: Call, comment: str, key: str) -> dict[str, Any]:
    """Return a property of a comment; ``sd.public.comment`` is there for every internal one."""
    for issue in call.state.issues.values():
        for record in issue.comments:
            if record.id == comment and call.issue(issue.id):
                known = dict(record.properties)
                if not record.public:
                    known[comments.INTERNAL] = {"internal": True}
                if key in known:
                    return {"key": key, "value": known[key]}
    raise refused(404, f"The property with key '{key}' does not exist.")


def _comment(found: Issue, comment: str) -> Comment:
    record = next((one for one in found.comments if one.id == comment), None)
    if record is None:
        raise refused(404, f"Can not find a comment for the id: {comment}.")
    return record
