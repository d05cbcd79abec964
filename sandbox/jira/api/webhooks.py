"""Administrators' webhooks: on Cloud and Data Center up to 9 one resource, from 10 on another.

Source: fact sheet 2.2 and 11. There is no id in Cloud's answer but the end of ``self``; a secret is never shown again.
"""

from typing import Any

from flask import Blueprint, request
from pydantic import Field

from sandbox.jira.api.routing import Answer, Call, body, rest
from sandbox.jira.dates import epoch_millis
from sandbox.jira.errors import problem, refused
from sandbox.jira.inputs import Input
from sandbox.jira.model import Webhook
from sandbox.jira.webhooks.events import EVENTS

blueprint = Blueprint("webhooks", __name__)
CLOUD, SERVER = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
SECTION = "issue-related-events-section"


class WebhookInput(Input):
    """A webhook. What a change leaves out stays as it is, the secret above all."""

    name: str | None = None
    url: str | None = None
    events: list[str] | None = None
    filters: dict[str, str] | None = None
    excludeBody: bool | None = None  # noqa: N815 - Jira's word
    enabled: bool | None = None
    active: bool | None = None
    secret: str | None = None
    configuration: dict[str, Any] = Field(default_factory=dict)


def _shown(call: Call, record: Webhook) -> dict[str, Any]:
    person = call.state.users.get(record.created_by)
    body_: dict[str, Any] = {
        "name": record.name,
        "url": record.url,
        "events": list(record.events),
        "excludeBody": record.exclude_body,
        "filters": {SECTION: record.jql},
    }
    if call.state.switches.data_center:
        return body_ | {
            "id": int(record.id),
            "active": record.enabled,
            "sslVerificationRequired": True,
            "configuration": {},
            "statistics": {},
            "self": f"{call.view.base}{SERVER}/{record.id}",
        }
    return body_ | {
        "enabled": record.enabled,
        "isSigned": bool(record.secret),
        "self": f"{call.view.base}{CLOUD}/{record.id}",
        "lastUpdated": epoch_millis(record.updated_at),
        "lastUpdatedUser": record.created_by,
        "lastUpdatedDisplayName": person.name if person else "",
    }


def _admin(call: Call) -> None:
    """Only Jira administrators, at the resource of this kind of site."""
    if request.path.startswith(SERVER) != call.state.switches.data_center:
        raise problem(404, "Not Found", request.path)
    call.admin()


def _get(call: Call, webhook: str) -> Webhook:
    found = call.state.webhooks.get(webhook)
    if found is None or found.dynamic:
        raise refused(404, "Webhook with given ID does not exist.")
    return found


def _check(given: WebhookInput, *, new: bool) -> None:
    if new and not (given.name and given.url):
        raise refused(400, "Name and url are required.")
    if given.url is not None and not given.url.startswith(("https://", "http://")):
        raise refused(400, "The url is not valid.")
    if unknown := sorted(set(given.events or ()) - EVENTS):
        raise refused(400, f"Unknown webhook events: {', '.join(unknown)}")


def _jql(given: WebhookInput) -> str | None:
    return None if given.filters is None else given.filters.get(SECTION, "")


def list_all(call: Call) -> list[Any]:
    """Return all administrators' webhooks."""
    _admin(call)
    return [_shown(call, one) for one in call.state.webhooks.values() if not one.dynamic]


def create(call: Call) -> Answer:
    """Create a webhook; neither name nor address need be new."""
    _admin(call)
    given = body(WebhookInput)
    _check(given, new=True)
    secret = given.secret or str(given.configuration.get("SECRET") or given.configuration.get("secret") or "")
    made = Webhook(
        id=call.state.ids.next("webhook"),
        name=given.name or "",
        url=given.url or "",
        events=list(given.events or ()),
        created_by=call.user.account_id,
        updated_at=call.state.now(),
        jql=_jql(given) or "",
        secret=secret,
        exclude_body=bool(given.excludeBody),
    )
    call.state.webhooks[made.id] = made
    shown = _shown(call, made)
    return Answer(shown, 201, {"Location": shown["self"]})


def show(call: Call, webhook: str) -> dict[str, Any]:
    """Return one webhook, without its secret."""
    _admin(call)
    return _shown(call, _get(call, webhook))


def change(call: Call, webhook: str) -> dict[str, Any]:
    """Change a webhook; without a secret it keeps its old one."""
    _admin(call)
    found, given = _get(call, webhook), body(WebhookInput)
    _check(given, new=False)
    enabled = given.active if given.enabled is None else given.enabled
    for name, value in (
        ("name", given.name),
        ("url", given.url),
        ("events", given.events),
        ("jql", _jql(given)),
        ("exclude_body", given.excludeBody),
        ("enabled", enabled),
        ("secret", given.secret),
    ):
        if value is not None:
            setattr(found, name, value)
    found.updated_at = call.state.now()
    return _shown(call, found)


def delete(call: Call, webhook: str) -> Answer:
    """Delete a webhook."""
    _admin(call)
    del call.state.webhooks[_get(call, webhook).id]
    return Answer(status=204)


for _path in (CLOUD, SERVER):
    rest(blueprint, "GET", _path)(list_all)
    rest(blueprint, "POST", _path)(create)
    rest(blueprint, "GET", f"{_path}/<webhook>")(show)
    rest(blueprint, "PUT", f"{_path}/<webhook>")(change)
    rest(blueprint, "DELETE", f"{_path}/<webhook>")(delete)
