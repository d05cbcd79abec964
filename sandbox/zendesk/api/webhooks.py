"""The webhooks API: create and manage webhooks, their secrets, tests, and the log of what was delivered."""

import json
from collections.abc import Mapping
from typing import Any

import requests
from flask import Blueprint, request

from sandbox.common.deliveries import Attempt
from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.bodies import AuthenticationInput, WebhookInput, WebhookTestInput
from sandbox.zendesk.api.routing import Answer, json_body, parsed, route, user
from sandbox.zendesk.errors import ApiError, not_found
from sandbox.zendesk.ids import ulid
from sandbox.zendesk.model import Webhook
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State
from sandbox.zendesk.webhooks.events import CONDITIONAL, PREFIX
from sandbox.zendesk.webhooks.invocations import Invocation, outcome
from sandbox.zendesk.webhooks.signing import new_secret

blueprint = Blueprint("webhooks", __name__)
PUBLIC_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - published by Zendesk
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FORMATS = ("json", "xml", "form_encoded")


def _get(state: State, webhook_id: str) -> Webhook:
    found = state.webhooks.get(webhook_id)
    if found is None:
        raise not_found()
    return found


@route(blueprint, "GET", "/api/v2/webhooks", admin=True)
def list_webhooks(state: State) -> dict[str, Any]:
    """Return webhooks, filtered by part of the name and by status; always paged by cursor."""
    part = request.args.get("filter[name_contains]", "").casefold()
    status = request.args.get("filter[status]")
    found = [w for w in state.webhooks.values() if part in w.name.casefold() and status in (None, w.status)]
    return _page(found, "webhooks", jsonviews.webhook)


def _page(found: list[Any], name: str, render: Any) -> dict[str, Any]:
    """Return a page as the webhooks API does: meta and links even when nobody asked for a size."""
    answer = page(found, name, render, key=lambda record: (record.id,), descending=name != "webhooks")
    if "meta" in answer:
        return answer
    return {name: answer[name], "meta": {"has_more": False, "after_cursor": None, "before_cursor": None}, "links": {}}


@route(blueprint, "POST", "/api/v2/webhooks", admin=True)
def create(state: State) -> Answer:
    """Create a webhook; names need not be unique."""
    given = parsed(json_body().get("webhook") or {}, WebhookInput)
    _check(given, whole=True)
    now = state.clock()
    made = Webhook(
        id=ulid(now),
        name=given.name or "",
        endpoint=given.endpoint or "",
        http_method=given.http_method or "POST",
        request_format=given.request_format or "json",
        status=given.status or "active",
        subscriptions=given.subscriptions or [CONDITIONAL],
        secret=new_secret(),
        created_at=now,
        created_by=user().id,
        description=given.description,
        authentication=_authentication(given.authentication),
        custom_headers=given.custom_headers,
    )
    state.webhooks[made.id] = made
    return Answer({"webhook": jsonviews.webhook(made, just_made=True)}, 201)


@route(blueprint, "GET", "/api/v2/webhooks/<webhook_id>", admin=True)
def show(state: State, webhook_id: str) -> dict[str, Any]:
    """Return one webhook, without its secrets."""
    return {"webhook": jsonviews.webhook(_get(state, webhook_id))}


@route(blueprint, "PUT", "/api/v2/webhooks/<webhook_id>", admin=True)
def replace(state: State, webhook_id: str) -> Answer:
    """Replace a webhook; the answer has no body."""
    return _changed(state, webhook_id, whole=True)


@route(blueprint, "PATCH", "/api/v2/webhooks/<webhook_id>", admin=True)
def patch(state: State, webhook_id: str) -> Answer:
    """Change part of a webhook; the answer has no body."""
    return _changed(state, webhook_id, whole=False)


def _changed(state: State, webhook_id: str, *, whole: bool) -> Answer:
    webhook = _get(state, webhook_id)
    given = parsed(json_body().get("webhook") or {}, WebhookInput)
    _check(given, whole=whole)
    sent = given.sent()
    wanted = sent.get("subscriptions")
    if wanted is not None and (CONDITIONAL in wanted) != (CONDITIONAL in webhook.subscriptions):
        raise _error("InvalidWebhook", "A webhook cannot change between event subscription and trigger")
    sent.pop("signing_secret", None)
    if "authentication" in sent:
        sent["authentication"] = _authentication(given.authentication)
    for name, value in sent.items():
        setattr(webhook, name, value)
    webhook.updated_at, webhook.updated_by = state.clock(), user().id
    return Answer(status=204)


@route(blueprint, "DELETE", "/api/v2/webhooks/<webhook_id>", admin=True)
def delete(state: State, webhook_id: str) -> Answer:
    """Delete a webhook; refused while a trigger uses it (UNCONFIRMED)."""
    webhook = _get(state, webhook_id)
    for rule in state.rules.values():
        if any(a["field"] == "notification_webhook" and webhook.id in str(a["value"]) for a in rule.actions):
            raise _error("WebhookInUse", f"The webhook is used by the trigger {rule.title}")
    del state.webhooks[webhook.id]
    return Answer(status=204)


@route(blueprint, "GET", "/api/v2/webhooks/<webhook_id>/signing_secret", admin=True)
def show_secret(state: State, webhook_id: str) -> dict[str, Any]:
    """Return the secret that signs this webhook's deliveries."""
    return {"signing_secret": {"algorithm": "SHA256", "secret": _get(state, webhook_id).secret}}


