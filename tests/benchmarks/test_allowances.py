"""What a request counts as against a platform's budget, by the platform's own price list."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.allowances import SMALLEST
from sandbox.common.requestlog import RequestLog

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "method", "path", "query", "answer", "cost"),
    [
        pytest.param("Zendesk", "GET", "/api/v2/tickets/1", {}, {"ticket": {}}, 1, id="any call to Zendesk"),
        pytest.param("Jira", "GET", "/rest/api/3/issue/10001", {}, {"id": "10001"}, 3, id="one object, at most 2 more"),
        pytest.param("Jira", "POST", "/rest/api/3/search/jql", {}, {"issues": []}, 1, id="a search finds nothing"),
        pytest.param("Jira", "POST", "/rest/api/3/search/jql", {}, {"issues": [{}, {}]}, 5, id="a search finds two"),
        pytest.param("Jira", "PUT", "/rest/api/3/issue/10001", {}, {"id": "10001"}, 1, id="a write is 1 in all"),
        pytest.param("Freshdesk", "GET", "/api/v2/tickets/7", {}, {}, 1, id="nothing embedded"),
        pytest.param("Freshdesk", "GET", "/api/v2/tickets/7", {"include": ["stats,company"]}, {}, 3, id="two embeds"),
        pytest.param("Freshdesk", "GET", "/api/v2/tickets", {"include": ["stats"]}, [], 3, id="an embed of a list"),
    ],
)
def test_cost(platform: str, method: str, path: str, query: dict[str, list[str]], answer: Any, cost: int):
    """A request costs what the platform's page on rate limits says, or more where the log cannot tell."""
    log = RequestLog()
    log.add(AT, method, path, query, {}, b"", 200, json.dumps(answer).encode())
    assert [SMALLEST[platform].cost(entry) for entry in log.find()] == [cost]


@pytest.mark.parametrize("platform", SMALLEST)
def test_budgets(platform: str):
    """A day's budget is that of the smallest plan with an API: 200 calls a minute, or 65,000 points an hour."""
    assert SMALLEST[platform].a_day == {"Jira": 1_560_000}.get(platform, 288_000)
