"""A site that answers by ``responses``: who is an agent, pages of histories and of comments."""

from responses.matchers import query_param_matcher

from tests.adapters.jira.builders import ANDY, API, EMIL, ISSUE_ID, history, item, user

ISSUE = f"{API}/issue/{ISSUE_ID}"
AGENTS = f"{API}/user/permission/search"


def agents(jira, *accounts):
    """Let the site say who is an agent."""
    for account in (ANDY, EMIL):
        found = [user(account)] if account in accounts else []
        jira.get(AGENTS, json=found, match=[query_param_matcher({"accountId": account}, strict_match=False)])


def reads(lent):
    return [route for _, route, _ in lent.heard.calls]


def many(count, start=0):
    """Return histories that only move the assignee to and fro."""
    there = (None, ANDY)
    return [history(n + 1, ANDY, item("assignee", there[n % 2], there[1 - n % 2])) for n in range(start, start + count)]


def page(histories, start, total):
    size = 100
    values = histories[start : start + size]
    return {
        "values": values,
        "startAt": start,
        "maxResults": size,
        "total": total,
        "isLast": start + len(values) >= total,
    }


def pages(jira, histories):
    """Serve the changelog's pages, oldest first."""
    jira.remove("GET", f"{ISSUE}/changelog")
    for start in range(len(histories) + 1):
        match = [query_param_matcher({"startAt": start, "maxResults": 100})]
        jira.get(f"{ISSUE}/changelog", json=page(histories, start, len(histories)), match=match)


def comment_pages(jira, comments):
    """Serve the pages of comments."""
    jira.remove("GET", f"{ISSUE}/comment")
    for start in range(len(comments) + 1):
        values = comments[start : start + 100]
        match = [query_param_matcher({"startAt": start, "maxResults": 100, "orderBy": "created"})]
        body = {"comments": values, "startAt": start, "maxResults": 100, "total": len(comments)}
        jira.get(f"{ISSUE}/comment", json=body, match=match)
