"""Cloud and Data Center: every difference that this adapter minds, in one table. Source of each: README.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Name = Literal["cloud", "data_center"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one kind of Jira can do.

    Attributes:
        api: the platform API's path.
        user_key: how a person is named in a write.
        user_query: the parameter that names a person in a search.
        search: the path of the search, behind ``api``.
        search_by_token: pages by ``nextPageToken``; otherwise by ``startAt`` and ``total``.
        reads_in_bulk: issues and their histories can be asked for by many ids.
        pages_history: the changelog has pages of its own.
        says_public: comments of the platform API carry ``jsdPublic``.
        returns_issue: a PUT can answer with the issue as it became.
        notes_fallback: an internal comment can also be written, and proven internal, by the platform API.
        fields_by_api: contexts, options and screens of fields can be set up by API.
        signs: deliveries are always signed.
    """

    api: str
    user_key: str
    user_query: str
    search: str
    search_by_token: bool
    reads_in_bulk: bool
    pages_history: bool
    says_public: bool
    returns_issue: bool
    notes_fallback: bool
    fields_by_api: bool
    signs: bool


DEPLOYMENTS: Mapping[Name, Deployment] = {
    "cloud": Deployment(
        api="/rest/api/3",
        user_key="accountId",
        user_query="accountId",
        search="/search/jql",
        search_by_token=True,
        reads_in_bulk=True,
        pages_history=True,
        says_public=True,
        returns_issue=True,
        notes_fallback=True,
        fields_by_api=True,
        signs=True,
    ),
    "data_center": Deployment(
        api="/rest/api/2",
        user_key="name",
        user_query="username",
        search="/search",
        search_by_token=False,
        reads_in_bulk=False,
        pages_history=False,
        says_public=False,
        returns_issue=False,
        notes_fallback=False,
        fields_by_api=False,
        signs=False,
    ),
}

WEBHOOKS = "/rest/webhooks/1.0/webhook"
WEBHOOKS_FROM_10 = "/rest/jira-webhook/1.0/webhooks"  # Data Center moved them
FIRST_WITH_NEW_WEBHOOKS = 10


def webhooks_path(deployment: Name, major_version: int) -> str:
    """Return the path of the admin webhooks; Cloud counts its versions differently and never moved them."""
    moved = deployment == "data_center" and major_version >= FIRST_WITH_NEW_WEBHOOKS
    return WEBHOOKS_FROM_10 if moved else WEBHOOKS
