"""Search: by JQL a page at a time, counts, issues in bulk; and the search that Cloud removed."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira import issueviews, jql
from sandbox.jira.api.routing import Call, api, body, number, words
from sandbox.jira.errors import ApiError, gone, refused
from sandbox.jira.inputs import Input
from sandbox.jira.issues_model import Issue
from sandbox.jira.jqlfields import Asking
from sandbox.jira.paging import position, token

blueprint = Blueprint("search", __name__)
IDS_ONLY, WITH_FIELDS, RECONCILED, PROPERTIES, FETCHED = 5000, 100, 50, 5, 100


class SearchInput(Input):
    """A search. ``expand`` is one string here, a list in bulk reads."""

    jql: str = ""
    fields: list[str] = Field(default_factory=lambda: ["id"])
    properties: list[str] = Field(default_factory=list)
    expand: str = ""
    maxResults: int = 50  # noqa: N815 - Jira's word
    nextPageToken: str | None = None  # noqa: N815 - Jira's word
    reconcileIssues: list[int] = Field(default_factory=list)  # noqa: N815 - Jira's word
    fieldsByKeys: bool = False  # noqa: N815 - Jira's word


class OldSearchInput(Input):
    """A search on Data Center."""

    jql: str = ""
    fields: list[str] = Field(default_factory=lambda: ["*navigable"])
    expand: list[str] = Field(default_factory=list)
    startAt: int = 0  # noqa: N815 - Jira's word
    maxResults: int = 50  # noqa: N815 - Jira's word


class CountInput(Input):
    """A search that only counts."""

    jql: str = ""


class FetchInput(Input):
    """Issues by id or key."""

    issueIdsOrKeys: list[str]  # noqa: N815 - Jira's word
    fields: list[str] = Field(default_factory=lambda: ["*navigable"])
    properties: list[str] = Field(default_factory=list)
    expand: list[str] = Field(default_factory=list)


@api(blueprint, "POST", "/search/jql", anonymous=True)
def search(call: Call) -> dict[str, Any]:
    """Return a page of issues that fit a query. There is no total: read on until ``isLast``."""
    return _search(call, body(SearchInput))


@api(blueprint, "GET", "/search/jql", anonymous=True)
def search_by_query(call: Call) -> dict[str, Any]:
    """Do the same with everything in the address."""
    args = request.args
    given = SearchInput(
        jql=args.get("jql", ""),
        fields=words("fields") or ["id"],
        properties=words("properties"),
        expand=args.get("expand", ""),
        maxResults=number("maxResults", 50),
        nextPageToken=args.get("nextPageToken"),
        reconcileIssues=[int(one) for one in words("reconcileIssues") if one.isdigit()],
    )
    return _search(call, given)


def _search(call: Call, given: SearchInput) -> dict[str, Any]:
    if len(given.reconcileIssues) > RECONCILED or len(given.properties) > PROPERTIES:
        raise refused(400, f"At most {RECONCILED} issues to reconcile and {PROPERTIES} properties.")
    ids_only = set(given.fields) <= {"id", "key"} and not given.expand and not given.properties
    limit = max(1, min(given.maxResults, IDS_ONLY if ids_only else WITH_FIELDS))
    found = _found(call, given.jql, {str(one) for one in given.reconcileIssues})
    start = position(given.nextPageToken, given.jql)
    shown = found[start : start + limit]
    last = start + len(shown) >= len(found)
    answer: dict[str, Any] = {"issues": [_shown(call, one, given) for one in shown], "isLast": last}
    if not last:
        answer["nextPageToken"] = token(start + len(shown), given.jql)
    return answer


def _found(call: Call, query: str, current: set[str]) -> list[Issue]:
    state = call.state
    parsed = jql.parse(state, query, Asking(call.person, state.now()))
    if not parsed.bounded:
        raise refused(400, jql.UNBOUNDED)
    indexed = state.now() - timedelta(seconds=state.switches.search_lag_seconds)
    known = [
        issue
        for issue in state.issues.values()
        if (issue.updated_at <= indexed or issue.id in current)
        and state.may(call.person, "BROWSE_PROJECTS", state.project_of(issue))
    ]
    return parsed.run(known)


def _shown(call: Call, issue: Issue, given: SearchInput) -> dict[str, Any]:
    wanted = issueviews.wanted_fields(call.view, given.fields)
    made = issueviews.issue(
        call.view,
        issue,
        wanted=wanted,
        expand=given.expand.split(","),
        properties=given.properties,
        histories=issueviews.HISTORIES_IN_SEARCH,
    )
    kept = {"id"} if set(given.fields) == {"id"} else {*made}
    return {name: value for name, value in made.items() if name in kept or name in ("properties", "changelog")}


@api(blueprint, "POST", "/search/approximate-count", anonymous=True)
def count(call: Call) -> dict[str, Any]:
    """Return how many issues fit a query, about."""
    return {"count": len(_found(call, body(CountInput).jql, set()))}


@api(blueprint, "POST", "/search", anonymous=True)
def old_search(call: Call) -> dict[str, Any]:
    """Return a page with its total: Data Center only, removed from Cloud."""
    if not call.state.switches.data_center:
        raise gone()
    return _old(call, body(OldSearchInput))


@api(blueprint, "GET", "/search", anonymous=True)
def old_search_by_query(call: Call) -> dict[str, Any]:
    """Do the same with everything in the address."""
    if not call.state.switches.data_center:
        raise gone()
    given = OldSearchInput(
        jql=request.args.get("jql", ""),
        fields=words("fields") or ["*navigable"],
        expand=words("expand"),
        startAt=number("startAt", 0),
        maxResults=number("maxResults", 50),
    )
    return _old(call, given)


def _old(call: Call, given: OldSearchInput) -> dict[str, Any]:
    found = _found(call, given.jql or "key is not EMPTY", set())
    shown = found[given.startAt : given.startAt + given.maxResults]
    wanted = issueviews.wanted_fields(call.view, given.fields)
    made = [issueviews.issue(call.view, one, wanted=wanted, expand=given.expand) for one in shown]
    return {
        "expand": "schema,names",
        "startAt": given.startAt,
        "maxResults": given.maxResults,
        "total": len(found),
        "issues": made,
    }


@api(blueprint, "POST", "/issue/bulkfetch", anonymous=True)
def fetch(call: Call) -> dict[str, Any]:
    """Return issues by id or key, in order of id; those that cannot be seen are named, or simply absent."""
    given = body(FetchInput)
    if len(given.issueIdsOrKeys) > FETCHED or len(given.properties) > PROPERTIES:
        raise refused(400, f"At most {FETCHED} issues and {PROPERTIES} properties can be asked for.")
    found: dict[str, Issue] = {}
    for one in given.issueIdsOrKeys:
        try:
            issue = call.issue(one)
        except ApiError:
            continue
        found[issue.id] = issue
    wanted = issueviews.wanted_fields(call.view, given.fields)
    made = [
        issueviews.issue(call.view, issue, wanted=wanted, expand=given.expand, properties=given.properties)
        for _, issue in sorted(found.items(), key=lambda pair: int(pair[0]))
    ]
    return {"issues": made, "issueErrors": []}
