"""Links between issues, and their types."""

from typing import Any

from flask import Blueprint

from sandbox.jira import lifecycle
from sandbox.jira.api.routing import Answer, Call, api, body
from sandbox.jira.errors import refused
from sandbox.jira.inputs import Input
from sandbox.jira.issues_model import Link

blueprint = Blueprint("links", __name__)


class Ref(Input):
    """An issue or link type by id, key or name."""

    id: str | None = None
    key: str | None = None
    name: str | None = None

    @property
    def named(self) -> str:
        """Whichever was given."""
        return self.id or self.key or self.name or ""


class LinkInput(Input):
    """A link: ``outwardIssue`` is the one that "is duplicated by" and its like; see the OpenAPI file."""

    type: Ref
    inwardIssue: Ref  # noqa: N815 - Jira's word
    outwardIssue: Ref  # noqa: N815 - Jira's word


@api(blueprint, "POST", "/issueLink", anonymous=True)
def create(call: Call) -> Answer:
    """Link two issues: the inward issue does to the outward one what the type's outward words say."""
    given = body(LinkInput)
    kind = next((k for k in call.state.link_types.values() if given.type.named in (k.id, k.name)), None)
    if kind is None:
        raise refused(404, f"No issue link type with name '{given.type.named}' found.")
    doing = call.issue(given.inwardIssue.named, "LINK_ISSUES")
    suffering = call.issue(given.outwardIssue.named)
    lifecycle.link(call.state, kind.id, doing, suffering, call.user)
    return Answer({}, 201)


@api(blueprint, "DELETE", "/issueLink/<link>", anonymous=True)
def delete(call: Call, link: str) -> Answer:
    """Take a link away."""
    found = _get(call, link)
    call.issue(found.outward, "LINK_ISSUES")
    lifecycle.unlink(call.state, found, call.user)
    return Answer(status=204)


def _get(call: Call, link: str) -> Link:
    for issue in call.state.issues.values():
        for one in issue.links:
            if one.id == link:
                return one
    raise refused(404, f"No issue link with id '{link}' exists.")


@api(blueprint, "GET", "/issueLinkType", anonymous=True)
def list_types(call: Call) -> dict[str, Any]:
    """Return how issues can be linked."""
    return {
        "issueLinkTypes": [
            {
                "id": kind.id,
                "name": kind.name,
                "inward": kind.inward,
                "outward": kind.outward,
                "self": f"{call.view.api}/issueLinkType/{kind.id}",
            }
            for kind in call.state.link_types.values()
        ]
    }
