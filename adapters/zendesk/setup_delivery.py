"""``connect``: the webhook, its signing secret, and for the second kind the trigger that uses it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from adapters.common.setup import NAME
from adapters.zendesk.setup_run import MARK, Run, is_ours
from adapters.zendesk.tables import PLATFORM, SUBSCRIPTIONS, TRIGGER_SUBSCRIPTION
from core.errors import RefusedError, RetryLaterError

TRIGGER_TITLE = f"{NAME}: notify"
# Only an id: placeholders are not escaped, so a title or a comment would break the JSON.
TRIGGER_BODY = json.dumps({"v": 1, "ticket_id": "{{ticket.id}}"})
IGNORE_TAG = "sla_ignore"
_REACHED = frozenset({200, 401, 422})  # our service answered: the test's body need not be an event of a ticket


def set_up_webhook(run: Run) -> str | None:
    """Find or create the webhook, keep its secret, and return its id; None in a dry run that found none.

    Names are not unique, and a second webhook would deliver everything twice: the stored id counts first, then name
    and address. A webhook cannot become the other kind, so one of the other kind is not ours to use.
    """
    wanted = _wanted(run)
    found = _find(run)
    if found is None:
        made = run.create("/api/v2/webhooks", "webhook", "webhook", NAME, wanted)
        id_ = str(made["id"]) if made else None
    else:
        id_ = str(found["id"])
        changed = {key: wanted[key] for key in ("endpoint", "status", "subscriptions") if _differs(found, wanted, key)}
        if changed:
            run.note("change", "webhook", NAME, id_)
            if not run.plan.dry_run:
                run.client.patch(f"/api/v2/webhooks/{id_}", {"webhook": changed})
        else:
            run.note("found", "webhook", NAME, id_)
    if id_ is None or run.plan.dry_run:
        return id_
    run.written |= {"webhook": run.settings.webhook, "webhook_id": id_}
    run.secrets["signing_secret"] = _signing_secret(run, id_)
    return id_


def set_up_trigger(run: Run, webhook_id: str | None) -> None:
    """Find or create the trigger that notifies our webhook; new triggers go last, where the ticket is in its end state.

    The admin may edit its conditions: they are sent back as they are, since a change replaces conditions and actions.
    """
    actions = [{"field": "notification_webhook", "value": [webhook_id, TRIGGER_BODY]}]
    found = next((item for item in run.all("/api/v2/triggers", "triggers") if item.get("title") == TRIGGER_TITLE), None)
    if found is None:
        body: dict[str, Any] = {
            "title": TRIGGER_TITLE,
            "description": f"{MARK}: tells it which ticket to look at",
            "active": True,
            "conditions": {
                "all": [{"field": "current_tags", "operator": "not_includes", "value": IGNORE_TAG}],
                "any": [],
            },
            "actions": actions,
        }
        if category := _category(run):
            body["category_id"] = category
        run.create("/api/v2/triggers", "trigger", "trigger", TRIGGER_TITLE, body)
    elif is_ours(found) and found.get("actions") != actions:
        body = {"conditions": found.get("conditions"), "actions": actions}
        run.change(f"/api/v2/triggers/{found['id']}", "trigger", TRIGGER_TITLE, {"trigger": body})
    else:
        run.note("found", "trigger", TRIGGER_TITLE, found["id"])


def try_webhook(run: Run, webhook_id: str) -> None:
    """Let Zendesk call us once, and note what it saw."""
    try:
        answer = run.client.post("/api/v2/webhooks/test", {"request": {}}, {"webhook_id": webhook_id})
    except (RefusedError, RetryLaterError) as err:
        run.note("skip", "webhook test", f"not done: {err}", webhook_id)
        return
    status = (answer.mapping(PLATFORM).get("response") or {}).get("status_code")
    if status in _REACHED:
        run.note("found", "webhook test", f"this service was reached and answered {status}", webhook_id)
    else:
        run.note("skip", "webhook test", f"Zendesk got {status}: is the service running and public?", webhook_id)


def remove_delivery(run: Run) -> None:
    """Remove the trigger first, because a webhook that a trigger uses may be refused, then the webhook."""
    for trigger in run.all("/api/v2/triggers", "triggers"):
        if trigger.get("title") == TRIGGER_TITLE and is_ours(trigger):
            run.remove(f"/api/v2/triggers/{trigger['id']}", "trigger", TRIGGER_TITLE)
    found = _find(run)
    if found is not None:
        run.remove(f"/api/v2/webhooks/{found['id']}", "webhook", NAME)


def _wanted(run: Run) -> dict[str, Any]:
    events = run.settings.webhook == "events"
    return {
        "name": NAME,
        "description": f"{MARK}: tells it which ticket to look at",
        "endpoint": run.plan.webhook_url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": list(SUBSCRIPTIONS) if events else [TRIGGER_SUBSCRIPTION],
    }


def _signing_secret(run: Run, webhook_id: str) -> str:
    held = run.client.get(f"/api/v2/webhooks/{webhook_id}/signing_secret").mapping(PLATFORM).get("signing_secret")
    secret = held.get("secret") if isinstance(held, dict) else None
    if not isinstance(secret, str) or not secret:
        raise RefusedError("zendesk: the webhook has no signing secret; run connect again", platform=PLATFORM)
    return secret


def _find(run: Run) -> dict[str, Any] | None:
    """Return our webhook, if it is of the right kind: of the stored id, else marked as ours and of our address."""
    stored = _stored(run)
    if stored is not None and _is_right_kind(run, stored):
        return stored
    named = run.all("/api/v2/webhooks", "webhooks", **{"filter[name_contains]": NAME})
    return next(
        (
            item
            for item in named
            if is_ours(item) and _is_right_kind(run, item) and item.get("endpoint") == run.plan.webhook_url
        ),
        None,
    )


def _stored(run: Run) -> dict[str, Any] | None:
    """Return the webhook of the stored id, whatever an admin renamed about it; None if it was deleted."""
    if not run.settings.webhook_id:
        return None
    try:
        return run.item(run.client.get(f"/api/v2/webhooks/{quote(run.settings.webhook_id, safe='')}"), "webhook")
    except RefusedError as err:
        if err.status != 404:
            raise
        return None


def _is_right_kind(run: Run, item: Mapping[str, Any]) -> bool:
    by_trigger = TRIGGER_SUBSCRIPTION in (item.get("subscriptions") or [])
    return by_trigger is (run.settings.webhook == "trigger")


def _differs(found: Mapping[str, Any], wanted: Mapping[str, Any], key: str) -> bool:
    if key == "subscriptions":
        return set(found.get(key) or []) != set(wanted[key])
    return bool(found.get(key) != wanted[key])


def _category(run: Run) -> str | None:
    """Return the category for our trigger: accounts that use categories require one."""
    try:
        categories = list(run.all("/api/v2/trigger_categories", "trigger_categories"))
    except RefusedError:
        return None  # Zendesk then files the trigger by itself
    found = next((item for item in categories if item.get("name") == NAME), None)
    if found is None:
        found = run.create("/api/v2/trigger_categories", "trigger_category", "trigger category", NAME, {"name": NAME})
    return str(found["id"]) if found else None
