"""What the smallest plan of each platform allows, and what a request of the stand-in's log counts as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.common.requestlog import Entry
from sandbox.freshdesk.api.routing import EMBEDS

DEAREST_OBJECT = 2  # points: a user, a group, a permission; an issue or a project is 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """A plan's budget.

    Attributes:
        plan: its name.
        a_day: calls, or what the platform counts instead, in 24 hours.
        unit: what is counted.
        cost: what one request counts as.
    """

    plan: str
    a_day: int
    unit: str
    cost: Callable[[Entry], int]


def one(_entry: Entry) -> int:
    """Return what a request costs where each is one call."""
    return 1


def points(entry: Entry) -> int:
    """Return the most that a request to Jira can cost: 1, and each object in the answer of a read like the dearest.

    Source: "Rate limiting", developer.atlassian.com: 1 point a request, 1 more for an issue or a project that is read,
    2 for a user, a group or a permission; a write is 1 in all.
    """
    if entry.writes and "/search/" not in entry.path:
        return 1
    answer = entry.response
    if isinstance(answer, dict):
        answer = answer.get("issues", answer.get("values", [answer]))
    return 1 + DEAREST_OBJECT * (len(answer) if isinstance(answer, list) else 1)


def with_embeds(entry: Entry) -> int:
    """Return what Freshdesk counts: 1, and 1 for each kind of embedded thing, 2 in a list.

    Source: "Embedding" in the API reference.
    """
    named = {name for text in entry.query.get("include", []) for name in text.split(",")}
    each = 1 if entry.path.rpartition("/")[2].isdigit() else 2
    return 1 + each * len(EMBEDS & named)


SMALLEST: Mapping[str, Allowance] = {
    "Zendesk": Allowance("Team, 200 calls a minute", 200 * 60 * 24, "calls", one),
    "Jira": Allowance("65,000 points an hour", 65_000 * 24, "points", points),
    "Freshdesk": Allowance("Growth, 200 calls a minute", 200 * 60 * 24, "calls", with_embeds),
}