@route(blueprint, "POST", "/api/v2/webhooks/<webhook_id>/signing_secret", admin=True)
def reset_secret(state: State, webhook_id: str) -> Answer:
    """Make a new secret; the old one ends at once."""
    webhook = _get(state, webhook_id)
    webhook.secret = new_secret()
    return Answer({"signing_secret": {"algorithm": "SHA256", "secret": webhook.secret}}, 201)


@route(blueprint, "POST", "/api/v2/webhooks/test", admin=True, locked=False)
def test(state: State) -> dict[str, Any]:
    """Send one request now and return what the endpoint answered.

    Before a webhook exists, tests are signed with a secret that Zendesk publishes.
    """
    given = parsed(json_body().get("request") or {}, WebhookTestInput)
    if known := request.args.get("webhook_id"):
        webhook = _get(state, known)
    else:
        now = state.clock()
        webhook = Webhook(
            id=ulid(now),
            name="test",
            endpoint=given.endpoint or "",
            http_method=given.http_method or "POST",
            request_format=given.request_format or "json",
            status="active",
            subscriptions=[],
            secret=PUBLIC_TEST_SECRET,
            created_at=now,
            created_by=user().id,
            authentication=_authentication(given.authentication),
            custom_headers=given.custom_headers,
        )
    payload = (given.payload or json.dumps(_sample(state), indent=3) + "\n").encode()
    try:
        answer = state.courier.try_once(webhook, payload)
    except requests.RequestException as err:
        return {"response": {"status_code": 504, "payload": type(err).__name__, "headers": []}}
    headers = [{"key": key, "value": value} for key, value in answer.headers.items()]
    return {"response": {"status_code": answer.status_code, "payload": answer.text[:1000], "headers": headers}}


def _sample(state: State) -> dict[str, Any]:
    return {
        "account_id": state.account_id,
        "detail": {"id": "0"},
        "event": {},
        "id": "00000000-0000-0000-0000-000000000000",
        "subject": "zen:ticket:0",
        "time": jsonviews.iso(state.now()),
        "type": f"{PREFIX}ticket.created",
        "zendesk_event_version": "2022-11-06",
    }


@route(blueprint, "GET", "/api/v2/webhooks/<webhook_id>/invocations", admin=True)
def list_invocations(state: State, webhook_id: str) -> dict[str, Any]:
    """Return what was delivered, newest first."""
    wanted = request.args.get("filter[status]")
    found = [i for i in state.courier.deliveries(_get(state, webhook_id).id) if wanted in (None, i.status)]
    return _page(found, "invocations", _invocation)


@route(blueprint, "GET", "/api/v2/webhooks/<webhook_id>/invocations/<invocation_id>/attempts", admin=True)
def list_attempts(state: State, webhook_id: str, invocation_id: str) -> dict[str, Any]:
    """Return each attempt of one delivery, newest first: what was sent and what was answered."""
    found = next((i for i in state.courier.deliveries(webhook_id) if i.id == invocation_id), None)
    if found is None:
        raise not_found()
    return {"attempts": [_attempt(found, attempt) for attempt in reversed(found.attempts)]}


def _invocation(record: Invocation) -> dict[str, Any]:
    last = record.attempts[-1].at if record.attempts else record.created_at
    body = {"id": record.id, "status": record.status, "latest_completed_at": jsonviews.iso(last)}
    return body | ({"status_code": record.status_code} if record.status_code else {})


def _attempt(record: Invocation, attempt: Attempt) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": record.webhook.id,  # so recorded: the webhook's id, not the attempt's
        "invocation_id": record.id,
        "status": outcome(attempt.status),
        "completed_at": jsonviews.iso(attempt.at),
    }
    if attempt.status > 0:
        body["status_code"] = attempt.status
        body["request"] = {"headers": _pairs(attempt.headers), "payload": record.body.decode()}
        body["response"] = {"headers": _pairs(attempt.answered), "payload": attempt.answer}
    return body


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in headers.items() if key != "Authorization"]


def _authentication(given: AuthenticationInput | None) -> dict[str, Any] | None:
    return given.model_dump() if given else None


def _check(given: WebhookInput, *, whole: bool) -> None:
    needed = ("name", "endpoint", "http_method", "request_format", "status") if whole else ()
    for name in needed:
        if not getattr(given, name):
            raise _error("InvalidWebhook", f"{name} is required")
    if given.http_method not in (None, *METHODS) or given.request_format not in (None, *FORMATS):
        raise _error("InvalidWebhook", f"http_method is one of {METHODS}, request_format one of {FORMATS}")
    subscriptions = given.subscriptions or []
    if CONDITIONAL in subscriptions and len(subscriptions) > 1:
        raise _error("InvalidWebhook", f"{CONDITIONAL} cannot be combined with other subscriptions")
    by_event = [name for name in subscriptions if name != CONDITIONAL]
    if any(not name.startswith(PREFIX) for name in by_event):
        raise _error("InvalidWebhook", f"a subscription is {CONDITIONAL} or begins with {PREFIX}")
    if by_event and whole and (given.http_method, given.request_format) != ("POST", "json"):
        raise _error("InvalidWebhook", "event subscriptions need POST and json")


def _error(code: str, detail: str) -> ApiError:
    return ApiError(400, {"errors": [{"code": code, "title": "Invalid webhook", "detail": detail}]})
