"""``connect``: the admin webhook and the secret that signs its deliveries."""

import secrets
from collections.abc import Mapping
from typing import Any

from adapters.common.setup import NAME
from adapters.http import Answer, ApiClient
from adapters.jira.deployment import WEBHOOKS, webhooks_path
from adapters.jira.payloads import objects_in
from adapters.jira.settings import JiraSettings
from adapters.jira.setup_run import Run
from adapters.jira.tables import LOOKED_AT, PLATFORM
from core.errors import RefusedError

SECTION = "issue-related-events-section"
_SECRET_BYTES = 32


def webhooks_of(client: ApiClient, settings: JiraSettings) -> tuple[str, list[dict[str, Any]]]:
    """Return the path of the site's admin webhooks, and all of them."""
    major = 0
    if settings.deployment == "data_center":
        numbers = client.get(f"{settings.differences.api}/serverInfo").mapping(PLATFORM).get("versionNumbers")
        major = numbers[0] if isinstance(numbers, list) and numbers and isinstance(numbers[0], int) else 0
    path = webhooks_path(settings.deployment, major)
    return path, objects_in(client.get(path))


def webhook_id(item: Mapping[str, Any]) -> str:
    """Return a webhook's id: Cloud's have none, it is the end of their address."""
    id_ = item.get("id")
    return str(id_) if id_ is not None else str(item.get("self") or "").rstrip("/").rsplit("/", 1)[-1]


def is_enabled(item: Mapping[str, Any]) -> bool:
    """True for a webhook that is switched on; Cloud says ``enabled``, a Data Center ``active`` as well."""
    return item.get("enabled", item.get("active", True)) is True


def filter_of(settings: JiraSettings) -> str:
    """Return the JQL of the issues whose events are delivered."""
    return "project in ({})".format(", ".join(settings.projects))


def set_up_webhook(run: Run, *, has_secret: bool) -> None:
    """Find or create the webhook, and keep its secret, which Jira never shows again.

    A change without a secret keeps the old one; where we hold none, a new one is set.
    """
    path, there = webhooks_of(run.client, run.settings)
    found = _find(run, there)
    new_secret = None if found and has_secret else secrets.token_urlsafe(_SECRET_BYTES)
    body = _body(run, path, new_secret)
    if found is None:
        made = _sent(run, "create", "POST", path, body)
        id_ = webhook_id(made) if made else None
    else:
        id_ = webhook_id(found)
        if new_secret is None and not _differs(found, body):
            run.note("found", "webhook", NAME, id_)
        else:
            _sent(run, "change", "PUT", f"{path}/{id_}", body if is_enabled(found) else {**body, "enabled": True})
    if id_:
        run.written["webhook_id"] = id_
    if new_secret and not run.plan.dry_run:
        run.secrets["webhook_secret"] = new_secret


def remove_webhook(run: Run) -> None:
    """Remove our webhook."""
    path, there = webhooks_of(run.client, run.settings)
    found = _find(run, there)
    if found is not None:
        run.note("remove", "webhook", NAME, webhook_id(found))
        if not run.plan.dry_run:
            run.client.delete(f"{path}/{webhook_id(found)}")


def _find(run: Run, there: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return our webhook: that of the stored id if it is ours, else that of our address."""
    mine = [item for item in there if str(item.get("name") or "").startswith(NAME)]
    stored = next((item for item in mine if webhook_id(item) == run.settings.webhook_id), None)
    return stored or next((item for item in there if item.get("url") == run.plan.webhook_url), None)


def _body(run: Run, path: str, secret: str | None) -> dict[str, Any]:
    """Return the webhook as it should be; Data Center 10 keeps its options elsewhere."""
    body: dict[str, Any] = {"name": NAME, "url": run.plan.webhook_url, "events": list(LOOKED_AT)}
    if path == WEBHOOKS:
        body |= {"filters": {SECTION: filter_of(run.settings)}, "excludeBody": False}
        return body | ({"secret": secret} if secret else {})
    configuration = {"EXCLUDE_BODY": "false"} | ({"SECRET": secret} if secret else {})
    return body | {"active": True, "configuration": configuration}


def _differs(found: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    filters, wanted = found.get("filters"), body.get("filters")
    other_filter = wanted is not None and (not isinstance(filters, dict) or filters.get(SECTION) != wanted[SECTION])
    return (
        other_filter
        or found.get("url") != body["url"]
        or set(found.get("events") or []) != set(body["events"])
        or found.get("excludeBody") is True
        or not is_enabled(found)
    )


def _sent(run: Run, action: str, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Send the webhook and return it as it became; None in a dry run."""
    run.note(action, "webhook", NAME)
    if run.plan.dry_run:
        return None
    try:
        answer: Answer = run.client.call(method, path, body=dict(body))
    except RefusedError as err:
        if err.status not in (401, 403):
            raise
        raise RefusedError(
            f"{err}: webhooks need a Jira administrator's classic API token on the site itself, without `cloud_id`",
            platform=PLATFORM,
            status=err.status,
        ) from err
    return answer.body if isinstance(answer.body, dict) else None
